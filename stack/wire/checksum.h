// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071): one's complement sum of 16-bit words. The sum of a piece of
// memory is taken over 32-bit words in memory order into a 64-bit accumulator, a loop the compiler
// turns into vector code; RFC 1071 section 2(B) allows the byte order to be repaired at the end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace flapjack {

/// Who computes and who verifies; a value handed down, so that the codecs need not ask a device.
struct ChecksumPolicy {
  bool fill = true;    ///< compute when emitting (false: the driver's hardware does)
  bool verify = true;  ///< check when parsing
};

/// A running sum in memory byte order. Pieces may be added in any order when each has an even
/// length, the last one excepted.
class ChecksumSum {
 public:
  void add(std::span<const std::uint8_t> bytes);
  /// Adds a 16-bit number given in host order, as the pseudo headers need.
  void add16(std::uint16_t value);
  void add32(std::uint32_t value);
  /// The checksum field's value (the complement of the sum), in host order.
  std::uint16_t finish() const;
  /// True when the sum, which must include the received checksum field, verifies.
  bool verifies() const { return finish() == 0; }

 private:
  std::uint64_t sum_ = 0;
};

/// The checksum of one piece of memory, in host order.
std::uint16_t checksum(std::span<const std::uint8_t> bytes);

}  // namespace flapjack
