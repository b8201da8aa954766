// SPDX-License-Identifier: Apache-2.0
// NetMgmt: a node's event bus (Zephyr: net_mgmt). Events are raised anywhere, wait in a bounded
// queue and are delivered one by one by the net_mgmt thread (lane Mgmt); a handler reads live
// state, which may differ from the state when the event was raised.
//
// Matching: layer and code exactly, commands by overlap; a mask without commands stands for all of
// its layer and code.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "stack/net/mgmt_event.h"
#include "stack/net/mgmt_info.h"
#include "stack/sim/timer.h"
#include "stack/trace/tracer.h"

namespace flapjack {

class NetIf;

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
