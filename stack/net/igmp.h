// SPDX-License-Identifier: Apache-2.0
// Igmp: the IPv4 groups of a node's ifaces, and the reports by which routers learn of them (IGMPv2
// RFC 2236, IGMPv3 RFC 3376; Zephyr: igmp.c, net_if_ipv4_maddr_*). The Stack owns it, NetIf tells
// it of ups and downs. Groups are any-source: whoever asks about sources hears that all are wanted.
// Raises IPV4_MADDR_ADD and _DEL, IPV4_MCAST_JOIN and _LEAVE.
//
// Invariants
//  1. A group is in the table as long as it has users; joined while its iface is up.
//  2. 224.0.0.1 is everybody's, takes no place and is never reported.
//  3. timer_ stands at the earliest report that is due, or is off.
//
// Unlike Zephyr, which answers a query at once, a report waits for a random part of the time the
// query allows, and in version 2 another member's report makes one's own unnecessary.
#pragma once
#include <map>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/group_changes.h"
#include "stack/packet/packet.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/igmp.h"

namespace flapjack {

class NetIf;
class Stack;

struct IgmpConfig {
  bool enabled = false;      ///< NET_IPV4_IGMP
  std::uint8_t version = 2;  ///< 2, or 3 with NET_IPV4_IGMPV3
  std::size_t groups = 1;    ///< of an iface (NET_IF_MCAST_IPV4_ADDR_COUNT)
  int join_reports = 1;      ///< as Zephyr; RFC 2236 section 3 would repeat it once or twice
  /// Version 3: how often a join or leave is said (RFC 3376 section 8.1; Zephyr says it once).
  unsigned change_reports = kGroupRobustness;
  Duration join_interval = seconds(10);      ///< RFC 2236 section 8.10: repeats come within it
  Duration version1_timeout = seconds(400);  ///< of a version 2 host (RFC 2236 section 8.11)
  Duration older_timeout = seconds(260);     ///< of a version 3 host (RFC 3376 section 8.12)

  bool operator==(const IgmpConfig&) const = default;
};

struct IgmpGroup {
  NetIf* iface = nullptr;
  Ipv4Address group;
  int users = 0;
  bool joined = false;
  bool last_reporter = false;             ///< the latest report of it on the link was ours
  int repeats = 0;                        ///< reports of the join that are still to come
  SimTime due = kNever;                   ///< of the next report
  std::vector<Ipv4Address> sources = {};  ///< version 3: it is about these; empty: the group
};

class Igmp {
 public:
  explicit Igmp(Stack& stack);

  /// One more user of a group; the first one adds it and, on an iface that is up, joins it. Enotsup
  /// (not enabled), Einval (no group), Enomem (table full).
  Status join(NetIf& iface, Ipv4Address group);
  /// The last user leaves. Enotsup, Einval, Enoent.
  Status leave(NetIf& iface, Ipv4Address group);
  bool is_member(const NetIf& iface, Ipv4Address group) const;
  /// Of all ifaces, in the order in which they were added.
  std::span<const IgmpGroup> groups() const { return groups_; }

  /// The iface is up: its groups are joined.
  void iface_up(NetIf& iface);
  /// It is going admin-down: routers are told while there is time.
  void leave_all(NetIf& iface);
  /// It is down: its groups count as not joined.
  void iface_down(const NetIf& iface);
  /// A message with its IP header pulled.
  void input(NetIf& iface, PacketPtr packet);
  /// 1 to 3: what the routers on the link understand.
  std::uint8_t version_on(const NetIf& iface) const;

 private:
  struct Link {
    RandomStream draws;
    std::uint8_t version;                              // for which the rest was noted
    SimTime version1_until = {}, version2_until = {};  // an older querier was heard
    SimTime general_due = kNever;                      // version 3: one report of everything
    GroupChanges<Ipv4Address> changes = {};            // version 3
  };

  IgmpGroup* find(const NetIf& iface, Ipv4Address group);
  Link& link_of(const NetIf& iface);
  void enter(IgmpGroup& group);
  void say_goodbye(IgmpGroup& group);
  bool is_for(const NetIf& iface, Ipv4Address to, const IgmpQuery& query) const;
  bool on_query(NetIf& iface, const Packet& packet);
  void note_version(NetIf& iface, const IgmpQuery& query);
  void choose_version(const NetIf& iface, Link& link);
  Duration within(const IgmpQuery& query) const;
  void answer_version3(IgmpGroup& group, const IgmpQuery& query);
  void change(NetIf& iface, Ipv4Address group, bool joined);
  void on_report(NetIf& iface, const IgmpHeader& report);
  SimTime draw(const NetIf& iface, Duration within);
  void schedule(IgmpGroup& group, Duration within);
  void on_time();
  void report_due(IgmpGroup& group);
  void report_old(const IgmpGroup& group);
  void report_state(IgmpGroup& group);
  void report_all(NetIf& iface);
  void report_changes(NetIf& iface, std::span<const GroupChanges<Ipv4Address>::Change> changes);
  auto report_of(NetIf& iface);
  void send(NetIf& iface, Ipv4Address to, const IgmpHeader& message);
  void post(NetIf& iface, Ipv4Address to, std::vector<std::uint8_t> message);
  void output(NetIf& iface, PacketPtr packet, Ipv4Address to);
  void arm();

  Stack& stack_;
  std::vector<IgmpGroup> groups_;
  std::map<IfIndex, Link> links_;
  Timer timer_;
};

}  // namespace flapjack
