// SPDX-License-Identifier: Apache-2.0
// Stack: one node's network stack. It owns the node's ifaces, queues, contexts and tables, and is
// how they find one another; there is no other state.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "stack/base/lazy.h"
#include "stack/net/cn_parts.h"
#include "stack/net/dhcpv4.h"
#include "stack/net/dns_resolver.h"
#include "stack/net/forward.h"
#include "stack/net/icmp.h"
#include "stack/net/igmp.h"
#include "stack/net/ip.h"
#include "stack/net/ipv4.h"
#include "stack/net/ipv4_acd.h"
#include "stack/net/ipv4_autoconf.h"
#include "stack/net/ipv4_fragment.h"
#include "stack/net/ipv6.h"
#include "stack/net/ipv6_parts.h"
#include "stack/net/net_conn.h"
#include "stack/net/net_context.h"
#include "stack/net/net_core.h"
#include "stack/net/net_if.h"
#include "stack/net/net_mgmt.h"
#include "stack/net/node_cpu.h"
#include "stack/net/packet_waits.h"
#include "stack/net/pmtu_cache.h"
#include "stack/net/promiscuous.h"
#include "stack/net/route.h"
#include "stack/net/route_table.h"
#include "stack/net/router_table.h"
#include "stack/net/socket_config.h"
#include "stack/net/traffic_class.h"
#include "stack/net/udp.h"
#include "stack/packet/packet_pool.h"
#include "stack/sim/fiber.h"
#include "stack/sim/rng.h"
#include "stack/wire/udp.h"

namespace flapjack {

/// What a Stack gets from its World; all of it outlives the Stack.
struct StackEnv {
  Scheduler& scheduler;
  Tracer& tracer;
  FiberHost& fibers;
  PacketSlab& slab;
  const Rng& rng;
};

/// Switches and sizes; defaults are profile "zephyr-4". Kconfig names in the comments.
struct StackConfig {
  L2Order l2_order = L2Order::AfterQueue;
  std::size_t tx_classes = 1;  ///< NET_TC_TX_COUNT, 0..8; 0: the driver runs in the caller's turn
  std::size_t rx_classes = 1;  ///< NET_TC_RX_COUNT, 0..8; 0: the stack runs in the driver's turn
  PriorityMap priority_map = PriorityMap::Strict;  ///< NET_TC_MAPPING_*
  bool tx_skip_high = false;      ///< NET_TC_TX_SKIP_FOR_HIGH_PRIO: CA and above do not queue
  bool rx_skip_high = false;      ///< NET_TC_RX_SKIP_FOR_HIGH_PRIO
  bool class_shares = true;       ///< of several classes each holds its share of the packets
  CpuConfig cpu = {};
  /// Packets: NET_PKT_TX_COUNT, NET_PKT_RX_COUNT; the buffers behind them: NET_BUF_TX_COUNT,
  /// NET_BUF_RX_COUNT of NET_BUF_DATA_SIZE; NET_TX_DEFAULT_PRIORITY, NET_RX_DEFAULT_PRIORITY.
  PoolLimits tx_pool{14, 36, 128, 1, "tx_pkts"};
  PoolLimits rx_pool{14, 36, 128, 0, "rx_pkts"};
  std::size_t max_contexts = 6;   ///< NET_MAX_CONTEXTS
  std::size_t max_conn = 8;       ///< NET_MAX_CONN
  std::size_t max_routes = 8;     ///< NET_MAX_ROUTES, of both families together
  std::size_t max_routers = 2;    ///< NET_MAX_ROUTERS, of both families together
  bool send_checks_iface = true;  ///< net_send_data refuses an iface that is not up (Enetdown)
  AllocTimeouts alloc = {};       ///< how long each user of a packet waits for one
  Dhcpv4Config dhcpv4 = {};
  /// NET_IF_MAX_IPV4_COUNT: how many ifaces may have IPv4 addresses; 0: as many as there are.
  std::size_t max_ipv4_configs = 0;
  std::size_t max_ipv6_configs = 0;  ///< NET_IF_MAX_IPV6_COUNT, the same for IPv6
  /// ADDR_ADD is raised before the address is preferred, as Zephyr did until 2025.
  bool addr_add_before_preferred = false;
  std::size_t if_unicast_ipv4 = 0;  ///< NET_IF_UNICAST_IPV4_ADDR_COUNT; 0: as each iface says
  AcdConfig acd = {};
  IcmpConfig icmp = {};
  PmtuConfig pmtu = {};
  Ipv4FragmentConfig ipv4_fragment = {};
  Ipv6FragmentConfig ipv6_fragment = {};
  IgmpConfig igmp = {};
  bool ipv4_auto = false;  ///< NET_IPV4_AUTO: every iface; it needs acd
  Ipv6Config ipv6 = {};
  bool router = false;  ///< forwards, and advertises itself instead of asking for routers
  NetMgmtConfig mgmt = {};
  DnsConfig dns = {};
  ConnectorConfig connector = {};
  SocketConfig sockets = {};

