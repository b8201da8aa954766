// SPDX-License-Identifier: Apache-2.0
#include "l2/framing.h"

#include <gtest/gtest.h>

#include <vector>

#include "stack/wire/ethernet.h"
#include "stack/wire/hdlc.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes join(Bytes front, const Bytes& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

Bytes ethernet(std::uint16_t type, const Bytes& payload) {
  Bytes frame(kEthernetHeaderBytes);
  EthernetHeader{{}, {}, type}.emit(frame.data());
  return join(frame, payload);
}

Bytes tagged(std::uint16_t id, const Bytes& payload) {
  return ethernet(kEtherTypeVlan, join({static_cast<std::uint8_t>(id >> 8),
                                        static_cast<std::uint8_t>(id), 0x08, 0x00},
                                       payload));
}

Bytes hdlc(Bytes content) {
  content = join({kHdlcAddress, kHdlcControl}, content);
  const std::size_t n = content.size();
  content.resize(hdlc_frame_bytes(content));
  hdlc_encode(content, n);
  return content;
}

constexpr int kNone = -1;

TEST(Framing, WhatFramesCarry) {
  const Bytes ip4 = {0x45, 0xb8, 0x7e, 0x7d, 0x00, 0x11}, ip6 = {0x6b, 0x80, 1, 2, 3};
  const struct {
    const char* name;
    Bytes frame;
    Framing framing;
    std::size_t bytes;
    int traffic_class;
  } rows[] = {
      {"bare IPv4", ip4, Framing::Bare, 6, 0xb8},
      {"bare IPv6", ip6, Framing::Bare, 5, 0xb8},
      {"bare, neither", {0x15, 0xb8}, Framing::Bare, 2, kNone},
      {"empty", {}, Framing::Bare, 0, kNone},
      {"Ethernet, IPv4", ethernet(kEtherTypeIpv4, ip4), Framing::Ethernet, 6, 0xb8},
      {"Ethernet, IPv6", ethernet(kEtherTypeIpv6, ip6), Framing::Ethernet, 5, 0xb8},
      {"Ethernet, ARP", ethernet(kEtherTypeArp, ip4), Framing::Ethernet, 6, kNone},
      {"Ethernet, one byte of IP", ethernet(kEtherTypeIpv4, {0x45}), Framing::Ethernet, 1, kNone},
      {"Ethernet without payload", ethernet(kEtherTypeIpv4, {}), Framing::Ethernet, 0, kNone},
      {"Ethernet, half a header", Bytes(7), Framing::Ethernet, 0, kNone},
      {"VLAN", tagged(5, ip4), Framing::Ethernet, 6, 0xb8},
      {"VLAN in a VLAN", ethernet(kEtherTypeVlan, join({0, 9, 0x81, 0x00, 0, 5, 0x08, 0}, ip4)),
       Framing::Ethernet, 6, 0xb8},
      {"VLAN, ends in its tag", ethernet(kEtherTypeVlan, {0, 5}), Framing::Ethernet, 0, kNone},
      {"PPP, IPv4", join({0x00, 0x21}, ip4), Framing::Ppp, 6, 0xb8},
      {"PPP, IPv6", join({0x00, 0x57}, ip6), Framing::Ppp, 5, 0xb8},
      {"PPP, LCP", join({0xc0, 0x21}, ip4), Framing::Ppp, 6, kNone},
      {"PPP, half a protocol", {0x00}, Framing::Ppp, 0, kNone},
      {"HDLC, IPv4", hdlc(join({0x00, 0x21}, ip4)), Framing::Hdlc, 6, 0xb8},
      {"HDLC, IPv6", hdlc(join({0x00, 0x57}, ip6)), Framing::Hdlc, 5, 0xb8},
      {"HDLC, LCP", hdlc(join({0xc0, 0x21}, {1, 1, 0, 4})), Framing::Hdlc, 4, kNone},
      {"HDLC, class escaped", hdlc({0x00, 0x21, 0x45, 0x1f}), Framing::Hdlc, 2, 0x1f},
      {"HDLC, one byte of IP", hdlc({0x00, 0x21, 0x45}), Framing::Hdlc, 1, kNone},
      {"HDLC, nothing", {kHdlcFlag, kHdlcFlag}, Framing::Hdlc, 0, kNone},
      {"HDLC, an escape at the end", {kHdlcFlag, kHdlcEscape, kHdlcFlag}, Framing::Hdlc, 0, kNone},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(packet_bytes(row.frame, row.framing), row.bytes) << row.name;
    const auto found = traffic_class_in(row.frame, row.framing);
    EXPECT_EQ(found ? int{*found} : kNone, row.traffic_class) << row.name;
  }
}

}  // namespace
}  // namespace flapjack
