// SPDX-License-Identifier: Apache-2.0
// What a fuzz target needs. A target is one file, NAME_fuzz.cc, with one function:
//
//   namespace flapjack::fuzz { void fuzz_NAME(Bytes input) { ... FUZZ_CHECK(...); } }
//
// It must take any input, keep no state from one to the next, and fail by FUZZ_CHECK, an assert or
// a sanitizer. The build makes a libFuzzer program of it, and a part of flapjack_fuzz_replay.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace flapjack::fuzz {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

[[noreturn]] inline void fail(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  std::abort();
}

/// Unlike an assert, checked in every build.
#define FUZZ_CHECK(condition) \
  ((condition) ? void() : ::flapjack::fuzz::fail(#condition, __FILE__, __LINE__))

inline Buffer copy(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

inline bool same(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// Equal but for the 16 bits at `at`, a checksum.
inline bool same_but_checksum(Bytes a, Bytes b, std::size_t at) {
  return a.size() == b.size() && same(a.first(at), b.first(at)) &&
         same(a.subspan(at + 2), b.subspan(at + 2));
}

}  // namespace flapjack::fuzz
