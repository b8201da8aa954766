// SPDX-License-Identifier: Apache-2.0
// WifiConnectivity: joins an access point: scan, authentication, association, 4-way handshake. A
// scan that hears no access point, a refusal or a wrong key ends the sub-attempt; without
// credentials it waits for some. Its access point gone, it is disassociated, also when another one
// is there ("roam"). With a grace the supplicant, which knows the network, comes back without a
// scan, to this access point or to that other one: no loss is told.
//
// Like Zephyr's supplicant it can also try again by itself (self_retry), which the policy stops
// when nobody wants a connection.
#pragma once
#include "connmgr/station.h"

namespace flapjack {

/// Estimate: association with 4-way handshake takes 0.3 s to 4 s; retries after 1 s, as a
/// supplicant's reconnect work does.
StationConfig wifi_defaults();

class WifiConnectivity : public StationConnectivity {
 public:
  explicit WifiConnectivity(StationConfig config = wifi_defaults(), RadioMedium* medium = nullptr)
      : StationConnectivity("wifi", std::move(config), medium) {}
};

}  // namespace flapjack
