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

// A place that is free at the very instant at which a notifier gives up is taken first.
NetMgmt::NetMgmt(Tracer& tracer, SubjectId node, const NetMgmtConfig& config)
    : tracer_(tracer),
      node_(node),
      config_(config),
      work_(tracer.scheduler(), lane_of(config.delivery), delegate<&NetMgmt::turn>(this)),
      give_up_(tracer.scheduler(), Lane::Settle, delegate<&NetMgmt::give_up>(this)) {
  assert(config.queue_size > 0);
  assert(config.delivery != NetMgmtConfig::Delivery::Direct || config.handler_time.ns == 0);
}

void NetMgmt::add(MgmtCallback& callback) {
  remove(callback);
  callbacks_.insert(callbacks_.begin(), {&callback, word(callback.mask)});
  covered_ |= callbacks_.front().word;
}

void NetMgmt::add_static(MgmtCallback& callback) {
  statics_.push_back({&callback, word(callback.mask)});
  covered_ |= statics_.back().word;
}

void NetMgmt::remove(MgmtCallback& callback) {
  std::replace(to_call_.begin(), to_call_.end(), &callback, static_cast<MgmtCallback*>(nullptr));
  const auto is = [&](const Registered& r) { return r.callback == &callback; };
  if (std::erase_if(callbacks_, is) > 0) rebuild_mask();
}

void NetMgmt::rebuild_mask() {
  covered_ = {};
  for (const Registered& r : statics_) covered_ |= r.word;
  for (const Registered& r : callbacks_) covered_ |= r.word;
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
  if (count_ < config_.queue_size) return push(entry);
  if (config_.overflow == NetMgmtConfig::Overflow::DropOldest) {
    lose(pop());
    return push(entry);
  }
  // The delivering thread itself cannot wait for the place that only it could make.
  if (calling_ || config_.queue_timeout.ns <= 0) return lose(entry);
  waiting_.push_back(entry);
  peak_ = std::max(peak_, count_ + waiting_.size());
  if (!give_up_.running()) give_up_.start(config_.queue_timeout);
}

void NetMgmt::push(const Entry& entry) {
  if (count_ == ring_.size()) grow();
  ring_[(head_ + count_) % ring_.size()] = entry;
  peak_ = std::max(peak_, ++count_);
  if (!work_.running() && !busy_) work_.start(Duration{});
}

// Up to its bound only as needed: most nodes never have more than a few events waiting.
void NetMgmt::grow() {
  std::vector<Entry> larger(
      std::min(config_.queue_size, std::max(kFirstPlaces, 2 * ring_.size())));
  for (std::size_t i = 0; i < count_; ++i) larger[i] = ring_[(head_ + i) % ring_.size()];
  ring_ = std::move(larger);
  head_ = 0;
}

NetMgmt::Entry NetMgmt::pop() {
  const Entry entry = ring_[head_];
  head_ = (head_ + 1) % ring_.size();
  --count_;
  return entry;
}

void NetMgmt::admit_waiting() {
  while (!waiting_.empty() && count_ < config_.queue_size) {
    push(waiting_.front());
    waiting_.erase(waiting_.begin());
  }
  if (waiting_.empty()) {
    give_up_.cancel();
  } else {
    give_up_.start_at(waiting_.front().raised + config_.queue_timeout);
  }
}

void NetMgmt::give_up() {
  const SimTime now = tracer_.scheduler().now();
  while (!waiting_.empty() && waiting_.front().raised + config_.queue_timeout <= now) {
    const Entry late = waiting_.front();
    waiting_.erase(waiting_.begin());
    lose(late);
  }
  if (!waiting_.empty()) give_up_.start_at(waiting_.front().raised + config_.queue_timeout);
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
  if (!busy_) begin();
  while (next_ < to_call_.size()) {
    MgmtCallback* callback = to_call_[next_++];
    if (callback == nullptr) continue;
    const Duration takes = call(*callback);
    if (takes.ns > 0) return work_.start(takes);
  }
  finish();
}

void NetMgmt::begin() {
  current_ = pop();
  busy_ = true;
  next_ = 0;
  to_call_.clear();
  const MgmtWord event = word(static_cast<std::uint64_t>(current_.notice.event));
  for (const auto* list : {&statics_, &callbacks_}) {
    for (const Registered& r : *list) {
      if (r.word.matches(event)) to_call_.push_back(r.callback);
    }
  }
  ++delivered_;
  admit_waiting();
}

Duration NetMgmt::call(MgmtCallback& callback) {
  const Duration takes = config_.handler_time + callback.takes;  // it may be gone afterwards
  const CauseScope scope(tracer_.scheduler(), current_.record);
  ++calls_;
  calling_ = true;
  callback.handler(current_.notice);
  calling_ = false;
  return takes;
}

void NetMgmt::finish() {
  busy_ = false;
  if (count_ > 0) return work_.start(Duration{});
  if (idle() && when_idle_) std::exchange(when_idle_, Delegate{})();
}

void NetMgmt::when_idle(Delegate then) {
  if (idle()) return then();
  when_idle_ = then;
}

void NetMgmt::stall(bool on) {
  stalled_ = on;
  if (on || !turn_missed_) return;
  turn_missed_ = false;
  work_.start(Duration{});
}

// In the notifier's turn, which may be a handler's: no member is kept hold of across a call.
void NetMgmt::deliver_now(const Entry& entry) {
  const MgmtWord event = word(static_cast<std::uint64_t>(entry.notice.event));
  std::vector<Registered> all = statics_;
  all.insert(all.end(), callbacks_.begin(), callbacks_.end());
  ++delivered_;
  const CauseScope scope(tracer_.scheduler(), entry.record);
  for (const Registered& r : all) {
    const auto is = [&](const Registered& other) { return other.callback == r.callback; };
    const bool there = std::any_of(statics_.begin(), statics_.end(), is) ||
                       std::any_of(callbacks_.begin(), callbacks_.end(), is);
    if (!there || !r.word.matches(event)) continue;
    tracer_.scheduler().set_cause(entry.record);
    ++calls_;
    r.callback->handler(entry.notice);
  }
}

}  // namespace flapjack
