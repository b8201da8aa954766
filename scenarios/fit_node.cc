// SPDX-License-Identifier: Apache-2.0
#include "scenarios/fit_node.h"

#include <algorithm>

namespace flapjack {

// The link-local address and one that a router may give find room beside those in the file.
void fit_node(const NodeSpec& spec, NodeConfig& config) {
  config.stack.router = spec.router;
  if (!spec.dhcp_renewal.empty()) {
    config.stack.dhcpv4.renewal = spec.dhcp_renewal == "until_expiry" ? Dhcpv4Renewal::UntilExpiry
                                                                      : Dhcpv4Renewal::Attempts;
  }
  Ipv6Config& ipv6 = config.stack.ipv6;
  for (const ServiceSpec& service : spec.services) {
    if (service.kind == "ra") config.stack.router = true;
  }
  for (const IfaceSpec& iface : spec.ifaces) {
    if (iface.ipv4_auto) config.stack.acd.enabled = true;
    const std::size_t most = iface.ipv6.size() + 2;
    if (iface.ipv6.empty()) continue;
    ipv6.unicast_limit = std::max(ipv6.unicast_limit, most);
    ipv6.multicast_limit = std::max(ipv6.multicast_limit, most + 1);
    ipv6.prefix_limit = std::max(ipv6.prefix_limit, most);
  }
}

}  // namespace flapjack
