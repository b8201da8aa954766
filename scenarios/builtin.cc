// SPDX-License-Identifier: Apache-2.0
// THE composition root: one line for each thing that a scenario can name. Nothing registers itself;
// what is not listed here is not in the program. Longer lists in files beside it: events and
// counters builtin_events.cc, ways to get connected builtin_connectivity.cc, profiles
// builtin_config.cc, Kconfig options builtin_kconfig.cc.
#include "scenarios/builtin.h"

#include "l2/bridge_l2.h"
#include "l2/dummy_l2.h"
#include "l2/ethernet_l2.h"
#include "l2/faulty_driver.h"
#include "l2/hdlc_driver.h"
#include "l2/loopback_driver.h"
#include "l2/offloaded_l2.h"
#include "l2/ppp_l2.h"
#include "l2/sim_driver.h"
#include "l2/tunnel_l2.h"
#include "l2/vlan_l2.h"
#include "offload/lwip_engine.h"
#include "scenarios/apps/dns_query.h"
#include "scenarios/apps/reconnecting_client.h"
#include "scenarios/apps/udp_ping.h"
#include "scenarios/builtin_parts.h"
#include "scenarios/dhcp_setup.h"
#include "scenarios/link_layers.h"
#include "scenarios/services/dhcp_server.h"
#include "scenarios/services/dns_server.h"
#include "scenarios/services/router_advert.h"
#include "scenarios/services/tcp_echo.h"
#include "scenarios/services/udp_echo.h"
#include "scenarios/verbs.h"

