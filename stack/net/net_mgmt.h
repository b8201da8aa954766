// SPDX-License-Identifier: Apache-2.0
// NetMgmt: a node's event bus (Zephyr: net_mgmt). Events are raised anywhere, wait in a bounded
// queue and are delivered one by one by the net_mgmt thread (lane Mgmt) or the system work queue
// (lane Work); a handler reads live state, which may differ from that when the event was raised.
//
// 1. An event that the OR of all masks does not cover is forgotten at its source. That OR mixes
//    layers, codes and commands, so an event that nobody asked for may still take a place.
// 2. A callback is called when layer and code are equal and the commands overlap (by AND); a mask
//    without commands matches all of its layer and code, as far as rule 1 lets them through.
// 3. Static handlers first, in the order of their registration, then the others, the last
//    registered first. A handler that takes time holds up all that follow.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "stack/base/small_vector.h"
#include "stack/net/mgmt_event.h"
#include "stack/net/mgmt_info.h"
#include "stack/sim/timer.h"
#include "stack/trace/tracer.h"

namespace flapjack {

class NetIf;
class Stack;

/// An event as a handler gets it. `iface` is the live iface, no snapshot; null for an event of the
/// node that blames none.
struct MgmtNotice {
  MgmtEvent event;
  NetIf* iface = nullptr;
  MgmtInfo info;
  bool is(MgmtEvent e) const { return event == e; }
};

/// A registration (Zephyr: struct net_mgmt_event_callback). The mask is a word or the OR of words
/// of one layer and code; the object must live until removed, with this mask.
struct MgmtCallback {
  std::uint64_t mask = 0;
  std::function<void(const MgmtNotice&)> handler;
  Duration takes = {};  ///< simulated time that a call of it costs the net_mgmt thread
};

/// A method of a part of the stack and its mask, for NetMgmt::add().
template <auto Method, std::uint64_t kMask>
struct MgmtHears {};

struct NetMgmtConfig {
  /// Who calls the handlers: a thread of net_mgmt's own, the system work queue, or the notifier
  /// in its own turn (then nothing is ever lost, and no handler may take time).
  enum class Delivery : std::uint8_t { Queue, WorkQueue, Direct };
  /// What a full queue does. Wait: Zephyr's message queue, the notifier waits up to queue_timeout
  /// for a place, then its event is lost. DropOldest: the ring buffer of Zephyr before 2023.
  enum class Overflow : std::uint8_t { Wait, DropOldest };
  std::size_t queue_size = 16;  ///< NET_MGMT_EVENT_QUEUE_SIZE
  Duration queue_timeout = milliseconds(10);
  Delivery delivery = Delivery::Queue;
  Overflow overflow = Overflow::Wait;
  MgmtLayout layout = MgmtLayout::BitMask;
  std::size_t info_bytes_max = 128;  ///< NET_EVENT_INFO_MAX_SIZE: an event with more is lost
  Duration handler_time = {};        ///< what every call of a handler takes, beside its own

  bool operator==(const NetMgmtConfig&) const = default;
};

/// Sees every event as it is raised, whatever becomes of it in the queue; `record` is its record,
/// or what caused it. Must change nothing that a handler could see.
class MgmtTap {
 public:
  virtual void raised(MgmtEvent event, NetIf* iface, const MgmtInfo& info, RecordId record) = 0;

 protected:
  ~MgmtTap() = default;
};

class NetMgmt {
 public:
  explicit NetMgmt(Stack& stack);
  NetMgmt(const NetMgmt&) = delete;
  NetMgmt& operator=(const NetMgmt&) = delete;

  /// Registers; the last registered is called first. Registering twice moves it to the front.
  void add(MgmtCallback& callback);
  /// The same for methods of `self`, which take no time, in the order in which they are called:
  /// add<MgmtHears<&T::on_ipv6, kIpv6Mask>, MgmtHears<&T::on_ipv4, kIpv4Mask>>(this). For parts of
  /// the stack, of which all nodes share the masks. What is there already is there once more.
  template <class... Hears, class T>
  void add(T* self) {
    enter(statics(), {&kMethodsOf<T, Hears...>, self});
  }
  /// Registers for good, as Zephyr does at build time.
  void add_static(MgmtCallback& callback);
  /// Safe at any time, also while it is called; nothing happens when it is not registered.
  void remove(const MgmtCallback& callback);
  /// All methods that `self` has registered.
  void remove_methods(const void* self);

