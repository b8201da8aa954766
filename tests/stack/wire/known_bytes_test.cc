// SPDX-License-Identifier: Apache-2.0
// The codecs against bytes laid out by hand from the figures of the RFCs.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "stack/wire/arp.h"
#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/icmp.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/udp.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr Ipv4Address kSource{0xc0000202}, kDestination{0xc0000201};  // 192.0.2.2, 192.0.2.1

// A UDP datagram "hi!" from 192.0.2.2:4242 to 192.0.2.1:7, TTL 64, id 1, don't fragment. Sums by
// hand: header 45 00 00 1f + 00 01 40 00 + 40 11 + c000 0202 c000 0201 = 0x24934 -> ~0x4936.
const Bytes kDatagram = {0x45, 0x00, 0x00, 0x1f, 0x00, 0x01, 0x40, 0x00, 0x40, 0x11, 0xb6,
                         0xc9, 0xc0, 0x00, 0x02, 0x02, 0xc0, 0x00, 0x02, 0x01, 0x10, 0x92,
                         0x00, 0x07, 0x00, 0x0b, 0xe1, 0xd1, 'h',  'i',  '!'};

Ipv4Header datagram_header() {
  Ipv4Header h;
  h.total_length = 31;
  h.id = 1;
  h.dont_fragment = true;
  h.protocol = 17;
  h.source = kSource;
  h.destination = kDestination;
  return h;
}

TEST(KnownBytes, Ipv4AndUdp) {
  Bytes out(31);
  std::copy(kDatagram.end() - 3, kDatagram.end(), out.end() - 3);
  UdpHeader{4242, 7, 11}.emit(std::span(out).subspan(20), kSource, kDestination);
  datagram_header().emit(out.data());
  EXPECT_EQ(out, kDatagram);
  Ipv4Header ip;
  ASSERT_EQ(Ipv4Header::parse(kDatagram, {}, ip), Ipv4Header::Error::None);
  UdpHeader udp;
  ASSERT_EQ(UdpHeader::parse(std::span(kDatagram).subspan(20), ip.source, ip.destination, {}, udp),
            UdpHeader::Error::None);
  EXPECT_EQ(to_text(udp), "port 4242 > 7 length 11");
  EXPECT_EQ(to_text(ip), "192.0.2.2 > 192.0.2.1 proto 17 ttl 64 length 31");
}

TEST(KnownBytes, ArpRequestInAFrame) {
  const MacAddress mac = *MacAddress::parse("02:00:00:00:00:01");
  const Bytes want = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0,    1, 0x08, 0x06,
                      0,    1,    8,    0,    6,    4,    0,    1, 2, 0, 0,    0, 0,    1,
                      0xc0, 0,    2,    2,    0,    0,    0,    0, 0, 0, 0xc0, 0, 2,    1};
  Bytes out(kEthernetHeaderBytes + kArpBytes);
  EthernetHeader{MacAddress::broadcast(), mac, kEtherTypeArp}.emit(out.data());
  const ArpHeader request{ArpOperation::Request, mac, kSource, {}, kDestination};
  request.emit(out.data() + kEthernetHeaderBytes);
  EXPECT_EQ(out, want);
  EXPECT_EQ(to_text(request), "who has 192.0.2.1? tell 192.0.2.2");
  EXPECT_EQ(to_text(ArpHeader{ArpOperation::Reply, mac, kSource, {}, kDestination}),
            "192.0.2.2 is at 02:00:00:00:00:01");
}

TEST(KnownBytes, ArpThatIsNotForIpv4OverEthernetIsRefused) {
  const Bytes good = {0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1,
                      1, 1, 1, 1, 2, 0, 0, 0, 0, 2, 2, 2, 2, 2};
  ASSERT_TRUE(ArpHeader::parse(good));
  for (const std::size_t field : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u}) {
    Bytes bad = good;
    bad[field] ^= 0x10;
    EXPECT_FALSE(ArpHeader::parse(bad)) << "byte " << field;
  }
}

