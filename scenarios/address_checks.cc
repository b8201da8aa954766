// SPDX-License-Identifier: Apache-2.0
#include "scenarios/address_checks.h"

#include "scenarios/dhcp_leases.h"

namespace flapjack {

std::string_view not_a_host(const Ipv4Prefix& network, Ipv4Address address) {
  if (network.is_network(address)) return " is the address of the network itself";
  if (network.is_directed_broadcast(address)) return " is the broadcast address of its network";
  return {};
}

std::string host_range(const Ipv4Prefix& network) {
  const Ipv4Range hosts = hosts_of(network);
  return "its hosts are " + to_text(hosts.first) + " to " + to_text(hosts.last);
}

std::vector<SpecProblem> address_problems(const IfaceSpec& iface) {
  std::vector<SpecProblem> problems;
  bool reachable = !iface.gateway || iface.dhcp, told = false;
  for (const Ipv4Spec& address : iface.ipv4) {
    const Ipv4Prefix prefix{{address.value}, address.prefix_len};
    if (const auto what = not_a_host(prefix, prefix.address); !what.empty()) {
      problems.push_back({"F0911", address.text + std::string(what), host_range(prefix),
                          address.place});
    }
    if (!iface.gateway) continue;
    const Ipv4Spec& gateway = *iface.gateway;
    reachable = reachable || prefix.contains({gateway.value});
    if (const auto what = not_a_host(prefix, {gateway.value}); !what.empty() && !told) {
      told = true;  // two addresses may be of one network
      problems.push_back({"F0912", "the gateway " + gateway.text + std::string(what),
                          host_range(prefix), gateway.place});
    }
    if (iface.gateway->value == address.value) {
      problems.push_back({"F0912", "the gateway is the iface itself", {}, iface.gateway->place});
    }
  }
  if (!reachable) {
    problems.push_back({"F0912", "the gateway is on none of the iface's networks", {},
                        iface.gateway->place});
  }
  return problems;
}

}  // namespace flapjack
