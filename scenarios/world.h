// SPDX-License-Identifier: Apache-2.0
// World: one simulation. It owns time, chance, the trace, the media and the nodes, and destroys
// them in the reverse order of their use. Two Worlds in one process know nothing of each other.
//
// Use it directly from a test:
//
//   World world(7);
//   Link& wire = world.add_link("wire");
//   Node& a = world.add_node("a");
//   world.add_ethernet(a, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.1/24")}, &wire);
//   world.boot();
//   world.run_for(seconds(1));
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connmgr/conn_mgr.h"
#include "connmgr/online_check.h"
#include "connmgr/radio_medium.h"
#include "l2/arp_cache.h"
#include "l2/link.h"
#include "l2/ppp_session.h"
#include "offload/engine.h"
#include "scenarios/app.h"
#include "scenarios/config_store.h"
#include "stack/base/lazy.h"
#include "stack/base/rare_vector.h"
#include "stack/base/small_vector.h"
#include "stack/net/stack.h"

namespace flapjack {

class EthernetL2;

/// What a node is made with: profiles and Kconfig options change these.
struct NodeConfig {
  StackConfig stack;
  ConnMgrConfig conn_mgr;
  ArpConfig arp;
  PppTimers ppp;

  bool operator==(const NodeConfig&) const = default;
};

/// Where an iface stands on a medium.
struct Attachment {
  Link* link = nullptr;
  std::size_t end = 0;
};

struct Node;

/// What a node of a large world mostly has none of.
struct NodeExtras {
  explicit NodeExtras(Node&) {}

  RareVector<std::unique_ptr<Driver>> drivers;  ///< of engines; others are their iface's
  RareVector<std::unique_ptr<L2>> l2s;          ///< beside those that nodes share
  RareVector<std::unique_ptr<RadioMedium>> radios;
  RareVector<std::unique_ptr<Connectivity>> connectivities;
  /// Ifaces whose DHCPv4 client starts at boot.
  RareVector<NetIf*> dhcp;
  /// What the resolver knows from the start, in the order to ask.
  RareVector<DnsServerInfo> dns_servers;
  RareVector<std::unique_ptr<OffloadEngine>> engines;
  std::unique_ptr<OnlineCheck> online_check;  ///< null: the node has none
};

/// One simulated machine: a stack, its connection manager, and what is plugged into them.
struct alignas(kCacheLine) Node : ArenaObject<Node> {
  /// `config` outlives the node; other nodes may have it, too.
  Node(const StackEnv& env, std::string_view name, NodeId id, const NodeConfig& config);
  ~Node();

  Lazy<NodeExtras, Node> extras;
  Stack stack;
  ConnMgr conn_mgr;
  const NodeConfig& config;
  AppList apps;  ///< and services

  /// The app or service of that name; null when there is none.
  App* app(std::string_view name) const;
  Arena* arena() const { return stack.arena(); }
};

struct EthernetIface {
  std::string name;
  Ipv4Prefix address = {};
  Ipv4Address gateway = {};
  std::uint16_t mtu = 1500;
  Ipv6Prefix address6 = {};  ///< "::" leaves IPv6 out; else its prefix is on-link, too
};

class World {
 public:
  /// `frame_bytes_max`: the largest frame any iface of this World sends.
  explicit World(std::uint64_t seed = 1, std::size_t frame_bytes_max = 1536);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Node& add_node(const std::string& name, const NodeConfig& config = {});
  Link& add_link(const std::string& name, const LinkConfig& config = {});
  /// An Ethernet iface of `node` at `link`, with an address unless it is 0.0.0.0.
  NetIf& add_ethernet(Node& node, const EthernetIface& config, Link& link);
  /// The MAC that the iface `position` (from 1) of a node gets: 02:NN:II:nn:nn:ii, the
  /// node's number and the iface's position.
  static MacAddress default_mac(const Node& node, std::size_t position);
  /// `iface` is on `link`; the driver whose end has the iface's path is its own.
  void attach(const NetIf& iface, const Link& link);
  /// Null when the iface is on no medium.
  Link* link_of(const NetIf& iface) const;
  /// The same with the end, which it searches among those of the link.
  Attachment attachment(const NetIf& iface) const;

  /// Brings everything up, in the order in which nodes were added: ifaces, connection managers,
  /// then apps. Once.
  void boot();
  void run_for(Duration span) { scheduler_.run_until(scheduler_.now() + span); }

  Node* node(std::string_view name) const;
  Link* link(std::string_view name) const;
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  const std::vector<std::unique_ptr<Link>>& links() const { return links_; }

  SimTime now() const { return scheduler_.now(); }
  Scheduler& scheduler() { return scheduler_; }
  Tracer& tracer() { return tracer_; }
  FiberHost& fibers() { return fibers_; }
  PacketSlab& slab() { return slab_; }
  const Rng& rng() const { return rng_; }
  StackEnv stack_env() { return {scheduler_, tracer_, fibers_, slab_, rng_}; }
  LinkEnv link_env() { return {scheduler_, tracer_, slab_, rng_}; }
  /// Ends everything that runs and returns how many packets nobody gave back (0 unless flapjack
  /// itself is wrong). Only the destructor may follow.
  std::size_t shut_down();

 private:
  EthernetL2& ethernet(const ArpConfig& arp);
  void set_place(SubjectId subject, std::size_t place);
  std::size_t place_of(SubjectId subject) const {
    return subject.value < place_of_.size() ? place_of_[subject.value] : 0;
  }

  Scheduler scheduler_;
  Rng rng_;
  Tracer tracer_;
  Arena arena_;
  PacketSlab slab_;
  FiberHost fibers_;
  ConfigStore<NodeConfig> node_configs_;
  ConfigStore<LinkConfig> link_configs_;
  std::vector<std::unique_ptr<EthernetL2>> ethernets_;  // of add_ethernet(), one a configuration
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<std::unique_ptr<Node>> nodes_;
  // By subject: position + 1 in the list of its kind; an iface's is that of the link it is on.
  std::vector<std::uint32_t> place_of_;
};

}  // namespace flapjack
