// SPDX-License-Identifier: Apache-2.0
// A node's "conn_mgr": JSON -> ConnMgrSpec.
#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

constexpr std::int64_t kMostIfaces = 65535;

template <std::optional<bool> ConnMgrSpec::*Member>
void bind_flag(LoadContext& ctx, const JsonMember& m, ConnMgrSpec& spec) {
  if (const auto on = read_bool(ctx, m.value)) spec.*Member = *on;
}

}  // namespace

void FormatTables::build_conn_mgr() {
  conn_mgr.word("coalescing", "When its monitor looks at what has changed.", "policy",
                {{"each_event", "after each net_mgmt event: a cooperative thread"},
                 {"queue_drained", "once the net_mgmt queue is empty: a preemptible thread"},
                 {"immediate", "at once, within the handler"}},
                {}, &ConnMgrSpec::coalescing);
  conn_mgr.whole("iface_max", "Interfaces that its table holds (CONN_MGR_IFACE_MAX).", 1,
                 kMostIfaces, &ConnMgrSpec::iface_max);
  conn_mgr.flag("allow_untracked", "Interfaces beyond the table are left alone: no error.", false,
                &ConnMgrSpec::allow_untracked);
  conn_mgr.add({"l4_if_events", "Raise L4_IF_CONNECTED and L4_IF_DISCONNECTED, too.",
                schema_bool()},
               &bind_flag<&ConnMgrSpec::l4_if_events>);
  conn_mgr.add({"config_check", "Do not connect what is neither configured nor persistent.",
                schema_bool()},
               &bind_flag<&ConnMgrSpec::config_check>);
  conn_mgr.add({"scan_offloaded", "Its first look sees addresses of offloaded interfaces.",
                schema_bool()},
               &bind_flag<&ConnMgrSpec::scan_offloaded>);
  node.add({"conn_mgr", "Switches of the node's connection manager.",
            schema_ref(conn_mgr.name())},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             n.conn_mgr.emplace();
             n.conn_mgr->place = ctx.place(m.key_span);
             conn_mgr.bind(ctx, m.value, *n.conn_mgr);
           });
}

}  // namespace flapjack