  /// Raises an event: records it, and queues it unless rule 1 says no. May be called from handlers;
  /// it never recurses (except in Direct delivery, which is meant to).
  void notify(MgmtEvent event, NetIf* iface, const MgmtInfo& info = {});

  /// One at most; null: none, which is what it costs nothing with.
  void set_tap(MgmtTap* tap) { rare().tap = tap; }

  /// A scripted stop of the delivering thread; the event it is at is finished afterwards.
  void stall(bool on);
  /// Calls `then` once, when next nothing waits and no handler is at work; at once if so now.
  void when_idle(Delegate then);
  bool idle() const { return queue_ == nullptr; }

  /// Events lost to a full queue or to the size of their info.
  std::uint64_t dropped() const { return rare_ != nullptr ? rare_->dropped : 0; }
  /// Events that reached the handlers; calls of handlers.
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t calls() const { return calls_; }
  /// The most events that waited at one time, notifiers that wait for a place included.
  std::size_t peak() const { return peak_; }

 private:
  struct Entry {
    MgmtNotice notice{};
    RecordId record;
    SimTime raised;
  };
  using Call = void (*)(void* self, const MgmtNotice& notice);
  struct Method {
    std::uint64_t mask;
    Call call;
  };
  using Methods = std::span<const Method>;
  struct Registered {
    const Methods* methods;  // null: `self` is a MgmtCallback
    void* self;
    bool operator==(const Registered&) const = default;
  };
  /// A call that an event is still to make.
  struct Due {
    Call call;  // null once removed
    void* self;
  };
  /// What waits and what the thread is at.
  struct Queue {
    explicit Queue(NetMgmt& mgmt);
    std::vector<Entry> ring;
    std::size_t head = 0, count = 0;
    std::vector<Entry> waiting;  // notifiers that wait for a place, oldest first
    // An event and who is still to be called.
    Entry current;
    std::vector<Due> to_call;
    std::size_t next = 0;
    bool busy = false, calling = false, turn_missed = false;
    Delegate when_idle;
    Timer work, give_up;
  };
  /// What few nodes ever have.
  struct Rare {
    std::uint64_t dropped = 0;
    MgmtTap* tap = nullptr;
    std::size_t statics = 0;
  };
  template <class T, class Hears>
  struct MethodOf;
  template <class T, auto kMethod, std::uint64_t kMask>
  struct MethodOf<T, MgmtHears<kMethod, kMask>> {
    static constexpr Method value{kMask, [](void* self, const MgmtNotice& notice) {
                                    (static_cast<T*>(self)->*kMethod)(notice);
                                  }};
  };
  template <class T, class... Hears>
  static constexpr Method kMethodTable[] = {MethodOf<T, Hears>::value...};
  template <class T, class... Hears>
  static constexpr Methods kMethodsOf{kMethodTable<T, Hears...>};

  Rare& rare();
  std::size_t statics() const { return rare_ != nullptr ? rare_->statics : 0; }
  const NetMgmtConfig& config() const;
  Tracer& tracer() const;
  Scheduler& scheduler() const;
  RecordId trace(MgmtEvent event, NetIf* iface, const MgmtInfo& info);
  MgmtWord word(std::uint64_t mask) const { return mgmt_word(mask, config().layout); }
  static void call_callback(void* self, const MgmtNotice& notice);
  static std::size_t count_of(const Registered& registered);
  static Method method(const Registered& registered, std::size_t place);
  void enter(std::size_t place, const Registered& registered);
  void forget(const void* self, bool callback);
  bool covered(MgmtEvent event) const;
  void enqueue(const Entry& entry);
  void push(const Entry& entry);
  static void grow(Queue& queue, std::size_t most);
  Entry pop();
  void admit_waiting();
  void give_up();
  void lose(const Entry& entry);
  void turn();
  void begin();
  Duration call(const Due& due);
  void finish();
  void deliver_now(const Entry& entry);

  Stack& stack_;
  SmallVector<Registered, 2> callbacks_;  // static ones first; a connection manager has two
  std::unique_ptr<Queue> queue_;          // null while idle: most nodes are, most of the time
  std::unique_ptr<Rare> rare_;
  std::uint64_t delivered_ = 0, calls_ = 0;
  std::uint32_t peak_ = 0;
  bool stalled_ = false;
};

}  // namespace flapjack
