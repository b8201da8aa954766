// SPDX-License-Identifier: Apache-2.0
#include "connmgr/thread_connectivity.h"

namespace flapjack {

StationConfig thread_defaults() {
  StationConfig config;
  config.associate = {DurationDistribution::Kind::Uniform, seconds(1), seconds(10), 0, {}};
  config.phases = {{"parent_request", 60}, {"child_id_request", 40}};
  config.detect = seconds(4);
  return config;
}

}  // namespace flapjack
