// SPDX-License-Identifier: Apache-2.0
// EthernetConnectivity: a cable, and nothing else to agree on: connected while there is a link. An
// attempt without a cable, or with nobody at its end, waits; then the ends negotiate their speed.
#pragma once
#include "connmgr/station.h"

namespace flapjack {

/// Estimate: autonegotiation (IEEE 802.3 clause 28) takes 1.5 s; a pulled cable shows at once.
StationConfig ethernet_defaults();

class EthernetConnectivity : public StationConnectivity {
 public:
  explicit EthernetConnectivity(StationConfig config = ethernet_defaults(),
                                RadioMedium* medium = nullptr)
      : StationConnectivity("ethernet", std::move(config), medium) {}
};

}  // namespace flapjack
