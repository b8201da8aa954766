// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/rng.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "stack/sim/fixed_math.h"

namespace flapjack {
namespace {

__extension__ using Wide = __int128;
__extension__ using UWide = unsigned __int128;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

Duration clamp(Wide ns) {
  constexpr Wide kMost = std::numeric_limits<std::int64_t>::max() / 4;  // room to add to a time
  return {static_cast<std::int64_t>(std::clamp<Wide>(ns, 0, kMost))};
}

Duration scale(Duration d, std::int64_t factor_q32) {
  return clamp(static_cast<Wide>(d.ns) * factor_q32 >> fixed::kBits);
}

// In (0, 1], Q32.
std::uint64_t unit(RandomStream& stream) {
  return (stream.next() >> 32) + 1;
}

// -ln(u): exponential with mean 1, Q32.
std::int64_t standard_exp(RandomStream& stream) {
  return -fixed::ln(unit(stream));
}

// Mean 0, deviation 1, Q32: Marsaglia's polar method.
std::int64_t standard_normal(RandomStream& stream) {
  for (;;) {
    const std::int64_t u = stream.between(-fixed::kOne, fixed::kOne);
    const std::int64_t v = stream.between(-fixed::kOne, fixed::kOne);
    const std::int64_t s = fixed::mul(u, u) + fixed::mul(v, v);
    if (s <= 0 || s >= fixed::kOne) continue;
    const std::int64_t two_log = -2 * fixed::ln(static_cast<std::uint64_t>(s));
    // sqrt(two_log / s) in two steps: the quotient alone could overflow for a tiny s
    return fixed::mul(u, fixed::div(fixed::sqrt(two_log), fixed::sqrt(s)));
  }
}

std::int64_t q32_from_ppb(std::int64_t ppb) {
  return static_cast<std::int64_t>((static_cast<Wide>(ppb) << fixed::kBits) / 1'000'000'000);
}

}  // namespace

std::uint64_t RandomStream::next() {
  return mix(state_ += 0x9e3779b97f4a7c15u);
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  assert(bound > 0);
  // Lemire's multiply-and-reject; the division is only needed for a low part below the bound
  for (;;) {
    const UWide product = static_cast<UWide>(next()) * bound;
    const auto low = static_cast<std::uint64_t>(product);
    if (low >= bound || low >= (0 - bound) % bound) {
      return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

std::int64_t RandomStream::between(std::int64_t low, std::int64_t high) {
  assert(low <= high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t draw = span == ~std::uint64_t{0} ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw);
}

bool RandomStream::chance(std::uint64_t ppb) {
  return below(1'000'000'000) < ppb;
}

RandomStream Rng::stream(std::string_view name) const {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, then mixed with the seed
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return RandomStream(mix(mix(seed_ + 0x9e3779b97f4a7c15u) ^ hash));
}

Duration DurationDistribution::sample(RandomStream& stream) const {
  switch (kind) {
    case Kind::Fixed:
      return a;
    case Kind::Uniform:
      return clamp(stream.between(a.ns, b.ns));
    case Kind::Normal:
      return clamp(a.ns + (static_cast<Wide>(b.ns) * standard_normal(stream) >> fixed::kBits));
    case Kind::Exp:
      return scale(a, standard_exp(stream));
    case Kind::Lognormal:
      return scale(a, fixed::exp(fixed::mul(q32_from_ppb(shape_ppb), standard_normal(stream))));
    case Kind::Pareto:
      return scale(a, fixed::exp(fixed::div(standard_exp(stream), q32_from_ppb(shape_ppb))));
    case Kind::Choice:
      return choices[stream.below(choices.size())];
  }
  return a;
}

}  // namespace flapjack
