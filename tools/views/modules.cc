// SPDX-License-Identifier: Apache-2.0
#include "tools/views/modules.h"

#include <algorithm>
#include <array>

#include "connmgr/event_names.h"
#include "l2/event_names.h"
#include "offload/event_names.h"
#include "stack/net/net_mgmt.h"
#include "stack/trace/hop.h"

namespace flapjack {
namespace {

bool any_of(const auto& infos, std::string_view name) {
  return std::any_of(infos.begin(), infos.end(), [&](const auto& i) { return i.name == name; });
}

bool is_mgmt(std::string_view name) {
  for (const MgmtEvent event : mgmt_events()) {
    if (mgmt_event_name(event) == name) return true;
  }
  return name == "mgmt_event_dropped" || name == "if_up_failed" || name == "send_refused";
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
  if (any_of(kConnEvents, record.name) || record.name == "conn_mgr_failed") return "connmgr";
  if (any_of(kOffloadEvents, record.name)) return "offload";
  if (any_of(kLinkEvents, record.name)) return "l2";
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
