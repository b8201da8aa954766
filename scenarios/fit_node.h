// SPDX-License-Identifier: Apache-2.0
// What the words of a node in a file mean for how its stack is made.
#pragma once
#include "scenarios/spec.h"
#include "scenarios/world.h"

namespace flapjack {

/// "router" and the service "ra" make it a router, "dhcp_renewal" says how its clients renew,
/// "icmp_errors" how many errors it sends, "auto" switches address conflict detection on
/// (NET_IPV4_AUTO selects it), and the IPv6 tables grow to hold the addresses of the file and those
/// that come by themselves, unless Kconfig options say how large they are. So do the packet pools,
/// which are smaller without Ethernet.
void fit_node(const NodeSpec& spec, NodeConfig& config);
/// A router's ifaces with "ipv6": "auto" on which it does not advertise learn from other routers.
void follow_routers(const NodeSpec& spec, Node& node);

}  // namespace flapjack
