// SPDX-License-Identifier: Apache-2.0
#include "scenarios/fit_node.h"

#include <algorithm>

namespace flapjack {

namespace {

// What the file says of a limit itself holds.
void grow(const NodeSpec& spec, std::string_view option, std::size_t& limit, std::size_t most) {
  if (find_word(spec.kconfig, option) == nullptr) limit = std::max(limit, most);
}

// Kconfig's defaults where no Ethernet is built in (NET_L2_ETHERNET).
void size_pools(const NodeSpec& spec, StackConfig& stack) {
  const bool ethernet =
      std::any_of(spec.ifaces.begin(), spec.ifaces.end(), [](const IfaceSpec& iface) {
        return iface.l2 == "ethernet" || iface.virt.has_value();
      });
  if (ethernet) return;
  constexpr std::size_t kPackets = 4, kBuffers = 16;
  const auto set = [&](std::string_view option, std::size_t& count, std::size_t value) {
    if (find_word(spec.kconfig, option) == nullptr) count = value;
  };
  set("NET_PKT_TX_COUNT", stack.tx_pool.packets, kPackets);
  set("NET_PKT_RX_COUNT", stack.rx_pool.packets, kPackets);
  set("NET_BUF_TX_COUNT", stack.tx_pool.buffers, kBuffers);
  set("NET_BUF_RX_COUNT", stack.rx_pool.buffers, kBuffers);
}

bool advertises(const NodeSpec& spec, const IfaceSpec& iface) {
  return std::any_of(spec.services.begin(), spec.services.end(), [&](const ServiceSpec& service) {
    return service.kind == "ra" && (!service.ra.iface || service.ra.iface->text == iface.name);
  });
}

}  // namespace

// The link-local address and one that a router may give find room beside those in the file.
void fit_node(const NodeSpec& spec, NodeConfig& config) {
  config.stack.router = spec.router;
  if (!spec.dhcp_renewal.empty()) {
    config.stack.dhcpv4.renewal = spec.dhcp_renewal == "until_expiry" ? Dhcpv4Renewal::UntilExpiry
                                                                      : Dhcpv4Renewal::Attempts;
  }
  if (spec.dhcp_decline_wait) config.stack.dhcpv4.decline_wait = *spec.dhcp_decline_wait;
  if (spec.icmp_errors) {
    config.stack.icmp.error_limit = {static_cast<std::uint32_t>(spec.icmp_errors->rate),
                                     static_cast<std::uint32_t>(spec.icmp_errors->burst)};
  }
  size_pools(spec, config.stack);
  Ipv6Config& ipv6 = config.stack.ipv6;
  for (const ServiceSpec& service : spec.services) {
    if (service.kind == "ra") config.stack.router = true;
  }
  for (const IfaceSpec& iface : spec.ifaces) {
    if (iface.ipv4_auto) config.stack.acd.enabled = true;
    const std::size_t most = iface.ipv6.size() + 2;
    if (iface.ipv6.empty()) continue;
    grow(spec, "NET_IF_UNICAST_IPV6_ADDR_COUNT", ipv6.unicast_limit, most);
    grow(spec, "NET_IF_MCAST_IPV6_ADDR_COUNT", ipv6.multicast_limit, most + 1);
    grow(spec, "NET_IF_IPV6_PREFIX_COUNT", ipv6.prefix_limit, most);
  }
}

void follow_routers(const NodeSpec& spec, Node& node) {
  if (!node.stack.config().router) return;
  for (const IfaceSpec& iface : spec.ifaces) {
    if (!iface.ipv6_auto || advertises(spec, iface)) continue;
    node.stack.v6()->router_discovery.follow(*node.stack.iface_by_name(iface.name));
  }
}

}  // namespace flapjack
