// SPDX-License-Identifier: Apache-2.0
// Membership: who is in which group, and when that is reported. What is sent: igmp_output.cc.
#include "stack/net/igmp.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr Ipv4Address kAllSystems{0xe0000001};  // RFC 1112 section 4

}  // namespace

Igmp::Igmp(Stack& stack)
    : stack_(stack), timer_(stack.scheduler(), Lane::Work, delegate<&Igmp::on_time>(this)) {}

IgmpGroup* Igmp::find(const NetIf& iface, Ipv4Address group) {
  for (IgmpGroup& entry : groups_) {
    if (entry.iface == &iface && entry.group == group) return &entry;
  }
  return nullptr;
}

bool Igmp::is_member(const NetIf& iface, Ipv4Address group) const {
  return group == kAllSystems || std::any_of(groups_.begin(), groups_.end(), [&](const auto& g) {
           return g.iface == &iface && g.group == group;
         });
}

Status Igmp::join(NetIf& iface, Ipv4Address group) {
  const IgmpConfig& config = stack_.config().igmp;
  if (!config.enabled) return Errc::Enotsup;
  if (!group.is_multicast()) return Errc::Einval;
  if (group == kAllSystems) return Status();
  if (IgmpGroup* known = find(iface, group)) {
    ++known->users;
    return Status();
  }
  const auto there = static_cast<std::size_t>(std::count_if(
      groups_.begin(), groups_.end(), [&](const IgmpGroup& g) { return g.iface == &iface; }));
  if (there >= config.groups) return Errc::Enomem;
  groups_.push_back({&iface, group, 1});
  stack_.mgmt.notify(MgmtEvent::Ipv4MaddrAdd, &iface, group);
  IgmpGroup* added = find(iface, group);
  if (added != nullptr && !added->joined && iface.is_up()) enter(*added);
  return Status();
}

Status Igmp::leave(NetIf& iface, Ipv4Address group) {
  if (!stack_.config().igmp.enabled) return Errc::Enotsup;
  if (!group.is_multicast()) return Errc::Einval;
  if (group == kAllSystems) return Status();
  IgmpGroup* known = find(iface, group);
  if (known == nullptr) return Errc::Enoent;
  if (--known->users > 0) return Status();
  IgmpGroup gone = *known;
  std::erase_if(groups_,
                [&](const IgmpGroup& g) { return g.iface == &iface && g.group == group; });
  arm();
  if (gone.joined) say_goodbye(gone);
  stack_.mgmt.notify(MgmtEvent::Ipv4MaddrDel, &iface, group);
  return Status();
}

// ---- the iface

// What a handler does in the notifier's turn may change the table, so that places are counted.
void Igmp::iface_up(NetIf& iface) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].iface == &iface && !groups_[i].joined) enter(groups_[i]);
  }
}

void Igmp::leave_all(NetIf& iface) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    IgmpGroup& group = groups_[i];
    if (group.iface != &iface || !group.joined) continue;
    group.joined = false;
    group.due = kNever;
    say_goodbye(group);
  }
  arm();
}

void Igmp::iface_down(const NetIf& iface) {
  for (IgmpGroup& group : groups_) {
    if (group.iface != &iface) continue;
    group.joined = false;
    group.due = kNever;
  }
  const auto link = links_.find(iface.index());
  if (link != links_.end()) {
    link->second.version1_until = link->second.version2_until = SimTime{};
    link->second.general_due = kNever;
  }
  arm();
}

// RFC 2236 section 3: a report at once, perhaps repeated.
void Igmp::enter(IgmpGroup& group) {
  group.joined = true;
  group.repeats = stack_.config().igmp.join_reports - 1;
  NetIf& iface = *group.iface;
  const Ipv4Address address = group.group;
  group.last_reporter = true;
  report(group, GroupRecordType::ChangeToExclude);
  if (group.repeats > 0) schedule(group, stack_.config().igmp.join_interval);
  stack_.mgmt.notify(MgmtEvent::Ipv4McastJoin, &iface, address);
}

void Igmp::say_goodbye(IgmpGroup& group) {
  constexpr Ipv4Address kAllRouters{0xe0000002};
  NetIf& iface = *group.iface;
  const Ipv4Address address = group.group;
  const std::uint8_t version = version_on(iface);
  if (version == 3) report(group, GroupRecordType::ChangeToInclude);
  // RFC 2236 section 3: who was not the last to report need not say that he leaves
  if (version == 2 && group.last_reporter) {
    send(iface, kAllRouters, {IgmpType::Leave, 0, address});
  }
  stack_.mgmt.notify(MgmtEvent::Ipv4McastLeave, &iface, address);
}

// ---- queries and the reports of others

