// SPDX-License-Identifier: Apache-2.0
// Ifaces that stand on others: JSON -> VirtualSpec.
#include <algorithm>

#include "scenarios/format_tables.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

/// The keys of an interface that are VirtualSpecs; each is the technology of that name.
const std::vector<std::string>& virtual_keys() {
  static const std::vector<std::string> keys = {"vlan", "tunnel", "bridge"};
  return keys;
}

constexpr std::int64_t kMostAddresses = 1'000'000;

void bind_on(LoadContext& ctx, const JsonMember& m, VirtualSpec& spec) {
  if (read_string(ctx, m.value)) spec.on.push_back(ctx.placed(m.value));
}

void bind_ports(LoadContext& ctx, const JsonValue& v, VirtualSpec& spec) {
  if (!expect_type(ctx, v, Type::Array)) return;
  for (const JsonValue& port : v.items) {
    if (read_string(ctx, port)) spec.on.push_back(ctx.placed(port));
  }
  if (v.items.empty()) {
    ctx.error("F0107", v.span, "a bridge needs a port", "write [\"eth0\", \"eth1\"]");
  }
}

/// The "auto" in the value of "ipv4" or "ipv6"; null: there is none.
const JsonValue* auto_among(const JsonMember* m) {
  const auto is_auto = [](const JsonValue& v) { return v.is(Type::String) && v.text == "auto"; };
  if (m == nullptr) return nullptr;
  if (is_auto(m->value)) return &m->value;
  const auto found = std::find_if(m->value.items.begin(), m->value.items.end(), is_auto);
  return found != m->value.items.end() ? &*found : nullptr;
}

/// The key says what the interface is; what speaks of something else beside it is an error.
void check_one_kind(LoadContext& ctx, const JsonValue& v, IfaceSpec& iface) {
  if (!iface.virt) {
    const bool needs = std::find(virtual_keys().begin(), virtual_keys().end(),
                                 iface.technology) != virtual_keys().end();
    if (needs) {
      ctx.error("F0103", v.find("technology")->value.span,
                "technology " + in_quotes(iface.technology) + " needs the key of that name",
                "write " + in_quotes(iface.technology) + ": { ... } instead of \"technology\"");
    }
    return;
  }
  std::vector<std::string> others = {"technology", "l2",     "offload", "conn",
                                     "queue",      "faults", "ppp",     "checksum_offload"};
  if (iface.virt->kind == "tunnel") others.push_back("mac");  // it has no link addresses
  for (const std::string& key : virtual_keys()) {
    if (key != iface.virt->kind) others.push_back(key);
  }
  refuse_keys(ctx, v, others, in_quotes(iface.virt->kind));
  iface.technology = iface.virt->kind;
}

bool stands_on(const NodeSpec& node, const IfaceSpec& iface, const std::string& name,
               std::size_t depth) {
  if (!iface.virt || depth == 0) return false;
  return std::any_of(iface.virt->on.begin(), iface.virt->on.end(), [&](const PlacedText& on) {
    const IfaceSpec* lower = node.find_iface(on.text);
    return on.text == name ||
           (lower != nullptr && stands_on(node, *lower, name, depth - 1));
  });
}

/// What a point-to-point interface is not given: Zephyr starts nothing by itself on one. PPP agrees
/// on its link-local IPv6 address.
void check_auto(LoadContext& ctx, const JsonValue& v, const IfaceSpec& iface) {
  const bool tunnel = iface.virt && iface.virt->kind == "tunnel";
  const bool ppp = iface.ppp || iface.technology == "ppp" || iface.l2 == "ppp";
  const JsonValue* const ipv4 = auto_among(v.find("ipv4"));
  const JsonValue* const ipv6 = auto_among(v.find("ipv6"));
  if ((tunnel || ppp) && ipv4 != nullptr) {
    ctx.error("F0111", ipv4->span,
              std::string(tunnel ? "a tunnel" : "a PPP interface") +
                  " gets no link-local IPv4 address",
              tunnel ? "write an address" : "write an address, or none: the peer may give one");
  }
  if (tunnel && ipv6 != nullptr) {
    ctx.error("F0111", ipv6->span, "a tunnel gets no IPv6 address by itself",
              "write an address; for a link-local one \"fe80::1/64\"");
  }
}

/// What the other end of a PPP line gets cannot be this end's.
void check_peer(LoadContext& ctx, const JsonValue& v, const IfaceSpec& iface) {
  const auto has = [&](const Ipv4Spec& own) { return own.value == iface.ppp->peer; };
  if (!iface.ppp || std::none_of(iface.ipv4.begin(), iface.ipv4.end(), has)) return;
  ctx.error("F0110", v.find("ppp")->value.find("peer")->value.span,
            "\"peer\" is this end's own address", "write the one that the other end gets");
}

