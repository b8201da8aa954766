// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071): one's complement sum of 16-bit words. The sum of a piece of
// memory is taken over wide words in memory order into a 64-bit accumulator; RFC 1071 section 2(B)
// allows the byte order to be repaired at the end.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace flapjack {

/// Who computes and who verifies; a value handed down, so that the codecs need not ask a device.
struct ChecksumPolicy {
  bool fill = true;    ///< compute when emitting (false: the driver's hardware does)
  bool verify = true;  ///< check when parsing
};

namespace detail {
template <class Word>
Word load_word(const std::uint8_t* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}
}  // namespace detail

/// A running sum in memory byte order. Pieces may be added in any order when each has an even
/// length, the last one excepted. In the header, as every packet's headers are summed four times.
class ChecksumSum {
 public:
  void add(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > kShort) return add_long(bytes);
    const std::uint8_t* p = bytes.data();
    for (std::size_t left = bytes.size(); left >= kBlock; left -= kBlock, p += kBlock) {
      add_block(p);
    }
    bytes = bytes.last(bytes.size() % kBlock);
    const std::uint8_t* const words_end = p + (bytes.size() & ~std::size_t{7});
    for (; p != words_end; p += 8) add_words(detail::load_word<std::uint64_t>(p));
    if ((bytes.size() & 4) != 0) {
      add_words(detail::load_word<std::uint32_t>(p));
      p += 4;
    }
    if ((bytes.size() & 2) != 0) {
      add_words(detail::load_word<std::uint16_t>(p));
      p += 2;
    }
    if ((bytes.size() & 1) != 0) add16(static_cast<std::uint16_t>(*p << 8));
  }
  /// Adds a 16-bit number given in host order, as the pseudo headers need; likewise the others.
  void add16(std::uint16_t value) { add_words(in_memory_order(value)); }
  void add32(std::uint32_t value) {
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
    add_words(value);
  }
  void add64(std::uint64_t value) {
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
    add_words(value);
  }
  /// The checksum field's value (the complement of the sum), in host order.
  std::uint16_t finish() const {
    return static_cast<std::uint16_t>(~in_memory_order(folded()));
  }
  /// True when the sum, which must include the received checksum field, verifies.
  bool verifies() const { return folded() == 0xffff; }

 private:
  // Headers and small datagrams are through before a wide loop has begun.
  static constexpr std::size_t kShort = 128;
  static constexpr std::size_t kBlock = 32;

  static std::uint16_t in_memory_order(std::uint16_t value) {
    if constexpr (std::endian::native == std::endian::big) return value;
    return static_cast<std::uint16_t>(value << 8 | value >> 8);
  }
  void add_long(std::span<const std::uint8_t> bytes);
  // Compilers see no way to hand a carry on from word to word.
  void add_block(const std::uint8_t* p) {
#if defined(__x86_64__) && defined(__GNUC__)
    asm("addq (%[p]), %[sum]\n\t"
        "adcq 8(%[p]), %[sum]\n\t"
        "adcq 16(%[p]), %[sum]\n\t"
        "adcq 24(%[p]), %[sum]\n\t"
        "adcq $0, %[sum]"
        : [sum] "+&r"(sum_)
        : [p] "r"(p), "m"(*reinterpret_cast<const std::uint8_t(*)[kBlock]>(p))
        : "cc");
#else
    for (std::size_t i = 0; i < kBlock; i += 8) {
      add_words(detail::load_word<std::uint64_t>(p + i));
    }
#endif
  }
  // One's complement in 64 bits: what is carried out comes in again at the low end.
  void add_words(std::uint64_t words) {
    sum_ += words;
    sum_ += sum_ < words ? 1 : 0;
  }
  std::uint16_t folded() const {
    // With its halves exchanged: what the lower half carries is added to the upper one, which is
    // the sum of both.
    const auto half = static_cast<std::uint32_t>((sum_ + std::rotl(sum_, 32)) >> 32);
    return static_cast<std::uint16_t>((half + std::rotl(half, 16)) >> 16);
  }

  std::uint64_t sum_ = 0;
};

/// The checksum of one piece of memory, in host order.
inline std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
  ChecksumSum sum;
  sum.add(bytes);
  return sum.finish();
}

}  // namespace flapjack
