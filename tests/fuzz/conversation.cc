// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/conversation.h"

#include <optional>

#include "stack/trace/hop.h"
#include "stack/trace/tracer.h"
#include "stack/wire/bytes.h"
#include "stack/wire/dhcpv4.h"
#include "stack/wire/dns.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/udp.h"

namespace flapjack::fuzz {
namespace {

constexpr std::size_t kXidAt = 4, kXidBytes = 4;  // RFC 2131 section 2

// Where the UDP segment of a frame starts; headers are taken as they come.
std::optional<std::size_t> udp_at(Bytes frame) {
  const auto ethernet = EthernetHeader::parse(frame);
  if (!ethernet) return {};
  std::size_t at = kEthernetHeaderBytes;
  if (ethernet->type == kEtherTypeIpv4 && frame.size() > at) {
    at += std::size_t{frame[at] & 15u} * 4;
  } else if (ethernet->type == kEtherTypeIpv6) {
    at += kIpv6HeaderBytes;
  } else {
    return {};
  }
  const bool fits = frame.size() >= at + kUdpHeaderBytes + kXidAt + kXidBytes;
  return fits ? std::optional(at) : std::nullopt;
}

Buffer take(Bytes bytes, std::size_t at, std::size_t size) {
  return copy(bytes.subspan(at, size));
}

void put(std::span<std::uint8_t> bytes, std::size_t at, const Buffer& value) {
  std::copy(value.begin(), value.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void Conversation::record(const Tracer&, const TraceRecord& record) {
  const bool sent = record.kind == TraceKind::Hop && record.name == hop_name(Hop::DriverTx);
  if (sent && record.frame != nullptr) note(record.frame->bytes());
}

void Conversation::note(Bytes frame) {
  const auto at = udp_at(frame);
  if (!at) return;
  const std::uint16_t to = wire::load16(&frame[*at + 2]);
  if (to == kDhcpv4ServerPort) dhcp_xid_ = take(frame, *at + kUdpHeaderBytes + kXidAt, kXidBytes);
  if (to == kDnsPort) {
    dns_port_ = take(frame, *at, 2);
    dns_id_ = take(frame, *at + kUdpHeaderBytes, 2);
  }
}

void Conversation::answer(std::span<std::uint8_t> frame) const {
  const auto at = udp_at(frame);
  if (!at) return;
  const std::uint16_t from = wire::load16(&frame[*at]);
  if (from == kDhcpv4ServerPort) put(frame, *at + kUdpHeaderBytes + kXidAt, dhcp_xid_);
  if (from == kDnsPort) {
    put(frame, *at + 2, dns_port_);
    put(frame, *at + kUdpHeaderBytes, dns_id_);
  }
}

}  // namespace flapjack::fuzz
