// SPDX-License-Identifier: Apache-2.0
// Random numbers: named streams of one seed, and distributions in integer arithmetic only, so that
// a draw is the same on every compiler and machine. A stream's numbers depend on the seed and the
// stream's name alone: a new draw elsewhere, or a new node, shifts nothing.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "stack/sim/time.h"

namespace flapjack {

/// One stream (SplitMix64: full period 2^64, every seed good).
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t state) : state_(state) {}

  std::uint64_t next();
  /// Uniform in [0, bound), without bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high], low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// True with probability ppb / 10^9.
  bool chance(std::uint64_t ppb);

 private:
  std::uint64_t state_;
};

/// The streams of a World.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : seed_(seed) {}
  std::uint64_t seed() const { return seed_; }
  /// A stream of its own for `name`, e.g. "air.loss" or "dev.wifi0.associate".
  RandomStream stream(std::string_view name) const;

 private:
  std::uint64_t seed_;
};

/// A distribution of durations. Draws below zero count as zero.
struct DurationDistribution {
  enum class Kind : std::uint8_t { Fixed, Uniform, Normal, Exp, Lognormal, Pareto, Choice };
  Kind kind = Kind::Fixed;
  Duration a;                     ///< fixed value; low; mean; median (lognormal); minimum (pareto)
  Duration b;                     ///< high (uniform); standard deviation (normal)
  std::int64_t shape_ppb = 0;     ///< sigma (lognormal) or alpha (pareto), times 10^9
  std::vector<Duration> choices;  ///< choice: each equally likely

  static DurationDistribution fixed(Duration d) { return {Kind::Fixed, d, {}, 0, {}}; }
  bool is_zero() const { return kind == Kind::Fixed && a.ns == 0; }
  Duration sample(RandomStream& stream) const;

  bool operator==(const DurationDistribution&) const = default;
};

}  // namespace flapjack
