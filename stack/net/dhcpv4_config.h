// SPDX-License-Identifier: Apache-2.0
// Dhcpv4Config: the times and switches of a node's DHCPv4 clients. Part of StackConfig.
#pragma once
#include <cstdint>

#include "stack/sim/time.h"

namespace flapjack {

/// Where a client that has an address goes when its iface goes down; the address is removed in any
/// case.
enum class Dhcpv4DownState : std::uint8_t {
  Renewing,    ///< Zephyr to 2023: asks the server, unicast, from an address it no longer has
  Init,        ///< Zephyr 4 without NET_DHCPV4_INIT_REBOOT: begins anew
  InitReboot,  ///< Zephyr 4.2 and later: asks for the address it had (RFC 2131 section 3.2)
};

/// How long a client tries to extend its lease before it gives the address up.
enum class Dhcpv4Renewal : std::uint8_t {
  Attempts,     ///< Zephyr to 2023: max_attempts requests in a state, with the usual pauses
  UntilExpiry,  ///< RFC 2131 section 4.4.5: half of what is left, at least 60 s, to the lease's end
};

struct Dhcpv4Config {
  /// Before the first DISCOVER, whole seconds (RFC 2131 section 4.4.1); the upper end is
  /// NET_DHCPV4_INITIAL_DELAY_MAX.
  Duration initial_delay_min = seconds(1), initial_delay_max = seconds(10);
  /// Pause after a message: retry_first, doubling up to retry_cap, each +-retry_jitter (RFC 2131
  /// section 4.1; DHCPV4_INITIAL_RETRY_TIMEOUT).
  Duration retry_first = seconds(4), retry_cap = seconds(64), retry_jitter = seconds(1);
  /// REQUESTs in one state (DHCPV4_MAX_NUMBER_OF_ATTEMPTS); DISCOVERs are sent for ever.
  unsigned max_attempts = 3;
  Dhcpv4DownState down_state = Dhcpv4DownState::InitReboot;
  Dhcpv4Renewal renewal = Dhcpv4Renewal::Attempts;
  /// Between a DECLINE and the next DISCOVER. Zephyr: none; RFC 2131 section 3.1: at least 10 s.
  Duration decline_wait;
  std::uint8_t default_prefix_length = 24;  ///< without option 1 (NET_IPV4_DEFAULT_NETMASK)

  bool operator==(const Dhcpv4Config&) const = default;
};

}  // namespace flapjack
