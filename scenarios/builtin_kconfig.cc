// SPDX-License-Identifier: Apache-2.0
// Kconfig options that a scenario may set, by subject.
#include "scenarios/builtin_parts.h"

namespace flapjack {
namespace {

using C = NodeConfig;
using I = std::int64_t;
using Options = std::vector<KconfigEntry>;

constexpr I kMany = 1'000'000;

std::size_t size(I v) { return static_cast<std::size_t>(v); }
template <class N>
I number(N value) {
  return static_cast<I>(value);
}

// A choice: only its members that are set count.
void map_priorities(C& c, PriorityMap map, I set) {
  if (set != 0) c.stack.priority_map = map;
}
void deliver_events(C& c, NetMgmtConfig::Delivery delivery, I set) {
  if (set != 0) c.stack.mgmt.delivery = delivery;
}

// What holds without an option where a node needs more, or less, than the default (fit_node).
constexpr std::string_view
    kFewPackets = "4 on a node without Ethernet",
    kFewBuffers = "16 on a node without Ethernet",
    kTwoMore = "2 more than the node's iface with most static IPv6 addresses has, if one has any",
    kThreeMore = "3 more than the node's iface with most static IPv6 addresses has, if one has any",
    kFourOrAll = "4, or as many as the file gives the iface, if that is more",
    kAllServers = "as many as the file names, if that is more",
    kAcd = "1 on a node with an \"auto\" address",
    kRenews = "a client of zephyr-3.4 and zephyr-1.13 goes on in RENEWING";

// Queues, packets, buffers and tables.
Options pool_options() {
  return {
      {{"NET_TC_TX_COUNT", "tx traffic classes; 0: the driver runs in the caller's turn"},
       0, 8, [](C& c, I v) { c.stack.tx_classes = size(v); },
       [](const C& c) { return number(c.stack.tx_classes); }},
      {{"NET_TC_RX_COUNT", "rx traffic classes; 0: the stack runs in the driver's turn"},
       0, 8, [](C& c, I v) { c.stack.rx_classes = size(v); },
       [](const C& c) { return number(c.stack.rx_classes); }},
      {{"NET_TC_MAPPING_STRICT", "1: priorities alone pick the traffic class (the default)"},
       0, 1, [](C& c, I v) { map_priorities(c, PriorityMap::Strict, v); },
       [](const C& c) { return number(c.stack.priority_map == PriorityMap::Strict); }},
      {{"NET_TC_MAPPING_SR_CLASS_A_AND_B", "1: stream reservation classes A and B go first"},
       0, 1, [](C& c, I v) { map_priorities(c, PriorityMap::SrAandB, v); },
       [](const C& c) { return number(c.stack.priority_map == PriorityMap::SrAandB); }},
      {{"NET_TC_MAPPING_SR_CLASS_B_ONLY", "1: stream reservation class B goes first"},
       0, 1, [](C& c, I v) { map_priorities(c, PriorityMap::SrB, v); },
       [](const C& c) { return number(c.stack.priority_map == PriorityMap::SrB); }},
      {{"NET_TC_TX_SKIP_FOR_HIGH_PRIO", "1: priority CA and above does not queue for sending"},
       0, 1, [](C& c, I v) { c.stack.tx_skip_high = v != 0; },
       [](const C& c) { return number(c.stack.tx_skip_high); }},
      {{"NET_TC_RX_SKIP_FOR_HIGH_PRIO", "1: priority CA and above does not queue when received"},
       0, 1, [](C& c, I v) { c.stack.rx_skip_high = v != 0; },
       [](const C& c) { return number(c.stack.rx_skip_high); }},
      {{"NET_TX_DEFAULT_PRIORITY", "priority of packets that are sent"},
       0, 7, [](C& c, I v) { c.stack.tx_pool.priority = static_cast<std::uint8_t>(v); },
       [](const C& c) { return number(c.stack.tx_pool.priority); }},
      {{"NET_RX_DEFAULT_PRIORITY", "priority of packets that are received"},
       0, 7, [](C& c, I v) { c.stack.rx_pool.priority = static_cast<std::uint8_t>(v); },
       [](const C& c) { return number(c.stack.rx_pool.priority); }},
      {{"NET_PKT_TX_COUNT", "packets the node may hold for sending"},
       1, kMany, [](C& c, I v) { c.stack.tx_pool.packets = size(v); },
       [](const C& c) { return number(c.stack.tx_pool.packets); },
       kFewPackets},
      {{"NET_PKT_RX_COUNT", "packets the node may hold that it received"},
       1, kMany, [](C& c, I v) { c.stack.rx_pool.packets = size(v); },
       [](const C& c) { return number(c.stack.rx_pool.packets); },
       kFewPackets},
      {{"NET_BUF_TX_COUNT", "data buffers behind the packets for sending"},
       1, kMany, [](C& c, I v) { c.stack.tx_pool.buffers = size(v); },
       [](const C& c) { return number(c.stack.tx_pool.buffers); },
       kFewBuffers},
      {{"NET_BUF_RX_COUNT", "data buffers behind received packets"},
       1, kMany, [](C& c, I v) { c.stack.rx_pool.buffers = size(v); },
       [](const C& c) { return number(c.stack.rx_pool.buffers); },
       kFewBuffers},
      {{"NET_BUF_DATA_SIZE", "bytes of a data buffer"},
       1, 65535,
       [](C& c, I v) {
         c.stack.tx_pool.buffer_bytes = c.stack.rx_pool.buffer_bytes = size(v);
       },
       [](const C& c) { return number(c.stack.tx_pool.buffer_bytes); }},
      {{"NET_MAX_CONTEXTS", "net_contexts of the node"},
       1, 65535, [](C& c, I v) { c.stack.max_contexts = size(v); },
       [](const C& c) { return number(c.stack.max_contexts); }},
      {{"NET_MAX_CONN", "entries of the connection table"},
       1, 65535, [](C& c, I v) { c.stack.max_conn = size(v); },
       [](const C& c) { return number(c.stack.max_conn); }},
  };
}

// What IPv4 does beyond sending and receiving.
Options ipv4_options() {
  return {
      {{"NET_IPV4_IGMP", "IPv4 groups are reported to routers"},
       0, 1, [](C& c, I v) { c.stack.igmp.enabled = v != 0; },
       [](const C& c) { return number(c.stack.igmp.enabled); }},
      {{"NET_IPV4_IGMPV3", "reports are of version 3"},
       0, 1, [](C& c, I v) { c.stack.igmp.version = v != 0 ? 3 : 2; },
       [](const C& c) { return number(c.stack.igmp.version == 3); }},
      {{"NET_IPV4_FRAGMENT", "datagrams that do not fit are split and put together"},
       0, 1, [](C& c, I v) { c.stack.ipv4_fragment.enabled = v != 0; },
       [](const C& c) { return number(c.stack.ipv4_fragment.enabled); }},
      {{"NET_IPV4_FRAGMENT_MAX_COUNT", "datagrams that are put together at a time"},
       1, 65535, [](C& c, I v) { c.stack.ipv4_fragment.reassembly.slots = size(v); },
       [](const C& c) { return number(c.stack.ipv4_fragment.reassembly.slots); }},
      {{"NET_IPV4_FRAGMENT_MAX_PKT", "fragments of one datagram"},
       2, 8192, [](C& c, I v) { c.stack.ipv4_fragment.reassembly.packets = size(v); },
       [](const C& c) { return number(c.stack.ipv4_fragment.reassembly.packets); }},
      {{"NET_IPV4_FRAGMENT_TIMEOUT", "how long they are waited for, s"},
       1, 60, [](C& c, I v) { c.stack.ipv4_fragment.reassembly.timeout = seconds(v); },
       [](const C& c) { return c.stack.ipv4_fragment.reassembly.timeout.ns / seconds(1).ns; }},
      {{"NET_IPV4_PMTU", "own datagrams are not split on their way; ICMP says what fits"},
       0, 1, [](C& c, I v) { c.stack.pmtu.ipv4 = v != 0; },
       [](const C& c) { return number(c.stack.pmtu.ipv4); }},
      {{"NET_IPV4_PMTU_DESTINATION_CACHE_ENTRIES", "IPv4 paths whose MTU is remembered"},
       1, 65535, [](C& c, I v) { c.stack.pmtu.entries4 = size(v); },
       [](const C& c) { return number(c.stack.pmtu.entries4); }},
      {{"NET_ICMPV4_ACCEPT_BROADCAST", "echo requests to a broadcast are answered"},
       0, 1, [](C& c, I v) { c.stack.icmp.accept_broadcast = v != 0; },
       [](const C& c) { return number(c.stack.icmp.accept_broadcast); }},
  };
}

// What IPv6 does beyond sending and receiving.
Options ipv6_options() {
  return {
      {{"NET_IPV6_FRAGMENT", "own datagrams that do not fit are split, fragments put together"},
       0, 1, [](C& c, I v) { c.stack.ipv6_fragment.enabled = v != 0; },
       [](const C& c) { return number(c.stack.ipv6_fragment.enabled); }},
      {{"NET_IPV6_FRAGMENT_MAX_COUNT", "datagrams that are put together at a time"},
       1, 65535, [](C& c, I v) { c.stack.ipv6_fragment.reassembly.slots = size(v); },
       [](const C& c) { return number(c.stack.ipv6_fragment.reassembly.slots); }},
      {{"NET_IPV6_FRAGMENT_MAX_PKT", "fragments of one datagram"},
       2, 8192, [](C& c, I v) { c.stack.ipv6_fragment.reassembly.packets = size(v); },
       [](const C& c) { return number(c.stack.ipv6_fragment.reassembly.packets); }},
      {{"NET_IPV6_FRAGMENT_TIMEOUT", "how long they are waited for, s"},
       1, 60, [](C& c, I v) { c.stack.ipv6_fragment.reassembly.timeout = seconds(v); },
       [](const C& c) { return c.stack.ipv6_fragment.reassembly.timeout.ns / seconds(1).ns; }},
      {{"NET_IPV6_PMTU", "what a router says of packets that are too big is remembered"},
       0, 1, [](C& c, I v) { c.stack.pmtu.ipv6 = v != 0; },
       [](const C& c) { return number(c.stack.pmtu.ipv6); }},
      {{"NET_IPV6_PMTU_DESTINATION_CACHE_ENTRIES", "IPv6 paths whose MTU is remembered"},
       1, 65535, [](C& c, I v) { c.stack.pmtu.entries6 = size(v); },
       [](const C& c) { return number(c.stack.pmtu.entries6); }},
      {{"NET_IPV6_MLD", "IPv6 groups are reported to routers"},
       0, 1, [](C& c, I v) { c.stack.ipv6.mld = v != 0; },
       [](const C& c) { return number(c.stack.ipv6.mld); }},
      {{"NET_INITIAL_HOP_LIMIT", "routers that an IPv6 packet may pass"},
       1, 255, [](C& c, I v) { c.stack.ipv6.hop_limit = static_cast<std::uint8_t>(v); },
       [](const C& c) { return number(c.stack.ipv6.hop_limit); }},
      {{"NET_IPV6_DAD", "IPv6 addresses are checked for duplicates before use"},
       0, 1, [](C& c, I v) { c.stack.ipv6.dad = v != 0; },
       [](const C& c) { return number(c.stack.ipv6.dad); }},
      {{"NET_IF_MAX_IPV6_COUNT", "ifaces that may have IPv6 addresses"},
       1, 65535, [](C& c, I v) { c.stack.max_ipv6_configs = size(v); },
       [](const C& c) { return number(c.stack.max_ipv6_configs); }},
      {{"NET_IF_UNICAST_IPV6_ADDR_COUNT", "IPv6 addresses an iface may have, link-local included"},
       1, 65535, [](C& c, I v) { c.stack.ipv6.unicast_limit = size(v); },
       [](const C& c) { return number(c.stack.ipv6.unicast_limit); },
       kTwoMore},
      {{"NET_IF_MCAST_IPV6_ADDR_COUNT", "IPv6 groups an iface may be in"},
       1, 65535, [](C& c, I v) { c.stack.ipv6.multicast_limit = size(v); },
       [](const C& c) { return number(c.stack.ipv6.multicast_limit); },
       kThreeMore},
      {{"NET_IF_IPV6_PREFIX_COUNT", "IPv6 prefixes an iface may know"},
       1, 65535, [](C& c, I v) { c.stack.ipv6.prefix_limit = size(v); },
       [](const C& c) { return number(c.stack.ipv6.prefix_limit); },
       kTwoMore},
      {{"NET_IPV6_MAX_NEIGHBORS", "neighbours the node remembers"},
       1, 254, [](C& c, I v) { c.stack.ipv6.neighbors = size(v); },
       [](const C& c) { return number(c.stack.ipv6.neighbors); }},
  };
}

// Addresses, routers and neighbours.
Options address_options() {
  return {
      {{"NET_IF_MAX_IPV4_COUNT", "ifaces that may have IPv4 addresses"},
       1, 65535, [](C& c, I v) { c.stack.max_ipv4_configs = size(v); },
       [](const C& c) { return number(c.stack.max_ipv4_configs); }},
      {{"NET_IF_UNICAST_IPV4_ADDR_COUNT", "IPv4 addresses an iface may have"},
       1, 65535, [](C& c, I v) { c.stack.if_unicast_ipv4 = size(v); },
       [](const C& c) { return number(c.stack.if_unicast_ipv4); },
       kFourOrAll},
      {{"NET_IF_MCAST_IPV4_ADDR_COUNT", "IPv4 groups an iface may be in"},
       1, 65535, [](C& c, I v) { c.stack.igmp.groups = size(v); },
       [](const C& c) { return number(c.stack.igmp.groups); }},
      {{"NET_IPV4_ACD", "addresses are checked for conflicts before use (RFC 5227)"},
       0, 1, [](C& c, I v) { c.stack.acd.enabled = v != 0 || c.stack.ipv4_auto; },
       [](const C& c) { return number(c.stack.acd.enabled); },
       kAcd},
      {{"NET_IPV4_AUTO", "every iface takes a link-local address (RFC 3927); selects NET_IPV4_ACD"},
       0, 1,
       [](C& c, I v) {
         c.stack.ipv4_auto = v != 0;
         if (v != 0) c.stack.acd.enabled = true;
       },
       [](const C& c) { return number(c.stack.ipv4_auto); }},
      {{"NET_MAX_ROUTES", "static routes of the node, of both families"},
       1, 65535, [](C& c, I v) { c.stack.max_routes = size(v); },
       [](const C& c) { return number(c.stack.max_routes); }},
      {{"NET_MAX_ROUTERS", "routers the node may know, of both families"},
       1, 65535, [](C& c, I v) { c.stack.max_routers = size(v); },
       [](const C& c) { return number(c.stack.max_routers); }},
      {{"NET_ARP_TABLE_SIZE", "neighbours an Ethernet iface remembers"},
       1, 65535, [](C& c, I v) { c.arp.table_size = size(v); },
       [](const C& c) { return number(c.arp.table_size); }},
  };
}

// PPP.
Options ppp_options() {
  return {
      {{"NET_L2_PPP_TIMEOUT", "how long PPP waits for an answer, ms"},
       1, 3'600'000, [](C& c, I v) { c.ppp.restart = milliseconds(v); },
       [](const C& c) { return c.ppp.restart.ns / milliseconds(1).ns; }},
      {{"NET_L2_PPP_MAX_CONFIGURE_REQ_RETRANSMITS", "Configure-Requests without an answer"},
       1, kMany, [](C& c, I v) { c.ppp.max_configure = static_cast<int>(v); },
       [](const C& c) { return number(c.ppp.max_configure); }},
      {{"NET_L2_PPP_MAX_TERMINATE_REQ_RETRANSMITS", "Terminate-Requests without an answer"},
       1, kMany, [](C& c, I v) { c.ppp.max_terminate = static_cast<int>(v); },
       [](const C& c) { return number(c.ppp.max_terminate); }},
      {{"NET_L2_PPP_MAX_NACK_LOOPS", "Naks without coming to an agreement"},
       1, kMany, [](C& c, I v) { c.ppp.max_failure = static_cast<int>(v); },
       [](const C& c) { return number(c.ppp.max_failure); }},
  };
}

// DHCP and DNS.
Options service_options() {
  return {
      {{"NET_DHCPV4_INITIAL_DELAY_MAX", "a DHCP client begins after 1 s to this many"},
       1, 10'000, [](C& c, I v) { c.stack.dhcpv4.initial_delay_max = seconds(v); },
       [](const C& c) { return c.stack.dhcpv4.initial_delay_max.ns / seconds(1).ns; }},
      {{"NET_DHCPV4_INIT_REBOOT", "0: a DHCP client whose iface was down begins anew"},
       0, 1,
       [](C& c, I v) {
         c.stack.dhcpv4.down_state = v != 0 ? Dhcpv4DownState::InitReboot : Dhcpv4DownState::Init;
       },
       [](const C& c) -> I {
         const Dhcpv4DownState state = c.stack.dhcpv4.down_state;
         return state == Dhcpv4DownState::Renewing ? -1 : state == Dhcpv4DownState::InitReboot;
       },
       kRenews},
      {{"DNS_RESOLVER_MAX_SERVERS", "DNS servers the node may know"},
       1, 16, [](C& c, I v) { c.stack.dns.max_servers = size(v); },
       [](const C& c) { return number(c.stack.dns.max_servers); },
       kAllServers},
      {{"DNS_NUM_CONCUR_QUERIES", "DNS queries that may be open at one time"},
       1, 255, [](C& c, I v) { c.stack.dns.queries = size(v); },
       [](const C& c) { return number(c.stack.dns.queries); }},
  };
}

// net_mgmt and the connection manager.
Options management_options() {
  return {
      {{"NET_MGMT_EVENT_QUEUE_SIZE", "events that may wait for the net_mgmt thread"},
       1, kMany, [](C& c, I v) { c.stack.mgmt.queue_size = size(v); },
       [](const C& c) { return number(c.stack.mgmt.queue_size); }},
      {{"NET_MGMT_EVENT_THREAD", "1: net_mgmt has a thread of its own (the default)"},
       0, 1, [](C& c, I v) { deliver_events(c, NetMgmtConfig::Delivery::Queue, v); },
       [](const C& c) { return number(c.stack.mgmt.delivery == NetMgmtConfig::Delivery::Queue); }},
      {{"NET_MGMT_EVENT_SYSTEM_WORKQUEUE", "1: the system work queue calls net_mgmt handlers"},
       0, 1, [](C& c, I v) { deliver_events(c, NetMgmtConfig::Delivery::WorkQueue, v); },
       [](const C& c) {
         return number(c.stack.mgmt.delivery == NetMgmtConfig::Delivery::WorkQueue);
       }},
      {{"NET_MGMT_EVENT_DIRECT", "1: handlers run in the notifier's turn"},
       0, 1, [](C& c, I v) { deliver_events(c, NetMgmtConfig::Delivery::Direct, v); },
       [](const C& c) { return number(c.stack.mgmt.delivery == NetMgmtConfig::Delivery::Direct); }},
      {{"NET_MGMT_EVENT_INFO_DEFAULT_DATA_SIZE", "an event that carries more bytes is lost"},
       0, 65535, [](C& c, I v) { c.stack.mgmt.info_bytes_max = size(v); },
       [](const C& c) { return number(c.stack.mgmt.info_bytes_max); }},
      {{"NET_MGMT_EVENT_QUEUE_TIMEOUT", "how long a notifier waits for a place, ms"},
       0, 10'000, [](C& c, I v) { c.stack.mgmt.queue_timeout = milliseconds(v); },
       [](const C& c) { return c.stack.mgmt.queue_timeout.ns / milliseconds(1).ns; }},
      {{"NET_TC_THREAD_COOPERATIVE", "0: threads are preempted; the monitor waits for net_mgmt"},
       0, 1,
       [](C& c, I v) {
         c.stack.cpu.preemptive = v == 0;
         c.conn_mgr.monitor.coalescing =
             v != 0 ? Coalescing::EachEvent : Coalescing::QueueDrained;
       },
       [](const C& c) { return number(!c.stack.cpu.preemptive); }},
      {{"NET_CONNECTION_MANAGER_AUTO_IF_DOWN", "admin-down once an iface has given up"},
       0, 1, [](C& c, I v) { c.conn_mgr.auto_if_down = v != 0; },
       [](const C& c) { return number(c.conn_mgr.auto_if_down); }},
  };
}

}  // namespace

std::vector<KconfigEntry> builtin_kconfigs() {
  Options all;
  for (Options (*options)() : {&pool_options, &ipv4_options, &ipv6_options, &address_options,
                               &ppp_options, &service_options, &management_options,
                               &builtin_socket_kconfigs}) {
    const Options some = options();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace flapjack
