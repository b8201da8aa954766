// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmpv6.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::Draw;
using test::hex;
using test::ip6;

const Ipv6Address kFrom = ip6("2001:db8::1"), kTo = ip6("2001:db8::2");
const Bytes kEcho = hex("80 00 4dad 1234 0001 616263");

TEST(Icmpv6Header, KnownBytes) {
  const auto h = Icmpv6Header::parse(kEcho, kFrom, kTo);
  ASSERT_TRUE(h);
  EXPECT_EQ(*h, Icmpv6Header::echo_request(0x1234, 1));
  EXPECT_EQ(h->id(), 0x1234);
  EXPECT_EQ(h->sequence(), 1);
  Bytes out = kEcho;
  out[2] = out[3] = 0x55;
  h->emit(out, kFrom, kTo);
  EXPECT_EQ(out, kEcho);
}

TEST(Icmpv6Header, TheChecksumCoversAddressesAndEveryByte) {
  EXPECT_FALSE(Icmpv6Header::parse(kEcho, kFrom, ip6("2001:db8::3")));
  EXPECT_FALSE(Icmpv6Header::parse(kEcho, ip6("2001:db9::1"), kTo));
  for (std::size_t i = 0; i < kEcho.size(); ++i) {
    Bytes bad = kEcho;
    bad[i] ^= 0x10;
    EXPECT_FALSE(Icmpv6Header::parse(bad, kFrom, kTo)) << i;
    EXPECT_TRUE(Icmpv6Header::parse(bad, kFrom, kTo, ChecksumPolicy{true, false})) << i;
  }
}

TEST(Icmpv6Header, TheSumIsLeftToTheHardware) {
  Bytes out = kEcho;
  Icmpv6Header::echo_request(0x1234, 1).emit(out, kFrom, kTo, ChecksumPolicy{false, true});
  EXPECT_EQ(out[2], 0);
  EXPECT_EQ(out[3], 0);
}

TEST(Icmpv6Header, ErrorsCarryTheirNumber) {
  struct Row {
    Icmpv6Header header;
    bool error;
    std::uint32_t rest;
    const char* text;
  };
  for (const Row& row : {
           Row{Icmpv6Header::unreachable(kIcmpv6PortUnreachable), true, 0, "unreachable code 4"},
           Row{Icmpv6Header::packet_too_big(1280), true, 1280, "packet too big mtu 1280"},
           Row{Icmpv6Header::time_exceeded(kIcmpv6ReassemblyTime), true, 0, "time exceeded code 1"},
           Row{Icmpv6Header::parameter_problem(kIcmpv6UnknownOption, 42), true, 42,
               "parameter problem code 2 pointer 42"},
           Row{Icmpv6Header::echo_request(1, 2), false, 0x10002, "echo request id 1 seq 2"},
           Row{{Icmpv6Type::EchoReply, 0, 0x10002}, false, 0x10002, "echo reply id 1 seq 2"},
           Row{{Icmpv6Type::MldReport2, 0, 1}, false, 1, "mld report v2"},
           Row{{static_cast<Icmpv6Type>(127), 3, 1}, true, 1, "type 127 code 3"},
           Row{{static_cast<Icmpv6Type>(200), 3, 1}, false, 1, "type 200"},
       }) {
    EXPECT_EQ(row.header.is_error(), row.error) << row.text;
    EXPECT_EQ(row.header.rest, row.rest) << row.text;
    EXPECT_EQ(to_text(row.header), row.text);
  }
  EXPECT_EQ(Icmpv6Header::packet_too_big(1500).mtu(), 1500u);
  EXPECT_EQ(Icmpv6Header::parameter_problem(0, 7).pointer(), 7u);
}

TEST(Icmpv6Header, RoundTripAndTruncation) {
  Draw draw("icmpv6");
  for (int i = 0; i < 200; ++i) {
    const Icmpv6Header h{static_cast<Icmpv6Type>(draw.u8()), draw.u8(), draw.u32()};
    const Ipv6Address from = draw.ip6(), to = draw.ip6();
    Bytes out = draw.bytes(kIcmpv6HeaderBytes + draw.below(30));
    h.emit(out, from, to);
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      const auto got = Icmpv6Header::parse(b, from, to, {true, b.size() == out.size()});
      ASSERT_EQ(got.has_value(), b.size() >= kIcmpv6HeaderBytes);
      if (got) {
        EXPECT_EQ(*got, h);
      }
    });
  }
}

}  // namespace
}  // namespace flapjack
