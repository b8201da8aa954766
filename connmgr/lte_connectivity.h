// SPDX-License-Identifier: Apache-2.0
// LteConnectivity: a cellular modem: it is switched on, searches, registers and activates a packet
// data network (PDN), all by its own firmware. Connectivity is PDN and serving cell together. An
// assigned address is there before the iface goes up, and gone before it goes down. A modem that
// searches has not lost anything yet: that takes the detection delay. In power saving mode (PSM,
// 3GPP TS 23.682) it notices a loss only when it wakes up. Flight mode is a radio that is off: the
// modem does nothing until it is told to connect again, as going admin-up does.
#pragma once
#include "connmgr/station.h"

namespace flapjack {

/// Estimates: attach of an LTE-M modem 1 s to 3 s, 2 s to 27 s more when it was off; 10 s of
/// searching are no loss; the address is the scenario's.
StationConfig lte_defaults();

/// Option: any value resets the modem, as a firmware fault or an update does; cannot be read.
inline constexpr int kLteReset = 1;

class LteConnectivity : public StationConnectivity {
 public:
  explicit LteConnectivity(StationConfig config = lte_defaults(), RadioMedium* medium = nullptr);
};

}  // namespace flapjack
