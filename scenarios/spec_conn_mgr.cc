// SPDX-License-Identifier: Apache-2.0
// A node's "conn_mgr": JSON -> ConnMgrSpec.
#include <algorithm>

#include "scenarios/format_tables.h"
#include "scenarios/paths.h"
#include "stack/wire/address.h"

namespace flapjack {
namespace {

constexpr std::int64_t kMostIfaces = 65535;
constexpr std::int64_t kMostDoublings = 20;  // of a minute, two years

template <std::optional<bool> ConnMgrSpec::*Member>
void bind_flag(LoadContext& ctx, const JsonMember& m, ConnMgrSpec& spec) {
  if (const auto on = read_bool(ctx, m.value)) spec.*Member = *on;
}

// One that is left as the profile has it where it is not written.
template <std::optional<bool> ConnMgrSpec::*Member, class Table>
void add_switch(Table& table, std::string_view key, std::string_view doc) {
  table.add({std::string(key), std::string(doc), schema_bool()}, &bind_flag<Member>);
}

// Why a host beyond the node's links cannot have the address; empty: it can.
std::string_view why_no_host(const NodeSpec& node, Ipv4Address address) {
  constexpr std::string_view kItself = " is the node itself";
  if (address.is_loopback()) return kItself;
  for (const IfaceSpec& iface : node.ifaces) {
    for (const Ipv4Spec& own : iface.ipv4) {
      const Ipv4Prefix prefix{{own.value}, own.prefix_len};
      if (own.value == address.value) return kItself;
      if (prefix.is_directed_broadcast(address)) return " is the broadcast address of its network";
      if (prefix.is_network(address)) return " is the address of a network";
    }
  }
  return {};
}

void resolve_host(LoadContext& ctx, const NodeSpec& own, OnlineCheckSpec& check) {
  const std::string& text = check.host.text;
  const SourceSpan span = check.host.place.span;
  if (const auto value = parse_ipv4(text)) {
    if (*value == 0 || *value >> 28 >= 0xE) {  // a group, or none
      ctx.error("F0110", span, in_quotes(text) + " is not the address of one host");
      return;
    }
    check.address = *value;
  } else if (text.find_first_of(":/") != std::string::npos) {
    ctx.error("F0110", span, in_quotes(text) + " is neither a node nor an IPv4 address",
              "the check's pings are of IPv4: write \"gw\" or \"192.0.2.1\"");
    return;
  } else {
    if (!resolve_path(ctx, text, span, only(TargetKind::Node), "\"online_check\"")) return;
    const Ipv4Spec* const address = address_for(own, *ctx.spec.find_node(text));
    if (address == nullptr) {
      ctx.error("F0304", span, "node " + in_quotes(text) + " has no IPv4 address",
                "give one of its interfaces an \"ipv4\"");
      return;
    }
    check.address = address->value;
  }
  if (const std::string_view why = why_no_host(own, {check.address}); !why.empty()) {
    ctx.error("F0110", span, in_quotes(text) + std::string(why),
              "a host beyond its links must answer");
  }
}

}  // namespace

void resolve_online_checks(LoadContext& ctx) {
  for (NodeSpec& node : ctx.spec.nodes) {
    if (!node.conn_mgr || !node.conn_mgr->online_check) continue;
    OnlineCheckSpec& check = *node.conn_mgr->online_check;
    if (!check.host.text.empty()) resolve_host(ctx, node, check);
  }
}

void FormatTables::build_online_check() {
  FieldInfo host{"host", "Who must answer its pings: a node, or an IPv4 address.", schema_string(),
                 true};
  online_check.add(std::move(host), [](LoadContext& ctx, const JsonMember& m, OnlineCheckSpec& c) {
    if (!read_string(ctx, m.value)) return;
    c.host = ctx.placed(m.value);
    if (c.host.text.empty()) ctx.error("F0110", m.value.span, "an online check needs a host");
  });
  online_check.quantity({"answer_within", "How long it waits for an answer.", schema_duration(),
                         false, false, "\"2s\""},
                        &parse_positive_duration, "2s", &OnlineCheckSpec::answer_within);
  online_check.quantity({"interval", "The first one that counts as offline without a packet.",
                         schema_duration(), false, false, "\"60s\""},
                        &parse_positive_duration, "60s", &OnlineCheckSpec::interval);
  online_check.whole("doublings", "How often a proof doubles the interval.", 0, kMostDoublings,
                     &OnlineCheckSpec::doublings, "3");
  online_check.flag("private_is_proof", "Packets from private addresses count, too.", true,
                    &OnlineCheckSpec::private_is_proof);
}

// What differs from release to release, each for itself.
void FormatTables::build_conn_mgr_releases() {
  add_switch<&ConnMgrSpec::per_family>(
      conn_mgr, "per_family", "Raise L4 events of each family, too, not of any IP alone.");
  add_switch<&ConnMgrSpec::any_ipv4_add>(
      conn_mgr, "any_ipv4_add", "Every IPv4 address that is added makes ready, a link-local, too.");
  add_switch<&ConnMgrSpec::legacy_sync_autodown>(
      conn_mgr, "legacy_sync_autodown", "A disconnect takes the interface admin-down at once.");
  add_switch<&ConnMgrSpec::idle_timeout>(
      conn_mgr, "idle_timeout", "Bindings may have idle timeouts.");
}

void FormatTables::build_conn_mgr() {
  build_online_check();
  conn_mgr.word("coalescing", "When its monitor looks at what has changed.", "policy",
                {{"each_event", "after each net_mgmt event: a cooperative thread"},
                 {"queue_drained", "once the net_mgmt queue is empty: a preemptible thread"},
                 {"immediate", "at once, within the handler"}},
                {}, &ConnMgrSpec::coalescing);
  conn_mgr.whole("iface_max", "Interfaces that its table holds (CONN_MGR_IFACE_MAX).", 1,
                 kMostIfaces, &ConnMgrSpec::iface_max);
  conn_mgr.flag("allow_untracked", "Interfaces beyond the table are left alone: no error.", false,
                &ConnMgrSpec::allow_untracked);
  add_switch<&ConnMgrSpec::l4_if_events>(
      conn_mgr, "l4_if_events", "Raise L4_IF_CONNECTED and L4_IF_DISCONNECTED, too.");
  add_switch<&ConnMgrSpec::config_check>(
      conn_mgr, "config_check", "Do not connect what is neither configured nor persistent.");
  add_switch<&ConnMgrSpec::scan_offloaded>(
      conn_mgr, "scan_offloaded", "Its first look sees addresses of offloaded interfaces.");
  build_conn_mgr_releases();
  conn_mgr.object("online_check", "Ask a host beyond the link whether the node is online.",
                  online_check, &ConnMgrSpec::online_check);
  node.object("conn_mgr", "Switches of the node's connection manager.", conn_mgr,
              &NodeSpec::conn_mgr);
}

}  // namespace flapjack
