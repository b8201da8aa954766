// SPDX-License-Identifier: Apache-2.0
// Joins, leaves, queries and time. What is sent: mld_output.cc.
#include "stack/net/mld.h"

#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/ipv6_ext.h"

namespace flapjack {
namespace {

// Unsolicited Report Interval of version 1 (RFC 2710 section 7.10).
constexpr Duration kUnsolicitedInterval1 = seconds(10);
// Older Version Querier Present Timeout (RFC 3810 section 9.12) with the default variables:
// 2 x 125 s + 10 s.
constexpr Duration kOlderQuerierTimeout = seconds(260);

// A member of a group has left it all the same when it was refused to go down.
bool has_joined(const NetIf& iface, const Ipv6Address& group) {
  const auto groups = iface.ipv6()->groups();
  return std::any_of(groups.begin(), groups.end(), [&](const Ipv6IfGroup& each) {
    return each.joined && each.address == group;
  });
}

// The end of its link-local address's check; the start of time when none is running.
SimTime checked_at(const NetIf& iface) {
  SimTime end;
  if (iface.ipv6()->link_local() != nullptr) return end;
  for (const Ipv6IfAddress& each : iface.ipv6()->addresses()) {
    const bool runs = each.address().is_link_local() && each.probe_ends != kNever;
    if (runs) end = std::max(end, each.probe_ends);
  }
  return end;
}

}  // namespace

Mld::Mld(Stack& stack, Icmpv6& icmp)
    : stack_(stack), timer_(stack.scheduler(), Lane::Work, delegate<&Mld::on_time>(this)) {
  query_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::MldQuery);
  query_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_query(iface, packet);
  };
  icmp.add(query_handler_);
  report_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::MldReport);
  report_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_report(iface, packet);
  };
  icmp.add(report_handler_);
}

void Mld::join(NetIf& iface, const Ipv6Address& group) {
  stack_.mgmt.notify(MgmtEvent::Ipv6McastJoin, &iface, group);
  if (!is_reported(iface, group)) return;
  Link& link = link_of(iface);
  if (!link.version1) return change(link, group, true);
  Asked& entry = asked(iface, group);
  entry.repeats = true;
  entry.due = stack_.scheduler().now() + draw(kUnsolicitedInterval1);
  settle();
  send_version1(iface, group, Icmpv6Type::MldReport);
}

void Mld::leave(NetIf& iface, const Ipv6Address& group) {
  stack_.mgmt.notify(MgmtEvent::Ipv6McastLeave, &iface, group);
  const Asked* entry = find(iface, group);
  const bool other_reports = entry != nullptr && entry->other_reports;
  std::erase_if(asked_, [&](const Asked& a) { return a.iface == &iface && a.group == group; });
  settle();
  if (!is_reported(iface, group)) return;
  Link& link = link_of(iface);
  if (!link.version1) return change(link, group, false);
  // RFC 2710 section 4: who was not the last to report need not say that he leaves
  if (!other_reports) send_version1(iface, group, Icmpv6Type::MldDone);
}

void Mld::change(Link& link, const Ipv6Address& group, bool joined) {
  link.changes.note(group, joined, kGroupRobustness - 1, stack_.scheduler().now(),
                    draw(kGroupChangeInterval));
  settle();
  const GroupChanges<Ipv6Address>::Change one{group, joined, 1};
  send_changes(*link.iface, {&one, 1});
}

void Mld::stop(const NetIf& iface) {
  std::erase_if(asked_, [&](const Asked& each) { return each.iface == &iface; });
  links_.erase(iface.index());
  settle();
}

// RFC 3810 section 6: never ff02::1, nor what does not leave the node.
bool Mld::is_reported(const NetIf& iface, const Ipv6Address& group) const {
  return stack_.config().ipv6.mld && iface.has_mld() && group != Ipv6Address::all_nodes() &&
         group.multicast_scope() > 1;
}

// ---- what is kept

Mld::Link& Mld::link_of(NetIf& iface) {
  Link& link = links_.try_emplace(iface.index(), Link{&iface}).first->second;
  choose_version(link);
  return link;
}

// RFC 3810 section 8.2.1: what was to be said in one version is not said in another.
void Mld::choose_version(Link& link) {
  const bool version1 = stack_.scheduler().now() < link.version1_until;
  if (version1 == link.version1) return;
  link.version1 = version1;
  link.changes.clear();
  link.general_due = kNever;
  std::erase_if(asked_, [&](const Asked& each) { return each.iface == link.iface; });
}