  bool operator==(const StackConfig&) const = default;
};

/// What few nodes have any of: made together, and each part when it is first used.
struct StackParts {
  explicit StackParts(Stack& stack);

  IpListener* ip_listener = nullptr;  ///< see Ip::set_listener()
  std::uint64_t forwarded = 0;        ///< packets that Forward sent on
  std::vector<NetIf*> by_name;        ///< what Stack::iface_by_name() searches in, sorted
  PacketWaits::Waits waits;
  Lazy<RouteTables, Stack> route_tables;
  Lazy<Ipv4Acd, Stack> acd;
  Lazy<Ipv4Autoconf, Stack> autoconf;
  Lazy<Ipv4Fragment, Stack> ipv4_fragment;
  Lazy<Igmp, Stack> igmp;
  Lazy<Icmp, Stack> icmp;
  Lazy<Ipv6Parts, Stack> v6;
  Lazy<Promiscuous, Stack> promiscuous;
  Lazy<DnsResolver, Stack> dns;
  Lazy<Dhcpv4, Stack> dhcpv4;
  Lazy<CnParts, Stack> cn;
};

/// One of the StackParts, which is made by its first use: `stack.icmp()->input(...)`.
template <class Part>
class StackPart {
 public:
  using Place = Lazy<Part, Stack> StackParts::*;
  StackPart(Lazy<StackParts, Stack>& all, Place place) : all_(all), place_(place) {}
  Part& operator*() const { return *(*all_.*place_); }
  Part* operator->() const { return &**this; }
  /// Null while nobody has used it.
  Part* made() const {
    StackParts* const all = all_.made();
    return all != nullptr ? (all->*place_).made() : nullptr;
  }

 private:
  Lazy<StackParts, Stack>& all_;
  Place place_;
};

// The order of the members is that of their use: what every packet needs stands together, in five
// lines, so that a packet of a node that rested meanwhile finds few of them cold. They begin with a
// line where the Stack itself begins a word behind the beginning of one, as in a Node.
class Stack {
 private:  // a line of what few events need, but of which some parts below are made
  FiberHost& fibers_;
  const Rng& rng_;
  std::unique_ptr<const StackConfig> own_config_;  // null: the config is somebody else's
  NetIf* default_iface_ = nullptr;
  std::uint32_t address_epoch_ = 0;
  NodeId id_;
  std::uint32_t ipv4_configs_ = 0, ipv6_configs_ = 0;  // taken

 public:
  NodeCpu cpu;

 private:  // what every packet needs
  Scheduler& scheduler_;
  Tracer& tracer_;
  const StackConfig& config_;
  SmallVector<std::unique_ptr<NetIf>, 2> ifaces_;
  SubjectId subject_;
  std::uint32_t route_epoch_ = 0;

 public:
  /// `name` is the node's path in traces and prefixes its random streams.
  Stack(const StackEnv& env, std::string_view name, NodeId id, const StackConfig& config = {});
  /// The same with a config that many nodes may share, and which outlives them.
  Stack(const StackEnv& env, std::string_view name, NodeId id, const StackConfig* config);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  std::string_view name() const { return tracer_.path(subject_); }
  /// The path of a part of the node in traces, and of its random streams: "dev.eth0".
  std::string path_of(std::string_view part) const;
  NodeId id() const { return id_; }
  SubjectId subject() const { return subject_; }
  const StackConfig& config() const { return config_; }
  /// What a context starts with.
  ContextOptions context_options() const {
    ContextOptions options;
    options.priority = config_.tx_pool.priority;
    options.ipv4_group_loop = config_.sockets.ipv4_group_loop;
    options.ipv6_group_loop = config_.sockets.ipv6_group_loop;
    return options;
  }
  StackEnv env() const { return {scheduler_, tracer_, fibers_, tx_pool.slab(), rng_}; }
  Arena* arena() const { return tx_pool.slab().arena(); }
  Scheduler& scheduler() const { return scheduler_; }
  Tracer& tracer() const { return tracer_; }
  FiberHost& fibers() const { return fibers_; }

