// SPDX-License-Identifier: Apache-2.0
// ContextOptions: what setsockopt() changes on a context (Zephyr: enum net_context_option and
// struct net_context.options), and the values they have until then. NetContext owns one; the calls
// are NetContext::set_option() and get_option().
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "stack/base/ids.h"
#include "stack/sim/time.h"

namespace flapjack {

/// The value of each is a number: 0 or 1 for a switch (any other number is 1, too), else as noted.
enum class ContextOption : std::uint8_t {
  Priority,         ///< 0..255: of packets sent; above 7 is best effort (SO_PRIORITY)
  DscpEcn,          ///< 0..255: the byte of the IP header (IP_TOS, IPV6_TCLASS)
  Ttl,              ///< of IPv4 unicast; only the lowest 8 bits count (IP_TTL)
  MulticastTtl,     ///< of IPv4 groups; only the lowest 8 bits count (IP_MULTICAST_TTL)
  UnicastHopLimit,  ///< of IPv6 unicast; only the lowest 8 bits count (IPV6_UNICAST_HOPS)
  MulticastHopLimit,  ///< of IPv6 groups, 0..255; -1: as the node has it (IPV6_MULTICAST_HOPS)
  Ipv4GroupLoop,    ///< switch: the sender's node hears what it sends to groups (IP_MULTICAST_LOOP)
  Ipv6GroupLoop,    ///< switch (IPV6_MULTICAST_LOOP)
  MulticastIface,   ///< index of the iface groups are sent by; 0: as routed (IP_MULTICAST_IF)
  ReuseAddr,        ///< switch, see NetContexts (SO_REUSEADDR)
  ReusePort,        ///< switch, see NetContexts (SO_REUSEPORT)
  Ipv6Only,         ///< switch: no IPv4 packets, no mapped addresses (IPV6_V6ONLY)
  RecvTimeout,      ///< ns; -1: none. Bounds recv() that would wait for ever (SO_RCVTIMEO)
  SendTimeout,      ///< ns; -1: none. Bounds send() that would wait for ever (SO_SNDTIMEO)
  RecvBuffer,       ///< 0..65535 bytes; kept, but only a TCP window looks at it (SO_RCVBUF)
  SendBuffer,       ///< 0..65535 bytes; the same (SO_SNDBUF)
  LocalPortRange,   ///< highest << 16 | lowest port; 0 in either: no range (IP_LOCAL_PORT_RANGE)
  Mtu,              ///< of the path to the peer (IP_MTU, IPV6_MTU)
  Txtime, RecvPktinfo, RecvHopLimit, Timestamping, AddressPreferences, Socks5,  ///< not built in
};

/// "SO_PRIORITY", ...: the name of the sockets API, or Zephyr's.
std::string_view context_option_name(ContextOption option);
std::span<const ContextOption> context_options();

struct ContextOptions {
  std::uint8_t priority = 1;       ///< NET_TX_DEFAULT_PRIORITY
  std::uint8_t traffic_class = 0;
  std::optional<std::uint8_t> ttl, multicast_ttl;              ///< none: the iface's
  std::optional<std::uint8_t> hop_limit, multicast_hop_limit;  ///< none: the iface's, the node's
  bool ipv4_group_loop = false, ipv6_group_loop = false;
  bool reuse_addr = false, reuse_port = false;
  bool ipv6_only = true;  ///< as Zephyr: the families have port spaces of their own
  IfIndex multicast_iface;
  Timeout recv_timeout = Timeout::forever(), send_timeout = Timeout::forever();
  std::uint16_t recv_buffer = 0, send_buffer = 0;
  std::uint16_t lowest_port = 0, highest_port = 0;

  bool has_port_range() const { return lowest_port != 0 && highest_port > lowest_port; }
  bool allows_port(std::uint16_t port) const {
    return !has_port_range() || (port >= lowest_port && port <= highest_port);
  }
};

}  // namespace flapjack
