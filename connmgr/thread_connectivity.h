// SPDX-License-Identifier: Apache-2.0
// ThreadConnectivity: a node of a low-power mesh, like OpenThread's: it attaches slowly to a
// parent, carries IPv6 only, and a sleepy one notices late that its parent is gone. Zephyr has no
// such implementation; this one shows what an app would live with.
#pragma once
#include "connmgr/station.h"

namespace flapjack {

/// Estimates: attaching takes 1 s to 10 s, a lost parent shows after 4 s.
StationConfig thread_defaults();

class ThreadConnectivity : public StationConnectivity {
 public:
  explicit ThreadConnectivity(StationConfig config = thread_defaults(),
                              RadioMedium* medium = nullptr)
      : StationConnectivity("thread", std::move(config), medium) {}
};

}  // namespace flapjack
