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
