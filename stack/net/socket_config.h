// SPDX-License-Identifier: Apache-2.0
// SocketConfig: what of Zephyr's socket side is built in, and how it starts out. A part of
// StackConfig; Kconfig names in the comments. An option that is not built in answers Enotsup.
#pragma once
#include <cstddef>
#include <cstdint>

namespace flapjack {

/// Which iface net_if_get_default() gives while nobody has set one; without such an iface the first
/// of the node. Only Up looks at a state, and only at the admin state.
enum class DefaultIface : std::uint8_t {
  First,            ///< NET_DEFAULT_IF_FIRST
  Up,               ///< NET_DEFAULT_IF_UP: the first that is admin-up
  Ethernet,         ///< NET_DEFAULT_IF_ETHERNET; a Wi-Fi iface is one, too
  Wifi,             ///< NET_DEFAULT_IF_WIFI
  Offload,          ///< NET_DEFAULT_IF_OFFLOAD: with context-level offload
  OffloadedNetdev,  ///< NET_DEFAULT_IF_OFFLOADED_NETDEV: with socket-level offload
  Dummy,            ///< NET_DEFAULT_IF_DUMMY
  Ppp,              ///< NET_DEFAULT_IF_PPP
};

struct SocketConfig {
  bool packet = true;            ///< NET_SOCKETS_PACKET: else Epfnosupport
  bool raw = true;               ///< NET_SOCKETS_INET_RAW: else Eprotonosupport
  /// A packet context of iface 0 hears every iface; false: none, as older releases asked for the
  /// exact index.
  bool packet_iface_zero_is_all = true;
  bool ipv4_mapping = false;     ///< NET_IPV4_MAPPING_TO_IPV6
  bool dscp_ecn = true;          ///< NET_CONTEXT_DSCP_ECN
  bool reuse_addr = true;        ///< NET_CONTEXT_REUSEADDR
  bool reuse_port = true;        ///< NET_CONTEXT_REUSEPORT
  bool port_range = false;       ///< NET_CONTEXT_CLAMP_PORT_RANGE
  bool ipv4_group_loop = false;  ///< NET_INITIAL_IPV4_MCAST_LOOP
  bool ipv6_group_loop = false;  ///< NET_INITIAL_IPV6_MCAST_LOOP
  bool promiscuous = true;       ///< NET_PROMISCUOUS_MODE
  bool if_names = true;          ///< NET_INTERFACE_NAME
  std::size_t if_name_max = 8;   ///< NET_INTERFACE_NAME_LEN: bytes of a name
  DefaultIface default_iface = DefaultIface::First;

  bool operator==(const SocketConfig&) const = default;
};

}  // namespace flapjack