  /// A new iface; index = position + 1.
  NetIf& add_iface(NetIfConfig config);
  /// Null when there is none of that number.
  NetIf* iface(IfIndex index) const {  // 0 - 1 is beyond all of them
    const std::size_t place = std::size_t{index.value} - 1;
    return place < ifaces_.size() ? ifaces_[place].get() : nullptr;
  }
  NetIf* iface_by_name(std::string_view name) const;
  std::span<const std::unique_ptr<NetIf>> ifaces() const {
    return {ifaces_.data(), ifaces_.size()};
  }
  /// By what the device's own code calls it, see NetIf::if_name(): Enotsup (not built in), Einval
  /// (empty), Enoent (net_if_get_by_name).
  Result<IfIndex> index_by_name(std::string_view name) const;
  /// The explicit default, else the one of SocketConfig::default_iface; null without ifaces
  /// (net_if_get_default).
  NetIf* default_iface() const;
  void set_default_iface(NetIf& iface) {
    default_iface_ = &iface;
    routes_changed();
  }
  /// Another number after every change of an iface's addresses or their states.
  std::uint32_t address_epoch() const { return address_epoch_; }
  void addresses_changed() {
    ++address_epoch_;
    routes_changed();
  }
  /// Another number after every change of what Route goes by: addresses, gateways, static routes,
  /// redirects, ifaces.
  std::uint32_t route_epoch() const { return route_epoch_; }
  void routes_changed() { ++route_epoch_; }
  /// Asks for what a packet needs of all but the ifaces and contexts.
  void prefetch() const;
  /// Brings up every iface that is not NO_AUTO_START, in index order (net_if_post_init).
  void post_init();
  /// One of the configurations of max_ipv4_configs; false when none is left.
  bool take_ipv4_config();
  void give_ipv4_config() { --ipv4_configs_; }
  /// The same of max_ipv6_configs; none is given back.
  bool take_ipv6_config();
  bool has_booted() const { return booted_; }

  // The layers that keep nothing of their own but what is below; made where they are used.
  Route route() { return Route(*this); }
  Udp udp() { return Udp(*this); }
  Ip ip() { return Ip(*this); }
  Ipv4 ipv4() { return Ipv4(*this); }
  Ipv6 ipv6() { return Ipv6(*this); }
  Forward forward() { return Forward(*this); }
  NetCore core() { return NetCore(*this); }


  StackPart<RouteTables> route_tables() const { return {parts_, &StackParts::route_tables}; }
  StackPart<Ipv4Acd> acd() const { return {parts_, &StackParts::acd}; }
  StackPart<Ipv4Autoconf> autoconf() const { return {parts_, &StackParts::autoconf}; }
  StackPart<Ipv4Fragment> ipv4_fragment() const { return {parts_, &StackParts::ipv4_fragment}; }
  StackPart<Igmp> igmp() const { return {parts_, &StackParts::igmp}; }
  StackPart<Icmp> icmp() const { return {parts_, &StackParts::icmp}; }
  StackPart<Ipv6Parts> v6() const { return {parts_, &StackParts::v6}; }
  StackPart<Promiscuous> promiscuous() const { return {parts_, &StackParts::promiscuous}; }
  StackPart<DnsResolver> dns() const { return {parts_, &StackParts::dns}; }
  StackPart<Dhcpv4> dhcpv4() const { return {parts_, &StackParts::dhcpv4}; }
  StackPart<CnParts> cn() const { return {parts_, &StackParts::cn}; }
  StackParts& parts() const { return *parts_; }
  /// Null while no part was used.
  StackParts* made_parts() const { return parts_.made(); }
  PacketWaits waits() { return PacketWaits(*this); }

  PacketPool tx_pool, rx_pool;
  TrafficClass tx_queue, rx_queue;
  [[no_unique_address]] WorkContext work;  ///< which of its threads is at work
  std::uint16_t last_ipv4_id = 0;          ///< of the datagrams that Ipv4 sent

 private:
  bool booted_ = false;
  mutable Lazy<StackParts, Stack> parts_;

 public:
  PmtuCache pmtu;
  NetConnTable conns;  // its front; so far every packet
  NetContexts contexts;
  RouteTable routes;
  NetMgmt mgmt;
  RouterTable routers;

 private:
  Stack(const StackEnv& env, std::string_view name, NodeId id,
        std::unique_ptr<const StackConfig> own, const StackConfig* shared);
  /// What iface_by_name() searches in, with the ifaces that were added since it did so last.
  const std::vector<NetIf*>& by_name() const;
  NetIf* chosen_default() const;
  void warn_of_few_configs(std::string_view event, std::size_t ifaces, std::size_t limit);

};

}  // namespace flapjack
