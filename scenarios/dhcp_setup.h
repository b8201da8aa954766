// SPDX-License-Identifier: Apache-2.0
// From what a scenario says of a DHCP service to what a DhcpServer needs: the iface it serves, its
// address there, the pool when none is written.
#pragma once
#include <optional>
#include <vector>

#include "scenarios/services/dhcp_server.h"
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// What is wrong with such a service on a node, and where.
std::optional<PlacedText> dhcp_setup_error(const Stack& stack, const ServiceSpec& spec);
/// Pools that "lease" steps give to services which cannot lend them, once all services stand.
std::vector<PlacedText> dhcp_step_errors(World& world, const ScenarioSpec& spec);
/// Only without an error.
DhcpServerConfig dhcp_setup(const Stack& stack, const ServiceSpec& spec);

/// The pool of a network when none is written: hosts 100 to 199 of one that has as many, else every
/// host. None when there is no room for a client.
std::optional<Ipv4Range> default_dhcp_pool(const Ipv4Prefix& network);

}  // namespace flapjack