/// Datagrams to the remote end must leave the node.
void check_remote(LoadContext& ctx, const NodeSpec& node, const VirtualSpec& tunnel) {
  bool own = tunnel.remote >> 24 == 127;
  for (const IfaceSpec& iface : node.ifaces) {
    for (const Ipv4Spec& address : iface.ipv4) own = own || address.value == tunnel.remote;
  }
  if (!own || tunnel.remote == 0) return;
  ctx.error("F0110", tunnel.remote_place.span, "the tunnel would end at its own node",
            "write the address of the other end");
}

void check_lowers(LoadContext& ctx, const NodeSpec& node, const IfaceSpec& iface) {
  for (const PlacedText& on : iface.virt->on) {
    if (node.find_iface(on.text) == nullptr) {
      std::vector<std::string> names;
      for (const IfaceSpec& other : node.ifaces) names.push_back(other.name);
      ctx.error("F0301", on.place.span,
                "node " + in_quotes(node.name) + " has no interface " + in_quotes(on.text),
                suggestion_help(on.text, names));
      return;
    }
    const auto twice = std::count_if(
        iface.virt->on.begin(), iface.virt->on.end(),
        [&on](const PlacedText& other) { return other.text == on.text; });
    if (twice > 1) {
      ctx.error("F0303", on.place.span, in_quotes(on.text) + " is there twice");
      return;
    }
  }
  if (stands_on(node, iface, iface.name, node.ifaces.size())) {
    ctx.error("F0303", iface.virt->on.front().place.span,
              in_quotes(iface.name) + " would stand on itself");
  }
}

}  // namespace

void FormatTables::build_virtual() {
  vlan.add({"on", "The Ethernet interface of this node that carries the VLAN.", schema_string(),
            true},
           &bind_on);
  vlan.add({"id", "The number of the VLAN.", schema_whole(kVlanIdMin, kVlanIdMax), true},
           [](LoadContext& ctx, const JsonMember& m, VirtualSpec& s) {
             if (auto v = read_whole(ctx, m.value, kVlanIdMin, kVlanIdMax)) s.vlan_id = *v;
           });
  build_tunnel();
  build_bridge();
  const auto add = [this](const FieldTable<VirtualSpec>& table, const char* doc,
                          const std::string& schema) {
    iface.add({table.name(), doc, schema},
              [&table](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
                if (i.virt) return;  // check_one_kind() reports the second
                i.virt.emplace();
                i.virt->kind = m.key;
                i.virt->place = ctx.place(m.key_span);
                if (m.key == "bridge" && m.value.is(Type::Array)) {
                  return bind_ports(ctx, m.value, *i.virt);
                }
                table.bind(ctx, m.value, *i.virt);
              });
  };
  add(vlan, "One VLAN of an Ethernet interface (802.1Q).", schema_ref(vlan.name()));
  add(tunnel, "IPv4 in IPv4 to one remote end (RFC 2003).", schema_ref(tunnel.name()));
  add(bridge, "A learning bridge between Ethernet interfaces (802.1D): a list, or with options.",
      schema_any_of({schema_array(schema_string(), 1), schema_ref(bridge.name())}));
  iface.check([](LoadContext& ctx, const JsonValue& v, IfaceSpec& i) {
    check_one_kind(ctx, v, i);
    check_auto(ctx, v, i);
    check_peer(ctx, v, i);
  });
}

void FormatTables::build_tunnel() {
  tunnel.add({"on", "The interface of this node that carries the outer datagrams.",
              schema_string(), true},
             &bind_on);
  tunnel.add({"remote", "The IPv4 address of the other end.",
              schema_pattern("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "198.51.100.1"), true},
             [](LoadContext& ctx, const JsonMember& m, VirtualSpec& s) {
               const auto address = read_ipv4(ctx, m.value, false);
               if (!address) return;
               s.remote = address->value;
               s.remote_place = address->place;
             });
  tunnel.whole("ttl", "The TTL of the outer header.", 1, 255, &VirtualSpec::ttl, "64");
}

void FormatTables::build_bridge() {
  bridge.add({"on", "The Ethernet interfaces of this node that are its ports.",
              schema_array(schema_string(), 1), true},
             [](LoadContext& ctx, const JsonMember& m, VirtualSpec& s) {
               bind_ports(ctx, m.value, s);
             });
  bridge.quantity({"ageing", "How long an address is remembered that is not heard of.",
                   schema_duration(), false, false, "\"300s\""},
                  &parse_positive_duration, "300s", &VirtualSpec::ageing);
  bridge.whole("addresses", "Addresses that are remembered.", 1, kMostAddresses,
               &VirtualSpec::addresses, "1024");
  bridge.whole("flood_limit", "Frames that are flooded in one second; more are dropped.", 1,
               kMostAddresses, &VirtualSpec::flood_limit, "10000");
}

void check_virtual_ifaces(LoadContext& ctx) {
  for (const NodeSpec& node : ctx.spec.nodes) {
    for (const IfaceSpec& iface : node.ifaces) {
      if (!iface.virt) continue;
      check_lowers(ctx, node, iface);
      if (iface.virt->kind == "tunnel") check_remote(ctx, node, *iface.virt);
    }
  }
}

}  // namespace flapjack
