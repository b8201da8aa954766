// SPDX-License-Identifier: Apache-2.0
#include "scenarios/builder.h"

#include <algorithm>

#include "scenarios/address_checks.h"
#include "scenarios/builder_agents.h"
#include "scenarios/builder_connectivity.h"
#include "scenarios/builder_dns.h"
#include "scenarios/dhcp_setup.h"
#include "scenarios/fit_node.h"
#include "scenarios/kconfig_needs.h"
#include "scenarios/link_book.h"
#include "scenarios/link_layers.h"
#include "scenarios/node_conn_mgr.h"
#include "scenarios/node_work.h"
#include "scenarios/verbs.h"

namespace flapjack {
namespace {

constexpr std::int64_t kDatagramBytesMax = 65535 - 20 - 8;  // below an IPv4 and a UDP header

class Builder {
 public:
  Builder(const ScenarioSpec& spec, const Registry& registry, NodeNames& names,
          DiagnosticSink& sink)
      : spec_(spec), registry_(registry), names_(names), sink_(sink) {}

  std::unique_ptr<World> build();

 private:
  void add_links();
  void add_node(const NodeSpec& spec);
  void stack_ifaces(const NodeSpec& spec, Node& node);
  NodeConfig config_of(const NodeSpec& spec);
  void add_route(Node& node, const RouteSpec& route);
  void add_iface(const NodeSpec& node_spec, Node& node, const NodeConfig& config,
                 const IfaceSpec& spec);
  struct Plugged {
    std::unique_ptr<Driver> driver;  // null: the iface is on no link, a socket without a cable
    Attachment at;
  };
  Plugged make_driver(const NodeSpec& node_spec, const Node& node, const NetIf& iface,
                      const IfaceSpec& spec, const LinkPlace& at);
  void add_l2(Node& node, NetIf& iface, const L2Site& site, std::string_view name);
  void add_engine(Node& node, NetIf& iface, const EngineEntry& entry, const IfaceSpec& spec,
                  const NodeConfig& node_config, std::unique_ptr<Driver> driver);
  void add_services(const NodeSpec& spec, Node& node);
  void add_apps(const NodeSpec& spec, Node& node);
  bool can_stream(const NodeSpec& node) const;
  bool peer_is_stream(const PeerSpec& peer) const;
  void add_ipv6(const NodeSpec& node_spec, NetIf& iface, const IfaceSpec& spec);
  void set_modes(NetIf& iface, const IfaceSpec& spec);
  void check_if_names(const NodeSpec& spec, const Node& node);
  void name_ppp_peer(const IfaceSpec& spec, const LinkPlace& at);
  SubjectId subject(const Node& node, const std::string& name);
  void error(const SpecProblem& problem) {
    error(problem.code, problem.message, problem.place, problem.help);
  }
  void error(const std::string& code, const std::string& message, const SourcePlace& place,
             const std::string& help = {});

