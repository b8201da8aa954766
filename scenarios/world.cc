// SPDX-License-Identifier: Apache-2.0
#include "scenarios/world.h"

#include <algorithm>
#include <cassert>

#include "l2/ethernet_l2.h"
#include "l2/sim_driver.h"
#include "stack/base/grow.h"

namespace flapjack {

namespace {

// Not where somebody watches for what is used after its end: an arena would hide it.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kInArena = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kInArena = false;
#else
constexpr bool kInArena = true;
#endif
#else
constexpr bool kInArena = true;
#endif

/// For who takes a share of a config, of one that the World keeps for good.
template <class Config>
std::shared_ptr<const Config> unowned(const Config& config) {
  return {std::shared_ptr<const void>(), &config};
}

}  // namespace

Node::Node(const StackEnv& env, std::string_view name, NodeId id, const NodeConfig& shared)
    : extras(*this),
      stack(env, name, id, &shared.stack),
      conn_mgr(stack, shared.conn_mgr),
      config(shared) {}

// Engines keep state in contexts, so contexts go first; the rest is the order of the members, which
// is that of their use.
Node::~Node() {
  apps.clear();
  stack.contexts.put_all();
  NodeExtras* const few = extras.made();
  if (few == nullptr) return;
  few->online_check.reset();
  few->engines.clear();
}

App* Node::app(std::string_view name) const {
  const SubjectId wanted = stack.tracer().find_subject(stack.path_of(name));
  const auto found = std::find_if(apps.begin(), apps.end(),
                                  [&](const App& each) { return each.subject() == wanted; });
  return found != apps.end() ? &*found : nullptr;
}

World::World(std::uint64_t seed, std::size_t frame_bytes_max)
    : rng_(seed),
      tracer_(scheduler_),
      slab_(frame_bytes_max, kInArena ? &arena_ : nullptr),
      fibers_(scheduler_) {}

World::~World() { shut_down(); }

std::size_t World::shut_down() {
  fibers_.cancel_all();
  place_of_.clear();
  while (!nodes_.empty()) nodes_.pop_back();
  links_.clear();
  return slab_.in_use();
}

Node& World::add_node(const std::string& name, const NodeConfig& config) {
  assert(node(name) == nullptr);
  const NodeId id{static_cast<std::uint32_t>(nodes_.size() + 1)};
  grow_by_quarter(nodes_);
  nodes_.push_back(
      make_in<Node>(slab_.arena(), stack_env(), name, id, node_configs_.share(config)));
  set_place(nodes_.back()->stack.subject(), nodes_.size());
  return *nodes_.back();
}

Link& World::add_link(const std::string& name, const LinkConfig& config) {
  assert(link(name) == nullptr);
  grow_by_quarter(links_);
  links_.push_back(
      make_in<Link>(slab_.arena(), link_env(), name, unowned(link_configs_.share(config))));
  set_place(links_.back()->subject(), links_.size());
  return *links_.back();
}

MacAddress World::default_mac(const Node& node, std::size_t position) {
  const std::uint32_t id = node.stack.id().value;
  const auto byte = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
  return {{0x02, byte(id >> 16), byte(position >> 8), byte(id >> 8), byte(id), byte(position)}};
}

EthernetL2& World::ethernet(const ArpConfig& arp) {
  const auto known = std::find_if(ethernets_.begin(), ethernets_.end(),
                                  [&](const auto& each) { return each->config() == arp; });
  if (known != ethernets_.end()) return **known;
  return *ethernets_.emplace_back(std::make_unique<EthernetL2>(arp));
}

NetIf& World::add_ethernet(Node& node, const EthernetIface& config, Link& link) {
  NetIfConfig if_config;
  if_config.name = config.name;
  if_config.mtu = config.mtu;
  if_config.ipv6 = !config.address6.address.is_any();
  NetIf& iface = node.stack.add_iface(if_config);
  SimDriverConfig driver_config;
  driver_config.mac = default_mac(node, iface.index().value);
  auto driver = make_in<SimDriver>(slab_.arena(), link, std::string(iface.path()), driver_config);
  attach(iface, link);
  iface.bind_l2(ethernet(node.config.arp));  // its context shares a line with the driver
  iface.own_driver(std::move(driver));
  if (!config.address.address.is_any()) iface.ipv4_addr_add(config.address);
  iface.set_gateway(config.gateway);
  if (iface.ipv6() != nullptr) {
    iface.ipv6()->addr_add(config.address6);
    iface.ipv6()->prefix_add(config.address6);
  }
  return iface;
}

void World::set_place(SubjectId subject, std::size_t place) {
  assert(place_of(subject) == 0);  // nothing else has the path
  if (place_of_.size() <= subject.value) place_of_.resize(subject.value + 1);
  place_of_[subject.value] = static_cast<std::uint32_t>(place);
}

void World::attach(const NetIf& iface, const Link& link) {
  set_place(iface.subject(), place_of(link.subject()));
}

Link* World::link_of(const NetIf& iface) const {
  const std::size_t place = place_of(iface.subject());
  return place != 0 ? links_[place - 1].get() : nullptr;
}

Attachment World::attachment(const NetIf& iface) const {
  Link* const link = link_of(iface);
  if (link == nullptr) return {};
  return {link, link->end_by_name(iface.path()).value()};
}

void World::boot() {
  for (const auto& node : nodes_) {
    node->stack.post_init();
    const NodeExtras* const extras = node->extras.made();
    if (extras == nullptr) continue;
    for (const DnsServerInfo& each : extras->dns_servers) {
      // a refusal is an event
      static_cast<void>(
          node->stack.dns()->add_server(each.endpoint, each.iface, each.source).ok());
    }
  }
  for (const auto& node : nodes_) {
    const Status booted = node->conn_mgr.boot();
    if (!booted.ok()) {
      tracer_.event(node->stack.subject(), "conn_mgr_failed", {Attr::of("errno", booted.code())});
    }
  }
  for (const auto& node : nodes_) {
    const NodeExtras* const extras = node->extras.made();
    if (extras == nullptr) continue;
    for (NetIf* iface : extras->dhcp) {
      const Status started = node->stack.dhcpv4()->start(*iface);
      if (started.ok()) continue;
      tracer_.event(iface->subject(), "dhcp_start_failed",
                    {Attr::of("errno", started.code())});
    }
  }
  for (const auto& node : nodes_) {
    for (App& app : node->apps) app.start();
  }
}

Node* World::node(std::string_view name) const {
  const SubjectId subject = tracer_.find_subject(name);
  const std::size_t place = place_of(subject);
  if (place == 0 || place > nodes_.size()) return nullptr;
  Node* const found = nodes_[place - 1].get();
  return found->stack.subject() == subject ? found : nullptr;
}

Link* World::link(std::string_view name) const {
  const SubjectId subject = tracer_.find_subject(name);
  const std::size_t place = place_of(subject);
  if (place == 0 || place > links_.size()) return nullptr;
  Link* const found = links_[place - 1].get();
  return found->subject() == subject ? found : nullptr;
}

}  // namespace flapjack
