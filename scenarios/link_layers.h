// SPDX-License-Identifier: Apache-2.0
// What the builder needs to know of link layers beyond their names: how large ifaces and frames
// are, and which combinations make no sense. Pure functions of a spec and a registry.
#pragma once
#include <optional>
#include <string>

#include "scenarios/link_ends.h"
#include "scenarios/registry.h"
#include "scenarios/spec.h"
#include "scenarios/spec_problem.h"

namespace flapjack {

/// What the stack still does itself beside an iface's "checksum_offload".
ChecksumPolicy checksum_policy(const IfaceSpec& iface);
/// What is written; else what the technology or the ifaces below leave.
std::uint16_t mtu_of(const Registry& registry, const NodeSpec& node, const IfaceSpec& iface);
/// How frames begin where the iface's driver gets them, and what becomes of that on its link.
Framing framing_of(const Registry& registry, const IfaceSpec& iface);
Framing framing_on_link(const Registry& registry, const IfaceSpec& iface);
/// Bytes that a packet needs so that every iface's largest frame fits, on any medium.
std::size_t frame_room(const ScenarioSpec& spec, const Registry& registry);
/// The other end of a link of two; null when there is none.
const IfaceSpec* peer_of(const ScenarioSpec& spec, const LinkPlace& at, const NodeSpec** node);
/// Whether the iface is a port of a bridge of its node.
bool is_bridge_port(const NodeSpec& node, const IfaceSpec& iface);
/// Whether its device must take what is not addressed to it: the iface, or a VLAN on it, is such a
/// port, or the VLAN has an address of its own.
bool hears_all(const NodeSpec& node, const IfaceSpec& iface);

/// What the front end cannot see: needs the registry.
std::optional<SpecProblem> link_layer_problem(const ScenarioSpec& spec,
                                                   const Registry& registry, const NodeSpec& node,
                                                   const IfaceSpec& iface, const LinkPlace& at);
/// Why `iface` cannot stand on the lower named by `on`.
SpecProblem attach_problem(const IfaceSpec& iface, const PlacedText& on, Errc code);

/// PPP's configuration of an iface.
PppConfig ppp_config(const IfaceSpec& iface, const PppTimers& timers);

}  // namespace flapjack
