// SPDX-License-Identifier: Apache-2.0
#include "scenarios/frame_reader.h"

#include <vector>

#include "stack/wire/arp.h"
#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/hdlc.h"
#include "stack/wire/icmp.h"
#include "stack/wire/igmp.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"
#include "stack/wire/nd.h"
#include "stack/wire/ppp.h"
#include "stack/wire/udp.h"

namespace flapjack {
namespace {

constexpr ChecksumPolicy kLookOnly{false, false};
constexpr std::size_t kTcpHeaderBytes = 20;
constexpr std::size_t kIgmpTypeBytes = 8;  // the shortest message (RFC 2236 section 2)

std::string_view protocol_word(std::uint8_t protocol) {
  switch (static_cast<IpProtocol>(protocol)) {
    case IpProtocol::Udp:
      return "UDP";
    case IpProtocol::Tcp:
      return "TCP";
    case IpProtocol::Icmp:
      return "ICMP";
    case IpProtocol::Icmpv6:
      return "ICMPv6";
    default:
      return {};
  }
}

std::string_view icmpv6_word(Icmpv6Type type) {
  switch (type) {
    case Icmpv6Type::RouterSolicitation:
      return "RS";
    case Icmpv6Type::RouterAdvertisement:
      return "RA";
    case Icmpv6Type::NeighborSolicitation:
      return "NS";
    case Icmpv6Type::NeighborAdvertisement:
      return "NA";
    case Icmpv6Type::Redirect:
      return "REDIRECT";
    case Icmpv6Type::MldQuery:
    case Icmpv6Type::MldReport:
    case Icmpv6Type::MldDone:
    case Icmpv6Type::MldReport2:
      return "MLD";
    default:
      return {};
  }
}

}  // namespace

FrameReader::FrameReader(Bytes frame, const NodeNames& nodes) : nodes_(nodes) {
  if (!look_into_ppp(frame)) look_into_ethernet(frame);
}

bool FrameReader::append_attr(std::string& out, std::string_view key) const {
  const auto number = [&out](std::int64_t value, bool there) {
    if (there) out += std::to_string(value);
    return there;
  };
  if (key == "sport") return number(source_port_, source_port_ != 0);
  if (key == "dport") return number(destination_port_, destination_port_ != 0);
  if (key == "type") return number(icmp_type_, icmp_type_ >= 0);
  if (key == "code") return number(icmp_code_, icmp_code_ >= 0);
  if (key == "target") {
    if (target_) out += to_text(*target_);
    return target_.has_value();
  }
  if (!fragment_) return false;
  if (key == "offset") return number(fragment_->offset, true);
  if (key == "part") out += fragment_->part();
  if (key == "of") out += protocol_word(fragment_->protocol);
  return !out.empty();
}

// A frame of a byte line is known by its flags and its right FCS. True when it is one.
bool FrameReader::look_into_ppp(Bytes frame) {
  if (frame.empty() || frame.front() != kHdlcFlag || frame.back() != kHdlcFlag) return false;
  std::vector<std::uint8_t> content(frame.size());
  const HdlcContent read = hdlc_decode(frame, content.data());
  constexpr std::size_t kFields = 2 + kPppProtocolBytes;  // address and control in front
  if (read.error != HdlcError::None || read.bytes < kFields) return false;
  const auto protocol = static_cast<PppProtocol>(wire::load16(&content[2]));
  const Bytes inner = Bytes(content).subspan(kFields, read.bytes - kFields);
  if (protocol == PppProtocol::Ip) look_into_ipv4(inner);
  if (protocol == PppProtocol::Ipv6) look_into_ipv6(inner);
  return true;
}

void FrameReader::look_into_ethernet(Bytes frame) {
  const auto ethernet = EthernetHeader::parse(frame);
  if (!ethernet) return;
  sender_ = nodes_.find(ethernet->source);
  std::uint16_t type = ethernet->type;
  Bytes inner = frame.subspan(kEthernetHeaderBytes);
  if (VlanTag::parse(frame)) {
    type = wire::load16(inner.data() + kVlanTagBytes - 2);
    inner = inner.subspan(kVlanTagBytes);
  }
  if (type == kEtherTypeArp) look_into_arp(inner);
  if (type == kEtherTypeIpv4) look_into_ipv4(inner);
  if (type == kEtherTypeIpv6) look_into_ipv6(inner);
}

void FrameReader::look_into_arp(Bytes bytes) {
  const auto arp = ArpHeader::parse(bytes);
  if (!arp) return;
  ends(arp->sender_ip, arp->target_ip);
  proto_ = "ARP";
  len_ = kArpBytes;
}

// Who has no address yet sends from "any"; then its link address tells who it is.
void FrameReader::ends(const IpAddress& source, const IpAddress& destination) {
  source_ = source;
  destination_ = destination;
  from_ = source.is_any() ? sender_ : nodes_.find(source);
  to_ = nodes_.find(destination);
}

void FrameReader::look_into_ipv4(Bytes datagram) {
  Ipv4Header ip;
  if (Ipv4Header::parse(datagram, kLookOnly, ip) != Ipv4Header::Error::None) return;
  ends(ip.source, ip.destination);
  const Bytes payload = datagram.subspan(ip.header_bytes, ip.payload_bytes());
  if (ip.is_fragment()) {
    return fragment({std::uint32_t{ip.fragment_offset} * 8, ip.more_fragments, ip.protocol},
                    payload.size());
  }
  if (ip.protocol == static_cast<std::uint8_t>(IpProtocol::IpInIp)) return look_into_ipv4(payload);
  look_into_transport(ip.protocol, payload);
}

void FrameReader::look_into_ipv6(Bytes datagram) {
  Ipv6Header ip;
  if (Ipv6Header::parse(datagram, ip) != Ipv6Header::Error::None) return;
  ends(ip.source, ip.destination);
  datagram = datagram.first(ip.total_length());
  const Ipv6Extensions found = Ipv6Extensions::walk(datagram);
  if (!found.ok() && !found.is_fragment) return;
  const Bytes payload = datagram.subspan(found.offset);
  if (!found.is_fragment) return look_into_transport(found.protocol, payload);
  fragment({std::uint32_t{found.fragment.offset} * 8, found.fragment.more,
            found.fragment.next_header}, payload.size());
}

void FrameReader::fragment(const Fragment& fragment, std::size_t bytes) {
  proto_ = "FRAGMENT";
  fragment_ = fragment;
  len_ = static_cast<std::int64_t>(bytes);
}

void FrameReader::look_into_transport(std::uint8_t protocol, Bytes payload) {
  switch (static_cast<IpProtocol>(protocol)) {
    case IpProtocol::Udp:
      return look_into_udp(payload);
    case IpProtocol::Tcp:
      return look_into_tcp(payload);
    case IpProtocol::Icmp:
      return look_into_icmp(payload);
    case IpProtocol::Icmpv6:
      return look_into_icmpv6(payload);
    case IpProtocol::Igmp:
      if (payload.size() < kIgmpTypeBytes) return;
      proto_ = "IGMP";
      icmp_type_ = payload[0];
      len_ = static_cast<std::int64_t>(payload.size() - kIgmpTypeBytes);
      return;
    default:
      return;
  }
}

void FrameReader::look_into_udp(Bytes payload) {
  UdpHeader udp;
  if (UdpHeader::parse(payload, source_, destination_, kLookOnly, udp) != UdpHeader::Error::None) {
    return;
  }
  proto_ = "UDP";
  len_ = udp.length - static_cast<std::int64_t>(kUdpHeaderBytes);
  source_port_ = udp.source_port;
  destination_port_ = udp.destination_port;
}

void FrameReader::look_into_tcp(Bytes payload) {
  if (payload.size() < kTcpHeaderBytes) return;
  const std::size_t header = std::size_t{payload[12]} / 16 * 4;  // RFC 9293 section 3.1
  if (header < kTcpHeaderBytes || header > payload.size()) return;
  proto_ = "TCP";
  tcp_flags_ = payload[13];
  len_ = static_cast<std::int64_t>(payload.size() - header);
  source_port_ = wire::load16(payload.data());
  destination_port_ = wire::load16(payload.data() + 2);
}

void FrameReader::look_into_icmp(Bytes payload) {
  const auto icmp = IcmpHeader::parse(payload, kLookOnly);
  if (!icmp) return;
  proto_ = "ICMP";
  len_ = static_cast<std::int64_t>(payload.size() - kIcmpHeaderBytes);
  icmp_type_ = payload[0];
  icmp_code_ = payload[1];
}

void FrameReader::look_into_icmpv6(Bytes payload) {
  if (payload.size() < kIcmpv6HeaderBytes) return;
  proto_ = "ICMPv6";
  kind_ = icmpv6_word(static_cast<Icmpv6Type>(payload[0]));
  len_ = static_cast<std::int64_t>(payload.size() - kIcmpv6HeaderBytes);
  icmp_type_ = payload[0];
  icmp_code_ = payload[1];
  if (kind_ == "NS" || kind_ == "NA") look_into_nd(payload);
}

// Both messages have the address they are about in the same place. A solicitation to a group is for
// whom it asks for, as a request of ARP is.
void FrameReader::look_into_nd(Bytes message) {
  static_assert(NeighborSolicitation::kBytes == NeighborAdvertisement::kBytes);
  if (message.size() < NeighborSolicitation::kBytes) return;
  constexpr std::size_t kTargetAt = 8;  // RFC 4861 sections 4.3 and 4.4
  target_ = wire::load_ipv6(&message[kTargetAt]);
  if (kind_ == "NS" && destination_.is_multicast()) to_ = nodes_.find(IpAddress(*target_));
}

}  // namespace flapjack
