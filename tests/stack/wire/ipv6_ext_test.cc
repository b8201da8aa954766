// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv6_ext.h"

#include <gtest/gtest.h>

#include "stack/wire/bytes.h"
#include "stack/wire/icmpv6.h"
#include "stack/wire/ipv6.h"
#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::Draw;
using test::hex;
using Error = Ipv6ExtError;

// A datagram whose IPv6 header names `next` and is followed by `rest`.
Bytes datagram(std::uint8_t next, const Bytes& rest) {
  Bytes bytes(kIpv6HeaderBytes + rest.size());
  Ipv6Header h;
  h.next_header = next;
  h.payload_length = static_cast<std::uint16_t>(rest.size());
  h.emit(bytes.data());
  std::copy(rest.begin(), rest.end(), bytes.begin() + kIpv6HeaderBytes);
  return bytes;
}

TEST(Ipv6Extensions, ChainsThatLeadToWhatIsAbove) {
  struct Row {
    const char* what;
    std::uint8_t first;
    const char* rest;
    const char* text;
    std::uint32_t next_header_at;
  };
  for (const Row& row : {
           Row{"no extension", 17, "0102030405060708", "protocol 17 at 40", 6},
           Row{"nothing follows", 59, "", "protocol 59 at 40", 6},
           Row{"a protocol nobody knows", 253, "00", "protocol 253 at 40", 6},
           Row{"padded hop-by-hop", 0, "3a 00 01 04 00000000 80", "protocol 58 at 48", 40},
           Row{"eight Pad1", 0, "3a 00 000000000000", "protocol 58 at 48", 40},
           Row{"router alert", 0, "3a 00 0502 0000 0100 82", "protocol 58 at 48 router alert 0",
               40},
           Row{"router alert of RSVP", 0, "2e 00 0502 0001 0100",
               "protocol 46 at 48 router alert 1", 40},
           Row{"unknown option to skip", 0, "11 00 1e 04 01020304", "protocol 17 at 48", 40},
           Row{"destination options", 60, "06 00 01 04 00000000", "protocol 6 at 48", 40},
           Row{"a router alert means nothing there", 60, "11 00 0502 0000 0100",
               "protocol 17 at 48", 40},
           Row{"16 bytes of options", 60, "11 01 010c 000000000000 000000000000",
               "protocol 17 at 56", 40},
           Row{"routing that is done", 43, "3a 02 04 00 00000000 0000000000000000 0000000000000000",
               "protocol 58 at 64", 40},
           Row{"hop-by-hop, destination, routing, destination", 0,
               "3c00 0104 00000000 2b00 0104 00000000 3c00 0000 00000000 1100 0104 00000000",
               "protocol 17 at 72", 64},
           Row{"atomic fragment", 44, "11 00 0000 12345678 aabb", "protocol 17 at 48", 40},
           Row{"reserved bits of a fragment", 44, "11 ff 0006 12345678 aabb", "protocol 17 at 48",
               40},
           Row{"first fragment", 44, "11 00 0001 00000007 0102030405060708",
               "protocol 17 at 48 fragment id 7 at 0 more", 40},
           Row{"middle fragment, data looks like anything", 44,
               "00 00 0009 00000007 ffffffffffffffff", "protocol 0 at 48 fragment id 7 at 8 more",
               40},
           Row{"last fragment, any length", 44, "3a 00 0010 00000007 ff",
               "protocol 58 at 48 fragment id 7 at 16 last", 40},
           Row{"fragment behind hop-by-hop", 0, "2c00 0104 00000000 11 00 0010 00000007 ff",
               "protocol 17 at 56 fragment id 7 at 16 last", 48},
       }) {
    const Ipv6Extensions e = Ipv6Extensions::walk(datagram(row.first, hex(row.rest)));
    EXPECT_EQ(to_text(e), row.text) << row.what;
    EXPECT_EQ(e.next_header_at, row.next_header_at) << row.what;
  }
}

