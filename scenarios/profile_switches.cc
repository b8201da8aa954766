// SPDX-License-Identifier: Apache-2.0
#include "scenarios/profile_switches.h"

#include <array>

namespace flapjack {
namespace {

using C = NodeConfig;
using Text = std::string_view;

constexpr std::array<Text, 9> kDigits = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};

Text addr_add(const C& c) {
  return c.stack.addr_add_before_preferred ? "before preferred" : "after preferred";
}
Text dad_order(const C& c) {
  return c.stack.ipv6.dad_before_addr_add ? "its probe" : "IPV6_ADDR_ADD";
}
Text mgmt_overflow(const C& c) {
  const bool ring = c.stack.mgmt.overflow == NetMgmtConfig::Overflow::DropOldest;
  return ring ? "overwrite the oldest" : "wait, then lose the newest";
}
static_assert(NetMgmtConfig{}.queue_size == 16);
Text mgmt_room(const C& c) { return c.stack.mgmt.queue_size == 2 ? "2 events" : "16 events"; }
Text mgmt_commands(const C& c) {
  return c.stack.mgmt.layout == MgmtLayout::Numbered ? "numbers (32-bit words)"
                                                     : "one bit each (64-bit words)";
}
Text arp_pending(const C& c) { return c.arp.single_pending ? "one packet" : "a queue"; }
Text tx_classes(const C& c) { return kDigits.at(c.stack.tx_classes); }
Text l2_order(const C& c) {
  return c.stack.l2_order == L2Order::BeforeQueue ? "before the queue" : "after the queue";
}
Text send_check(const C& c) {
  return c.stack.send_checks_iface ? "ENETDOWN unless up" : "not checked";
}
Text connector_ack(const C& c) {
  return c.stack.connector.ack == CnAckRule::SeqPlusOne ? "seq + 1" : "ack + 1";
}
Text dhcp_down(const C& c) {
  switch (c.stack.dhcpv4.down_state) {
    case Dhcpv4DownState::Renewing:
      return "RENEWING";
    case Dhcpv4DownState::InitReboot:
      return "INIT_REBOOT";
    case Dhcpv4DownState::Init:
      return "INIT";
  }
  return "?";
}
Text dhcp_decline(const C& c) {
  return c.stack.dhcpv4.decline_wait == Duration{} ? "DISCOVER at once" : "a wait";
}
Text class_shares(const C& c) {
  return c.stack.class_shares ? "its share" : "what the pool has";
}
Text packet_any(const C& c) {
  return c.stack.sockets.packet_iface_zero_is_all ? "every iface" : "nothing";
}
Text conn_aggregates(const C& c) {
  return c.conn_mgr.monitor.per_family ? "any, IPv4, IPv6" : "any";
}
Text conn_ipv4_add(const C& c) {
  return c.conn_mgr.monitor.any_ipv4_add ? "every address" : "preferred, not link-local";
}
Text conn_auto_down(const C& c) {
  return c.conn_mgr.legacy_sync_autodown ? "within the call" : "once IF_DOWN comes";
}
Text conn_idle(const C& c) { return c.conn_mgr.idle_timeout ? "there" : "not there"; }
Text conn_if_events(const C& c) {
  return c.conn_mgr.monitor.l4_if_events ? "raised" : "not raised";
}
Text conn_config_check(const C& c) { return c.conn_mgr.config_check ? "asked" : "not asked"; }
Text offload_scan(const C& c) {
  return c.conn_mgr.monitor.scan_offloaded ? "scanned" : "not scanned";
}

constexpr std::array kSwitches = {
    ProfileSwitch{1, "addr_add_order", "IPV4_ADDR_ADD is raised with the address usable, or before",
                  "net_if.c: the event came first until PR #86870 (2025) mended #87223", addr_add},
    ProfileSwitch{2, "mgmt_overflow", "what a full net_mgmt queue does",
                  "net_mgmt.c: a ring to early 2023, a message queue since PR #54701; how long it "
                  "waits is an option since PR #57354 (2023)",
                  mgmt_overflow},
    ProfileSwitch{3, "mgmt_commands", "how events are numbered, and so which masks overlap",
                  "net_mgmt.h: numbers to 4.1, one bit a command since about 4.2", mgmt_commands},
    ProfileSwitch{4, "tcp_on_if_down", "what becomes of TCP connections when their iface goes down",
                  "net_if.c: nothing to 2025, closed since PR #98127, refined by PR #102983",
                  nullptr, "no native TCP in this build"},
    ProfileSwitch{5, "arp_pending", "how many packets wait for one ARP answer",
                  "arp.c: one packet in 2018 (#50140), a queue an entry since #73112", arp_pending},
    ProfileSwitch{6, "tx_classes", "tx work queues; 0: the driver runs in the sender's thread",
                  "net Kconfig: 1 in 2018; today 0, or 1 with user space or USB, as here",
                  tx_classes},
    ProfileSwitch{7, "l2_order", "where the L2 does its work on the way down",
                  "net_if.c: in the sender's thread to 1.13, behind the queue since 2.x", l2_order},
    ProfileSwitch{8, "send_checks_iface", "whether a send looks at the iface's state",
                  "net_core.c: absent in 1.13 and 2.2, present in today's (debated in PR #32423)",
                  send_check},
    ProfileSwitch{9, "connector_ack", "how a Linux Connector's answer numbers its ack",
                  "Linux: cn_proc.c adds to the ack, w1_netlink.c to the seq",
                  connector_ack},
    ProfileSwitch{10, "dhcp_down_state", "where a DHCPv4 client waits while its iface is down",
                  "dhcpv4.c: RENEWING in 2023, INIT_REBOOT in newer versions", dhcp_down},
    ProfileSwitch{11, "conn_mgr_scan",
                  "whether the monitor's first look sees addresses of offloaded ifaces",
                  "conn_mgr_monitor.c: scanned when native IP is built in, else not", offload_scan},
    ProfileSwitch{12, "packet_socket_any", "what AF_PACKET bound to iface 0 receives",
                  "connection.c: all ifaces today, nothing before", packet_any},
    ProfileSwitch{13, "conn_mgr_aggregates", "which L4 events the connection manager raises",
                  "conn_mgr_monitor.c: one aggregate to early 2024, a family each since PR #72393",
                  conn_aggregates},
    ProfileSwitch{14, "conn_mgr_ipv4_add", "which IPv4 addresses make an iface ready when added",
                  "conn_mgr events_handler.c: any in 2023, looked at since PR #72393",
                  conn_ipv4_add},
    ProfileSwitch{15, "conn_mgr_auto_down", "when if_disconnect() takes the iface admin-down",
                  "conn_mgr_connectivity.c: within the call (#89802) until PR #90015 (2025)",
                  conn_auto_down},
    ProfileSwitch{16, "conn_mgr_idle_timeout", "whether an idle iface can be disconnected",
                  "conn_mgr_connectivity.c: since PR #91733 (2025)", conn_idle},
    ProfileSwitch{17, "conn_mgr_l4_if_events", "L4_IF_CONNECTED and its twin for each iface",
                  "seen in the fork of Embeint only; a node's \"conn_mgr\" has a key for it",
                  conn_if_events},
    ProfileSwitch{18, "conn_mgr_config_check",
                  "whether connecting asks for a configuration when not persistent",
                  "conn_mgr_connectivity.c: since PR #107232 (2026)", conn_config_check},
    ProfileSwitch{19, "dad_order", "what is first when an IPv6 address is added",
                  "net_if.c: the event and the groups today, the probe in 2018; an address that is "
                  "there already is looked for in both, and adding it does nothing",
                  dad_order},
    ProfileSwitch{20, "mgmt_room", "how many events wait for the net_mgmt thread",
                  "net_mgmt Kconfig: 2 in the ring to early 2023, today 16 with Wi-Fi, as here",
                  mgmt_room},
    ProfileSwitch{21, "dhcp_decline_wait", "what a DHCPv4 client does after a DECLINE",
                  "dhcpv4.c: no pause; RFC 2131 section 3.1 has 10 s: a node has a key for it",
                  dhcp_decline},
    ProfileSwitch{22, "class_shares", "how many packets one of several traffic classes may hold",
                  "net_tc.c: its share of the pool since PR #84442 (2025), any number before",
                  class_shares},
};

}  // namespace

std::span<const ProfileSwitch> profile_switches() { return kSwitches; }

}  // namespace flapjack
