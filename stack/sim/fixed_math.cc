// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/fixed_math.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace flapjack::fixed {

__extension__ using Wide = __int128;
__extension__ using UWide = unsigned __int128;

namespace {
std::int64_t saturate(Wide value) {
  using Limits = std::numeric_limits<std::int64_t>;
  return static_cast<std::int64_t>(std::clamp<Wide>(value, Limits::min(), Limits::max()));
}
}  // namespace

std::int64_t mul(std::int64_t a, std::int64_t b) {
  return saturate(static_cast<Wide>(a) * b >> kBits);
}

std::int64_t div(std::int64_t a, std::int64_t b) {
  assert(b != 0);
  return saturate((static_cast<Wide>(a) << kBits) / b);
}

// log2 by repeated squaring: each squaring of a mantissa in [1, 2) yields one bit of the logarithm.
std::int64_t ln(std::uint64_t x) {
  assert(x > 0);
  const int top = 63 - std::countl_zero(x);
  std::uint64_t mantissa = x << (63 - top);  // 1.63 fixed point, in [1, 2)
  std::int64_t log2 = static_cast<std::int64_t>(top - kBits) * kOne;
  for (std::int64_t bit = kOne >> 1; bit != 0; bit >>= 1) {
    const UWide square = static_cast<UWide>(mantissa) * mantissa;  // 2.126
    if (square >> 127 != 0) {
      log2 += bit;
      mantissa = static_cast<std::uint64_t>(square >> 64);
    } else {
      mantissa = static_cast<std::uint64_t>(square >> 63);
    }
  }
  return mul(log2, kLn2);
}

std::int64_t exp(std::int64_t x) {
  std::int64_t whole = x / kLn2;
  std::int64_t rest = x % kLn2;
  if (rest < 0) {
    rest += kLn2;
    --whole;
  }
  if (whole > 30) return std::numeric_limits<std::int64_t>::max();
  if (whole < -kBits) return 0;
  std::int64_t sum = kOne;
  std::int64_t term = kOne;
  for (std::int64_t n = 1; n <= 16 && term != 0; ++n) {
    term = mul(term, rest) / n;
    sum += term;
  }
  return whole >= 0 ? sum << whole : sum >> -whole;
}

std::int64_t sqrt(std::int64_t x) {
  assert(x >= 0);
  UWide rest = static_cast<UWide>(x) << kBits;
  UWide root = 0;
  UWide bit = UWide{1} << 94;
  while (bit > rest) bit >>= 2;
  for (; bit != 0; bit >>= 2) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<std::int64_t>(root);
}

}  // namespace flapjack::fixed
