// SPDX-License-Identifier: Apache-2.0
#include "connmgr/wifi_connectivity.h"

namespace flapjack {

StationConfig wifi_defaults() {
  StationConfig config;
  config.associate = {
      DurationDistribution::Kind::Normal, milliseconds(1200), milliseconds(300), 0, {}};
  // Most of the time goes into listening on one channel after the other.
  config.phases = {{"scan", 60}, {"authenticate", 5}, {"associate", 5}, {"handshake", 30}};
  config.roams = true;
  return config;
}

}  // namespace flapjack
