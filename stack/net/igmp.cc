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
    if (!known->joined && iface.is_up()) enter(*known);  // it left when going down was refused
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
  std::erase_if(groups_, [&](const IgmpGroup& g) { return g.iface == &iface && g.group == group; });
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
    link->second.changes.clear();
  }
  arm();
}

// RFC 2236 section 3: a report at once, perhaps repeated.
void Igmp::enter(IgmpGroup& group) {
  group.joined = true;
  group.last_reporter = true;
  group.sources.clear();
  NetIf& iface = *group.iface;
  const Ipv4Address address = group.group;
  choose_version(iface, link_of(iface));
  if (version_on(iface) == 3) {
    change(iface, address, true);
  } else {
    group.repeats = stack_.config().igmp.join_reports - 1;
    report_old(group);
    if (group.repeats > 0) schedule(group, stack_.config().igmp.join_interval);
  }
  stack_.mgmt.notify(MgmtEvent::Ipv4McastJoin, &iface, address);
}

void Igmp::say_goodbye(IgmpGroup& group) {
  constexpr Ipv4Address kAllRouters{0xe0000002};
  NetIf& iface = *group.iface;
  const Ipv4Address address = group.group;
  choose_version(iface, link_of(iface));
  const std::uint8_t version = version_on(iface);
  if (version == 3) change(iface, address, false);
  // RFC 2236 section 3: who was not the last to report need not say that he leaves
  if (version == 2 && group.last_reporter) {
    send(iface, kAllRouters, {IgmpType::Leave, 0, address});
  }
  stack_.mgmt.notify(MgmtEvent::Ipv4McastLeave, &iface, address);
}

// RFC 3376 section 5.1: at once, and again with what else changed.
void Igmp::change(NetIf& iface, Ipv4Address group, bool joined) {
  const SimTime now = stack_.scheduler().now();
  Link& link = link_of(iface);
  const Duration wait = draw(iface, kGroupChangeInterval) - now;
  link.changes.note(group, joined, stack_.config().igmp.change_reports - 1, now, wait);
  arm();
  const GroupChanges<Ipv4Address>::Change one{group, joined, 1};
  report_changes(iface, {&one, 1});
}

// ---- queries and the reports of others

void Igmp::input(NetIf& iface, PacketPtr packet) {
  const auto header = IgmpHeader::parse(packet->bytes());
  if (!header) {
    ++iface.losses().rx_dropped;
    const bool short_one = packet->size() < kIgmpHeaderBytes;
    return stack_.tracer().drop(short_one ? DropReason::BadHeader : DropReason::BadChecksum,
                                iface.subject(), *packet);
  }
  switch (header->type) {
    case IgmpType::Query:
      if (on_query(iface, *packet)) return;
      ++iface.losses().rx_dropped;
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
  if (!is_for(iface, packet.meta.destination.address.v4(), *query)) return false;
  note_version(iface, *query);
  const bool version3 = version_on(iface) == 3;
  if (query->group.is_any() && version3) {
    Link& link = link_of(iface);
    link.general_due = std::min(link.general_due, draw(iface, within(*query)));
  } else {
    for (IgmpGroup& group : groups_) {
      const bool asked = query->group.is_any() || query->group == group.group;
      if (group.iface != &iface || !group.joined || !asked) continue;
      if (version3) {
        answer_version3(group, *query);
      } else {
        schedule(group, within(*query));
      }
    }
  }
  arm();
  return true;
}

// RFC 3376 section 4.1.12: to any address of the iface. Section 9.1: but a general query to a group
// other than all systems is a forgery.
bool Igmp::is_for(const NetIf& iface, Ipv4Address to, const IgmpQuery& query) const {
  if (!to.is_multicast()) return iface.has_address(to);
  if (query.group.is_any()) return to == kAllSystems;
  return to == query.group || is_member(iface, to);
}

// To a version 2 host the code is a number, whoever sent it (RFC 2236 section 2.2).
Duration Igmp::within(const IgmpQuery& query) const {
  const bool plain = query.version == 3 && stack_.config().igmp.version == 2;
  return milliseconds(plain ? query.max_response_code * 100 : query.max_response_ms());
}

// The rules of RFC 3376 section 5.2, in its order.
void Igmp::answer_version3(IgmpGroup& group, const IgmpQuery& query) {
  const SimTime at = draw(*group.iface, within(query));
  if (link_of(*group.iface).general_due <= at) return;
  merge_group_query(group.due, group.sources, at, query.sources);
}

// RFC 2236 section 4, RFC 3376 section 7.2.1: an older querier sets the version for a while.
void Igmp::note_version(NetIf& iface, const IgmpQuery& query) {
  const IgmpConfig& config = stack_.config().igmp;
  Link& link = link_of(iface);
  const SimTime until = stack_.scheduler().now() +
                        (config.version == 2 ? config.version1_timeout : config.older_timeout);
  if (query.version < config.version) {
    (query.version == 1 ? link.version1_until : link.version2_until) = until;
  }
  choose_version(iface, link);
}

// RFC 3376 section 7.2.1: what was to be said in one version is not said in another.
void Igmp::choose_version(const NetIf& iface, Link& link) {
  const std::uint8_t version = version_on(iface);
  if (version == link.version) return;
  link.version = version;
  link.general_due = kNever;
  link.changes.clear();
  for (IgmpGroup& group : groups_) {
    if (group.iface != &iface) continue;
    group.due = kNever;
    group.repeats = 0;
    group.sources.clear();
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

SimTime Igmp::draw(const NetIf& iface, Duration within) {
  const std::int64_t most_ms = within.ns / milliseconds(1).ns;
  return stack_.scheduler().now() + milliseconds(link_of(iface).draws.between(0, most_ms));
}

// An earlier report that is due already stays (RFC 2236 section 3).
void Igmp::schedule(IgmpGroup& group, Duration within) {
  group.due = std::min(group.due, draw(*group.iface, within));
  arm();
}

void Igmp::on_time() {
  const SimTime now = stack_.scheduler().now();
  for (auto& [index, link] : links_) {
    NetIf& iface = *stack_.iface(index);
    choose_version(iface, link);
    if (link.general_due <= now) {
      link.general_due = kNever;
      report_all(iface);
    }
    if (link.changes.due() <= now) {
      report_changes(iface, link.changes.all());
      link.changes.said(now, draw(iface, kGroupChangeInterval) - now);
    }
  }
  for (IgmpGroup& group : groups_) {
    if (group.due <= now) report_due(group);
  }
  arm();
}

void Igmp::report_due(IgmpGroup& group) {
  group.due = kNever;
  group.last_reporter = true;
  if (version_on(*group.iface) == 3) return report_state(group);
  report_old(group);
  if (group.repeats > 0 && --group.repeats > 0) {
    schedule(group, stack_.config().igmp.join_interval);
  }
}

void Igmp::arm() {
  SimTime earliest = kNever;
  for (const IgmpGroup& group : groups_) earliest = std::min(earliest, group.due);
  for (const auto& [index, link] : links_) {
    earliest = std::min({earliest, link.general_due, link.changes.due()});
  }
  if (earliest == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(earliest);
  }
}

Igmp::Link& Igmp::link_of(const NetIf& iface) {
  const auto known = links_.find(iface.index());
  if (known != links_.end()) return known->second;
  const std::string stream = std::string(iface.path()) + ".igmp";
  Link fresh{stack_.env().rng.stream(stream), stack_.config().igmp.version};
  return links_.emplace(iface.index(), std::move(fresh)).first->second;
}

}  // namespace flapjack