TEST(KnownBytes, IcmpEcho) {
  // 08 00 + 12 34 + 00 01 + 61 62 + 63 00 = 0xde97 -> ~ 0x2168
  const Bytes want = {8, 0, 0x21, 0x68, 0x12, 0x34, 0, 1, 'a', 'b', 'c'};
  Bytes out = want;
  out[2] = out[3] = 0x55;
  IcmpHeader{kIcmpEchoRequest, 0, 0x1234, 1}.emit(out);
  EXPECT_EQ(out, want);
  out[9] ^= 1;
  EXPECT_FALSE(IcmpHeader::parse(out));
  EXPECT_TRUE(IcmpHeader::parse(out, ChecksumPolicy{true, false}));
}

TEST(KnownBytes, Ipv4RefusalsSayWhatIsWrong) {
  struct Row {
    std::size_t offset;
    std::uint8_t value;
    Ipv4Header::Error error;
  };
  using Error = Ipv4Header::Error;
  for (const Row& row : {Row{0, 0x65, Error::Version}, Row{0, 0x44, Error::HeaderLength},
                         Row{0, 0x4f, Error::HeaderLength}, Row{3, 19, Error::TotalLength},
                         Row{2, 0xff, Error::TotalLength}, Row{8, 63, Error::Checksum},
                         Row{10, 0, Error::Checksum}}) {
    Bytes bytes = kDatagram;
    bytes[row.offset] = row.value;
    Ipv4Header h;
    EXPECT_EQ(Ipv4Header::parse(bytes, {}, h), row.error) << row.offset;
  }
}

TEST(KnownBytes, Ipv4OptionsArePartOfTheHeader) {
  Bytes bytes = kDatagram;
  bytes.insert(bytes.begin() + 20, {1, 1, 1, 0});
  bytes[0] = 0x46;
  bytes[3] = 35;
  bytes[10] = bytes[11] = 0;
  wire::store16(&bytes[10], checksum(std::span(bytes).first(24)));
  Ipv4Header h;
  ASSERT_EQ(Ipv4Header::parse(bytes, {}, h), Ipv4Header::Error::None);
  EXPECT_EQ(h.header_bytes, 24);
  EXPECT_EQ(h.payload_bytes(), 11u);
}

TEST(KnownBytes, UdpZeroChecksumMeansNone) {
  Bytes segment(kDatagram.begin() + 20, kDatagram.end());
  UdpHeader h;
  segment[7] ^= 1;
  EXPECT_EQ(UdpHeader::parse(segment, kSource, kDestination, {}, h), UdpHeader::Error::Checksum);
  segment[6] = segment[7] = 0;
  EXPECT_EQ(UdpHeader::parse(segment, kSource, kDestination, {}, h), UdpHeader::Error::None);
}

TEST(KnownBytes, UdpSumOfZeroIsSentAsAllOnes) {
  // find a payload whose sum comes out as zero: add what is missing to all ones
  Bytes segment(10);
  const UdpHeader h{4242, 7, 10};
  h.emit(segment, kSource, kDestination);
  const std::uint16_t missing = wire::load16(&segment[6]);
  wire::store16(&segment[8], missing);
  h.emit(segment, kSource, kDestination);
  EXPECT_EQ(wire::load16(&segment[6]), 0xffff);
  UdpHeader back;
  EXPECT_EQ(UdpHeader::parse(segment, kSource, kDestination, {}, back), UdpHeader::Error::None);
}

TEST(KnownBytes, UdpLengthMustFitTheSegment) {
  for (const std::uint8_t length : {std::uint8_t{7}, std::uint8_t{0}, std::uint8_t{12}}) {
    Bytes segment(kDatagram.begin() + 20, kDatagram.end());
    segment[5] = length;
    UdpHeader h;
    EXPECT_EQ(UdpHeader::parse(segment, kSource, kDestination, {}, h), UdpHeader::Error::Length);
  }
}

TEST(KnownBytes, ChecksumsAreLeftOutWhenTheHardwareFillsThem) {
  Bytes out(31);
  const ChecksumPolicy offloaded{false, true};
  datagram_header().emit(out.data(), offloaded);
  EXPECT_EQ(wire::load16(&out[10]), 0);
  UdpHeader{4242, 7, 11}.emit(std::span(out).subspan(20), kSource, kDestination, offloaded);
  EXPECT_EQ(wire::load16(&out[26]), 0);
}

}  // namespace
}  // namespace flapjack
