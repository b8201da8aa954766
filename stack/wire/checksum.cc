// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/checksum.h"

namespace flapjack {
namespace {

// One build serves every machine: the compiler makes a version of the loop for each vector width
// and the loader picks one. Not under sanitizers, which are not up yet when the loader does that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__OPTIMIZE__)
#define FLAPJACK_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FLAPJACK_VECTOR_CLONES
#endif

// Over 32-bit words, a loop that the compiler turns into vector code. 64 bits cannot overflow: a
// piece has at most 64 KiB, which is 2^14 words of 2^32.
FLAPJACK_VECTOR_CLONES std::uint64_t sum_words(const std::uint8_t* p, std::size_t words) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint32_t word;
    std::memcpy(&word, p + 4 * i, 4);
    sum += word;
  }
  return sum;
}

}  // namespace

void ChecksumSum::add_long(std::span<const std::uint8_t> bytes) {
  const std::size_t words = bytes.size() / 4;
  add_words(sum_words(bytes.data(), words));
  add(bytes.subspan(4 * words));
}

}  // namespace flapjack
