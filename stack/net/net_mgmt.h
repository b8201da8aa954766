// SPDX-License-Identifier: Apache-2.0
// NetMgmt: a node's event bus (Zephyr: net_mgmt). Events are raised anywhere, wait in a bounded
// queue and are delivered one by one by the net_mgmt thread (lane Mgmt); a handler reads live
// state, which may differ from the state when the event was raised.
//
// Event word (Zephyr's 64-bit layout): 63 event, 62 on an iface, 61-60 layer, 59 synchronous wait,
// 58-52 layer code, 51-0 one bit a command. Layer and code match exactly, commands by overlap; a
// mask without commands stands for all of its layer and code.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "stack/sim/timer.h"
#include "stack/trace/tracer.h"

namespace flapjack {

class NetIf;

namespace mgmt {
inline constexpr std::uint64_t kEventBit = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kIfaceBit = std::uint64_t{1} << 62;
inline constexpr unsigned kLayerShift = 60, kCodeShift = 52;
inline constexpr std::uint64_t kCommandMask = (std::uint64_t{1} << kCodeShift) - 1;
enum class Layer : std::uint64_t { L2 = 1, L3 = 2, L4 = 3 };
enum class Code : std::uint64_t { Iface = 1, Conn = 2, Ipv4 = 3, Ipv6 = 4, L4 = 5 };

constexpr std::uint64_t word(Layer layer, Code code, unsigned command) {
  return kEventBit | kIfaceBit | static_cast<std::uint64_t>(layer) << kLayerShift |
         static_cast<std::uint64_t>(code) << kCodeShift | std::uint64_t{1} << command;
}
constexpr std::uint64_t if_word(unsigned c) { return word(Layer::L2, Code::Iface, c); }
constexpr std::uint64_t conn_word(unsigned c) { return word(Layer::L2, Code::Conn, c); }
constexpr std::uint64_t ipv4_word(unsigned c) { return word(Layer::L3, Code::Ipv4, c); }
constexpr std::uint64_t ipv6_word(unsigned c) { return word(Layer::L3, Code::Ipv6, c); }
constexpr std::uint64_t l4_word(unsigned c) { return word(Layer::L4, Code::L4, c); }
}  // namespace mgmt

/// The events this stack raises; names as Zephyr's without the NET_EVENT_ prefix.
enum class MgmtEvent : std::uint64_t {
  IfDown = mgmt::if_word(0),
  IfUp = mgmt::if_word(1),
  IfAdminDown = mgmt::if_word(2),
  IfAdminUp = mgmt::if_word(3),
  ConnIfTimeout = mgmt::conn_word(0),
  ConnIfFatalError = mgmt::conn_word(1),
  ConnIfIdleTimeout = mgmt::conn_word(2),
  Ipv4AddrAdd = mgmt::ipv4_word(0),
  Ipv4AddrDel = mgmt::ipv4_word(1),
  Ipv4MaddrAdd = mgmt::ipv4_word(2),
  Ipv4MaddrDel = mgmt::ipv4_word(3),
  Ipv4RouterAdd = mgmt::ipv4_word(4),
  Ipv4RouterDel = mgmt::ipv4_word(5),
  Ipv4McastJoin = mgmt::ipv4_word(9),
  Ipv4McastLeave = mgmt::ipv4_word(10),
  Ipv4AcdSucceed = mgmt::ipv4_word(11),
  Ipv4AcdFailed = mgmt::ipv4_word(12),
  Ipv4AcdConflict = mgmt::ipv4_word(13),
  Ipv6RouterAdd = mgmt::ipv6_word(8),
  Ipv6RouterDel = mgmt::ipv6_word(9),
  L4Connected = mgmt::l4_word(0),
  L4Disconnected = mgmt::l4_word(1),
  L4Ipv4Connected = mgmt::l4_word(2),
  L4Ipv4Disconnected = mgmt::l4_word(3),
};
/// "IF_UP", "L4_CONNECTED", ...
std::string_view mgmt_event_name(MgmtEvent event);
/// Every event, in the order of the enum.
std::span<const MgmtEvent> mgmt_events();

/// What some events carry: an address, or the reason of CONN_IF_FATAL_ERROR.
struct MgmtInfo {
  std::optional<IpAddress> address;
  std::optional<int> reason;
};

/// An event as a handler gets it. `iface` is the live iface, no snapshot; null only for an L4 event
/// resent before any iface was ever ready.
struct MgmtNotice {
  MgmtEvent event;
  NetIf* iface = nullptr;
  MgmtInfo info;
  bool is(MgmtEvent e) const { return event == e; }
};

/// A registration (Zephyr: struct net_mgmt_event_callback). The mask is a word or the OR of words
/// of one layer and code; the object must live until removed.
struct MgmtCallback {
  std::uint64_t mask = 0;
  std::function<void(const MgmtNotice&)> handler;
};
template <class... Events>
constexpr std::uint64_t mgmt_mask(Events... events) {
  return (static_cast<std::uint64_t>(events) | ...);
}

struct NetMgmtConfig {
  enum class Delivery : std::uint8_t { Queue, Direct };  ///< own thread; in the notifier's turn
  /// What a full queue does. Wait: Zephyr's message queue, the notifier waits up to queue_timeout
  /// for a place, then its event is lost. DropOldest: the ring buffer of Zephyr before 2023.
  enum class Overflow : std::uint8_t { Wait, DropOldest };
  std::size_t queue_size = 16;  ///< NET_MGMT_EVENT_QUEUE_SIZE
  Duration queue_timeout = milliseconds(10);
  Delivery delivery = Delivery::Queue;
  Overflow overflow = Overflow::Wait;
};

class NetMgmt {
 public:
  NetMgmt(Tracer& tracer, SubjectId node, NetMgmtConfig config);
  NetMgmt(const NetMgmt&) = delete;
  NetMgmt& operator=(const NetMgmt&) = delete;

  /// Registers; the last registered is called first. Registering twice moves it to the front.
  void add(MgmtCallback& callback);
  void remove(MgmtCallback& callback);

  /// Raises an event: records it, and queues it if some callback's mask covers it. May be called
  /// from handlers; it never recurses (except in Direct delivery, which is meant to).
  void notify(MgmtEvent event, NetIf* iface, MgmtInfo info = {});

  bool idle() const { return count_ == 0 && waiting_.empty(); }
  /// Events lost to a full queue.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Entry {
    MgmtNotice notice;
    RecordId record;
    SimTime raised;
  };
  RecordId trace(MgmtEvent event, NetIf* iface, const MgmtInfo& info);
  bool covered(MgmtEvent event) const;
  void enqueue(Entry entry);
  void push(Entry entry);
  void lose(const Entry& entry);
  void deliver_next();
  void deliver(const Entry& entry);

  Tracer& tracer_;
  SubjectId node_;
  NetMgmtConfig config_;
  std::vector<MgmtCallback*> callbacks_;
  std::vector<Entry> ring_;
  std::size_t head_ = 0, count_ = 0;
  std::vector<Entry> waiting_;  // notifiers that wait for a place
  bool delivering_ = false;
  std::uint64_t dropped_ = 0;
  Timer work_;
};

}  // namespace flapjack
