// SPDX-License-Identifier: Apache-2.0
#include "tools/views/modules.h"

#include <algorithm>
#include <array>

#include "connmgr/event_names.h"
#include "l2/event_names.h"
#include "l2/ppp_session.h"
#include "offload/event_names.h"
#include "stack/net/net_mgmt.h"
#include "stack/trace/hop.h"

namespace flapjack {
namespace {

bool any_of(const auto& infos, std::string_view name) {
  return std::any_of(infos.begin(), infos.end(), [&](const auto& i) { return i.name == name; });
}

// Beside net_mgmt's; tests/tools/modules_test.cc asks for the whole list.
constexpr std::array kStackEvents = std::to_array<std::string_view>({
    "address_refused",     "alloc_failed",      "alloc_wait",        "arp_failed",
    "cn_control_failed",   "cn_from_outside",   "cn_malformed",      "cn_no_memory",
    "cn_overrun",          "cn_undelivered",
    "copy_lost",           "promiscuous",       "resumed",           "suspended",
    "dhcp_failed",         "dhcp_ignored",      "dhcp_received",     "dhcp_sent",
    "dhcp_state",          "dhcp_waits",        "dns_done",          "dns_ignored",
    "dns_query",           "dns_server_failed", "dns_server_refused", "fragmented",
    "fragmentation_failed",
    "group_refused",       "icmp_error",        "icmp_error_ignored", "icmp_error_limited",
    "icmp_error_lost",     "icmpv6_not_sent",   "if_up_failed",      "igmp_failed",
    "ipv4_auto_failed",    "ipv4_configs_short", "ipv6_configs_short", "mgmt_event_dropped",
    "mgmt_info_too_long",  "nd_no_source",
    "path_error",          "prefix_ignored",    "prefix_refused",
    "reassembled",         "redirect_ignored",
    "redirected",          "router_refused",    "send_refused",
});

bool is_mgmt(std::string_view name) {
  for (const MgmtEvent event : mgmt_events()) {
    if (mgmt_event_name(event) == name) return true;
  }
  return false;
}

}  // namespace

std::string_view module_of(const TraceRecord& record) {
  if (record.kind == TraceKind::Hop || record.kind == TraceKind::Drop) {
    const bool l2 = record.name == hop_name(Hop::LinkIn) || record.name == hop_name(Hop::LinkOut) ||
                    record.name == hop_name(Hop::ArpWait);
    if (l2) return "l2";
    const bool offload =
        record.name == hop_name(Hop::OffloadCall) || record.name == hop_name(Hop::OffloadDone);
    return offload ? "offload" : "stack";
  }
  if (record.kind != TraceKind::Event) return "scenarios";
  if (record.name.starts_with("L4_") || record.name.starts_with("CONN_IF_")) return "connmgr";
  if (is_mgmt(record.name)) return "stack";
  if (std::find(kStackEvents.begin(), kStackEvents.end(), record.name) != kStackEvents.end()) {
    return "stack";
  }
  if (any_of(kConnEvents, record.name) || record.name == "conn_mgr_failed") return "connmgr";
  if (any_of(kOffloadEvents, record.name)) return "offload";
  if (any_of(kLinkEvents, record.name) || any_of(kPppEventInfos, record.name)) return "l2";
  if (record.name == "flood_copy_lost") return "l2";
  return "scenarios";
}

bool is_routine(const TraceRecord& record) {
  constexpr std::array<std::string_view, 11> kRoutine = {
      "sent",      "acked",      "skipped",   "lost",       "send_failed", "send_refused",
      "corrupted", "duplicated", "reordered", "loss_state", "unheard"};
  return record.kind == TraceKind::Event &&
         std::find(kRoutine.begin(), kRoutine.end(), record.name) != kRoutine.end();
}

}  // namespace flapjack