void Igmp::input(NetIf& iface, PacketPtr packet) {
  const auto header = IgmpHeader::parse(packet->bytes());
  if (!header) {
    ++iface.stats().rx_dropped;
    const bool short_one = packet->size() < kIgmpHeaderBytes;
    return stack_.tracer().drop(short_one ? DropReason::BadHeader : DropReason::BadChecksum,
                                iface.subject(), *packet);
  }
  switch (header->type) {
    case IgmpType::Query:
      if (on_query(iface, *packet)) return;
      ++iface.stats().rx_dropped;
      return stack_.tracer().drop(DropReason::BadHeader, iface.subject(), *packet);
    case IgmpType::Report1:
    case IgmpType::Report2:
      return on_report(iface, *header);
    default:  // for routers; RFC 2236 section 2.1: others are silently ignored
      return;
  }
}

bool Igmp::on_query(NetIf& iface, const Packet& packet) {
  const auto query = IgmpQuery::parse(packet.bytes());
  if (!query) return false;
  const Ipv4Address to = packet.meta.destination.address.v4();
  // RFC 3376 section 9.1: a general query to somebody else is a forgery
  if (to != (query->group.is_any() ? kAllSystems : query->group)) return false;
  note_version(iface, *query);
  const Duration within = milliseconds(query->max_response_ms());
  if (query->group.is_any() && version_on(iface) == 3) {
    Link& link = link_of(iface);
    const SimTime due = stack_.scheduler().now() +
                        milliseconds(link.draws.between(0, within.ns / milliseconds(1).ns));
    link.general_due = std::min(link.general_due, due);
  } else {
    for (IgmpGroup& group : groups_) {
      const bool asked = query->group.is_any() || query->group == group.group;
      if (group.iface == &iface && group.joined && asked) schedule(group, within);
    }
  }
  arm();
  return true;
}

// RFC 2236 section 4, RFC 3376 section 7.2.1: an older querier sets the version for a while, and
// what was to be said in another one is not said.
void Igmp::note_version(NetIf& iface, const IgmpQuery& query) {
  const IgmpConfig& config = stack_.config().igmp;
  if (query.version >= config.version) return;
  const std::uint8_t before = version_on(iface);
  Link& link = link_of(iface);
  const SimTime now = stack_.scheduler().now();
  if (query.version == 1) link.version1_until = now + config.version1_timeout;
  if (query.version == 2) link.version2_until = now + config.version2_timeout;
  if (version_on(iface) == before) return;
  link.general_due = kNever;
  for (IgmpGroup& group : groups_) {
    if (group.iface == &iface) group.due = kNever;
  }
}

std::uint8_t Igmp::version_on(const NetIf& iface) const {
  const std::uint8_t own = stack_.config().igmp.version;
  const auto link = links_.find(iface.index());
  if (link == links_.end()) return own;
  const SimTime now = stack_.scheduler().now();
  if (now < link->second.version1_until) return 1;
  return own == 3 && now < link->second.version2_until ? std::uint8_t{2} : own;
}

// One report of a group on the link is enough (RFC 2236 section 3); version 3 needs all of them.
void Igmp::on_report(NetIf& iface, const IgmpHeader& report) {
  if (version_on(iface) == 3) return;
  IgmpGroup* group = find(iface, report.group);
  if (group == nullptr || !group->joined) return;
  group->due = kNever;
  group->repeats = 0;
  group->last_reporter = false;
  arm();
}

// ---- time

// An earlier report that is due already stays (RFC 2236 section 3).
void Igmp::schedule(IgmpGroup& group, Duration within) {
  const std::int64_t most_ms = within.ns / milliseconds(1).ns;
  const Duration wait = milliseconds(link_of(*group.iface).draws.between(0, most_ms));
  group.due = std::min(group.due, stack_.scheduler().now() + wait);
  arm();
}

void Igmp::on_time() {
  const SimTime now = stack_.scheduler().now();
  for (auto& [index, link] : links_) {
    if (link.general_due > now) continue;
    link.general_due = kNever;
    report_all(*stack_.iface(index));
  }
  for (IgmpGroup& group : groups_) {
    if (group.due <= now) report_due(group);
  }
  arm();
}

void Igmp::report_due(IgmpGroup& group) {
  group.due = kNever;
  group.last_reporter = true;
  const bool repeat = group.repeats > 0;
  report(group, repeat ? GroupRecordType::ChangeToExclude : GroupRecordType::ModeIsExclude);
  if (repeat && --group.repeats > 0) schedule(group, stack_.config().igmp.join_interval);
}

void Igmp::arm() {
  SimTime earliest = kNever;
  for (const IgmpGroup& group : groups_) earliest = std::min(earliest, group.due);
  for (const auto& [index, link] : links_) earliest = std::min(earliest, link.general_due);
  if (earliest == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(earliest);
  }
}

Igmp::Link& Igmp::link_of(const NetIf& iface) {
  const auto known = links_.find(iface.index());
  if (known != links_.end()) return known->second;
  const std::string stream = stack_.name() + "." + iface.name() + ".igmp";
  return links_.emplace(iface.index(), Link{stack_.env().rng.stream(stream), {}, {}}).first->second;
}

}  // namespace flapjack
