// SPDX-License-Identifier: Apache-2.0
// Mld: tells the routers of a link which IPv6 groups this node listens to (MLDv2, RFC 3810; answers
// MLDv1 queries as RFC 2710 wants it; Zephyr: ipv6_mld.c). The groups themselves are Ipv6If's.
//
// A join or a leave is reported at once and once more within a second (the robustness variable is
// 2), unless the next change of the group comes first. A query is answered for all groups after a
// random part of its response time.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "stack/net/icmpv6.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/address.h"

namespace flapjack {

class NetIf;
class Stack;

class Mld {
 public:
  explicit Mld(Stack& stack);

  /// The iface, which is up, now listens to `group`. Raises IPV6_MCAST_JOIN. Reported unless the
  /// iface has IPV6_NO_MLD or the group is one nobody reports (ff02::1, scopes 0 and 1).
  void join(NetIf& iface, const Ipv6Address& group);
  /// Raises IPV6_MCAST_LEAVE.
  void leave(NetIf& iface, const Ipv6Address& group);
  /// What is still to be said about an iface that went down is forgotten.
  void stop(const NetIf& iface);

 private:
  enum class Report : std::uint8_t { State, StateVersion1, Joined, Left };
  /// Something to say later.
  struct Owed {
    NetIf* iface;
    std::optional<Ipv6Address> group;  ///< empty: the state of all groups
    Report report;
    SimTime at;
    bool is_change() const { return report == Report::Joined || report == Report::Left; }
  };
  bool is_reported(const NetIf& iface, const Ipv6Address& group) const;
  Status on_query(NetIf& iface, Packet& packet);
  void change(NetIf& iface, const Ipv6Address& group, Report report);
  void owe(Owed owed);
  void say(const Owed& owed);
  void send_change(NetIf& iface, const Ipv6Address& group, Report report);
  void send_state(NetIf& iface, const std::optional<Ipv6Address>& group);
  void send_version1(NetIf& iface, const Ipv6Address& group);
  Icmpv6Route route(const NetIf& iface, const Ipv6Address& destination) const;
  void send(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route);
  void on_time();
  void settle();
  Duration draw(Duration most);

  Stack& stack_;
  std::vector<Owed> owed_;
  std::optional<RandomStream> random_;
  IcmpHandler query_handler_;
  Timer timer_;
};

}  // namespace flapjack
