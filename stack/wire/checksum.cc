// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/checksum.h"

#include <bit>
#include <cstring>

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

// The pieces are at most 64 KiB, so 64 bits cannot overflow: 2^14 words of 2^32 a piece.
FLAPJACK_VECTOR_CLONES std::uint64_t sum_words(const std::uint8_t* p, std::size_t n) {
  std::uint64_t sum = 0;
  const std::size_t words = n / 4;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint32_t word;
    std::memcpy(&word, p + 4 * i, 4);
    sum += word;
  }
  if (n % 4 != 0) {
    std::uint32_t word = 0;
    std::memcpy(&word, p + 4 * words, n % 4);
    sum += word;
  }
  return sum;
}

// Headers and small datagrams are through before the wide loop above has begun.
constexpr std::size_t kShort = 128;

std::uint64_t sum_short(const std::uint8_t* p, std::size_t n) {
  std::uint64_t sum = 0;
  for (; n >= 8; p += 8, n -= 8) {
    std::uint64_t words;
    std::memcpy(&words, p, 8);
    sum += (words & 0xffffffff) + (words >> 32);
  }
  if ((n & 4) != 0) {
    std::uint32_t word;
    std::memcpy(&word, p, 4);
    sum += word;
    p += 4;
  }
  if ((n & 3) != 0) {
    std::uint32_t word = 0;
    std::memcpy(&word, p, n & 3);
    sum += word;
  }
  return sum;
}

std::uint16_t in_memory_order(std::uint16_t value) {
  if constexpr (std::endian::native == std::endian::little) {
    return static_cast<std::uint16_t>(value << 8 | value >> 8);
  }
  return value;
}

std::uint16_t fold(std::uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

void ChecksumSum::add(std::span<const std::uint8_t> bytes) {
  sum_ += bytes.size() <= kShort ? sum_short(bytes.data(), bytes.size())
                                 : sum_words(bytes.data(), bytes.size());
}

void ChecksumSum::add16(std::uint16_t value) { sum_ += in_memory_order(value); }

void ChecksumSum::add32(std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) {
    sum_ += __builtin_bswap32(value);
  } else {
    sum_ += value;
  }
}

std::uint16_t ChecksumSum::finish() const {
  return static_cast<std::uint16_t>(~in_memory_order(fold(sum_)));
}

std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
  ChecksumSum sum;
  sum.add(bytes);
  return sum.finish();
}

}  // namespace flapjack
