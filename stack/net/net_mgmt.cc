// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_mgmt.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "stack/net/net_if.h"

namespace flapjack {
namespace {

// Layer and code are equal, and a command of the mask's, if it names any, is the event's.
bool covers(std::uint64_t mask, MgmtEvent event) {
  const auto word = static_cast<std::uint64_t>(event);
  const std::uint64_t commands = mask & mgmt::kCommandMask;
  return ((mask ^ word) & ~mgmt::kCommandMask) == 0 && (commands == 0 || (commands & word) != 0);
}

}  // namespace

NetMgmt::NetMgmt(Tracer& tracer, SubjectId node, NetMgmtConfig config)
    : tracer_(tracer),
      node_(node),
      config_(config),
      ring_(config.queue_size),
      work_(tracer.scheduler(), Lane::Mgmt, delegate<&NetMgmt::deliver_next>(this)) {
  assert(config.queue_size > 0);
}

void NetMgmt::add(MgmtCallback& callback) {
  remove(callback);
  callbacks_.insert(callbacks_.begin(), &callback);
}

void NetMgmt::remove(MgmtCallback& callback) { std::erase(callbacks_, &callback); }

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
  return std::any_of(callbacks_.begin(), callbacks_.end(),
                     [event](const MgmtCallback* c) { return covers(c->mask, event); });
}

void NetMgmt::notify(MgmtEvent event, NetIf* iface, MgmtInfo info) {
  Entry entry{{event, iface, info}, trace(event, iface, info), tracer_.scheduler().now()};
  if (iface != nullptr && !is_node_event(event)) iface->set_last_event(entry.record);
  if (!covered(event)) return;
  if (!entry.record.valid()) entry.record = tracer_.cause();
  if (config_.delivery == NetMgmtConfig::Delivery::Direct) return deliver(entry);
  enqueue(std::move(entry));
}

void NetMgmt::enqueue(Entry entry) {
  if (count_ < ring_.size()) return push(std::move(entry));
  if (config_.overflow == NetMgmtConfig::Overflow::DropOldest) {
    lose(ring_[head_]);
    head_ = (head_ + 1) % ring_.size();
    --count_;
    return push(std::move(entry));
  }
  // The net_mgmt thread itself cannot wait for the place that only it could make.
  if (delivering_ || config_.queue_timeout.ns <= 0) return lose(entry);
  waiting_.push_back(std::move(entry));
}

void NetMgmt::push(Entry entry) {
  ring_[(head_ + count_) % ring_.size()] = std::move(entry);
  ++count_;
  if (!work_.running() && !delivering_) work_.start(Duration{});
}

void NetMgmt::lose(const Entry& entry) {
  ++dropped_;
  const CauseScope scope(tracer_.scheduler(), entry.record);
  tracer_.event(node_, "mgmt_event_dropped",
                {Attr::of("event", mgmt_event_name(entry.notice.event))});
}

void NetMgmt::deliver_next() {
  const Entry entry = ring_[head_];
  head_ = (head_ + 1) % ring_.size();
  --count_;
  while (!waiting_.empty() && count_ < ring_.size()) {
    const Entry waited = waiting_.front();
    waiting_.erase(waiting_.begin());
    if (tracer_.scheduler().now() - waited.raised > config_.queue_timeout) {
      lose(waited);
    } else {
      ring_[(head_ + count_++) % ring_.size()] = waited;
    }
  }
  delivering_ = true;
  deliver(entry);
  delivering_ = false;
  if (count_ > 0) work_.start(Duration{});
}

void NetMgmt::deliver(const Entry& entry) {
  const CauseScope scope(tracer_.scheduler(), entry.record);
  const auto callbacks = callbacks_;  // a handler may add or remove
  for (MgmtCallback* callback : callbacks) {
    if (std::find(callbacks_.begin(), callbacks_.end(), callback) == callbacks_.end()) continue;
    if (!covers(callback->mask, entry.notice.event)) continue;
    tracer_.scheduler().set_cause(entry.record);
    callback->handler(entry.notice);
  }
}

}  // namespace flapjack
