// SPDX-License-Identifier: Apache-2.0
#include "scenarios/address_checks.h"

#include "stack/wire/address.h"

namespace flapjack {

std::vector<SpecProblem> address_problems(const IfaceSpec& iface) {
  std::vector<SpecProblem> problems;
  bool reachable = !iface.gateway || iface.dhcp;
  for (const Ipv4Spec& address : iface.ipv4) {
    const Ipv4Prefix prefix{{address.value}, address.prefix_len};
    if (prefix.is_network(prefix.address)) {
      problems.push_back({"F0911", address.text + " is the address of the network itself", {},
                          address.place});
    } else if (prefix.is_directed_broadcast(prefix.address)) {
      problems.push_back({"F0911", address.text + " is the broadcast address of its network", {},
                          address.place});
    }
    if (!iface.gateway) continue;
    reachable = reachable || prefix.contains({iface.gateway->value});
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
