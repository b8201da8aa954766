// SPDX-License-Identifier: Apache-2.0
// What addresses an iface cannot have, and which gateways.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec.h"
#include "scenarios/spec_problem.h"
#include "stack/wire/address.h"

namespace flapjack {

/// What `address` is if no host of the network can have it: " is the ..."; empty: one may.
std::string_view not_a_host(const Ipv4Prefix& network, Ipv4Address address);
/// "its hosts are 10.0.0.1 to 10.0.0.254": what to write instead.
std::string host_range(const Ipv4Prefix& network);

/// Values that no host can have, and a gateway that nobody on the link could be.
std::vector<SpecProblem> address_problems(const IfaceSpec& iface);

}  // namespace flapjack
