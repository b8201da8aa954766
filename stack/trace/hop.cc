// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/hop.h"

#include <array>

namespace flapjack {
namespace {

constexpr std::array<std::string_view, kHops> kHopNames = {
    "app_send", "offload_call", "l4_out",   "core_out",  "nd_wait",  "tx_queue", "l2_out",
    "arp_wait", "driver_tx",    "link_in",  "link_out",  "driver_rx", "rx_queue",
    "l2_in",    "l3_in",        "l4_in",    "conn_match", "offload_done", "app_recv"};

constexpr std::array<std::string_view, kDropReasons> kReasonNames = {
    "none",          "admin_down",     "iface_down",     "carrier_down",
    "suspended",     "queue_full",     "no_buffers",     "no_l2",
    "bad_link_header", "not_for_us",   "martian", "unknown_protocol", "bad_header",
    "bad_checksum",  "ttl_expired",    "fragment_unsupported",
    "fragment_overlap", "fragment_count", "reassembly_busy", "reassembly_timeout",
    "source_route",  "too_big",        "no_route",       "no_listener",
    "arp_timeout",   "arp_busy",       "arp_evicted",
    "no_source",     "neighbor_timeout", "neighbor_busy", "neighbor_table_full",
    "link_down",     "loss",           "carrier_lost_in_flight", "black_hole",
    "partitioned",   "not_associated", "scripted",      "driver_refused",
    "l2_refused",    "conn_refused",   "engine_refused",
    "unknown_vlan",
    "bad_fcs",
    "not_negotiated",
    "filtered",
    "bridge_loop",
    "flood_limit",
    "unknown_tunnel",
    "shutdown"};

}  // namespace

std::string_view hop_name(Hop hop) { return kHopNames.at(static_cast<std::size_t>(hop)); }

std::string_view drop_reason_name(DropReason reason) {
  return kReasonNames.at(static_cast<std::size_t>(reason));
}

}  // namespace flapjack
