// SPDX-License-Identifier: Apache-2.0
// The part of the builder that gives nodes their DNS servers.
#pragma once
#include "scenarios/diagnostic.h"
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// How many servers DHCP servers, routers and the other ends of PPP lines name in all.
std::size_t count_offered_dns(const ScenarioSpec& spec);
/// Lets the resolver of a node know as many servers as are written for it and beside them the
/// `offered` ones for each iface that asks for its addresses. Not if the Kconfig option says how
/// many there may be: F0923 when more are written.
void make_room_for_dns(const NodeSpec& spec, std::size_t offered, NodeConfig& config,
                       DiagnosticSink& sink);

/// The servers that `node` knows from its boot on: its own first, then those of its ifaces, which
/// must all be there.
void add_dns_servers(const NodeSpec& spec, Node& node);

}  // namespace flapjack
