// SPDX-License-Identifier: Apache-2.0
#include "scenarios/dhcp_setup.h"

namespace flapjack {
namespace {

// Where the server stands: the iface it was told, or the first native one with an address.
struct Site {
  const NetIf* iface = nullptr;
  Ipv4Prefix address;
};

Site site_of(const Stack& stack, const DhcpServiceSpec& spec) {
  for (const auto& iface : stack.ifaces()) {
    if (iface->is_offloaded() || (spec.iface && spec.iface->text != iface->name())) continue;
    for (const Ipv4IfAddress& own : iface->ipv4().addresses()) {
      if (own.prefix.address.is_loopback()) continue;
      return {iface.get(), own.prefix};
    }
  }
  return {};
}

std::optional<PlacedText> outside(const Ipv4Prefix& network, Ipv4Address address,
                                  const std::string& what, const SourcePlace& place) {
  if (address == network.address) {
    return PlacedText{what + " " + to_text(address) + " is the server's own address", place};
  }
  const bool within = network.contains(address);
  if (within && hosts_of(network).contains(address)) return {};
  return PlacedText{what + " " + to_text(address) + " is " +
                        (within ? "not for a host of" : "not on") + " the network " +
                        to_text(network),
                    place};
}

std::optional<PlacedText> pool_error(const Ipv4Prefix& network, const Ipv4RangeSpec& pool) {
  const Ipv4Address first{pool.first}, last{pool.last};
  if (!network.contains(first) || !network.contains(last)) {
    return PlacedText{"the pool is not on the network " + to_text(network), pool.place};
  }
  const Ipv4Range hosts = hosts_of(network);
  if (!hosts.contains(first)) {
    return PlacedText{"the pool holds " + to_text(first) + ", the address of the network itself",
                      pool.place};
  }
  if (!hosts.contains(last)) {
    return PlacedText{"the pool holds " + to_text(last) + ", the broadcast address of the network",
                      pool.place};
  }
  return {};
}

// What is written must be on the server's own network.
std::optional<PlacedText> options_error(const Ipv4Prefix& network, const DhcpServiceSpec& spec) {
  if (spec.pool) {
    if (auto wrong = pool_error(network, *spec.pool)) return wrong;
  }
  for (const Ipv4Spec& router : spec.routers) {
    const Ipv4Address address{router.value};
    if (address == network.address) continue;  // the server is the router
    if (auto wrong = outside(network, address, "router", router.place)) return wrong;
  }
  for (const auto& each : spec.reservations) {
    if (auto wrong = outside(network, each.address.v4(), "address", each.place)) return wrong;
  }
  return {};
}

/// A pool of the server's own address alone; with reservations it lends those and no others.
bool lends_nothing(const Ipv4Prefix& network, const DhcpServiceSpec& spec) {
  return spec.pool && spec.reservations.empty() && spec.pool->first == spec.pool->last &&
         Ipv4Address{spec.pool->first} == network.address;
}

std::uint32_t whole_seconds(Duration d) { return static_cast<std::uint32_t>(d.ns / seconds(1).ns); }

}  // namespace

std::optional<Ipv4Range> default_dhcp_pool(const Ipv4Prefix& network) {
  constexpr unsigned kLongestPrefix = 30;  // the server and one client
  constexpr std::uint32_t kFirst = 100, kLast = 199;
  if (network.length > kLongestPrefix) return {};
  const std::uint32_t mask = ipv4_mask(network.length).value;
  const std::uint32_t base = network.address.value & mask;
  if (~mask > kLast) return Ipv4Range{{base + kFirst}, {base + kLast}};
  return hosts_of(network);
}

std::optional<PlacedText> dhcp_setup_error(const Stack& stack, const ServiceSpec& spec) {
  const Site site = site_of(stack, spec.dhcp);
  if (site.iface == nullptr && spec.dhcp.iface) {
    return PlacedText{"\"" + spec.dhcp.iface->text +
                          "\" is no native interface of this node with an IPv4 address",
                      spec.dhcp.iface->place};
  }
  if (site.iface == nullptr) {
    return PlacedText{"a DHCP service needs a native iface with an IPv4 address", spec.place};
  }
  if (!spec.dhcp.pool && !default_dhcp_pool(site.address)) {
    return PlacedText{to_text(site.address) + " leaves no room for DHCP clients", spec.place};
  }
  if (lends_nothing(site.address, spec.dhcp)) {
    return PlacedText{"the pool is the server's own address: there is nothing to lend",
                      spec.dhcp.pool->place};
  }
  return options_error(site.address, spec.dhcp);
}

std::vector<PlacedText> dhcp_step_errors(World& world, const ScenarioSpec& spec) {
  std::vector<PlacedText> errors;
  for (const StepSpec& step : spec.timeline) {
    if (!step.pool) continue;
    for (const ServiceSpec& service : spec.find_node(step.target.node)->services) {
      if (service.name != step.target.name) continue;
      const Site site = site_of(world.node(step.target.node)->stack, service.dhcp);
      if (site.iface == nullptr) continue;  // an error of the service
      if (auto wrong = pool_error(site.address, *step.pool)) errors.push_back(*wrong);
    }
  }
  return errors;
}

DhcpServerConfig dhcp_setup(const Stack& stack, const ServiceSpec& service) {
  const DhcpServiceSpec& spec = service.dhcp;
  const Site site = site_of(stack, spec);
  DhcpServerConfig config;
  config.iface = site.iface->name();
  config.address = site.address;
  if (spec.pool) {
    config.pool = {{spec.pool->first}, {spec.pool->last}};
  } else {
    config.pool = *default_dhcp_pool(site.address);
  }
  if (spec.lease) config.lease_s = whole_seconds(*spec.lease);
  if (spec.renewal) config.renewal_s = whole_seconds(*spec.renewal);
  if (spec.rebinding) config.rebinding_s = whole_seconds(*spec.rebinding);
  for (const Ipv4Spec& router : spec.routers) {
    static_cast<void>(config.routers.push({router.value}));  // not more than it holds
  }
  for (const DnsServerSpec& server : spec.dns) {
    static_cast<void>(config.dns_servers.push(server.address.v4()));
  }
  for (const auto& each : spec.reservations) {
    config.reservations.emplace_back(each.client, each.address.v4());
  }
  if (service.delay) config.delay = *service.delay;
  return config;
}

}  // namespace flapjack
