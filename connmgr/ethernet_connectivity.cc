// SPDX-License-Identifier: Apache-2.0
#include "connmgr/ethernet_connectivity.h"

namespace flapjack {

StationConfig ethernet_defaults() {
  StationConfig config;
  config.associate = DurationDistribution::fixed(milliseconds(1500));
  config.phases = {{"negotiate", 100}};
  config.waits_for_peer = config.wired = true;
  return config;
}

}  // namespace flapjack
