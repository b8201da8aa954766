// SPDX-License-Identifier: Apache-2.0
#include "scenarios/link_layers.h"

#include <algorithm>

#include "l2/tunnel_l2.h"
#include "scenarios/suggest.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/hdlc.h"

namespace flapjack {
namespace {

constexpr std::size_t kSmallestFrameRoom = 1536;
constexpr std::size_t kLargestDatagram = 65535;
constexpr std::size_t kEthernetOverhead = kEthernetHeaderBytes + kVlanTagBytes;
constexpr std::string_view kPppDriver = "hdlc", kPppL2 = "ppp";
// Address, control, protocol; and a header around a packet that is sent back as rejected.
constexpr std::size_t kPppOverhead = 4 + 2 + 4 + 2;

std::string_view driver_of(const Registry& registry, const IfaceSpec& iface) {
  return find_entry(registry.technologies, iface.technology)->driver;
}

bool is_engine(const Registry& registry, const IfaceSpec& iface) {
  return find_entry(registry.engines, iface.engine)->make != nullptr;
}

std::optional<SpecProblem> ppp_problem(const ScenarioSpec& spec, const Registry& registry,
                                            const IfaceSpec& iface, const LinkPlace& at) {
  if (iface.ppp && iface.l2 != kPppL2) {
    return SpecProblem{"F0918", "\"ppp\" is for an interface whose l2 is \"ppp\"",
                            "leave \"technology\" out", iface.ppp->place};
  }
  if (iface.l2 != kPppL2) {
    if (!iface.conn || iface.conn->impl != kPppL2) return {};
    return SpecProblem{"F0918", "\"impl\": \"ppp\" is for an interface whose l2 is \"ppp\"",
                       "use \"technology\": \"ppp\"", iface.conn->value_place("impl")};
  }
  if (is_engine(registry, iface)) {
    return SpecProblem{"F0918", "an engine cannot use PPP", "leave \"offload\" out",
                            iface.place};
  }
  if (iface.conn && iface.conn->impl != kPppL2 && iface.conn->impl != "scripted") {
    return SpecProblem{"F0918", "a PPP interface is dialled: \"impl\" is \"ppp\"",
                            "leave \"impl\" out",
                            iface.conn->value_place("impl")};
  }
  if (at.link == nullptr) return {};
  if (at.link->ends.size() != 2) {
    return SpecProblem{"F0918", "PPP is point to point, but link " +
                                         in_quotes(at.link->name) + " has " +
                                         std::to_string(at.link->ends.size()) + " ends",
                            {}, at.link->place};
  }
  const NodeSpec* node = nullptr;
  const IfaceSpec* peer = peer_of(spec, at, &node);
  if (peer->l2 == kPppL2 && driver_of(registry, *peer) == driver_of(registry, iface)) return {};
  return SpecProblem{"F0918", "the other end of link " + in_quotes(at.link->name) +
                                       " does not speak PPP",
                          "give it \"technology\": " + in_quotes(iface.technology), iface.place};
}

// A datagram is one packet on both sides of its fragments.
bool splits_datagrams(const NodeSpec& node) {
  return std::any_of(node.kconfig.begin(), node.kconfig.end(), [](const auto& option) {
    const bool splits = option.name == "NET_IPV4_FRAGMENT" || option.name == "NET_IPV6_FRAGMENT";
    return splits && option.value != 0;
  });
}

// Its sums are those of Ethernet frames, and it leaves them to a device that a stack drives.
std::optional<SpecProblem> checksum_problem(const Registry& registry, const IfaceSpec& iface) {
  if (iface.checksum_offload.empty()) return {};
  const L2Entry& l2 = *find_entry(registry.l2s, iface.l2);
  const bool ethernet = l2.frames == LinkType::Ethernet && !l2.is_virtual;
  if (ethernet && driver_of(registry, iface) == "sim" && !is_engine(registry, iface)) return {};
  return SpecProblem{"F0929", "\"checksum_offload\" is of Ethernet devices under the native stack",
                     "leave it out", iface.checksum_place};
}

}  // namespace

ChecksumPolicy checksum_policy(const IfaceSpec& iface) {
  const std::string& by_device = iface.checksum_offload;
  const bool both = by_device == "both";
  return {.fill = !both && by_device != "tx", .verify = !both && by_device != "rx"};
}

std::uint16_t mtu_of(const Registry& registry, const NodeSpec& node, const IfaceSpec& iface) {
  std::int64_t mtu = find_entry(registry.technologies, iface.technology)->mtu;
  if (iface.virt) {
    mtu = 65'535;
    for (const PlacedText& on : iface.virt->on) {
      const std::uint16_t below = mtu_of(registry, node, *node.find_iface(on.text));
      const bool tunnel = iface.virt->kind == "tunnel";
      mtu = std::min<std::int64_t>(mtu, tunnel ? TunnelL2::mtu_on(below) : below);
    }
  }
  return static_cast<std::uint16_t>(iface.mtu.value_or(mtu));
}

Framing framing_of(const Registry& registry, const IfaceSpec& iface) {
  const EngineEntry& engine = *find_entry(registry.engines, iface.engine);
  switch (engine.make != nullptr ? engine.frames : find_entry(registry.l2s, iface.l2)->frames) {
    case LinkType::Ethernet: return Framing::Ethernet;
    case LinkType::Ppp: return Framing::Ppp;
    default: return Framing::Bare;
  }
}

Framing framing_on_link(const Registry& registry, const IfaceSpec& iface) {
  const bool byte_line = driver_of(registry, iface) == kPppDriver;
  return byte_line ? Framing::Hdlc : framing_of(registry, iface);
}

std::size_t frame_room(const ScenarioSpec& spec, const Registry& registry) {
  std::size_t room = kSmallestFrameRoom;
  for (const NodeSpec& node : spec.nodes) {
    if (splits_datagrams(node)) room = std::max(room, kLargestDatagram + kEthernetOverhead);
    for (const IfaceSpec& iface : node.ifaces) {
      const std::size_t mtu = mtu_of(registry, node, iface);
      const bool byte_line = driver_of(registry, iface) == kPppDriver;
      room = std::max(room, byte_line ? hdlc_frame_bytes_max(mtu + kPppOverhead)
                                      : mtu + kEthernetOverhead);
    }
  }
  return room;
}

const IfaceSpec* peer_of(const ScenarioSpec& spec, const LinkPlace& at, const NodeSpec** node) {
  if (at.link == nullptr || at.link->ends.size() != 2) return nullptr;
  const TargetRef& other = at.link->ends[1 - at.end];
  *node = spec.find_node(other.node);
  return (*node)->find_iface(other.name);
}

bool is_bridge_port(const NodeSpec& node, const IfaceSpec& iface) {
  return std::any_of(node.ifaces.begin(), node.ifaces.end(), [&](const IfaceSpec& other) {
    if (!other.virt || other.virt->kind != "bridge") return false;
    const auto& on = other.virt->on;
    return std::any_of(on.begin(), on.end(),
                       [&](const PlacedText& port) { return port.text == iface.name; });
  });
}

bool hears_all(const NodeSpec& node, const IfaceSpec& iface) {
  if (is_bridge_port(node, iface)) return true;
  return std::any_of(node.ifaces.begin(), node.ifaces.end(), [&](const IfaceSpec& other) {
    const bool on_it = other.virt && other.virt->kind == "vlan" && !other.virt->on.empty() &&
                       other.virt->on.front().text == iface.name;
    return on_it && (!other.mac.empty() || is_bridge_port(node, other));
  });
}

std::optional<SpecProblem> link_layer_problem(const ScenarioSpec& spec,
                                                   const Registry& registry, const NodeSpec& node,
                                                   const IfaceSpec& iface, const LinkPlace& at) {
  const L2Entry& l2 = *find_entry(registry.l2s, iface.l2);
  if (l2.is_virtual && !iface.virt) {
    return SpecProblem{"F0919", "l2 " + in_quotes(iface.l2) +
                                         " is for interfaces that stand on others",
                            "write the key " + in_quotes(iface.l2) + " instead of \"l2\"",
                            iface.place};
  }
  const bool has_ip = !iface.ipv4.empty() || iface.dhcp || iface.has_ipv6 ||
                      is_engine(registry, iface);
  if (has_ip && is_bridge_port(node, iface)) {
    return SpecProblem{"F0919", "the port of a bridge has no addresses and no engine",
                            "give the address to the bridge", iface.place};
  }
  if (auto problem = checksum_problem(registry, iface)) return problem;
  return ppp_problem(spec, registry, iface, at);
}

SpecProblem attach_problem(const IfaceSpec& iface, const PlacedText& on, Errc code) {
  const std::string& kind = iface.virt->kind;
  std::string rules = "it needs an Ethernet interface that is no VLAN and no port of a bridge, has "
                      "no VLAN of the same id, and whose MTU is not smaller";
  if (kind == "tunnel") {
    rules = "it needs an interface without an engine, without another tunnel to the same end, and "
            "whose MTU is at least 20 bytes larger";
  } else if (kind == "bridge") {
    rules = "it needs Ethernet interfaces that are no bridges, carry nothing else, and whose MTU "
            "is not smaller";
  }
  return {"F0917",
          "a " + kind + " cannot stand on " + in_quotes(on.text) + ": " +
              std::string(errc_name(code)),
          rules, on.place};
}

PppConfig ppp_config(const IfaceSpec& iface, const PppTimers& timers) {
  PppConfig config;
  config.timers = timers;
  if (!iface.ppp) return config;
  const PppSpec& spec = *iface.ppp;
  if (spec.peer) config.peer = Ipv4Address{*spec.peer};
  for (std::size_t i = 0; i < spec.dns.size(); ++i) config.dns.at(i) = Ipv4Address{spec.dns[i]};
  if (spec.echo) config.echo_interval = *spec.echo;
  config.echo_failures = static_cast<int>(spec.failures);
  config.persistent = spec.persistent;
  config.reconnect = spec.reconnect;
  return config;
}

}  // namespace flapjack
