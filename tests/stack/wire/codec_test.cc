// SPDX-License-Identifier: Apache-2.0
// What holds for every codec: parse(emit(x)) is x, and no truncated or random input is read beyond
// its end (each is a heap buffer of its exact size, so that the sanitizer sees one byte too many).
#include <gtest/gtest.h>

#include <tuple>

#include "stack/wire/arp.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/icmp.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/udp.h"
#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::Draw;

TEST(EthernetCodec, RoundTripAndTruncation) {
  Draw draw("ethernet");
  for (int i = 0; i < 500; ++i) {
    const EthernetHeader h{draw.mac(), draw.mac(), draw.u16()};
    Bytes out(kEthernetHeaderBytes + draw.below(5));
    h.emit(out.data());
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      const auto got = EthernetHeader::parse(b);
      ASSERT_EQ(got.has_value(), b.size() >= kEthernetHeaderBytes);
      if (!got) return;
      EXPECT_EQ(got->destination, h.destination);
      EXPECT_EQ(got->source, h.source);
      EXPECT_EQ(got->type, h.type);
    });
  }
}

TEST(ArpCodec, RoundTripAndTruncation) {
  Draw draw("arp");
  for (int i = 0; i < 500; ++i) {
    const ArpHeader h{draw.flag() ? ArpOperation::Request : ArpOperation::Reply, draw.mac(),
                      draw.ip(), draw.mac(), draw.ip()};
    Bytes out(kArpBytes + draw.below(20));
    h.emit(out.data());
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      const auto got = ArpHeader::parse(b);
      ASSERT_EQ(got.has_value(), b.size() >= kArpBytes);
      if (!got) return;
      EXPECT_EQ(got->operation, h.operation);
      EXPECT_EQ(got->sender_mac, h.sender_mac);
      EXPECT_EQ(got->sender_ip, h.sender_ip);
      EXPECT_EQ(got->target_mac, h.target_mac);
      EXPECT_EQ(got->target_ip, h.target_ip);
    });
  }
}

TEST(Ipv4Codec, RoundTripAndTruncation) {
  Draw draw("ipv4");
  for (int i = 0; i < 300; ++i) {
    Ipv4Header h;
    h.tos = draw.u8();
    h.total_length = static_cast<std::uint16_t>(kIpv4HeaderBytes + draw.below(60));
    h.id = draw.u16();
    h.dont_fragment = draw.flag();
    h.more_fragments = draw.flag();
    h.fragment_offset = draw.u16() & 0x1fff;
    h.ttl = draw.u8();
    h.protocol = draw.u8();
    h.source = draw.ip();
    h.destination = draw.ip();
    Bytes out = draw.bytes(h.total_length + draw.below(10));
    h.emit(out.data());
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      Ipv4Header got;
      const auto error = Ipv4Header::parse(b, {}, got);
      if (b.size() < kIpv4HeaderBytes) {
        EXPECT_EQ(error, Ipv4Header::Error::Short);
        return;
      }
      if (b.size() < h.total_length) {
        EXPECT_EQ(error, Ipv4Header::Error::TotalLength);
        return;
      }
      ASSERT_EQ(error, Ipv4Header::Error::None);
      EXPECT_EQ(
          std::tie(got.tos, got.total_length, got.id, got.dont_fragment, got.more_fragments,
                   got.fragment_offset, got.ttl, got.protocol, got.source, got.destination,
                   got.header_bytes),
          std::tie(h.tos, h.total_length, h.id, h.dont_fragment, h.more_fragments,
                   h.fragment_offset, h.ttl, h.protocol, h.source, h.destination, h.header_bytes));
      EXPECT_EQ(got.is_fragment(), h.more_fragments || h.fragment_offset != 0);
      EXPECT_EQ(got.payload_bytes(), h.total_length - kIpv4HeaderBytes);
    });
  }
}

TEST(UdpCodec, RoundTripAndTruncation) {
  Draw draw("udp");
  for (int i = 0; i < 300; ++i) {
    UdpHeader h{draw.u16(), draw.u16(), static_cast<std::uint16_t>(8 + draw.below(50))};
    const Ipv4Address source = draw.ip(), destination = draw.ip();
    Bytes out = draw.bytes(h.length);
    h.emit(out, source, destination);
    out.resize(out.size() + draw.below(4));
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      UdpHeader got;
      const auto error = UdpHeader::parse(b, source, destination, {}, got);
      if (b.size() < kUdpHeaderBytes) {
        EXPECT_EQ(error, UdpHeader::Error::Short);
        return;
      }
      if (b.size() < h.length) {
        EXPECT_EQ(error, UdpHeader::Error::Length);
        return;
      }
      ASSERT_EQ(error, UdpHeader::Error::None);
      EXPECT_EQ(got.source_port, h.source_port);
      EXPECT_EQ(got.destination_port, h.destination_port);
      EXPECT_EQ(got.length, h.length);
    });
  }
}

TEST(IcmpCodec, RoundTripAndTruncation) {
  Draw draw("icmp");
  for (int i = 0; i < 300; ++i) {
    const IcmpHeader h{draw.u8(), draw.u8(), draw.u16(), draw.u16()};
    Bytes out = draw.bytes(kIcmpHeaderBytes + draw.below(50));
    h.emit(out);
    const auto got = IcmpHeader::parse(out);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::tie(got->type, got->code, got->id, got->sequence),
              std::tie(h.type, h.code, h.id, h.sequence));
    at_every_length(out, [&](std::span<const std::uint8_t> b) {
      const auto part = IcmpHeader::parse(b, ChecksumPolicy{true, false});
      EXPECT_EQ(part.has_value(), b.size() >= kIcmpHeaderBytes);
    });
  }
}

TEST(EveryCodec, RandomBytesAreReadInBoundsOnly) {
  Draw draw("noise");
  for (int i = 0; i < 3000; ++i) {
    Bytes noise = draw.bytes(draw.below(70));
    if (!noise.empty() && draw.flag()) noise[0] = static_cast<std::uint8_t>(0x40 | draw.below(16));
    if (noise.size() > 3 && draw.flag()) noise[2] = 0;
    const auto exact = std::make_unique<std::uint8_t[]>(noise.size());
    std::copy(noise.begin(), noise.end(), exact.get());
    const std::span<const std::uint8_t> b(exact.get(), noise.size());
    for (const bool verify : {true, false}) {
      Ipv4Header ip;
      if (Ipv4Header::parse(b, {true, verify}, ip) == Ipv4Header::Error::None) {
        EXPECT_LE(ip.header_bytes, ip.total_length);
        EXPECT_LE(ip.total_length, b.size());
      }
      UdpHeader udp;
      (void)UdpHeader::parse(b, draw.ip(), draw.ip(), {true, verify}, udp);
      (void)IcmpHeader::parse(b, {true, verify});
    }
    (void)ArpHeader::parse(b);
    (void)EthernetHeader::parse(b);
  }
}

}  // namespace
}  // namespace flapjack
