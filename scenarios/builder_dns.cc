// SPDX-License-Identifier: Apache-2.0
#include "scenarios/builder_dns.h"

namespace flapjack {

void make_room_for_dns(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink) {
  std::vector<DnsServerSpec> all = spec.dns;
  for (const IfaceSpec& iface : spec.ifaces) {
    all.insert(all.end(), iface.dns.begin(), iface.dns.end());
  }
  std::size_t& room = config.stack.dns.max_servers;
  if (all.size() <= room) return;
  if (find_word(spec.kconfig, "DNS_RESOLVER_MAX_SERVERS") == nullptr) {
    room = all.size();
    return;
  }
  sink.error("F0923",
             "DNS_RESOLVER_MAX_SERVERS leaves room for " + std::to_string(room) + " DNS server" +
                 (room == 1 ? "" : "s"),
             all[room].place);
}

void add_dns_servers(const NodeSpec& spec, Node& node) {
  const auto add = [&](const DnsServerSpec& server, NetIf* iface) {
    node.dns_servers.push_back({{server.address, kDnsPort}, iface, DnsServerSource::Manual});
  };
  for (const DnsServerSpec& server : spec.dns) add(server, nullptr);
  for (const IfaceSpec& iface : spec.ifaces) {
    for (const DnsServerSpec& server : iface.dns) add(server, node.stack.iface_by_name(iface.name));
  }
}

}  // namespace flapjack
