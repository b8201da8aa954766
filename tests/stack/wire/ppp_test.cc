// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ppp.h"

#include <gtest/gtest.h>

#include <vector>

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(PppControlHeader, ReadsWhatItWrites) {
  Bytes packet(10, 0);
  PppControlHeader{1, 7, 10}.emit(packet.data());
  EXPECT_EQ(Bytes(packet.begin(), packet.begin() + 4), (Bytes{1, 7, 0, 10}));
  const auto header = PppControlHeader::parse(packet);
  ASSERT_TRUE(header);
  EXPECT_EQ(to_text(*header), "configure-request id 7 length 10");
  EXPECT_EQ(to_text(PppControlHeader{11, 0, 4}), "discard-request id 0 length 4");
  EXPECT_EQ(to_text(PppControlHeader{12, 0, 4}), "code 12 id 0 length 4");
}

TEST(PppControlHeader, ALengthThatCannotBe) {
  EXPECT_FALSE(PppControlHeader::parse(Bytes{1, 7, 0})) << "shorter than a header";
  EXPECT_FALSE(PppControlHeader::parse(Bytes{1, 7, 0, 3})) << "the length is";
  EXPECT_FALSE(PppControlHeader::parse(Bytes{1, 7, 0, 5})) << "longer than the packet";
  EXPECT_TRUE(PppControlHeader::parse(Bytes{1, 7, 0, 4, 9, 9})) << "padding";
}

TEST(PppOptions, WalksThem) {
  PppOptionWriter writer;
  EXPECT_TRUE(writer.empty());
  EXPECT_TRUE(writer.add16(ppp_option::kMru, 1400));
  EXPECT_TRUE(writer.add32(ppp_option::kMagic, 0xdeadbeef));
  EXPECT_TRUE(writer.add64(ppp_option::kInterfaceId, 0x0123456789abcdef));
  EXPECT_TRUE(writer.add(7, {}));
  EXPECT_EQ(Bytes(writer.bytes().begin(), writer.bytes().end()),
            (Bytes{1, 4, 5, 120, 5, 6, 0xde, 0xad, 0xbe, 0xef, 1, 10, 1, 0x23, 0x45, 0x67, 0x89,
                   0xab, 0xcd, 0xef, 7, 2}));
  PppOptions options(writer.bytes());
  const auto mru = options.next();
  ASSERT_TRUE(mru);
  EXPECT_EQ(mru->as16(), 1400);
  EXPECT_FALSE(mru->as32());
  EXPECT_EQ(options.next()->as32(), 0xdeadbeef);
  EXPECT_EQ(options.next()->as64(), 0x0123456789abcdefu);
  EXPECT_EQ(options.next()->type, 7);
  EXPECT_FALSE(options.next());
  EXPECT_TRUE(options.ok());
}

TEST(PppOptions, MalformedOnesEndTheWalk) {
  for (const Bytes& bad : {Bytes{1}, Bytes{1, 0}, Bytes{1, 1}, Bytes{1, 3}, Bytes{1, 4, 5}}) {
    PppOptions options(bad);
    EXPECT_FALSE(options.next());
    EXPECT_FALSE(options.ok());
    EXPECT_FALSE(options.next()) << "and stays there";
  }
}

TEST(PppOptionWriter, IsBounded) {
  PppOptionWriter writer;
  const Bytes data(250, 1);
  EXPECT_TRUE(writer.add(1, data));
  EXPECT_FALSE(writer.add32(2, 0));
  EXPECT_TRUE(writer.add16(2, 0)) << "just fits";
  EXPECT_EQ(writer.bytes().size(), 256u);
  EXPECT_FALSE(writer.add(3, {}));
  writer.clear();
  EXPECT_FALSE(writer.add(1, Bytes(254, 1))) << "longer than an option's length can say";
}

TEST(PppProtocols, HaveNames) {
  EXPECT_EQ(ppp_protocol_name(PppProtocol::Lcp), "lcp");
  EXPECT_EQ(ppp_protocol_name(PppProtocol::Ipv6cp), "ipv6cp");
  EXPECT_EQ(ppp_protocol_name(static_cast<PppProtocol>(0xc223)), "?");
}

}  // namespace
}  // namespace flapjack
