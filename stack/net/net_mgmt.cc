// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_mgmt.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "stack/net/net_if.h"

namespace flapjack {
namespace {

constexpr std::size_t kFirstPlaces = 1;

Lane lane_of(NetMgmtConfig::Delivery delivery) {
  return delivery == NetMgmtConfig::Delivery::WorkQueue ? Lane::Work : Lane::Mgmt;
}

}  // namespace

NetMgmt::NetMgmt(Tracer& tracer, SubjectId node, const NetMgmtConfig& config)
    : tracer_(tracer),
      node_(node),
      config_(config) {
  assert(config.queue_size > 0);
  assert(config.delivery != NetMgmtConfig::Delivery::Direct || config.handler_time.ns == 0);
}

// A place that is free at the very instant at which a notifier gives up is taken first.
NetMgmt::Queue::Queue(NetMgmt& mgmt)
    : work(mgmt.tracer_.scheduler(), lane_of(mgmt.config_.delivery),
           delegate<&NetMgmt::turn>(&mgmt)),
      give_up(mgmt.tracer_.scheduler(), Lane::Settle, delegate<&NetMgmt::give_up>(&mgmt)) {}

void NetMgmt::add(MgmtCallback& callback) {
  remove(callback);
  enter(statics_, registered(callback));
}

void NetMgmt::call_callback(void* self, const MgmtNotice& notice) {
  static_cast<MgmtCallback*>(self)->handler(notice);
}

void NetMgmt::enter(std::size_t place, const Registered& registered) {
  callbacks_.insert(callbacks_.begin() + static_cast<std::ptrdiff_t>(place), registered);
  covered_ |= word(registered.mask);
}

template <class Gone>
void NetMgmt::remove_if(const Gone& gone) {
  if (queue_ != nullptr) {
    for (Registered& r : queue_->to_call) {
      if (gone(r)) r.call = nullptr;
    }
  }
  const auto end = std::remove_if(callbacks_.begin() + statics_, callbacks_.end(), gone);
  if (end == callbacks_.end()) return;
  callbacks_.erase(end, callbacks_.end());
  covered_ = {};
  for (const Registered& r : callbacks_) covered_ |= word(r.mask);
}

void NetMgmt::remove(const MgmtCallback& callback) {
  remove_if([&](const Registered& r) { return r.call == call_callback && r.self == &callback; });
}

void NetMgmt::remove_methods(const void* self) {
  remove_if([&](const Registered& r) { return r.call != call_callback && r.self == self; });
}

RecordId NetMgmt::trace(MgmtEvent event, NetIf* iface, const MgmtInfo& info) {
  if (!tracer_.wants(TraceKind::Event)) return {};
  std::array<Attr, MgmtInfo::kMostAttrs + 1> attrs;
  std::size_t count = 0;
  const bool of_node = is_node_event(event);
  if (of_node && iface != nullptr) attrs[count++] = Attr::of("iface", iface->name());
  count += info.attrs(std::span<Attr, MgmtInfo::kMostAttrs>(&attrs[count], MgmtInfo::kMostAttrs));
  return tracer_.record(TraceKind::Event, of_node || iface == nullptr ? node_ : iface->subject(),
                        mgmt_event_name(event), std::span(attrs.data(), count));
}

bool NetMgmt::covered(MgmtEvent event) const {
  return covered_.covers(word(static_cast<std::uint64_t>(event)));
}

void NetMgmt::notify(MgmtEvent event, NetIf* iface, const MgmtInfo& info) {
  Entry entry{{event, iface, info}, trace(event, iface, info), tracer_.scheduler().now()};
  if (iface != nullptr && !is_node_event(event)) iface->set_last_event(entry.record);
  if (tap_ != nullptr) {
    tap_->raised(event, iface, info, entry.record.valid() ? entry.record : tracer_.cause());
  }
  if (!covered(event)) return;
  if (!entry.record.valid()) entry.record = tracer_.cause();
  if (config_.delivery == NetMgmtConfig::Delivery::Direct) return deliver_now(entry);
  if (info.bytes() > config_.info_bytes_max) return lose(entry);
  enqueue(entry);
}

void NetMgmt::enqueue(const Entry& entry) {
  if (queue_ == nullptr) queue_ = std::make_unique<Queue>(*this);
  if (queue_->count < config_.queue_size) return push(entry);
  if (config_.overflow == NetMgmtConfig::Overflow::DropOldest) {
    lose(pop());
    return push(entry);
  }
  // The delivering thread itself cannot wait for the place that only it could make.
  if (calling_ || config_.queue_timeout.ns <= 0) return lose(entry);
  queue_->waiting.push_back(entry);
  peak_ = std::max(peak_, static_cast<std::uint32_t>(queue_->count + queue_->waiting.size()));
  if (!queue_->give_up.running()) queue_->give_up.start(config_.queue_timeout);
}

void NetMgmt::push(const Entry& entry) {
  Queue& q = *queue_;
  if (q.count == q.ring.size()) grow(q, config_.queue_size);
  q.ring[(q.head + q.count) % q.ring.size()] = entry;
  peak_ = std::max(peak_, static_cast<std::uint32_t>(++q.count));
  if (!q.work.running() && !q.busy) q.work.start(Duration{});
}

// Up to its bound only as needed: most nodes never have more than a few events waiting.
void NetMgmt::grow(Queue& queue, std::size_t most) {
  std::vector<Entry> larger(std::min(most, std::max(kFirstPlaces, 2 * queue.ring.size())));
  for (std::size_t i = 0; i < queue.count; ++i) {
    larger[i] = queue.ring[(queue.head + i) % queue.ring.size()];
  }
  queue.ring = std::move(larger);
  queue.head = 0;
}

NetMgmt::Entry NetMgmt::pop() {
  Queue& q = *queue_;
  const Entry entry = q.ring[q.head];
  q.head = (q.head + 1) % q.ring.size();
  --q.count;
  return entry;
}

void NetMgmt::admit_waiting() {
  Queue& q = *queue_;
  while (!q.waiting.empty() && q.count < config_.queue_size) {
    push(q.waiting.front());
    q.waiting.erase(q.waiting.begin());
  }
  if (q.waiting.empty()) {
    q.give_up.cancel();
  } else {
    q.give_up.start_at(q.waiting.front().raised + config_.queue_timeout);
  }
}

void NetMgmt::give_up() {
  Queue& q = *queue_;
  const SimTime now = tracer_.scheduler().now();
  while (!q.waiting.empty() && q.waiting.front().raised + config_.queue_timeout <= now) {
    const Entry late = q.waiting.front();
    q.waiting.erase(q.waiting.begin());
    lose(late);
  }
  if (!q.waiting.empty()) q.give_up.start_at(q.waiting.front().raised + config_.queue_timeout);
}

void NetMgmt::lose(const Entry& entry) {
  ++dropped_;
  const CauseScope scope(tracer_.scheduler(), entry.record);
  const std::string_view name = mgmt_event_name(entry.notice.event);
  const std::size_t bytes = entry.notice.info.bytes();
  if (bytes <= config_.info_bytes_max) {
    tracer_.event(node_, "mgmt_event_dropped", {Attr::of("event", name)});
  } else {
    tracer_.event(node_, "mgmt_info_too_long",
                  {Attr::of("event", name), Attr::of("bytes", static_cast<std::int64_t>(bytes))});
  }
}

// One event a turn, or one handler when they take time.
void NetMgmt::turn() {
  if (stalled_) {
    turn_missed_ = true;
    return;
  }
  Queue& q = *queue_;
  if (!q.busy) begin();
  while (q.next < q.to_call.size()) {
    const Registered registered = q.to_call[q.next++];
    if (registered.call == nullptr) continue;
    const Duration takes = call(registered);
    if (takes.ns > 0) return q.work.start(takes);
  }
  finish();
}

void NetMgmt::begin() {
  Queue& q = *queue_;
  q.current = pop();
  q.busy = true;
  q.next = 0;
  q.to_call.clear();
  const MgmtWord event = word(static_cast<std::uint64_t>(q.current.notice.event));
  for (const Registered& r : callbacks_) {
    if (word(r.mask).matches(event)) q.to_call.push_back(r);
  }
  ++delivered_;
  admit_waiting();
}

Duration NetMgmt::call(const Registered& registered) {
  Duration takes = config_.handler_time;
  if (registered.call == call_callback) {  // it may be gone afterwards
    takes = takes + static_cast<const MgmtCallback*>(registered.self)->takes;
  }
  const CauseScope scope(tracer_.scheduler(), queue_->current.record);
  ++calls_;
  calling_ = true;
  registered.call(registered.self, queue_->current.notice);
  calling_ = false;
  return takes;
}

void NetMgmt::finish() {
  queue_->busy = false;
  if (queue_->count > 0) return queue_->work.start(Duration{});
  assert(queue_->waiting.empty());
  const Delegate when_idle = queue_->when_idle;
  queue_.reset();
  if (when_idle) when_idle();
}

void NetMgmt::when_idle(Delegate then) {
  if (idle()) return then();
  queue_->when_idle = then;
}

void NetMgmt::stall(bool on) {
  stalled_ = on;
  if (on || !turn_missed_) return;
  turn_missed_ = false;
  queue_->work.start(Duration{});
}

// In the notifier's turn, which may be a handler's: no member is kept hold of across a call.
void NetMgmt::deliver_now(const Entry& entry) {
  const MgmtWord event = word(static_cast<std::uint64_t>(entry.notice.event));
  const auto all = callbacks_;
  ++delivered_;
  const CauseScope scope(tracer_.scheduler(), entry.record);
  for (const Registered& r : all) {
    const bool there = std::find(callbacks_.begin(), callbacks_.end(), r) != callbacks_.end();
    if (!there || !word(r.mask).matches(event)) continue;
    tracer_.scheduler().set_cause(entry.record);
    ++calls_;
    r.call(r.self, entry.notice);
  }
}

}  // namespace flapjack
