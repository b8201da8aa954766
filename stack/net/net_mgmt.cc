// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_mgmt.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "stack/net/net_if.h"

namespace flapjack {
namespace {

struct Named {
  MgmtEvent event;
  std::string_view name;
};
constexpr std::array kNames = {
    Named{MgmtEvent::IfDown, "IF_DOWN"},
    Named{MgmtEvent::IfUp, "IF_UP"},
    Named{MgmtEvent::IfAdminDown, "IF_ADMIN_DOWN"},
    Named{MgmtEvent::IfAdminUp, "IF_ADMIN_UP"},
    Named{MgmtEvent::ConnIfTimeout, "CONN_IF_TIMEOUT"},
    Named{MgmtEvent::ConnIfFatalError, "CONN_IF_FATAL_ERROR"},
    Named{MgmtEvent::ConnIfIdleTimeout, "CONN_IF_IDLE_TIMEOUT"},
    Named{MgmtEvent::Ipv4AddrAdd, "IPV4_ADDR_ADD"},
    Named{MgmtEvent::Ipv4AddrDel, "IPV4_ADDR_DEL"},
    Named{MgmtEvent::Ipv4MaddrAdd, "IPV4_MADDR_ADD"},
    Named{MgmtEvent::Ipv4MaddrDel, "IPV4_MADDR_DEL"},
    Named{MgmtEvent::Ipv4RouterAdd, "IPV4_ROUTER_ADD"},
    Named{MgmtEvent::Ipv4RouterDel, "IPV4_ROUTER_DEL"},
    Named{MgmtEvent::Ipv4McastJoin, "IPV4_MCAST_JOIN"},
    Named{MgmtEvent::Ipv4McastLeave, "IPV4_MCAST_LEAVE"},
    Named{MgmtEvent::Ipv4AcdSucceed, "IPV4_ACD_SUCCEED"},
    Named{MgmtEvent::Ipv4AcdFailed, "IPV4_ACD_FAILED"},
    Named{MgmtEvent::Ipv4AcdConflict, "IPV4_ACD_CONFLICT"},
    Named{MgmtEvent::Ipv6RouterAdd, "IPV6_ROUTER_ADD"},
    Named{MgmtEvent::Ipv6RouterDel, "IPV6_ROUTER_DEL"},
    Named{MgmtEvent::L4Connected, "L4_CONNECTED"},
    Named{MgmtEvent::L4Disconnected, "L4_DISCONNECTED"},
    Named{MgmtEvent::L4Ipv4Connected, "L4_IPV4_CONNECTED"},
    Named{MgmtEvent::L4Ipv4Disconnected, "L4_IPV4_DISCONNECTED"},
};
constexpr auto kEvents = [] {
  std::array<MgmtEvent, kNames.size()> events{};
  for (std::size_t i = 0; i < kNames.size(); ++i) events[i] = kNames[i].event;
  return events;
}();

constexpr bool is_l4(MgmtEvent event) {
  constexpr std::uint64_t kHead = ~mgmt::kCommandMask;
  return (static_cast<std::uint64_t>(event) & kHead) == (mgmt::l4_word(0) & kHead);
}

// Layer and code are equal, and a command of the mask's, if it names any, is the event's.
bool covers(std::uint64_t mask, MgmtEvent event) {
  const auto word = static_cast<std::uint64_t>(event);
  const std::uint64_t commands = mask & mgmt::kCommandMask;
  return ((mask ^ word) & ~mgmt::kCommandMask) == 0 && (commands == 0 || (commands & word) != 0);
}

}  // namespace

std::string_view mgmt_event_name(MgmtEvent event) {
  for (const Named& n : kNames) {
    if (n.event == event) return n.name;
  }
  return "?";
}

std::span<const MgmtEvent> mgmt_events() { return kEvents; }

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
  std::array<Attr, 3> attrs;
  std::size_t count = 0;
  const bool l4 = is_l4(event);
  if (l4 && iface != nullptr) attrs[count++] = Attr::of("iface", iface->name());
  if (info.address) attrs[count++] = Attr::of("address", *info.address);
  if (info.reason) attrs[count++] = Attr::of("reason", *info.reason);
  return tracer_.record(TraceKind::Event, l4 || iface == nullptr ? node_ : iface->subject(),
                        mgmt_event_name(event), std::span(attrs.data(), count));
}

bool NetMgmt::covered(MgmtEvent event) const {
  return std::any_of(callbacks_.begin(), callbacks_.end(),
                     [event](const MgmtCallback* c) { return covers(c->mask, event); });
}

void NetMgmt::notify(MgmtEvent event, NetIf* iface, MgmtInfo info) {
  Entry entry{{event, iface, info}, trace(event, iface, info), tracer_.scheduler().now()};
  if (iface != nullptr && !is_l4(event)) iface->set_last_event(entry.record);
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
