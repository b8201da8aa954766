// SPDX-License-Identifier: Apache-2.0
// RateLimit: a token bucket in exact integer time, for the ICMP errors that a node may send
// (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4 f). The owner asks before each message.
//
// Kept as the time at which the bucket is full again (the theoretical arrival time of GCRA): one
// number, no refill events.
#pragma once
#include <cassert>
#include <cstdint>

#include "stack/sim/time.h"

namespace flapjack {

/// `per_second` tokens a second into a bucket of `burst`; 0: no limit.
struct RateLimitConfig {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 10;

  bool operator==(const RateLimitConfig&) const = default;
};

class RateLimit {
 public:
  explicit RateLimit(const RateLimitConfig& config) : config_(config) {
    assert(config.per_second == 0 || config.burst >= 1);
  }

  /// Takes a token; false when there is none. `now` never goes back.
  bool take(SimTime now) {
    if (config_.per_second == 0) return true;
    const Duration token{seconds(1).ns / config_.per_second};
    const SimTime full = full_at_ > now ? full_at_ : now;
    const Duration room{token.ns * (std::int64_t{config_.burst} - 1)};
    if (full - now > room) return false;
    full_at_ = full + token;
    return true;
  }

 private:
  RateLimitConfig config_;
  SimTime full_at_;
};

}  // namespace flapjack
