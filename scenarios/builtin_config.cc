// SPDX-License-Identifier: Apache-2.0
// Profiles: how a release of Zephyr behaves.
#include "scenarios/builtin_parts.h"

namespace flapjack {

std::vector<ProfileEntry> builtin_profiles() {
  return {
      {{"zephyr-4", "today's Zephyr: queue, then L2, then driver"}, [](NodeConfig&) {}},
      {{"zephyr-1.13", "Zephyr of 2018: L2 before the queue"},
       [](NodeConfig& c) {
         c.stack.l2_order = L2Order::BeforeQueue;
         c.stack.send_checks_iface = false;
         c.stack.dhcpv4.down_state = Dhcpv4DownState::Renewing;
         c.stack.mgmt.overflow = NetMgmtConfig::Overflow::DropOldest;
         c.stack.mgmt.layout = MgmtLayout::Numbered;
         c.arp.single_pending = true;
         c.stack.addr_add_before_preferred = true;
         c.stack.sockets.packet_iface_zero_is_all = false;
       }},
  };
}

}  // namespace flapjack
