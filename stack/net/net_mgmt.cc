// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_mgmt.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::size_t kFirstPlaces = 1;

Lane lane_of(NetMgmtConfig::Delivery delivery) {
  return delivery == NetMgmtConfig::Delivery::WorkQueue ? Lane::Work : Lane::Mgmt;
}

}  // namespace

NetMgmt::NetMgmt(Stack& stack) : stack_(stack) {
  assert(config().queue_size > 0);
  assert(config().delivery != NetMgmtConfig::Delivery::Direct || config().handler_time.ns == 0);
}

// A place that is free at the very instant at which a notifier gives up is taken first.
NetMgmt::Queue::Queue(NetMgmt& mgmt)
    : work(mgmt.scheduler(), lane_of(mgmt.config().delivery), delegate<&NetMgmt::turn>(&mgmt)),
      give_up(mgmt.scheduler(), Lane::Settle, delegate<&NetMgmt::give_up>(&mgmt)) {}

const NetMgmtConfig& NetMgmt::config() const { return stack_.config().mgmt; }
Tracer& NetMgmt::tracer() const { return stack_.tracer(); }
Scheduler& NetMgmt::scheduler() const { return stack_.scheduler(); }

NetMgmt::Rare& NetMgmt::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

void NetMgmt::add(MgmtCallback& callback) {
  remove(callback);
  enter(statics(), {nullptr, &callback});
}

void NetMgmt::add_static(MgmtCallback& callback) {
  enter(rare().statics++, {nullptr, &callback});
}

void NetMgmt::call_callback(void* self, const MgmtNotice& notice) {
  static_cast<MgmtCallback*>(self)->handler(notice);
}

std::size_t NetMgmt::count_of(const Registered& registered) {
  return registered.methods != nullptr ? registered.methods->size() : 1;
}

NetMgmt::Method NetMgmt::method(const Registered& registered, std::size_t place) {
  if (registered.methods != nullptr) return (*registered.methods)[place];
  return {static_cast<const MgmtCallback*>(registered.self)->mask, call_callback};
}

void NetMgmt::enter(std::size_t place, const Registered& registered) {
  callbacks_.insert(callbacks_.begin() + static_cast<std::ptrdiff_t>(place), registered);
}

void NetMgmt::forget(const void* self, bool callback) {
  if (queue_ != nullptr) {
    for (Due& due : queue_->to_call) {
      if (due.self == self && (due.call == call_callback) == callback) due.call = nullptr;
    }
  }
  const auto gone = [&](const Registered& r) {
    return r.self == self && (r.methods == nullptr) == callback;
  };
  const auto first = callbacks_.begin() + static_cast<std::ptrdiff_t>(statics());
  callbacks_.erase(std::remove_if(first, callbacks_.end(), gone), callbacks_.end());
}

void NetMgmt::remove(const MgmtCallback& callback) { forget(&callback, true); }

void NetMgmt::remove_methods(const void* self) { forget(self, false); }

RecordId NetMgmt::trace(MgmtEvent event, NetIf* iface, const MgmtInfo& info) {
  if (!tracer().wants(TraceKind::Event)) return {};
  std::array<Attr, MgmtInfo::kMostAttrs + 1> attrs;
  std::size_t count = 0;
  const bool of_node = is_node_event(event);
  if (of_node && iface != nullptr) attrs[count++] = Attr::of("iface", iface->name());
  count += info.attrs(std::span<Attr, MgmtInfo::kMostAttrs>(&attrs[count], MgmtInfo::kMostAttrs));
  const SubjectId subject = of_node || iface == nullptr ? stack_.subject() : iface->subject();
  return tracer().record(TraceKind::Event, subject, mgmt_event_name(event),
                         std::span(attrs.data(), count));
}

bool NetMgmt::covered(MgmtEvent event) const {
  MgmtWord all;
  for (const Registered& r : callbacks_) {
    for (std::size_t i = 0; i < count_of(r); ++i) all |= word(method(r, i).mask);
  }
  return all.covers(word(static_cast<std::uint64_t>(event)));
}

void NetMgmt::notify(MgmtEvent event, NetIf* iface, const MgmtInfo& info) {
  Entry entry{{event, iface, info}, trace(event, iface, info), scheduler().now()};
  if (iface != nullptr && !is_node_event(event)) iface->set_last_event(entry.record);
  if (rare_ != nullptr && rare_->tap != nullptr) {
    const RecordId record = entry.record.valid() ? entry.record : tracer().cause();
    rare_->tap->raised(event, iface, info, record);
  }
  if (!covered(event)) return;
  if (!entry.record.valid()) entry.record = tracer().cause();
  if (config().delivery == NetMgmtConfig::Delivery::Direct) return deliver_now(entry);
  if (info.bytes() > config().info_bytes_max) return lose(entry);
  enqueue(entry);
}

