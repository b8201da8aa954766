// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/checksum.h"

#include <gtest/gtest.h>

#include <vector>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

// RFC 1071 section 4.1, byte by byte.
std::uint16_t reference(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : bytes[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

TEST(Checksum, Rfc1071Example) {
  // section 3: the sum of 00 01 f2 03 f4 f5 f6 f7 is dd f2
  const std::vector<std::uint8_t> bytes = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(checksum(bytes), static_cast<std::uint16_t>(~0xddf2));
}

TEST(Checksum, AgreesWithTheReferenceAtEveryLengthAndAlignment) {
  RandomStream draw = Rng(1).stream("bytes");
  std::vector<std::uint8_t> pool(2100);
  for (std::uint8_t& byte : pool) byte = static_cast<std::uint8_t>(draw.next());
  for (std::size_t length = 0; length <= 2000; ++length) {
    for (std::size_t offset = 0; offset < 9; ++offset) {
      const auto piece = std::span<const std::uint8_t>(pool).subspan(offset, length);
      ASSERT_EQ(checksum(piece), reference(piece)) << length << " bytes at " << offset;
    }
    const std::vector<std::uint8_t> exact(pool.begin(), pool.begin() + static_cast<long>(length));
    ASSERT_EQ(checksum(exact), reference(exact)) << "in a buffer of just " << length;
  }
}

TEST(Checksum, CarriesOfAllOnesFold) {
  for (const std::size_t length : {2u, 32u, 40u, 64u, 96u, 128u, 65'535u}) {
    const std::vector<std::uint8_t> ones(length, 0xff);
    EXPECT_EQ(checksum(ones), reference(ones)) << length;
  }
  ChecksumSum sum;
  const std::vector<std::uint8_t> ones(65'532, 0xff);
  for (int i = 0; i < 1000; ++i) sum.add(ones);
  EXPECT_EQ(sum.finish(), 0);
}

TEST(Checksum, PiecesAndNumbersAddUpInAnyOrder) {
  const std::vector<std::uint8_t> all = {0xc0, 0x00, 0x02, 0x01, 0x12, 0x34, 0xab, 0xcd, 0xef};
  ChecksumSum sum;
  sum.add16(0x1234);
  sum.add(std::span(all).subspan(6));
  sum.add32(0xc0000201);
  EXPECT_EQ(sum.finish(), reference(all));
}

TEST(Checksum, VerifiesWithItsOwnFieldIncluded) {
  RandomStream draw = Rng(2).stream("bytes");
  for (int i = 0; i < 500; ++i) {
    std::vector<std::uint8_t> bytes(2 + 2 * draw.below(100));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(draw.next());
    bytes[0] = bytes[1] = 0;
    const std::uint16_t field = checksum(bytes);
    bytes[0] = static_cast<std::uint8_t>(field >> 8);
    bytes[1] = static_cast<std::uint8_t>(field);
    ChecksumSum sum;
    sum.add(bytes);
    EXPECT_TRUE(sum.verifies());
    bytes[draw.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << draw.below(8));
    EXPECT_NE(checksum(bytes), 0) << "a flipped bit shows";
  }
}

}  // namespace
}  // namespace flapjack
