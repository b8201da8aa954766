// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/time.h"

#include <array>
#include <limits>

namespace flapjack {
namespace {

// The decimals of `rest` out of `unit` (a power of ten), at least `least` of them.
std::string decimals(std::int64_t rest, std::int64_t unit, std::size_t least) {
  std::string digits;
  for (std::int64_t u = unit / 10; u > 0; u /= 10) {
    digits += static_cast<char>('0' + rest / u % 10);
  }
  while (digits.size() > least && digits.back() == '0') digits.pop_back();
  return digits.empty() ? digits : "." + digits;
}

}  // namespace

std::string to_text(SimTime t) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return std::to_string(t.ns / kSecond) + decimals(t.ns % kSecond, kSecond, 3) + "s";
}

std::string to_text(Duration d) {
  struct Unit {
    std::int64_t ns;
    const char* name;
  };
  constexpr std::array kUnits = {Unit{1'000'000'000, "s"}, Unit{1'000'000, "ms"}, Unit{1'000, "us"},
                                 Unit{1, "ns"}};
  if (d == Duration{std::numeric_limits<std::int64_t>::min()}) return "-9223372036.854775808s";
  if (d.ns < 0) return "-" + to_text(Duration{-d.ns});
  if (d.ns == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (d.ns < unit.ns) continue;
    return std::to_string(d.ns / unit.ns) + decimals(d.ns % unit.ns, unit.ns, 0) + unit.name;
  }
  return "0s";
}

}  // namespace flapjack