void NetMgmt::enqueue(const Entry& entry) {
  if (queue_ == nullptr) queue_ = std::make_unique<Queue>(*this);
  if (queue_->count < config().queue_size) return push(entry);
  if (config().overflow == NetMgmtConfig::Overflow::DropOldest) {
    lose(pop());
    return push(entry);
  }
  // The delivering thread itself cannot wait for the place that only it could make.
  if (queue_->calling || config().queue_timeout.ns <= 0) return lose(entry);
  queue_->waiting.push_back(entry);
  peak_ = std::max(peak_, static_cast<std::uint32_t>(queue_->count + queue_->waiting.size()));
  if (!queue_->give_up.running()) queue_->give_up.start(config().queue_timeout);
}

void NetMgmt::push(const Entry& entry) {
  Queue& q = *queue_;
  if (q.count == q.ring.size()) grow(q, config().queue_size);
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
  while (!q.waiting.empty() && q.count < config().queue_size) {
    push(q.waiting.front());
    q.waiting.erase(q.waiting.begin());
  }
  if (q.waiting.empty()) {
    q.give_up.cancel();
  } else {
    q.give_up.start_at(q.waiting.front().raised + config().queue_timeout);
  }
}

void NetMgmt::give_up() {
  Queue& q = *queue_;
  const SimTime now = scheduler().now();
  while (!q.waiting.empty() && q.waiting.front().raised + config().queue_timeout <= now) {
    const Entry late = q.waiting.front();
    q.waiting.erase(q.waiting.begin());
    lose(late);
  }
  if (!q.waiting.empty()) q.give_up.start_at(q.waiting.front().raised + config().queue_timeout);
}

void NetMgmt::lose(const Entry& entry) {
  ++rare().dropped;
  const CauseScope scope(scheduler(), entry.record);
  const std::string_view name = mgmt_event_name(entry.notice.event);
  const std::size_t bytes = entry.notice.info.bytes();
  if (bytes <= config().info_bytes_max) {
    tracer().event(stack_.subject(), "mgmt_event_dropped", {Attr::of("event", name)});
  } else {
    tracer().event(stack_.subject(), "mgmt_info_too_long",
                   {Attr::of("event", name), Attr::of("bytes", static_cast<std::int64_t>(bytes))});
  }
}

// One event a turn, or one handler when they take time.
void NetMgmt::turn() {
  if (stalled_) {
    queue_->turn_missed = true;
    return;
  }
  Queue& q = *queue_;
  if (!q.busy) begin();
  while (q.next < q.to_call.size()) {
    const Due due = q.to_call[q.next++];
    if (due.call == nullptr) continue;
    const Duration takes = call(due);
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
    for (std::size_t i = 0; i < count_of(r); ++i) {
      const Method each = method(r, i);
      if (word(each.mask).matches(event)) q.to_call.push_back({each.call, r.self});
    }
  }
  ++delivered_;
  admit_waiting();
}

Duration NetMgmt::call(const Due& due) {
  Duration takes = config().handler_time;
  if (due.call == call_callback) {  // it may be gone afterwards
    takes = takes + static_cast<const MgmtCallback*>(due.self)->takes;
  }
  const CauseScope scope(scheduler(), queue_->current.record);
  ++calls_;
  queue_->calling = true;
  due.call(due.self, queue_->current.notice);
  queue_->calling = false;
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
  if (on || queue_ == nullptr || !queue_->turn_missed) return;
  queue_->turn_missed = false;
  queue_->work.start(Duration{});
}

// In the notifier's turn, which may be a handler's: no member is kept hold of across a call.
void NetMgmt::deliver_now(const Entry& entry) {
  const MgmtWord event = word(static_cast<std::uint64_t>(entry.notice.event));
  const auto all = callbacks_;
  ++delivered_;
  const CauseScope scope(scheduler(), entry.record);
  const auto there = [this](const Registered& r) {
    return std::find(callbacks_.begin(), callbacks_.end(), r) != callbacks_.end();
  };
  for (const Registered& r : all) {
    for (std::size_t i = 0; i < count_of(r) && there(r); ++i) {
      const Method each = method(r, i);
      if (!word(each.mask).matches(event)) continue;
      scheduler().set_cause(entry.record);
      ++calls_;
      each.call(r.self, entry.notice);
    }
  }
}

}  // namespace flapjack