  const ScenarioSpec& spec_;
  const Registry& registry_;
  NodeNames& names_;
  DiagnosticSink& sink_;
  std::unique_ptr<World> world_;
  const LinkEnds ends_{spec_};
  const std::size_t offered_dns_ = count_offered_dns(spec_);
};

void Builder::error(const std::string& code, const std::string& message, const SourcePlace& place,
                    const std::string& help) {
  sink_.error(code, message, place, help);
}

std::unique_ptr<World> Builder::build() {
  world_ = std::make_unique<World>(spec_.seed, frame_room(spec_, registry_));
  add_links();
  for (const NodeSpec& node : spec_.nodes) add_node(node);
  // Services first: what answers is there before anybody asks.
  add_agents(spec_, *world_, registry_);
  for (const NodeSpec& node : spec_.nodes) add_services(node, *world_->node(node.name));
  for (const PlacedText& wrong : dhcp_step_errors(*world_, spec_)) {
    error("F0927", wrong.text, wrong.place);
  }
  for (const SpecProblem& wrong : pool_step_problems(*world_, spec_)) error(wrong);
  check_work(spec_, *world_, sink_);
  for (const NodeSpec& node : spec_.nodes) add_apps(node, *world_->node(node.name));
  return sink_.has_errors() ? nullptr : std::move(world_);
}

void Builder::add_links() {
  for (const LinkSpec& link : spec_.links) world_->add_link(link.name, link_config(link.up));
}

NodeConfig Builder::config_of(const NodeSpec& spec) {
  NodeConfig config;
  find_entry(registry_.profiles, spec.profile)->apply(config);
  apply_kconfigs(spec, registry_, config, sink_);
  make_room_for_dns(spec, offered_dns_, config, sink_);
  apply_work(spec, config, sink_);
  apply_conn_mgr(spec, config, sink_);
  apply_connector(spec, config.stack);
  return config;
}

// Asked once all of them are there: by kind and number another one is called so from the beginning.
void Builder::check_if_names(const NodeSpec& spec, const Node& node) {
  for (const IfaceSpec& iface : spec.ifaces) {
    if (iface.if_name.empty()) continue;
    NetIf& own = *node.stack.iface_by_name(iface.name);
    const Status named = own.set_if_name(iface.if_name);
    const bool taken = std::ranges::any_of(node.stack.ifaces(), [&](const auto& other) {
      const auto name = other->if_name();
      return other.get() != &own && name.ok() && name.value() == iface.if_name;
    });
    if (named.ok() && !taken) continue;
    error("F0921",
          taken ? "another iface is called " + iface.if_name
          : named.code() == Errc::Enametoolong ? "the name is longer than NET_INTERFACE_NAME_LEN"
                                               : "NET_INTERFACE_NAME is off", iface.place);
  }
}

void Builder::add_node(const NodeSpec& spec) {
  NodeConfig config = config_of(spec);
  fit_node(spec, config);
  check_kconfig_needs(spec, config, registry_, sink_);
  Node& node = world_->add_node(spec.name, config);
  for (const IfaceSpec& iface : spec.ifaces) add_iface(spec, node, config, iface);
  follow_routers(spec, node);
  check_if_names(spec, node);
  stack_ifaces(spec, node);
  add_online_check(spec, node, sink_);
  for (const RouteSpec& route : spec.routes) add_route(node, route);
  add_dns_servers(spec, node);
}

void Builder::add_route(Node& node, const RouteSpec& route) {
  RouteEntry entry{route.network, route.prefix_len, node.stack.iface_by_name(route.iface),
                   route.via.value_or(IpAddress::any(route.network.family()))};
  const Status added = node.stack.routes.add(entry);
  if (added.ok()) return;
  const bool full = added.code() == Errc::Enomem;
  error("F0914", full ? "more routes than NET_MAX_ROUTES" : "the same network has two routes",
        route.place);
}

void Builder::stack_ifaces(const NodeSpec& spec, Node& node) {
  for (const IfaceSpec& iface : spec.ifaces) {
    if (!iface.virt) continue;
    for (const PlacedText& on : iface.virt->on) {
      NetIf& upper = *node.stack.iface_by_name(iface.name);
      const Status attached = upper.stacking().attach(*node.stack.iface_by_name(on.text));
      if (attached.ok()) continue;
      error(attach_problem(iface, on, attached.code()));
    }
  }
}

void Builder::add_iface(const NodeSpec& node_spec, Node& node, const NodeConfig& config,
                        const IfaceSpec& spec) {
  NetIfConfig if_config;
  if_config.name = spec.name;
  if_config.mtu = mtu_of(registry_, node_spec, spec);
  if_config.auto_start = spec.auto_start;
  const std::size_t dynamic = (spec.dhcp ? 1u : 0u) + (spec.ipv4_auto ? 1u : 0u);
  if_config.ipv4_limit = std::max(if_config.ipv4_limit, spec.ipv4.size() + dynamic);
  if_config.ipv6 = spec.has_ipv6;
  if_config.is_wifi = spec.technology == "wifi";
  if_config.ipv4_auto = spec.ipv4_auto;
  const std::size_t places = config.stack.if_unicast_ipv4;
  if (places != 0 && spec.ipv4.size() > places) {
    error("F0922", "more addresses than NET_IF_UNICAST_IPV4_ADDR_COUNT", spec.place);
  }
  const LinkPlace at = ends_.find(node_spec.name + "." + spec.name);
  if (const auto problem = link_layer_problem(spec_, registry_, node_spec, spec, at)) {
    error(*problem);
  }
  NetIf& iface = node.stack.add_iface(if_config);
  auto [driver, at_link] = make_driver(node_spec, node, iface, spec, at);
  const EngineEntry& engine = *find_entry(registry_.engines, spec.engine);
  for (const SpecProblem& problem : address_problems(spec)) error(problem);
  for (const Ipv4Spec& address : spec.ipv4) {
    names_.add(Ipv4Address{address.value}, node_spec.name);
  }
  name_ppp_peer(spec, at);
  if (engine.make == nullptr) {
    add_l2(node, iface, {config, nullptr, &spec}, spec.l2);
    if (driver != nullptr) {
      iface.own_driver(std::move(driver));
    } else {  // a socket without a cable, or virtual
      iface.carrier_off();
    }
    if (at_link.link != nullptr) {
      at_link.link->set_end_framing(at_link.end, framing_on_link(registry_, spec));
    }
    if (spec.virt && !spec.mac.empty()) {
      static_cast<void>(iface.set_link_address(*MacAddress::parse(spec.mac)).ok());  // it is down
    }
    for (const Ipv4Spec& address : spec.ipv4) {
      iface.ipv4_addr_add({{address.value}, address.prefix_len});
    }
    if (spec.gateway) iface.set_gateway({spec.gateway->value});
    add_ipv6(node_spec, iface, spec);
    if (spec.dhcp) node.extras->dhcp.push_back(&iface);
  } else if (driver == nullptr) {
    error("F0904", "an iface with an engine needs a link", spec.place,
          "name it in the \"between\" of a link");
  } else {
    add_engine(node, iface, engine, spec, config, std::move(driver));
  }
  set_modes(iface, spec);
  if (spec.conn) {
    const auto wrong = bind_connectivity(spec, registry_, at_link, node, iface);
    if (wrong) error(*wrong);
  }
  if (spec.ignore) node.conn_mgr.ignore_iface(iface);
}

void Builder::set_modes(NetIf& iface, const IfaceSpec& spec) {
  if (spec.promiscuous && !iface.set_promiscuous().ok()) {
    error("F0920", "this iface has no promiscuous mode", spec.place);
  }
  if (!spec.if_name.empty()) static_cast<void>(iface.set_if_name(spec.if_name).ok());
}

void Builder::add_ipv6(const NodeSpec& node_spec, NetIf& iface, const IfaceSpec& spec) {
  for (const Ipv6Spec& address : spec.ipv6) {
    names_.add(address.prefix.address, node_spec.name);
    const bool added = iface.ipv6()->addr_add(address.prefix) != nullptr &&
                       iface.ipv6()->prefix_add(address.prefix);
    if (!added) error("F0922", "the node has no room for this address", address.place);
  }
}

// An address that comes by PPP belongs to the node at the other end.
void Builder::name_ppp_peer(const IfaceSpec& spec, const LinkPlace& at) {
  const NodeSpec* node = nullptr;
  if (!spec.ppp || !spec.ppp->peer || peer_of(spec_, at, &node) == nullptr) return;
  names_.add(Ipv4Address{*spec.ppp->peer}, node->name);
}

Builder::Plugged Builder::make_driver(const NodeSpec& node_spec, const Node& node,
                                      const NetIf& iface, const IfaceSpec& spec,
                                      const LinkPlace& at) {
  const TechnologyEntry& technology = *find_entry(registry_.technologies, spec.technology);
  const LinkSpec* const link_spec = at.link;
  if (link_spec == nullptr && technology.driver.empty()) return {};
  const DriverEntry* const driver = find_entry(registry_.drivers, technology.driver);
  if (link_spec != nullptr && (driver == nullptr || !driver->on_link)) {
    error("F0903", "a " + spec.technology + " iface cannot be on a link",
          link_spec->ends[at.end].place);
    return {};
  }
  const DriverEntry& entry = *driver;
  if (link_spec == nullptr && entry.on_link) return {};
  DriverSite site{world_->link_env(), nullptr, node.stack.path_of(spec.name), {}, {},
                  false, false, checksum_policy(spec)};
  site.mac = spec.mac.empty() ? World::default_mac(node, iface.index().value)
                              : *MacAddress::parse(spec.mac);
  if (spec.conn) {  // losing the peer is for `conn` to notice
    site.carrier_follows_peer = false;
    site.station = true;
  }
  site.promiscuous = hears_all(node_spec, spec);
  if (link_spec != nullptr) site.link = world_->link(link_spec->name);
  MadeDriver made = entry.make(site);
  if (site.link != nullptr) {
    site.link->set_config(made.end, link_config(end_params(spec_, *link_spec, at.end)));
    world_->attach(iface, *site.link);
  }
  if (spec.faults) {
    const WrapperEntry& faulty = *find_entry(registry_.wrappers, "faulty");
    const Framing framing = framing_of(registry_, spec);
    made.driver = faulty.wrap(site, std::move(made.driver),
                              {device_config(spec.faults->tx, framing),
                               device_config(spec.faults->rx, framing)});
  }
  return {std::move(made.driver), {site.link, made.end}};
}

void Builder::add_l2(Node& node, NetIf& iface, const L2Site& site, std::string_view name) {
  node.extras->l2s.push_back(find_entry(registry_.l2s, name)->make(site));
  iface.bind_l2(*node.extras->l2s.back());
}

void Builder::add_engine(Node& node, NetIf& iface, const EngineEntry& entry,
                         const IfaceSpec& spec, const NodeConfig& node_config,
                         std::unique_ptr<Driver> driver) {
  if (spec.has_ipv6) {
    return error("F0913", "engine \"" + entry.word.name + "\" has no IPv6", spec.place,
                 "leave \"ipv6\" out");
  }
  if (spec.dhcp) {
    return error("F0915", "an engine has its own way to an address: \"dhcp\" is native",
                 spec.place, "give the iface its address, or leave \"offload\" out");
  }
  if (spec.ipv4.size() != 1) {
    return error("F0905", "an iface with an engine needs exactly one IPv4 address", spec.place);
  }
  EngineConfig config;
  config.address = {{spec.ipv4.front().value}, spec.ipv4.front().prefix_len};
  if (spec.gateway) config.gateway = {spec.gateway->value};
  config.mtu = iface.mtu();
  node.extras->drivers.push_back(std::move(driver));
  auto made = entry.make(iface, *node.extras->drivers.back(), config);
  if (!made.ok()) {
    return error("F0906", "engine \"" + entry.word.name + "\" refuses this iface: " +
                              std::string(errc_name(made.code())),
                 spec.place);
  }
  OffloadEngine& engine = *made.value();
  add_l2(node, iface, {node_config, &engine}, "offloaded");
  iface.set_offload(&engine.context());
  iface.set_socket_offload(&engine.sockets());
  node.extras->engines.push_back(std::move(made.value()));
}

SubjectId Builder::subject(const Node& node, const std::string& name) {
  return world_->tracer().subject(node.stack.path_of(name));
}

// TCP exists behind engines only; the default iface decides, as net_context_get() does.
bool Builder::can_stream(const NodeSpec& node) const {
  if (node.ifaces.empty()) return false;
  const EngineEntry* engine = find_entry(registry_.engines, node.ifaces.front().engine);
  return engine != nullptr && engine->make != nullptr;
}

bool Builder::peer_is_stream(const PeerSpec& peer) const {
  const NodeSpec* node =
      spec_.find_node(peer.node.empty() ? names_.find(endpoint_of(peer).address)
                                        : std::string_view(peer.node));
  if (node == nullptr) return true;
  for (const ServiceSpec& service : node->services) {
    if (service.port == peer.port) return find_entry(registry_.services, service.kind)->stream;
  }
  return true;
}

void Builder::add_services(const NodeSpec& spec, Node& node) {
  for (const ServiceSpec& service : spec.services) {
    const ServiceEntry& entry = *find_entry(registry_.services, service.kind);
    if (entry.stream && !can_stream(spec)) {
      error("F0901", "native TCP is not supported yet, and \"" + service.kind + "\" needs TCP",
            service.place, "give the node's first iface \"offload\": \"lwip\", or use udp_echo");
      continue;
    }
    if (entry.check != nullptr) {
      const auto wrong = entry.check(node.stack, service);
      if (wrong) {
        error("F0925", wrong->text, wrong->place);
        continue;
      }
    }
    const AppEnv env{node, subject(node, service.name), spec_.until};
    node.apps.push_back(entry.make(env, service));
  }
}

void Builder::add_apps(const NodeSpec& spec, Node& node) {
  for (const AppSpec& app : spec.apps) {
    const AppEntry& entry = *find_entry(registry_.apps, app.kind);
    const bool datagrams = entry.word.name == "udp_ping" || app.peers.empty();
    const bool stream = !datagrams && peer_is_stream(app.peers.front());
    for (const PeerSpec& peer : app.peers) {
      if (datagrams || peer_is_stream(peer) == stream) continue;
      error("F0908", "the peers of an app must all be of TCP or all of UDP", peer.place);
    }
    if (!stream && app.send.value_or(0) > kDatagramBytesMax) {
      error("F0909", "a datagram carries at most " + std::to_string(kDatagramBytesMax) + "B",
            app.place);
    }
    if (stream && !can_stream(spec)) {
      error("F0901", "native TCP is not supported yet, and \"" + app.name + "\" needs TCP",
            app.place,
            "give the node's first iface \"offload\": \"lwip\", or talk to a udp_echo service");
      continue;
    }
    const AppSocketSpec& socket = app.socket;
    if ((socket.ttl || socket.tos || socket.priority) && can_stream(spec)) {
      error("F0931", "an engine is not told \"ttl\", \"tos\" and \"priority\" of a socket",
            app.place, "leave them out, or the node's first iface without \"offload\"");
    }
    const AppEnv env{node, subject(node, app.name), spec_.until};
    node.apps.push_back(entry.make(env, app, stream));
  }
}

}  // namespace

std::unique_ptr<World> build_world(const ScenarioSpec& spec, const Registry& registry,
                                   NodeNames& nodes, DiagnosticSink& sink) {
  return Builder(spec, registry, nodes, sink).build();
}

}  // namespace flapjack
