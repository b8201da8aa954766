// SPDX-License-Identifier: Apache-2.0
// Simulated time: integer nanoseconds since the start of a World. There is no now() here: only the
// Scheduler knows the time, and a time of the machine's clock cannot be mixed in by accident.
#pragma once
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace flapjack {

/// A span of simulated time, in ns; may be negative in arithmetic.
struct Duration {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration o) const { return {ns + o.ns}; }
  constexpr Duration operator-(Duration o) const { return {ns - o.ns}; }
  constexpr Duration operator*(std::int64_t k) const { return {ns * k}; }
  constexpr Duration operator/(std::int64_t k) const { return {ns / k}; }
};

/// A point of simulated time, in ns since the World began; never negative.
struct SimTime {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const SimTime&) const = default;
  /// Saturates at the end of time (kNever): waiting nearly forever must not wrap around.
  constexpr SimTime operator+(Duration d) const {
    constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
    return {d.ns > kEnd - ns ? kEnd : ns + d.ns};
  }
  constexpr SimTime operator-(Duration d) const { return {ns - d.ns}; }
  constexpr Duration operator-(SimTime o) const { return {ns - o.ns}; }
};

inline constexpr SimTime kNever{std::numeric_limits<std::int64_t>::max()};

constexpr Duration nanoseconds(std::int64_t n) {
  return {n};
}
constexpr Duration microseconds(std::int64_t n) {
  return {n * 1'000};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000'000};
}

/// Zephyr's k_timeout_t: K_NO_WAIT, K_FOREVER or a span.
class Timeout {
 public:
  static constexpr Timeout no_wait() { return Timeout(0); }
  static constexpr Timeout forever() { return Timeout(-1); }
  /// A span above zero waits that long; zero is no_wait().
  static constexpr Timeout after(Duration d) { return Timeout(d.ns < 0 ? 0 : d.ns); }
  constexpr bool is_no_wait() const { return ns_ == 0; }
  constexpr bool is_forever() const { return ns_ < 0; }
  constexpr Duration span() const { return {ns_ < 0 ? 0 : ns_}; }
  bool operator==(const Timeout&) const = default;

 private:
  explicit constexpr Timeout(std::int64_t ns) : ns_(ns) {}
  std::int64_t ns_;
};

/// The one that runs out first.
constexpr Timeout shorter(Timeout a, Timeout b) {
  if (a.is_forever()) return b;
  return b.is_forever() || a.span() < b.span() ? a : b;
}

/// Seconds with as many decimals as needed and at least three: "18.214s", "10.000000001s".
std::string to_text(SimTime t);
/// The largest unit that gives a number of at least one, without rounding: "8s", "250ms", "1.5us".
std::string to_text(Duration d);

}  // namespace flapjack
