// SPDX-License-Identifier: Apache-2.0
// Profiles: how a release of Zephyr behaves.
#include "scenarios/builtin_parts.h"

namespace flapjack {

namespace {

// conn_mgr of mid 2023 (3.4): one aggregate, admin-down within the disconnect.
void conn_mgr_of_2023(ConnMgrConfig& c) {
  c.monitor.per_family = false;
  c.monitor.any_ipv4_add = true;
  c.legacy_sync_autodown = true;
  c.idle_timeout = false;
}

// Of mid 2024 (3.7): aggregates of each family, PR #72393.
void conn_mgr_of_2024(ConnMgrConfig& c) {
  c.legacy_sync_autodown = true;
  c.idle_timeout = false;
}

}  // namespace

std::vector<ProfileEntry> builtin_profiles() {
  return {
      {{"zephyr-4", "today's Zephyr: queue, then L2, then driver"},
       [](NodeConfig& c) { c.conn_mgr.config_check = true; }},
      {{"zephyr-4.2", "Zephyr of mid 2025: today's without the check of the configuration"},
       [](NodeConfig&) {}},
      {{"zephyr-3.7", "Zephyr of mid 2024: a disconnect takes the iface admin-down at once"},
       [](NodeConfig& c) {
         c.stack.mgmt.layout = MgmtLayout::Numbered;
         c.stack.addr_add_before_preferred = true;
         c.stack.class_shares = false;
         conn_mgr_of_2024(c.conn_mgr);
       }},
      {{"zephyr-3.4", "Zephyr of mid 2023: L4 events of any IP only"},
       [](NodeConfig& c) {
         c.stack.mgmt.layout = MgmtLayout::Numbered;
         c.stack.dhcpv4.down_state = Dhcpv4DownState::Renewing;
         c.stack.addr_add_before_preferred = true;
         c.stack.class_shares = false;
         c.arp.single_pending = true;
         conn_mgr_of_2023(c.conn_mgr);
       }},
      {{"zephyr-1.13", "Zephyr of 2018: L2 before the queue"},
       [](NodeConfig& c) {
         c.stack.l2_order = L2Order::BeforeQueue;
         c.stack.send_checks_iface = false;
         c.stack.dhcpv4.down_state = Dhcpv4DownState::Renewing;
         c.stack.mgmt.overflow = NetMgmtConfig::Overflow::DropOldest;
         c.stack.mgmt.queue_size = 2;  // the ring's default
         c.stack.mgmt.layout = MgmtLayout::Numbered;
         c.arp.single_pending = true;
         c.stack.addr_add_before_preferred = true;
         c.stack.class_shares = false;
         c.stack.ipv6.dad_before_addr_add = true;
         c.stack.sockets.packet_iface_zero_is_all = false;
       }},
  };
}

}  // namespace flapjack
