// SPDX-License-Identifier: Apache-2.0
// What addresses an iface cannot have, and which gateways.
#pragma once
#include <vector>

#include "scenarios/spec.h"
#include "scenarios/spec_problem.h"

namespace flapjack {

/// Values that no host can have, and a gateway that nobody on the link could be.
std::vector<SpecProblem> address_problems(const IfaceSpec& iface);

}  // namespace flapjack
