// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv6.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::Draw;
using test::hex;

const Bytes kHeader =
    hex("6ab12345 0008 3a ff 20010db8000000000000000000000001 ff020000000000000000000000000001"
        "0102030405060708");

TEST(Ipv6Header, KnownBytes) {
  Ipv6Header h;
  ASSERT_EQ(Ipv6Header::parse(kHeader, h), Ipv6Header::Error::None);
  EXPECT_EQ(h.traffic_class, 0xab);
  EXPECT_EQ(h.flow_label, 0x12345u);
  EXPECT_EQ(h.payload_length, 8);
  EXPECT_EQ(h.total_length(), 48u);
  EXPECT_EQ(to_text(h), "2001:db8::1 > ff02::1 next 58 hops 255 length 8");
  Bytes out = kHeader;
  std::fill_n(out.begin(), kIpv6HeaderBytes, std::uint8_t{0x55});
  h.emit(out.data());
  EXPECT_EQ(out, kHeader);
}

TEST(Ipv6Header, RefusalsSayWhatIsWrong) {
  using Error = Ipv6Header::Error;
  struct Row {
    const char* what;
    std::size_t size, offset;
    std::uint8_t value;
    Error error;
  };
  for (const Row& row : {
           Row{"one byte missing", 39, 0, 0x60, Error::Short},
           Row{"nothing", 0, 0, 0x60, Error::Short},
           Row{"version 4", 48, 0, 0x40, Error::Version},
           Row{"version 7", 48, 0, 0x70, Error::Version},
           Row{"payload one byte short", 48, 5, 9, Error::PayloadLength},
           Row{"payload much longer", 48, 4, 0xff, Error::PayloadLength},
           Row{"padding behind", 48, 5, 3, Error::None},
           Row{"no payload", 48, 5, 0, Error::None},
       }) {
    Bytes bytes(kHeader.begin(), kHeader.end());
    bytes[row.offset] = row.value;
    bytes.resize(row.size);
    Ipv6Header h;
    EXPECT_EQ(Ipv6Header::parse(bytes, h), row.error) << row.what;
  }
}

TEST(Ipv6Header, AJumbogramIsRefused) {
  Bytes bytes = kHeader;
  bytes[5] = 0;
  bytes[6] = 0;  // hop-by-hop, which cannot be there
  Ipv6Header h;
  EXPECT_EQ(Ipv6Header::parse(bytes, h), Ipv6Header::Error::Jumbogram);
}

TEST(Ipv6Header, RoundTripAndTruncation) {
  Draw draw("ipv6");
  for (int i = 0; i < 300; ++i) {
    Ipv6Header h;
    h.traffic_class = draw.u8();
    h.flow_label = draw.u32() & 0xfffff;
    h.payload_length = static_cast<std::uint16_t>(1 + draw.below(30));
    h.next_header = draw.u8();
    h.hop_limit = draw.u8();
    h.source = draw.ip6();
    h.destination = draw.ip6();
    Bytes out = draw.bytes(h.total_length() + draw.below(5));
    h.emit(out.data());
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      Ipv6Header got;
      const auto error = Ipv6Header::parse(b, got);
      if (b.size() < kIpv6HeaderBytes) {
        EXPECT_EQ(error, Ipv6Header::Error::Short);
        return;
      }
      ASSERT_EQ(error, b.size() < h.total_length() ? Ipv6Header::Error::PayloadLength
                                                   : Ipv6Header::Error::None);
      EXPECT_EQ(got, h);
    });
  }
}

}  // namespace
}  // namespace flapjack
