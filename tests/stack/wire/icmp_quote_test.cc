// SPDX-License-Identifier: Apache-2.0
// The quoted datagram of an ICMP error, and headers that are changed in place.
#include "stack/wire/icmp_quote.h"

#include <gtest/gtest.h>

#include <vector>

#include "stack/wire/ipv4_patch.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes quoted(std::uint8_t protocol) {
  Ipv4Header header;
  header.source = {0xc0000201};
  header.destination = {0xc0000202};
  header.protocol = protocol;
  header.total_length = 500;
  Bytes bytes(28);
  header.emit(bytes.data());
  const Bytes ports = {0x10, 0x92, 0x00, 0x07, 1, 2, 3, 4};
  std::copy(ports.begin(), ports.end(), bytes.begin() + 20);
  return bytes;
}

TEST(IcmpQuote, PortsOfUdpAndTcpOnly) {
  EXPECT_EQ(to_text(IcmpQuote::parse(quoted(17)).value()),
            "192.0.2.1:4242 > 192.0.2.2:7 proto 17 length 500");
  EXPECT_EQ(to_text(IcmpQuote::parse(quoted(6)).value()),
            "192.0.2.1:4242 > 192.0.2.2:7 proto 6 length 500");
  EXPECT_EQ(to_text(IcmpQuote::parse(quoted(1)).value()),
            "192.0.2.1:0 > 192.0.2.2:0 proto 1 length 500");
}

TEST(IcmpQuote, WhatIsNone) {
  const Bytes good = quoted(17);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(IcmpQuote::parse(std::span(good).first(size)).has_value()) << size;
  }
  Bytes six = good, options = good, short_header = good, later = good;
  six[0] = 0x65;
  options[0] = 0x46;
  short_header[0] = 0x44;
  later[7] = 1;
  for (const Bytes& bytes : {six, options, short_header, later}) {
    EXPECT_FALSE(IcmpQuote::parse(bytes).has_value());
  }
}

// ---- IPv6

/// An IPv6 header that names `next`, and `behind` it.
Bytes quoted6(std::uint8_t next, const Bytes& behind) {
  Ipv6Header header;
  header.source = Ipv6Address::parse("2001:db8::1").value();
  header.destination = Ipv6Address::parse("2001:db8::2").value();
  header.next_header = next;
  header.payload_length = 500;
  Bytes bytes(40);
  header.emit(bytes.data());
  bytes.insert(bytes.end(), behind.begin(), behind.end());
  return bytes;
}

TEST(IcmpQuote, Ipv6BehindAnyExtensionHeader) {
  struct {
    const char* what;
    std::uint8_t next;
    Bytes behind;
    const char* text;
    std::uint32_t upper_at;
  } const rows[] = {
      {"UDP", 17, {0x10, 0x92, 0, 7}, "[2001:db8::1]:4242 > [2001:db8::2]:7 proto 17", 40},
      {"ICMPv6", 58, {}, "[2001:db8::1]:0 > [2001:db8::2]:0 proto 58", 40},
      {"options", 0, {6, 0, 1, 4, 0, 0, 0, 0, 0x10, 0x92, 0, 7},
       "[2001:db8::1]:4242 > [2001:db8::2]:7 proto 6", 48},
      {"a first fragment", 44, {17, 200, 0, 1, 0, 0, 0, 9, 0x10, 0x92, 0, 7},
       "[2001:db8::1]:4242 > [2001:db8::2]:7 proto 17", 48},
  };
  for (const auto& row : rows) {
    const auto quote = IcmpQuote::parse_ipv6(quoted6(row.next, row.behind));
    ASSERT_TRUE(quote) << row.what;
    EXPECT_EQ(to_text(*quote), std::string(row.text) + " length 540") << row.what;
    EXPECT_EQ(quote->upper_at, row.upper_at) << row.what;
  }
}

TEST(IcmpQuote, Ipv6WhatIsNone) {
  const Bytes whole = quoted6(60, {17, 0, 1, 4, 0, 0, 0, 0, 0x10, 0x92, 0, 7});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(IcmpQuote::parse_ipv6(std::span(whole).first(size))) << size;
  }
  EXPECT_TRUE(IcmpQuote::parse_ipv6(whole));
  Bytes four = whole;
  four[0] = 0x45;
  EXPECT_FALSE(IcmpQuote::parse_ipv6(four));
}

// What did not fit need not be the first fragment (RFC 8201 section 4).
TEST(IcmpQuote, ALaterFragmentOfIpv6HasNoPorts) {
  const auto quote = IcmpQuote::parse_ipv6(quoted6(44, {17, 0, 0, 8, 0, 0, 0, 9, 0, 1, 0, 2}));
  ASSERT_TRUE(quote);
  EXPECT_TRUE(quote->later_fragment);
  EXPECT_EQ(to_text(*quote), "[2001:db8::1]:0 > [2001:db8::2]:0 proto 17 length 540");
  EXPECT_FALSE(IcmpQuote::parse_ipv6(quoted6(44, {17, 0, 0, 1, 0, 0, 0, 9, 0, 1, 0, 2}))
                   ->later_fragment);
}

// ---- headers that are changed in place

TEST(Ipv4Patch, OneHopLessKeepsTheChecksumRight) {
  for (int ttl = 1; ttl <= 255; ++ttl) {
    Ipv4Header header;
    header.ttl = static_cast<std::uint8_t>(ttl);
    header.total_length = 20;
    header.id = static_cast<std::uint16_t>(ttl * 257);
    Bytes bytes(20), expected(20);
    header.emit(bytes.data());
    decrement_ipv4_ttl(bytes);
    --header.ttl;
    header.emit(expected.data());
    EXPECT_EQ(bytes, expected) << ttl;
  }
}

TEST(Ipv4Patch, ADamagedHeaderStaysDamaged) {
  Ipv4Header header;
  header.total_length = 20;
  Bytes bytes(20);
  header.emit(bytes.data());
  bytes[12] ^= 1;
  decrement_ipv4_ttl(bytes);
  EXPECT_NE(checksum(bytes), 0);
}

TEST(Ipv4Patch, AWholeDatagramAgain) {
  Ipv4Header header;
  header.total_length = 28;
  header.more_fragments = true;
  Bytes bytes(28);
  header.emit(bytes.data());
  bytes.resize(100);
  patch_ipv4_whole(bytes);
  Ipv4Header whole;
  ASSERT_EQ(Ipv4Header::parse(bytes, {}, whole), Ipv4Header::Error::None);
  EXPECT_EQ(whole.total_length, 100);
  EXPECT_FALSE(whole.is_fragment());
}

}  // namespace
}  // namespace flapjack
