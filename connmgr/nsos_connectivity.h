// SPDX-License-Identifier: Apache-2.0
// NsosConnectivity: what Zephyr's native simulator has for its offloaded sockets
// (NET_NATIVE_OFFLOADED_SOCKETS_CONNECTIVITY_SIM): connected after a delay, disconnected at once,
// back again by itself after an idle disconnect if persistent. It gives no address: the application
// adds one, or L4 never comes up. There is no peer to lose.
//
// Zephyr's answers EINVAL to an unknown option and to a wrong size, where the guidelines want
// ENOPROTOOPT and ENOBUFS: `einval` does the same.
#pragma once
#include "connmgr/station.h"

namespace flapjack {

/// Option: the delay, an int64_t of nanoseconds in the machine's order (Zephyr: k_timeout_t). It
/// counts from the next connect on.
inline constexpr int kNsosDelay = 0;

struct NsosConfig {
  Duration delay = seconds(1);  ///< as Zephyr's
  bool einval = false;
};

class NsosConnectivity : public StationConnectivity {
 public:
  explicit NsosConnectivity(NsosConfig config = {});

 private:
  NsosConfig nsos_;
};

}  // namespace flapjack