namespace flapjack {
namespace {

std::unique_ptr<L2> make_ethernet(const L2Site& site) {
  return std::make_unique<EthernetL2>(site.node.arp);
}
std::unique_ptr<L2> make_vlan(const L2Site& site) {
  const bool known = site.iface != nullptr && site.iface->virt;
  const auto id = known ? static_cast<std::uint16_t>(site.iface->virt->vlan_id) : kVlanIdMin;
  return std::make_unique<VlanL2>(id, site.node.arp);
}
std::unique_ptr<L2> make_tunnel(const L2Site& site) {
  TunnelConfig config{.remote = {0xc6336402}};  // 198.51.100.2, for documentation (RFC 5737)
  if (site.iface != nullptr && site.iface->virt) {
    config.remote = Ipv4Address{site.iface->virt->remote};
    config.ttl = static_cast<std::uint8_t>(site.iface->virt->ttl);
  }
  return std::make_unique<TunnelL2>(config);
}
std::unique_ptr<L2> make_bridge(const L2Site& site) {
  BridgeConfig config;
  config.arp = site.node.arp;
  if (site.iface != nullptr && site.iface->virt) {
    const VirtualSpec& spec = *site.iface->virt;
    config.ageing = spec.ageing;
    config.addresses = static_cast<std::size_t>(spec.addresses);
    config.flood_limit = static_cast<std::uint32_t>(spec.flood_limit);
  }
  return std::make_unique<BridgeL2>(config);
}
std::unique_ptr<L2> make_ppp(const L2Site& site) {
  if (site.iface == nullptr) return std::make_unique<PppL2>();
  return std::make_unique<PppL2>(ppp_config(*site.iface, site.node.ppp));
}
std::unique_ptr<L2> make_dummy(const L2Site&) { return std::make_unique<DummyL2>(); }
std::unique_ptr<L2> make_offloaded(const L2Site& site) {
  if (site.engine == nullptr) return std::make_unique<OffloadedL2>();
  OffloadEngine& engine = *site.engine;
  return std::make_unique<OffloadedL2>(
      [&engine](NetIf&, bool up) { return engine.set_enabled(up); });
}

MadeDriver make_sim(const DriverSite& site) {
  SimDriverConfig config;
  config.mac = site.mac;
  config.carrier_follows_peer = site.carrier_follows_peer;
  config.station = site.station;
  config.promiscuous = site.promiscuous;
  config.checksum = site.checksum;
  auto driver = make_in<SimDriver>(site.env.slab.arena(), *site.link, site.path, config);
  const std::size_t end = driver->end();
  return {std::move(driver), end};
}
MadeDriver make_hdlc(const DriverSite& site) {
  MadeDriver line = make_sim(site);
  return {std::make_unique<HdlcDriver>(site.env, site.path, std::move(line.driver)), line.end};
}
MadeDriver make_loopback(const DriverSite& site) {
  return {std::make_unique<LoopbackDriver>(site.env, site.path), 0};
}
std::unique_ptr<Driver> wrap_faulty(const DriverSite& site, std::unique_ptr<Driver> inner,
                                    const FaultyDriverConfig& faults) {
  return std::make_unique<FaultyDriver>(site.env, site.path, std::move(inner), faults);
}

std::unique_ptr<App> make_udp_ping(const AppEnv& env, const AppSpec& spec, bool) {
  return make_in<UdpPing>(env.node.arena(), env, spec);
}
std::unique_ptr<App> make_client(const AppEnv& env, const AppSpec& spec, bool stream) {
  return std::make_unique<ReconnectingClient>(env, spec, stream);
}
std::unique_ptr<App> make_dns_query(const AppEnv& env, const AppSpec& spec, bool) {
  return std::make_unique<DnsQuery>(env, spec);
}
std::unique_ptr<App> make_dns_server(const AppEnv& env, const ServiceSpec& spec) {
  return std::make_unique<DnsServer>(env, spec);
}
std::unique_ptr<App> make_udp_echo(const AppEnv& env, const ServiceSpec& spec) {
  return make_in<UdpEcho>(env.node.arena(), env, spec);
}
std::unique_ptr<App> make_ra(const AppEnv& env, const ServiceSpec& spec) {
  return std::make_unique<RouterAdvert>(env, spec);
}
std::unique_ptr<App> make_dhcp(const AppEnv& env, const ServiceSpec& spec) {
  return std::make_unique<DhcpServer>(env, dhcp_setup(env.node.stack, spec));
}
std::unique_ptr<App> make_tcp_echo(const AppEnv& env, const ServiceSpec& spec) {
  return std::make_unique<TcpEcho>(env, spec);
}

constexpr TargetSet kIface = only(TargetKind::Iface);
constexpr TargetSet kNode = only(TargetKind::Node);

std::vector<VerbEntry> builtin_verbs() {
  const std::vector<std::string> link_keys = {
      "rate", "delay", "jitter", "distribution", "correlation", "loss", "duplicate", "reorder",
      "corrupt", "mtu", "queue", "up", "down"};
  return {
      {{"carrier_down", "takes the carrier from an iface, or from every end of a link",
        TargetKind::Iface | TargetKind::Link, true, {}},
       verbs::carrier_down},
      {{"dormant", "holds an iface dormant (RFC 2863)", kIface, true, {}}, verbs::dormant},
      {{"admin_down", "net_if_down() of an iface; undone by net_if_up()", kIface, true, {}},
       verbs::admin_down},
      {{"suspend", "net_if_suspend() of an iface; undone by net_if_resume()", kIface, true, {}},
       verbs::suspend},
      {{"vanish", "takes an iface or a whole node off the air",
        TargetKind::Node | TargetKind::Iface, true, {}},
       verbs::vanish},
      {{"set_link", "changes some parameters of a link, leaves the others", only(TargetKind::Link),
        true, link_keys},
       verbs::set_link},
      {{"black_hole", "a link swallows everything and keeps its carriers", only(TargetKind::Link),
        true, {"direction"}, {}, true},
       verbs::black_hole},
      {{"hold", "frames wait on a link until it is released", only(TargetKind::Link), true,
        {"direction"}, {}, true},
       verbs::hold},
      {{"release", "ends every hold of a link at once", only(TargetKind::Link), false,
        {"direction"}, {}, true},
       verbs::release},
      {{"fade", "the losses of a link grow evenly to a share", only(TargetKind::Link), true,
        {"to", "over", "direction"}, {"to", "over"}},
       verbs::fade},
      {{"partition", "groups of nodes and ifaces do not hear each other; no carrier changes",
        only(TargetKind::Groups), true, {}},
       verbs::partition},
      {{"drop", "the very packet that \"on\" waits for is lost", only(TargetKind::Packet), false,
        {"nth"}, {}, true},
       verbs::drop},
      {{"set_key", "gives a station the network's key", kIface, false, {"key"}, {"key"}},
       verbs::set_key},
      {{"modem_reset", "starts the firmware of an \"lte\" modem anew", kIface, false, {}},
       verbs::modem_reset},
      {{"service_down", "ends a service as a crash would; undone, it runs again and remembers",
        only(TargetKind::Service), true, {"farewell"}, {}, true},
       verbs::service_down},
      {{"lease", "changes what a DHCP service does", only(TargetKind::Service), true,
        {"answer", "delay", "pool"}, {}, false, {"dhcp"}},
       verbs::lease},
      {{"ra", "changes the lifetimes that an ra service advertises", only(TargetKind::Service),
        true, {"lifetime", "valid", "preferred"}, {}, false, {"ra"}},
       verbs::ra},
      {{"exhaust", "squeezes a pool of a node: \"leave\" some of it, or \"take\" some away",
        only(TargetKind::Pool), true, {"leave", "take"}},
       verbs::exhaust},
      {{"stall", "stops the thread of a queue of a node, or an agent",
        TargetKind::Queue | TargetKind::Agent, true, {}},
       verbs::stall},
      {{"note", "puts a remark into the trace", only(TargetKind::Text), false, {}}, verbs::note},
  };
}

// Calls of the connection manager, and admin-up.
std::vector<VerbEntry> conn_mgr_verbs() {
  const std::vector<std::string> skip = {"skip_ignored"};
  return {
      {{"connect", "conn_mgr_if_connect() of an iface", kIface, true, {}}, verbs::connect},
      {{"disconnect", "conn_mgr_if_disconnect() of an iface", kIface, true, {}},
       verbs::disconnect},
      {{"admin_up", "net_if_up() of an iface; undone by net_if_down()", kIface, true, {}},
       verbs::admin_up},
      {{"all_up", "conn_mgr_all_if_up() of a node", kNode, true, skip, {}, true}, verbs::all_up},
      {{"all_down", "conn_mgr_all_if_down() of a node", kNode, true, skip, {}, true},
       verbs::all_down},
      {{"all_connect", "conn_mgr_all_if_connect() of a node", kNode, true, skip, {}, true},
       verbs::all_connect},
      {{"all_disconnect", "conn_mgr_all_if_disconnect() of a node", kNode, true, skip, {}, true},
       verbs::all_disconnect},
      {{"resend_status", "conn_mgr_mon_resend_status() of a node", kNode, false, {}},
       verbs::resend_status},
      {{"check_online", "asks the host of a node's online check", kNode, false, {}},
       verbs::check_online},
      {{"ignore", "conn_mgr_ignore_iface() of an iface", kIface, true, {}},
       verbs::ignore},
      {{"watch", "conn_mgr_watch_iface() of an iface", kIface, true, {}},
       verbs::watch},
      {{"ignore_l2", "conn_mgr_ignore_l2() of a node", kNode, true,
        {"l2"}, {"l2"}},
       verbs::ignore_l2},
      {{"watch_l2", "conn_mgr_watch_l2() of a node", kNode, true,
        {"l2"}, {"l2"}},
       verbs::watch_l2},
  };
}

// What the program sets on an iface while it runs.
std::vector<VerbEntry> setting_verbs() {
  return {
      {{"set_flag", "conn_mgr_if_set_flag() of an iface", kIface, true, {"flag", "value"},
        {"flag", "value"}},
       verbs::set_flag},
      {{"set_timeout", "conn_mgr_if_set_timeout() of an iface", kIface, true, {"timeout"},
        {"timeout"}},
       verbs::set_timeout},
      {{"set_idle_timeout", "conn_mgr_if_set_idle_timeout() of an iface", kIface, true,
        {"timeout"}, {"timeout"}},
       verbs::set_idle_timeout},
      {{"set_opt", "conn_mgr_if_set_opt() of an iface; without text or hex, of no bytes", kIface,
        false, {"option", "text", "hex"}, {"option"}},
       verbs::set_opt},
      {{"get_opt", "conn_mgr_if_get_opt() of an iface", kIface, false, {"option", "room"},
        {"option"}},
       verbs::get_opt},
      {{"conn_timeout", "raises NET_EVENT_CONN_IF_TIMEOUT of an iface", kIface, false, {}},
       verbs::conn_timeout},
      {{"conn_fatal", "raises NET_EVENT_CONN_IF_FATAL_ERROR of an iface", kIface, false, {}},
       verbs::conn_fatal},
      {{"fail_calls", "connect and disconnect of its implementation return EIO", kIface, true, {}},
       verbs::fail_calls},
      {{"refuse_admin", "net_if_up() and net_if_down() of an iface return EIO", kIface, true, {}},
       verbs::refuse_admin},
      {{"used", "conn_mgr_if_used() of an iface", kIface, false, {}}, verbs::used},
      {{"add_address", "net_if_ipv4_addr_add() or net_if_ipv6_addr_add() of an iface", kIface,
        true, {"address"}, {"address"}},
       verbs::add_address},
      {{"del_address", "net_if_ipv4_addr_rm() or net_if_ipv6_addr_rm() of an iface", kIface, true,
        {"address"}, {"address"}},
       verbs::del_address},
  };
}

std::vector<TechnologyEntry> builtin_technologies() {
  return {
      {{"ethernet", "a cable; carrier goes when the other end vanishes", "ethernet", "", ""},
       "sim"},
      {{"wifi", "a station; associates by its connectivity implementation", "ethernet", "wifi",
        ""},
       "sim"},
      {{"lte", "a modem on a link to its tower; with \"conn\" it attaches as a modem does",
        "ethernet", "", "lte"},
       "sim"},
      {{"dummy", "no link header, no addresses on the link", "dummy", "", ""}, "sim"},
      {{"loopback", "hands back what it is given", "dummy", "", ""}, "loopback", kLoopbackMtu},
      {{"ppp", "one end of a byte line; options in the key \"ppp\"", "ppp", "", "ppp"},
       "hdlc"},
      {{"vlan", "one VLAN of an Ethernet iface; written as the key \"vlan\"", "vlan", "", ""}, ""},
      {{"tunnel", "IPv4 in IPv4; written as the key \"tunnel\"", "tunnel", "", ""}, ""},
      {{"bridge", "a learning bridge; written as the key \"bridge\"", "bridge", "", ""}, ""},
  };
}

std::vector<ServiceEntry> builtin_services() {
  return {
      {{"udp_echo", "sends datagrams back (RFC 862)", true, ServiceValue::Echo}, false,
       make_udp_echo, udp_echo_error},
      {{"tcp_echo", "sends a stream back (RFC 862)", true}, true, make_tcp_echo},
      {{"ra", "makes the node an IPv6 router and advertises it (RFC 4861)", false,
        ServiceValue::Ra},
       false, make_ra, router_advert_error},
      {{"dhcp", "gives IPv4 addresses (RFC 2131)", false, ServiceValue::Dhcp, {"delay"}},
       false, make_dhcp, dhcp_setup_error},
      {{"dns", "a name server with a zone: name -> address, list of addresses, another name, or "
        "\"ignore\", \"nxdomain\", \"servfail\", \"refused\"; \"*\" is any other name",
        false, ServiceValue::Zone, {"delay"}},
       false, make_dns_server},
  };
}

std::vector<PacketKeyWord> builtin_packet_keys() {
  const std::vector<std::string> ports = {"UDP", "TCP"}, fragment = {"FRAGMENT"},
                                 coded = {"ICMP", "ICMPv6", "NS", "NA", "RS", "RA", "REDIRECT",
                                          "MLD"};
  std::vector<std::string> typed = coded;
  typed.push_back("IGMP");
  constexpr std::int64_t kByte = 255, kWord = 65'535;
  return {{"sport", "source port", {}, ports, kWord},
          {"dport", "destination port", {}, ports, kWord},
          {"type", "type of an ICMP, ICMPv6 or IGMP message", {}, typed, kByte},
          {"code", "code of an ICMP or ICMPv6 message", {}, coded, kByte},
          {"target", "the address that an NS or NA is about", {}, {"NS", "NA", "ICMPv6"}, -1,
           ValueKind::Ipv6},
          {"part", "which fragment of its datagram", {"first", "middle", "last"}, fragment},
          {"offset", "bytes of the datagram in front of a fragment", {}, fragment, kWord},
          {"of", "what was fragmented", {"UDP", "TCP", "ICMP", "ICMPv6"}, fragment},
          {"link", "the link it is on"}};
}

}  // namespace

Registry builtin_registry() {
  Registry r;
  r.profiles = builtin_profiles();
  r.kconfigs = builtin_kconfigs();
  r.technologies = builtin_technologies();
  r.l2s = {
      {{"ethernet", "Ethernet II with ARP"}, make_ethernet, LinkType::Ethernet},
      {{"dummy", "no link header (Zephyr: L2 DUMMY)"}, make_dummy, LinkType::RawIp},
      {{"vlan", "Ethernet II with ARP, tagged (IEEE 802.1Q)"}, make_vlan, LinkType::Ethernet, true},
      {{"tunnel", "IPv4 in IPv4 (RFC 2003)"}, make_tunnel, LinkType::RawIp, true},
      {{"bridge", "a learning bridge (IEEE 802.1D), with ARP for itself"}, make_bridge,
       LinkType::Ethernet, true},
      {{"ppp", "PPP with LCP and IPCP (RFC 1661, 1332)"}, make_ppp, LinkType::Ppp},
      {{"offloaded", "passes admin up and down to the iface's engine, nothing else"},
       make_offloaded},
  };
  r.drivers = {
      {{"sim", "a device whose medium is a link"}, true, make_sim},
      {{"hdlc", "a device whose frames are PPP's on a byte line (RFC 1662)"}, true, make_hdlc},
      {{"loopback", "a device that hands back what it is given"}, false, make_loopback},
  };
  r.wrappers = {
      {{"faulty", "loses, damages, doubles and delays frames in both directions"}, wrap_faulty},
  };
  r.engines = {
      {{"native", "flapjack's own stack"}, nullptr},
      {{"lwip", "lwIP as the iface's engine"}, make_lwip_engine, LinkType::Ethernet},
  };
  r.connectivities = builtin_connectivities();
  const std::vector<std::string> periodic = {"send", "every", "from", "until", "count", "wait"};
  std::vector<std::string> client = periodic;
  client.insert(client.end(), {"timeout", "priority"});
  std::vector<std::string> ping = periodic;
  ping.insert(ping.end(), {"ttl", "tos", "port", "reuse", "priority"});
  r.apps = {
      {{"udp_ping", "sends numbered datagrams and counts the answers", ping, false,
        {"udp_echo"}},
       make_udp_ping},
      {{"reconnecting_client", "keeps a connection up and sends messages that must come back",
        client, true, {"udp_echo", "tcp_echo"}, AppValue::Peers, true},
       make_client},
      {{"dns_query", "asks the node's resolver for names, in turn",
        {"every", "from", "until", "count", "wait", "type"}, false, {}, AppValue::Names},
       make_dns_query},
  };
  r.services = builtin_services();
  r.agent_groups = builtin_agent_groups();
  r.agent_actions = builtin_agent_actions();
  r.agent_events = builtin_agent_events();
  r.verbs = builtin_verbs();
  for (auto* more : {&conn_mgr_verbs, &setting_verbs}) {
    for (VerbEntry& verb : more()) r.verbs.push_back(std::move(verb));
  }
  r.events = builtin_events();
  r.counters = builtin_counters();
  r.packet_keys = builtin_packet_keys();
  return r;
}

}  // namespace flapjack
