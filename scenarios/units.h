// SPDX-License-Identifier: Apache-2.0
// Quantities as a scenario writes them: exact decimals with a unit -> integer ns, bit/s, bytes or
// parts per billion. No floating point; what does not fit or is ambiguous is refused with a reason.
// Knows nothing of JSON or of files: callers turn a UnitError into a diagnostic with a place.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stack/sim/rng.h"
#include "stack/sim/time.h"

namespace flapjack {

/// One whole in parts per billion: 100 % of a probability, 1.0 of a shape parameter.
inline constexpr std::int64_t kPpbOne = 1'000'000'000;

/// Why a text is refused: the diagnostic's code, what is wrong, how to write it instead.
struct UnitError {
  std::string code;
  std::string message;
  std::string help;
  /// What to put in place of the text, for an editor; empty when there is no single answer.
  std::string replacement;
};

template <class T>
class Parsed {
 public:
  Parsed(T value) : value_(std::in_place_index<0>, std::move(value)) {}          // NOLINT
  Parsed(UnitError error) : value_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  bool ok() const { return value_.index() == 0; }
  const T& value() const { return std::get<0>(value_); }
  const UnitError& error() const { return std::get<1>(value_); }

 private:
  std::variant<T, UnitError> value_;
};

/// A random span of time as written: the random streams sample exactly this value.
/// Uniform's low end may be negative; a draw below zero counts as zero.
using DistributionSpec = DurationDistribution;
using DistributionKind = DurationDistribution::Kind;

/// "5s..2min": a back-off from the first to the cap, doubling. A single duration has from == cap.
struct DurationRange {
  Duration from;
  Duration cap;
  bool operator==(const DurationRange&) const = default;
};

/// "1s +- 100ms": a time and how far from it is still right (inclusive).
struct TimeMargin {
  Duration value;
  Duration margin;
  bool operator==(const TimeMargin&) const = default;
};

enum class Comparison { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };
enum class BoundUnit { Count, Percent, Time, Rate, Size };

/// ">= 95%", "== 0", "<= 15s", "270ms +- 70ms", "3": what a measured number is held against.
/// The value is a count, ppb (Percent), ns (Time), bit/s (Rate) or bytes (Size).
struct Bound {
  Comparison op = Comparison::Equal;
  BoundUnit unit = BoundUnit::Count;
  std::int64_t value = 0;
  /// Only with Equal: how far off is still right, in the unit of `value`.
  std::int64_t margin = 0;
  /// True when `measured` (in the unit of `value`) is within the bound.
  bool holds(std::int64_t measured) const;
};

/// What a scenario may write at most: sums of a few such times never overflow.
inline constexpr Duration kLongestDuration{30LL * 365 * 24 * 3600 * 1'000'000'000};

Parsed<Duration> parse_duration(std::string_view text);
/// bit/s, above zero.
Parsed<std::int64_t> parse_rate(std::string_view text);
/// Bytes.
Parsed<std::int64_t> parse_size(std::string_view text);
/// Parts per billion, 0 to kPpbOne.
Parsed<std::int64_t> parse_probability(std::string_view text);
/// Also takes a bare duration, which is fixed().
Parsed<DistributionSpec> parse_distribution(std::string_view text);
/// "5s..2min" or a bare duration.
Parsed<DurationRange> parse_duration_range(std::string_view text);
/// "1s +- 100ms", "1s ± 100ms", or a bare duration (margin 0).
Parsed<TimeMargin> parse_time_margin(std::string_view text);
Parsed<Bound> parse_bound(std::string_view text);

/// A number with or without one of the units above, as plain integer text compares it: "100ms" and
/// "100000000" give the same. Nothing when `text` is not a quantity. Never allocates.
std::optional<std::int64_t> normalised_quantity(std::string_view text);

/// `text` without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// "normal(1.2s, 300ms)", "fixed(2s)": the text form, for listings and messages.
std::string to_text(const DistributionSpec& d);
/// ">= 60%", "== 100", "270ms +- 70ms".
std::string to_text(const Bound& b);

}  // namespace flapjack
