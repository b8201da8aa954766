// SPDX-License-Identifier: Apache-2.0
// Kconfig options of sockets and of what an iface can do for them.
#include "scenarios/builtin_parts.h"

namespace flapjack {
namespace {

using C = NodeConfig;
using I = std::int64_t;

template <bool SocketConfig::*Member>
KconfigEntry built_in(std::string name, std::string about) {
  return {{std::move(name), std::move(about)},
          0, 1, [](C& c, I v) { c.stack.sockets.*Member = v != 0; },
          [](const C& c) { return static_cast<I>(c.stack.sockets.*Member); }};
}

template <DefaultIface Choice>
KconfigEntry default_iface(std::string name, std::string about) {
  return {{"NET_DEFAULT_IF_" + std::move(name), "1: the default iface is " + std::move(about)},
          0, 1,
          [](C& c, I v) {
            if (v != 0) c.stack.sockets.default_iface = Choice;
          },
          [](const C& c) { return static_cast<I>(c.stack.sockets.default_iface == Choice); }};
}

}  // namespace

std::vector<KconfigEntry> builtin_socket_kconfigs() {
  using S = SocketConfig;
  using D = DefaultIface;
  return {
      built_in<&S::packet>("NET_SOCKETS_PACKET", "packet sockets"),
      built_in<&S::raw>("NET_SOCKETS_INET_RAW", "raw IP sockets"),
      built_in<&S::ipv4_mapping>("NET_IPV4_MAPPING_TO_IPV6", "IPv6 sockets may take IPv4, too"),
      built_in<&S::dscp_ecn>("NET_CONTEXT_DSCP_ECN", "IP_TOS and IPV6_TCLASS"),
      built_in<&S::reuse_addr>("NET_CONTEXT_REUSEADDR", "SO_REUSEADDR"),
      built_in<&S::reuse_port>("NET_CONTEXT_REUSEPORT", "SO_REUSEPORT"),
      built_in<&S::port_range>("NET_CONTEXT_CLAMP_PORT_RANGE", "IP_LOCAL_PORT_RANGE"),
      built_in<&S::ipv4_group_loop>("NET_INITIAL_IPV4_MCAST_LOOP",
                                    "a node hears what its own sockets send to IPv4 groups"),
      built_in<&S::ipv6_group_loop>("NET_INITIAL_IPV6_MCAST_LOOP", "the same for IPv6"),
      built_in<&S::promiscuous>("NET_PROMISCUOUS_MODE", "ifaces may take frames for others"),
      built_in<&S::if_names>("NET_INTERFACE_NAME", "ifaces have names that the device knows"),
      {{"NET_INTERFACE_NAME_LEN", "bytes of such a name"},
       1, 255, [](C& c, I v) { c.stack.sockets.if_name_max = static_cast<std::size_t>(v); },
       [](const C& c) { return static_cast<I>(c.stack.sockets.if_name_max); }},
      default_iface<D::First>("FIRST", "the first (the default)"),
      default_iface<D::Up>("UP", "the first that is admin-up"),
      default_iface<D::Ethernet>("ETHERNET", "the first of Ethernet"),
      default_iface<D::Wifi>("WIFI", "the first of Wi-Fi"),
      default_iface<D::Offload>("OFFLOAD", "the first with context-level offload"),
      default_iface<D::OffloadedNetdev>("OFFLOADED_NETDEV", "the first with socket-level offload"),
      default_iface<D::Dummy>("DUMMY", "the first of the dummy L2"),
      default_iface<D::Ppp>("PPP", "the first of PPP"),
  };
}

}  // namespace flapjack
