// SPDX-License-Identifier: Apache-2.0
// Switches, sizes and times of a node's IPv6 (Kconfig names beside them), and what an iface keeps:
// addresses, groups and prefixes as plain values. Who changes them: Ipv6If.
#pragma once
#include <cstdint>

#include "stack/net/ipv4_config.h"
#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

/// Defaults are profile "zephyr-4".
struct Ipv6Config {
  std::size_t unicast_limit = 2;    ///< NET_IF_UNICAST_IPV6_ADDR_COUNT, addresses an iface
  std::size_t multicast_limit = 3;  ///< NET_IF_MCAST_IPV6_ADDR_COUNT, groups an iface
  std::size_t prefix_limit = 2;     ///< NET_IF_IPV6_PREFIX_COUNT, prefixes an iface
  std::uint8_t hop_limit = 64, multicast_hop_limit = 1;
  bool dad = true;                            ///< NET_IPV6_DAD
  bool dad_before_addr_add = false;  ///< IPV6_ADDR_ADD is raised behind the probe, as in 2018
  Duration dad_timeout = milliseconds(100);   ///< Zephyr: DAD_TIMEOUT, behind its one probe
  bool nd = true;                             ///< NET_IPV6_ND: router solicitations
  Duration rs_interval = seconds(1);          ///< RTR_SOLICITATION_INTERVAL (Zephyr's own: 1 s)
  unsigned rs_count = 3;                      ///< MAX_RTR_SOLICITATIONS (RFC 4861 section 10)
  bool ra_rdnss = true;                       ///< NET_IPV6_RA_RDNSS: DNS servers from routers
  std::size_t neighbors = 8;                  ///< NET_IPV6_MAX_NEIGHBORS, of the node
  Duration ns_reply_timeout = seconds(1);     ///< Zephyr: NS_REPLY_TIMEOUT, of a parked packet
  Duration retrans_time = seconds(1);         ///< RETRANS_TIMER (RFC 4861 section 10)
  Duration reachable_time = seconds(30);      ///< base; drawn x 0.5..1.5 (RFC 4861 section 6.3.4)
  Duration delay_first_probe = seconds(5);    ///< DELAY_FIRST_PROBE_TIME (RFC 4861 section 10)
  unsigned multicast_solicits = 3, unicast_solicits = 3;  ///< RFC 4861 section 10
  bool mld = true;                            ///< NET_IPV6_MLD

  bool operator==(const Ipv6Config&) const = default;
};

/// An address of an iface (Zephyr: struct net_if_addr).
struct Ipv6IfAddress {
  Ipv6Prefix prefix;
  AddressType type = AddressType::Manual;
  AddressState state = AddressState::Tentative;
  SimTime valid_until = kNever, preferred_until = kNever;
  SimTime probe_ends = kNever;   ///< its duplicate address detection; kNever: none is running
  std::uint32_t references = 0;  ///< of sockets that cannot do without it
  bool added = true;             ///< false: removed, but references keep it usable

  const Ipv6Address& address() const { return prefix.address; }
  bool is_preferred() const { return state == AddressState::Preferred; }
};

/// A group of an iface (Zephyr: struct net_if_mcast_addr).
struct Ipv6IfGroup {
  Ipv6Address address;
  std::uint32_t users = 0;  ///< who asked for it
  bool joined = false;      ///< reported to the routers since the iface came up
};

/// A prefix that is on the link (Zephyr: struct net_if_ipv6_prefix).
struct Ipv6IfPrefix {
  Ipv6Prefix prefix;
  SimTime valid_until = kNever;
  bool configured = false;  ///< without a router; none can shorten it
};

}  // namespace flapjack
