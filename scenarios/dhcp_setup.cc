// SPDX-License-Identifier: Apache-2.0
#include "scenarios/dhcp_setup.h"

namespace flapjack {
namespace {

// Where the server stands: the first native iface with an address.
struct Site {
  const NetIf* iface = nullptr;
  Ipv4Prefix address;
};

Site site_of(const Stack& stack) {
  for (const auto& iface : stack.ifaces()) {
    if (iface->is_offloaded()) continue;
    for (const Ipv4IfAddress& own : iface->ipv4().addresses()) {
      if (own.prefix.address.is_loopback()) continue;
      return {iface.get(), own.prefix};
    }
  }
  return {};
}

}  // namespace

std::optional<Ipv4Range> default_dhcp_pool(const Ipv4Prefix& network) {
  constexpr unsigned kLongestPrefix = 30;  // the server and one client
  constexpr std::uint32_t kFirst = 100, kLast = 199;
  if (network.length > kLongestPrefix) return {};
  const std::uint32_t mask = ipv4_mask(network.length).value;
  const std::uint32_t base = network.address.value & mask;
  if (~mask > kLast) return Ipv4Range{{base + kFirst}, {base + kLast}};
  return Ipv4Range{{base + 1}, {base + ~mask - 1}};
}

std::optional<PlacedText> dhcp_setup_error(const Stack& stack, const ServiceSpec& spec) {
  const Site site = site_of(stack);
  if (site.iface == nullptr) {
    return PlacedText{"a DHCP service needs a native iface with an IPv4 address", spec.place};
  }
  if (!default_dhcp_pool(site.address)) {
    return PlacedText{to_text(site.address) + " leaves no room for DHCP clients", spec.place};
  }
  return {};
}

DhcpServerConfig dhcp_setup(const Stack& stack, const ServiceSpec&) {
  const Site site = site_of(stack);
  DhcpServerConfig config;
  config.iface = site.iface->name();
  config.address = site.address;
  config.pool = *default_dhcp_pool(site.address);
  return config;
}

}  // namespace flapjack
