// SPDX-License-Identifier: Apache-2.0
#include "scenarios/world.h"

#include <cassert>

#include "l2/ethernet_l2.h"
#include "l2/sim_driver.h"

namespace flapjack {

Node::Node(const StackEnv& env, std::string name, NodeId id, const NodeConfig& config)
    : stack(env, std::move(name), id, config.stack), conn_mgr(stack, config.conn_mgr) {}

// Engines keep state in contexts, so contexts go first; the rest is the order of the members.
Node::~Node() {
  apps.clear();
  stack.contexts.put_all();
}

World::World(std::uint64_t seed, std::size_t frame_bytes_max)
    : rng_(seed), tracer_(scheduler_), slab_(frame_bytes_max), fibers_(scheduler_) {}

World::~World() { shut_down(); }

std::size_t World::shut_down() {
  fibers_.cancel_all();
  while (!nodes_.empty()) nodes_.pop_back();
  links_.clear();
  return slab_.in_use();
}

Node& World::add_node(const std::string& name, const NodeConfig& config) {
  assert(node(name) == nullptr);
  const NodeId id{static_cast<std::uint32_t>(nodes_.size() + 1)};
  return *nodes_.emplace_back(std::make_unique<Node>(stack_env(), name, id, config));
}

Link& World::add_link(const std::string& name, const LinkConfig& config) {
  assert(link(name) == nullptr);
  return *links_.emplace_back(std::make_unique<Link>(link_env(), name, config));
}

MacAddress World::default_mac(const Node& node, std::size_t position) {
  const std::uint32_t id = node.stack.id().value;
  return {{0x02, 0, 0, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id),
           static_cast<std::uint8_t>(position)}};
}

NetIf& World::add_ethernet(Node& node, const EthernetIface& config, Link& link) {
  NetIfConfig if_config;
  if_config.name = config.name;
  if_config.mtu = config.mtu;
  NetIf& iface = node.stack.add_iface(if_config);
  node.l2s.push_back(std::make_unique<EthernetL2>());
  iface.bind_l2(*node.l2s.back());
  SimDriverConfig driver_config;
  driver_config.mac = default_mac(node, iface.index().value);
  auto driver = std::make_unique<SimDriver>(
      link_env(), link, node.stack.name() + "." + config.name, driver_config);
  attach(iface, link, driver->end());
  node.drivers.push_back(std::move(driver));
  iface.bind_driver(*node.drivers.back());
  if (!config.address.address.is_any()) iface.ipv4_addr_add(config.address);
  iface.set_gateway(config.gateway);
  return iface;
}

Attachment World::attachment(const NetIf& iface) const {
  const auto found = attachments_.find(iface.subject());
  return found != attachments_.end() ? found->second : Attachment{};
}

void World::boot() {
  for (const auto& node : nodes_) node->stack.post_init();
  for (const auto& node : nodes_) {
    const Status booted = node->conn_mgr.boot();
    if (!booted.ok()) {
      tracer_.event(node->stack.subject(), "conn_mgr_failed", {Attr::of("errno", booted.code())});
    }
  }
  for (const auto& node : nodes_) {
    for (NetIf* iface : node->dhcp) {
      const Status started = node->stack.dhcpv4.start(*iface);
      if (started.ok()) continue;
      tracer_.event(iface->subject(), "dhcp_start_failed",
                    {Attr::of("errno", started.code())});
    }
  }
  for (const auto& node : nodes_) {
    for (const auto& [name, app] : node->apps) app->start();
  }
}

Node* World::node(std::string_view name) const {
  for (const auto& node : nodes_) {
    if (node->stack.name() == name) return node.get();
  }
  return nullptr;
}

Link* World::link(std::string_view name) const {
  for (const auto& link : links_) {
    if (link->path() == name) return link.get();
  }
  return nullptr;
}

}  // namespace flapjack
