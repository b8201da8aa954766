// SPDX-License-Identifier: Apache-2.0
// The arithmetic under units: an exact decimal with a unit -> an integer. Private to units.*.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flapjack {

/// "1.50ms" taken apart. Views into the text parsed.
struct DecimalText {
  bool negative = false;
  std::string_view whole;     ///< digits, at least one
  std::string_view fraction;  ///< digits behind the point; may be empty
  std::string_view unit;      ///< all that follows
};

/// Nothing when the text does not begin with a decimal number. Never allocates.
std::optional<DecimalText> split_decimal(std::string_view text);

struct ScaledUnit {
  std::string_view name;
  std::int64_t factor;
};

enum class ScaleError { None, TooLarge, TooFine };

struct Scaled {
  std::int64_t value = 0;
  ScaleError error = ScaleError::None;
};

/// whole.fraction * factor, exactly; TooFine when that is not an integer, TooLarge when it does not
/// fit. The sign is applied.
Scaled scale(const DecimalText& number, std::int64_t factor);

/// The unit of that name, or nullptr.
template <std::size_t N>
const ScaledUnit* find_unit(const ScaledUnit (&units)[N], std::string_view name) {
  for (const ScaledUnit& u : units) {
    if (u.name == name) return &u;
  }
  return nullptr;
}

inline constexpr ScaledUnit kTimeUnits[] = {
    {"ns", 1},           {"us", 1'000},           {"ms", 1'000'000},
    {"s", 1'000'000'000}, {"min", 60'000'000'000}, {"h", 3'600'000'000'000}};
inline constexpr ScaledUnit kRateUnits[] = {
    {"bit/s", 1}, {"kbit/s", 1'000},  {"Mbit/s", 1'000'000},  {"Gbit/s", 1'000'000'000},
    {"B/s", 8},   {"kB/s", 8'000},    {"MB/s", 8'000'000},    {"GB/s", 8'000'000'000}};
inline constexpr ScaledUnit kSizeUnits[] = {
    {"B", 1},          {"kB", 1'000},         {"MB", 1'000'000},        {"GB", 1'000'000'000},
    {"KiB", 1'024},    {"MiB", 1'048'576},    {"GiB", 1'073'741'824}};
inline constexpr ScaledUnit kPercentUnits[] = {{"%", 10'000'000}};
inline constexpr ScaledUnit kPlainUnits[] = {{"", 1}};

}  // namespace flapjack