Mld::Asked* Mld::find(const NetIf& iface, const Ipv6Address& group) {
  const auto known = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& each) {
    return each.iface == &iface && each.group == group;
  });
  return known != asked_.end() ? &*known : nullptr;
}

Mld::Asked& Mld::asked(NetIf& iface, const Ipv6Address& group) {
  Asked* known = find(iface, group);
  return known != nullptr ? *known : asked_.emplace_back(Asked{&iface, group});
}

// ---- queries and reports of others (RFC 3810 section 6.2, RFC 2710 section 4)

bool Mld::is_valid(const Packet& packet) const {
  return packet.meta.ttl == kMldHopLimit && packet.meta.source.address.is_link_local();
}

Status Mld::refuse(NetIf& iface, Packet& packet) {
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(DropReason::BadHeader, stack_.subject(), packet);
  return Errc::Einval;
}

Status Mld::on_query(NetIf& iface, Packet& packet) {
  const auto query = MldQuery::parse(packet.bytes());
  const Ipv6Extensions above = Ipv6Extensions::walk(
      {packet.data() - packet.meta.l3_bytes, packet.size() + packet.meta.l3_bytes});
  if (!query || !is_valid(packet) || above.router_alert != kRouterAlertMld) {
    return refuse(iface, packet);
  }
  if (!stack_.config().ipv6.mld || !iface.has_mld()) return Status();
  Link& link = link_of(iface);
  if (query->version == 1) {
    link.version1_until = stack_.scheduler().now() + kOlderQuerierTimeout;
    choose_version(link);
  }
  const Duration within = milliseconds(query->max_response_ms());
  if (query->group.is_any()) {
    on_general_query(link, within);
  } else if (has_joined(iface, query->group) && is_reported(iface, query->group)) {
    on_group_query(link, *query, within);
  }
  settle();
  return Status();
}

void Mld::on_general_query(Link& link, Duration within) {
  const SimTime now = stack_.scheduler().now();
  if (!link.version1) {
    link.general_due = std::min(link.general_due, now + draw(within));
    return;
  }
  for (const Ipv6IfGroup& each : link.iface->ipv6()->groups()) {
    if (!each.joined || !is_reported(*link.iface, each.address)) continue;
    Asked& entry = asked(*link.iface, each.address);
    entry.due = std::min(entry.due, now + draw(within));
  }
}

// The rules of RFC 3810 section 6.2, in its order.
void Mld::on_group_query(Link& link, const MldQuery& query, Duration within) {
  const SimTime at = stack_.scheduler().now() + draw(within);
  if (link.general_due <= at) return;
  Asked& entry = asked(*link.iface, query.group);
  merge_group_query(entry.due, entry.sources, at,
                    link.version1 ? decltype(query.sources){} : query.sources);
}

// Another node's report is enough in version 1; version 2 needs all of them.
Status Mld::on_report(NetIf& iface, Packet& packet) {
  const auto report = MldMessage::parse(packet.bytes());
  if (!report || !is_valid(packet)) return refuse(iface, packet);
  if (!is_reported(iface, report->group) || !has_joined(iface, report->group)) {
    return Status();
  }
  if (!link_of(iface).version1) return Status();
  Asked& entry = asked(iface, report->group);
  entry.due = kNever;
  entry.repeats = false;
  entry.other_reports = true;
  settle();
  return Status();
}

// ---- time

void Mld::on_time() {
  for (auto& [index, link] : links_) {
    choose_version(link);
    say(link);
  }
  for (Asked& each : asked_) say(each);
  settle();
}

void Mld::say(Link& link) {
  const SimTime now = stack_.scheduler().now();
  if (link.general_due <= now) {
    link.general_due = kNever;
    send_state(*link.iface);
  }
  // RFC 3590 section 4: routers do not hear what comes from ::, as the first report mostly does
  if (link.changes.due() <= now && checked_at(*link.iface) == SimTime{}) {
    send_changes(*link.iface, link.changes.all());
    link.changes.said(now, draw(kGroupChangeInterval));
  }
}

void Mld::settle() {
  SimTime next = kNever;
  for (const auto& [index, link] : links_) {
    const SimTime repeats = std::max(link.changes.due(), checked_at(*link.iface));
    next = std::min({next, link.general_due, repeats});
  }
  for (const Asked& each : asked_) next = std::min(next, each.due);
  if (next == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(next);
  }
}

Duration Mld::draw(Duration most) {
  if (!random_) random_ = stack_.env().rng.stream(stack_.path_of("mld"));
  return Duration{random_->between(0, most.ns)};
}

}  // namespace flapjack
