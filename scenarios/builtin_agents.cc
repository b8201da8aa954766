// SPDX-License-Identifier: Apache-2.0
// What agents can listen to and what they can do.
#include "scenarios/builtin_parts.h"
#include "stack/net/cn_feed.h"

namespace flapjack {

std::vector<Word> builtin_agent_groups() {
  std::vector<Word> groups;
  for (const CnGroup& group : cn_groups()) {
    groups.push_back({std::string(group.name), std::string(group.about)});
  }
  return groups;
}

std::vector<std::pair<std::string, std::string>> builtin_agent_events() {
  const auto group_of = [](const CnId& id) {
    for (const CnGroup& group : cn_groups()) {
      if (group.idx == id.idx) return std::string(group.name);
    }
    return std::string();
  };
  std::vector<std::pair<std::string, std::string>> events;
  for (const MgmtEvent event : mgmt_events()) {
    events.emplace_back(mgmt_event_name(event), group_of(cn_id(event)));
  }
  events.emplace_back("dropped", group_of(cn_id(DropReason::NoRoute)));
  return events;
}

std::vector<AgentActionEntry> builtin_agent_actions() {
  using R = Status;
  return {
      {{"connect", "conn_mgr_if_connect()", true},
       [](Node& n, NetIf* iface) -> R { return n.conn_mgr.if_connect(*iface); }},
      {{"disconnect", "conn_mgr_if_disconnect()", true},
       [](Node& n, NetIf* iface) -> R { return n.conn_mgr.if_disconnect(*iface); }},
      {{"all_up", "conn_mgr_all_if_up(), ignored ifaces left out"},
       [](Node& n, NetIf*) -> R { return n.conn_mgr.all_if_up(true); }},
      {{"all_down", "conn_mgr_all_if_down(), ignored ifaces left out"},
       [](Node& n, NetIf*) -> R { return n.conn_mgr.all_if_down(true); }},
      {{"all_connect", "conn_mgr_all_if_connect(), ignored ifaces left out"},
       [](Node& n, NetIf*) -> R { return n.conn_mgr.all_if_connect(true); }},
      {{"all_disconnect", "conn_mgr_all_if_disconnect(), ignored ifaces left out"},
       [](Node& n, NetIf*) -> R { return n.conn_mgr.all_if_disconnect(true); }},
      {{"resend_status", "conn_mgr_mon_resend_status(): the L4 events once more"},
       [](Node& n, NetIf*) -> R {
         n.conn_mgr.mon_resend_status();
         return {};
       }},
  };
}

}  // namespace flapjack
