// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/frame_checksums.h"

#include <gtest/gtest.h>

#include "stack/wire/ethernet.h"
#include "stack/wire/icmpv6.h"
#include "tests/stack/net/ipv6_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::ip6;

constexpr std::size_t kIpv4UdpSumAt = 14 + 20 + 6, kIpv6UdpSumAt = 14 + 40 + 6;

Bytes on_ethernet(const Bytes& datagram, std::uint16_t type, bool tagged = false) {
  Bytes frame(kEthernetHeaderBytes);
  EthernetHeader{{{2, 0, 0, 0, 0, 2}}, {{2, 0, 0, 0, 0, 1}}, type}.emit(frame.data());
  frame.insert(frame.end(), datagram.begin(), datagram.end());
  if (!tagged) return frame;
  frame.insert(frame.begin(), kVlanTagBytes, 0);
  VlanTag{3, false, 100}.insert(frame.data());
  return frame;
}
Bytes udp4(std::string_view text = "hello") {
  return test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), 7}, text);
}
Bytes udp6() {
  const Ipv6Address from = ip6("2001:db8::2"), to = ip6("2001:db8::1");
  Bytes segment(kUdpHeaderBytes + 3, 0x55);
  UdpHeader{5000, 7, 11}.emit(segment, from, to);
  return test::ipv6_bytes(from, to, IpProtocol::Udp, segment);
}
Bytes echo6() {
  Bytes message = {128, 0, 0, 0, 0, 1, 0, 2, 'h', 'i'};
  Icmpv6Header::echo_request(1, 2).emit(message, ip6("2001:db8::2"), ip6("2001:db8::1"));
  return test::ipv6_bytes(ip6("2001:db8::2"), ip6("2001:db8::1"), IpProtocol::Icmpv6, message);
}

struct Kind {
  const char* what;
  Bytes frame;
  std::size_t sum_at;  ///< of UDP; 0: another protocol
};
std::vector<Kind> kinds() {
  return {{"udp4", on_ethernet(udp4(), kEtherTypeIpv4), kIpv4UdpSumAt},
          {"udp4 tagged", on_ethernet(udp4(), kEtherTypeIpv4, true), kIpv4UdpSumAt + 4},
          {"udp6", on_ethernet(udp6(), kEtherTypeIpv6), kIpv6UdpSumAt},
          {"udp6 tagged", on_ethernet(udp6(), kEtherTypeIpv6, true), kIpv6UdpSumAt + 4},
          {"echo6", on_ethernet(echo6(), kEtherTypeIpv6), 0}};
}

TEST(FrameChecksums, TheDeviceWritesWhatTheStackWouldHaveWritten) {
  for (const Kind& kind : kinds()) {
    Bytes frame = kind.frame;
    if (kind.sum_at != 0) frame[kind.sum_at] = frame[kind.sum_at + 1] = 0;
    frame.resize(frame.size() + 9);  // padding is not summed
    fill_frame_checksums(frame);
    frame.resize(kind.frame.size());
    EXPECT_EQ(frame, kind.frame) << kind.what;
  }
}

TEST(FrameChecksums, ASumThatIsThereStays) {
  Bytes frame = on_ethernet(udp4(), kEtherTypeIpv4);
  frame[kIpv4UdpSumAt] ^= 1;
  const Bytes before = frame;
  fill_frame_checksums(frame);
  EXPECT_EQ(frame, before);
}

// Every bit above the link header but those that no sum covers: of IPv6 all but the pseudo header,
// and what makes the frame another one (malformed, of another protocol, a fragment).
TEST(FrameChecksums, OneBitIsNoticed) {
  for (const Kind& kind : kinds()) {
    EXPECT_TRUE(frame_checksums_hold(kind.frame)) << kind.what;
    Bytes frame = kind.frame;
    frame.back() ^= 0x10;
    EXPECT_FALSE(frame_checksums_hold(frame)) << kind.what << ": data";
    frame = kind.frame;
    const bool v4 = kind.sum_at == kIpv4UdpSumAt || kind.sum_at == kIpv4UdpSumAt + 4;
    const std::size_t data_bytes = v4 ? 5 : kind.sum_at != 0 ? 3 : 2;
    const std::size_t source_at = frame.size() - data_bytes - 8 - (v4 ? 8 : 32);
    frame[source_at] ^= 0x40;
    EXPECT_FALSE(frame_checksums_hold(frame)) << kind.what << ": source";
  }
  Bytes header = on_ethernet(udp4(), kEtherTypeIpv4);
  header[14 + 8] ^= 1;  // TTL
  EXPECT_FALSE(frame_checksums_hold(header));
}

TEST(FrameChecksums, ZeroIsNoneInIpv4AndWrongInIpv6) {
  Bytes four = on_ethernet(udp4(), kEtherTypeIpv4), six = on_ethernet(udp6(), kEtherTypeIpv6);
  four[kIpv4UdpSumAt] = four[kIpv4UdpSumAt + 1] = 0;
  six[kIpv6UdpSumAt] = six[kIpv6UdpSumAt + 1] = 0;
  EXPECT_TRUE(frame_checksums_hold(four));
  EXPECT_FALSE(frame_checksums_hold(six)) << "RFC 8200 section 8.1";
}

// The stack verifies a datagram that it put together, and refuses what is malformed.
TEST(FrameChecksums, WhatTheDeviceCannotTellIsLeftToTheStack) {
  Bytes fragment = udp4();
  fragment[6] = 0x20;  // more fragments
  test::fix_ipv4_checksum(fragment);
  fragment.back() ^= 1;
  EXPECT_TRUE(frame_checksums_hold(on_ethernet(fragment, kEtherTypeIpv4)));
  Bytes tcp = udp4();
  tcp[9] = 6;
  test::fix_ipv4_checksum(tcp);
  EXPECT_TRUE(frame_checksums_hold(on_ethernet(tcp, kEtherTypeIpv4)));
  const Bytes whole = on_ethernet(udp6(), kEtherTypeIpv6, true);
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
    EXPECT_TRUE(frame_checksums_hold(cut)) << bytes;
    const Bytes before = cut;
    fill_frame_checksums(cut);
    EXPECT_EQ(cut, before) << bytes;
  }
}

}  // namespace
}  // namespace flapjack
