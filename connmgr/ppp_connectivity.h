// SPDX-License-Identifier: Apache-2.0
// PppConnectivity: dials a line for an L2 that negotiates by itself, such as PPP. While nobody
// wants a connection the line has no carrier; a sub-attempt gives it one, and succeeds when the L2
// says that its network phase runs (Zephyr: NET_EVENT_PPP_PHASE_RUNNING). An attempt that the L2
// has not finished in time, or whose line goes dead, has failed.
//
// Zephyr has no such binding: there a PPP iface is unbound and begins by itself when admin-up.
#pragma once
#include <optional>
#include <string_view>

#include "connmgr/policy_conn.h"
#include "stack/net/net_mgmt.h"

namespace flapjack {

/// See ppp_conn_config_error(). LCP and IPCP take 0.5 s to 5 s (estimate).
struct PppConnConfig {
  Duration dial = milliseconds(500);  ///< until a modem that was told to dial has carrier
  Duration give_up = seconds(30);     ///< a negotiation that takes longer has failed
  RetryDelay retry{seconds(5), seconds(5)};
  Duration grace{};
};
std::optional<std::string_view> ppp_conn_config_error(const PppConnConfig& config);

class PppConnectivity : public PolicyConn {
 public:
  /// `config` must be free of errors.
  explicit PppConnectivity(PppConnConfig config = {});

 private:
  PppConnConfig config_;
};

}  // namespace flapjack
