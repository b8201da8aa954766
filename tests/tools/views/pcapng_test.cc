// SPDX-License-Identifier: Apache-2.0
#include "tools/views/pcapng.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <initializer_list>

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// What the calls of a test wrote.
class PcapngBytes : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(file_, nullptr); }
  void TearDown() override { std::fclose(file_); }
  /// The bytes since the last call.
  Bytes written() {
    std::fflush(file_);
    Bytes bytes(static_cast<std::size_t>(std::ftell(file_) - from_));
    std::fseek(file_, from_, SEEK_SET);
    EXPECT_EQ(std::fread(bytes.data(), 1, bytes.size(), file_), bytes.size());
    from_ += static_cast<long>(bytes.size());
    std::fseek(file_, from_, SEEK_SET);
    return bytes;
  }
  void expect(const Bytes& bytes) { EXPECT_EQ(written(), bytes); }

  std::FILE* file_ = std::tmpfile();
  long from_ = 0;
  PcapngWriter writer_{file_};
};

TEST_F(PcapngBytes, Section) {
  writer_.section("ab", "flap");
  expect({0x0a, 0x0d, 0x0d, 0x0a, 48, 0, 0, 0,              // type, length
          0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,               // magic, version 1.0
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,   // section length unknown
          1, 0, 2, 0, 'a', 'b', 0, 0,                       // opt_comment, padded
          4, 0, 4, 0, 'f', 'l', 'a', 'p',                   // shb_userappl
          0, 0, 0, 0, 48, 0, 0, 0});
}

TEST_F(PcapngBytes, Interface) {
  EXPECT_EQ(writer_.interface({"eth0", "", 101, 0}), 0u);
  expect({1, 0, 0, 0, 40, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0,  // raw IP, no snap length
          2, 0, 4, 0, 'e', 't', 'h', '0',                     // if_name
          9, 0, 1, 0, 9, 0, 0, 0,                             // if_tsresol: 10^-9
          0, 0, 0, 0, 40, 0, 0, 0});
  EXPECT_EQ(writer_.interface({"w", "x", 1, 0x0102030405060708}), 1u);
  expect({1, 0, 0, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
          2, 0, 1, 0, 'w', 0, 0, 0,
          3, 0, 1, 0, 'x', 0, 0, 0,                   // if_description
          8, 0, 8, 0, 8, 7, 6, 5, 4, 3, 2, 1,         // if_speed
          9, 0, 1, 0, 9, 0, 0, 0,
          0, 0, 0, 0, 60, 0, 0, 0});
}

TEST_F(PcapngBytes, Packet) {
  writer_.interface({"a", "", 1, 0});
  writer_.interface({"b", "", 1, 0});
  written();
  const Bytes data = {0xde, 0xad, 0xbe, 0xef, 0x01};
  const std::vector<std::string> comments = {"x", "yz"};
  writer_.packet({1, SimTime{0x0102030405060708}, data, PcapngDirection::Outbound, 17, comments});
  expect({6, 0, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0,
          4, 3, 2, 1, 8, 7, 6, 5,                     // time: upper half, lower half
          5, 0, 0, 0, 5, 0, 0, 0,                     // captured, on the wire
          0xde, 0xad, 0xbe, 0xef, 0x01, 0, 0, 0,      // padded
          1, 0, 1, 0, 'x', 0, 0, 0, 1, 0, 2, 0, 'y', 'z', 0, 0,
          2, 0, 4, 0, 2, 0, 0, 0,                     // epb_flags: outbound
          5, 0, 8, 0, 17, 0, 0, 0, 0, 0, 0, 0,        // epb_packetid
          0, 0, 0, 0, 80, 0, 0, 0});
}

TEST_F(PcapngBytes, EmptyPacket) {
  writer_.interface({"a", "", 1, 0});
  written();
  writer_.packet({0, SimTime{}, {}, PcapngDirection::Unknown, 0, {}});
  expect({6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0});
}

TEST_F(PcapngBytes, Names) {
  writer_.name(*Ipv4Address::parse("192.0.2.1"), "dev");
  expect({4, 0, 0, 0, 32, 0, 0, 0,
          1, 0, 8, 0, 192, 0, 2, 1, 'd', 'e', 'v', 0,
          0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0});
  writer_.name(*Ipv6Address::parse("2001:db8::1"), "gw");
  expect({4, 0, 0, 0, 44, 0, 0, 0,
          2, 0, 19, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'g', 'w', 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 44, 0, 0, 0});
}

TEST_F(PcapngBytes, Statistics) {
  writer_.interface({"a", "", 1, 0});
  written();
  writer_.statistics(0, SimTime{1}, 3, 2);
  expect({5, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
          4, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 52, 0, 0, 0});
}

TEST_F(PcapngBytes, AnOptionIsCutAtWhatItsLengthCanSay) {
  writer_.section(std::string(70'000, 'c'), "");
  EXPECT_EQ(written().size(), 8u + 16 + 4 + 65'536 + 4 + 4);
}

}  // namespace
}  // namespace flapjack
