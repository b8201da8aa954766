// SPDX-License-Identifier: Apache-2.0
// Mld: tells the routers of a link which IPv6 groups this node listens to (MLDv2, RFC 3810; Zephyr:
// ipv6_mld.c). The groups themselves are Ipv6If's.
//
// A join and a leave are reported at once and once more with what else changed (group_changes.h),
// the second time not before the link-local address has been checked: it is the one to be heard. A
// query is answered after a random part of its response time. While a querier of version 1 was
// heard lately, the iface speaks MLDv1 (RFC 3810 section 8.2.1, RFC 2710): each group is reported
// by itself, not when another node has done so, and a leave says done.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "stack/net/group_changes.h"
#include "stack/net/icmpv6.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/mld.h"

namespace flapjack {

class NetIf;
class Stack;

class Mld {
 public:
  Mld(Stack& stack, Icmpv6& icmp);

  /// The iface, which is up, now listens to `group`. Raises IPV6_MCAST_JOIN. Reported unless the
  /// iface has IPV6_NO_MLD or the group is one nobody reports (ff02::1, scopes 0 and 1).
  void join(NetIf& iface, const Ipv6Address& group);
  /// Raises IPV6_MCAST_LEAVE.
  void leave(NetIf& iface, const Ipv6Address& group);
  /// What is still to be said about an iface that went down is forgotten.
  void stop(const NetIf& iface);

 private:
  /// A group of an iface about which there is something to keep.
  struct Asked {
    NetIf* iface;
    Ipv6Address group;
    SimTime due = kNever;                   ///< of a report about it alone
    std::vector<Ipv6Address> sources = {};  ///< those it was asked about; empty: the whole group
    bool repeats = false;                   ///< version 1: that report is the second one of a join
    bool other_reports = false;             ///< version 1: another node was the last to report
  };
  struct Link {
    NetIf* iface;
    GroupChanges<Ipv6Address> changes = {};
    SimTime general_due = kNever;  ///< version 2: of a report of all groups
    SimTime version1_until = {};   ///< an old querier was heard (RFC 3810 section 9.12)
    bool version1 = false;         ///< what was noted was noted for version 1
  };
  bool is_reported(const NetIf& iface, const Ipv6Address& group) const;
  Link& link_of(NetIf& iface);
  void choose_version(Link& link);
  Asked* find(const NetIf& iface, const Ipv6Address& group);
  Asked& asked(NetIf& iface, const Ipv6Address& group);
  bool is_valid(const Packet& packet) const;
  Status on_query(NetIf& iface, Packet& packet);
  void on_general_query(Link& link, Duration within);
  void on_group_query(Link& link, const MldQuery& query, Duration within);
  Status on_report(NetIf& iface, Packet& packet);
  Status refuse(NetIf& iface, Packet& packet);
  void change(Link& link, const Ipv6Address& group, bool joined);
  void say(Link& link);
  void say(Asked& asked);
  void send_changes(NetIf& iface, std::span<const GroupChanges<Ipv6Address>::Change> changes);
  void send_state(NetIf& iface);
  void send_version1(NetIf& iface, const Ipv6Address& group, Icmpv6Type type);
  auto report_of(NetIf& iface);
  Icmpv6Route route(const NetIf& iface, const Ipv6Address& destination) const;
  void send(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route);
  void on_time();
  void settle();
  Duration draw(Duration most);

  Stack& stack_;
  std::map<IfIndex, Link> links_;
  std::vector<Asked> asked_;
  std::optional<RandomStream> random_;
  IcmpHandler query_handler_, report_handler_;
  Timer timer_;
};

}  // namespace flapjack
