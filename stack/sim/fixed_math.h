// SPDX-License-Identifier: Apache-2.0
// Logarithm, exponential and square root in fixed point (Q32: 32 fraction bits), exact to about
// 1e-9 and the same everywhere, because only integers are involved. For the random distributions.
#pragma once
#include <cstdint>

namespace flapjack::fixed {

inline constexpr int kBits = 32;
inline constexpr std::int64_t kOne = std::int64_t{1} << kBits;
/// ln 2 in Q32.
inline constexpr std::int64_t kLn2 = 2977044472;

/// a * b / 2^32, towards minus infinity; saturates.
std::int64_t mul(std::int64_t a, std::int64_t b);
/// a * 2^32 / b, towards zero, b != 0; saturates.
std::int64_t div(std::int64_t a, std::int64_t b);
/// ln(x / 2^32) in Q32; x > 0.
std::int64_t ln(std::uint64_t x);
/// e^x in Q32 for x in Q32, saturating at the largest int64.
std::int64_t exp(std::int64_t x);
/// Square root in Q32 of x in Q32, x >= 0.
std::int64_t sqrt(std::int64_t x);

}  // namespace flapjack::fixed