TEST(Ipv6Extensions, WhatIsWrongAndWhoIsTold) {
  constexpr std::uint8_t kNone = 255;
  struct Row {
    const char* what;
    std::uint8_t first;
    const char* rest;
    Error error;
    std::uint8_t code;  // kNone: nobody is told
    std::uint32_t pointer;
    bool of_multicast = false;
  };
  for (const Row& row : {
           Row{"header cut", 60, "11000104000000", Error::Truncated, kNone, 0},
           Row{"no header at all", 0, "", Error::Truncated, kNone, 0},
           Row{"longer than the datagram", 60, "1101010400000000", Error::Truncated, kNone, 0},
           Row{"hop-by-hop second", 60, "00 00 0104 00000000 11 00 0104 00000000",
               Error::HopByHopNotFirst, kIcmpv6UnknownNextHeader, 40},
           Row{"option over the end", 0, "11 00 01 05 00000000", Error::BadOption,
               kIcmpv6ErroneousField, 42},
           Row{"option without length", 60, "11 00 0103 000000 1e", Error::BadOption,
               kIcmpv6ErroneousField, 47},
           Row{"router alert of 3 bytes", 0, "11 00 0503 000000 00", Error::BadOption,
               kIcmpv6ErroneousField, 43},
           Row{"unknown: discard", 0, "11 00 5e 04 00000000", Error::UnknownOption, kNone, 0},
           Row{"unknown: tell always", 60, "11 00 00 9e 03 000000", Error::UnknownOption,
               kIcmpv6UnknownOption, 43, true},
           Row{"unknown: tell of unicast", 60, "11 00 de 04 00000000", Error::UnknownOption,
               kIcmpv6UnknownOption, 42},
           Row{"jumbo", 0, "11 00 c2 04 00010000", Error::UnknownOption, kIcmpv6UnknownOption, 42},
           Row{"segments left", 43, "11 00 04 01 00000000", Error::RoutingNotDone,
               kIcmpv6ErroneousField, 42},
           Row{"type 0 (RFC 5095)", 43, "11 02 00 01 00000000 0000000000000000 0000000000000000",
               Error::RoutingNotDone, kIcmpv6ErroneousField, 42},
           Row{"fragment cut", 44, "11000001000000", Error::Truncated, kNone, 0},
           Row{"fragment of 7 bytes and more to come", 44, "11 00 0001 00000007 01020304050607",
               Error::FragmentLength, kIcmpv6ErroneousField, 4},
           Row{"beyond 65,535 bytes", 44, "11 00 fff9 00000007 0102030405060708",
               Error::FragmentTooLong, kIcmpv6ErroneousField, 42},
           Row{"first fragment without UDP header", 44, "11 00 0001 00000007",
               Error::IncompleteChain, kIcmpv6IncompleteChain, 0},
           Row{"first fragment that ends in options", 44, "3c 00 0001 00000007 11 01 010c 00000000",
               Error::IncompleteChain, kIcmpv6IncompleteChain, 0},
       }) {
    const Ipv6Extensions e = Ipv6Extensions::walk(datagram(row.first, hex(row.rest)));
    EXPECT_EQ(e.error, row.error) << row.what << ": " << to_text(e);
    EXPECT_EQ(e.tell, row.code != kNone) << row.what;
    if (row.code != kNone) {
      EXPECT_EQ(e.code, row.code) << row.what;
    }
    EXPECT_EQ(e.pointer, row.pointer) << row.what;
    EXPECT_EQ(e.tell_of_multicast, row.of_multicast) << row.what;
  }
}

TEST(Ipv6Extensions, TheLargestDatagramThatFragmentsMayMake) {
  // 65,535 bytes of payload: 8191 * 8 + 7; one byte more is too long
  EXPECT_TRUE(Ipv6Extensions::walk(datagram(44, hex("11 00 fff8 00000007 01020304050607"))).ok());
  // the hop-by-hop header is in each fragment and counts
  const Ipv6Extensions e =
      Ipv6Extensions::walk(datagram(0, hex("2c00 0104 00000000 11 00 fff8 00000007 01")));
  EXPECT_EQ(e.error, Error::FragmentTooLong);
  EXPECT_EQ(e.pointer, 50u);
}

TEST(Ipv6Extensions, AFragmentSaysWhatToPatch) {
  const Bytes bytes = datagram(0, hex("2c00 0104 00000000 11 00 0010 00000007 ff"));
  const Ipv6Extensions e = Ipv6Extensions::walk(bytes);
  ASSERT_TRUE(e.is_fragment);
  EXPECT_EQ(e.fragment_at, 48u);
  EXPECT_EQ(e.fragment_named_at, 40u);
  EXPECT_EQ(bytes[e.fragment_named_at], 44);
  EXPECT_EQ(e.fragment.next_header, 17);
}

TEST(Ipv6Extensions, TheLargestPayloadIsWalked) {
  Bytes rest(65535);
  for (std::size_t at = 0; at + 8 <= rest.size(); at += 8) rest[at] = 60;  // a chain of options
  Bytes bytes = datagram(60, rest);
  const Ipv6Extensions e = Ipv6Extensions::walk(bytes);
  EXPECT_EQ(e.error, Error::Truncated);  // 7 bytes are left
  EXPECT_EQ(e.offset, 40u + 65528u);
}

TEST(Ipv6Extensions, CutAnywhereNothingIsReadBehindTheEnd) {
  const Bytes whole = datagram(0, hex("3c00 0502 0000 0100 2b00 0104 00000000 2c00 0400 00000000"
                                      "3c00 0001 00000007 1100 0104 00000000 0102030405060708"));
  ASSERT_TRUE(Ipv6Extensions::walk(whole).ok());
  at_every_length(whole, [](std::span<const std::uint8_t> b) {
    if (b.size() < kIpv6HeaderBytes) return;
    const Ipv6Extensions e = Ipv6Extensions::walk(b);
    EXPECT_LE(e.offset, b.size());
    EXPECT_FALSE(to_text(e).empty());
  });
}

TEST(Ipv6Fragment, RoundTrip) {
  Draw draw("fragment");
  for (int i = 0; i < 300; ++i) {
    const Ipv6Fragment f{draw.u8(), static_cast<std::uint16_t>(draw.u16() & 0x1fff), draw.flag(),
                         draw.u32()};
    Bytes out(kIpv6FragmentBytes);
    f.emit(out.data());
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      const auto got = Ipv6Fragment::parse(b);
      ASSERT_EQ(got.has_value(), b.size() == kIpv6FragmentBytes);
      if (got) {
        EXPECT_EQ(*got, f);
      }
    });
  }
}

TEST(Ipv6RouterAlert, TheHeaderInFrontOfMld) {
  Bytes out(kIpv6RouterAlertBytes);
  emit_ipv6_router_alert(out.data(), 58, kRouterAlertMld);
  EXPECT_EQ(out, hex("3a 00 05 02 0000 01 00"));
  EXPECT_EQ(Ipv6Extensions::walk(datagram(0, out)).router_alert, kRouterAlertMld);
}

}  // namespace
}  // namespace flapjack
