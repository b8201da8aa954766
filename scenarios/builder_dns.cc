// SPDX-License-Identifier: Apache-2.0
#include "scenarios/builder_dns.h"

#include <algorithm>

namespace flapjack {
namespace {

// How many ifaces get addresses from somebody, who may name servers, too. What two of them learn
// are two servers to the resolver, even with one address: each is reached by its own iface.
std::size_t count_asking(const NodeSpec& spec) {
  const auto count = std::count_if(spec.ifaces.begin(), spec.ifaces.end(), [](const auto& iface) {
    return iface.dhcp || iface.has_ipv6 || iface.technology == "ppp";
  });
  return static_cast<std::size_t>(count);
}

}  // namespace

std::size_t count_offered_dns(const ScenarioSpec& spec) {
  std::size_t count = 0;
  for (const NodeSpec& node : spec.nodes) {
    for (const ServiceSpec& service : node.services) {
      count += service.dhcp.dns.size() + service.ra.dns.size();
    }
    for (const IfaceSpec& iface : node.ifaces) count += iface.ppp ? iface.ppp->dns.size() : 0;
  }
  return count;
}

void make_room_for_dns(const NodeSpec& spec, std::size_t offered, NodeConfig& config,
                       DiagnosticSink& sink) {
  std::vector<DnsServerSpec> all = spec.dns;
  for (const IfaceSpec& iface : spec.ifaces) {
    all.insert(all.end(), iface.dns.begin(), iface.dns.end());
  }
  std::size_t& room = config.stack.dns.max_servers;
  if (find_word(spec.kconfig, "DNS_RESOLVER_MAX_SERVERS") == nullptr) {
    room = std::max(room, all.size() + count_asking(spec) * offered);
    return;
  }
  if (all.size() <= room) return;
  sink.error("F0923",
             "DNS_RESOLVER_MAX_SERVERS leaves room for " + std::to_string(room) + " DNS server" +
                 (room == 1 ? "" : "s"),
             all[room].place);
}

void add_dns_servers(const NodeSpec& spec, Node& node) {
  const auto add = [&](const DnsServerSpec& server, NetIf* iface) {
    node.extras->dns_servers.push_back(
        {{server.address, kDnsPort}, iface, DnsServerSource::Manual});
  };
  for (const DnsServerSpec& server : spec.dns) add(server, nullptr);
  for (const IfaceSpec& iface : spec.ifaces) {
    for (const DnsServerSpec& server : iface.dns) add(server, node.stack.iface_by_name(iface.name));
  }
}

}  // namespace flapjack
