// SPDX-License-Identifier: Apache-2.0
#include "scenarios/record_view.h"

#include "stack/wire/arp.h"
#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"
#include "stack/wire/hdlc.h"
#include "stack/wire/icmp.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/ppp.h"
#include "stack/wire/udp.h"

namespace flapjack {
namespace {

// Sums are the receiver's business; a view shows what is on the wire.
constexpr ChecksumPolicy kLookOnly{false, false};
constexpr std::size_t kTcpHeaderBytes = 20;

}  // namespace

std::string_view NodeNames::find(const IpAddress& address) const {
  const auto found = names_.find(address);
  return found != names_.end() ? std::string_view(found->second) : std::string_view();
}

void NodeNames::learn(const Tracer& tracer, const TraceRecord& record) {
  if (record.kind != TraceKind::Event || !record.name.ends_with("_ADDR_ADD")) return;
  const std::string_view iface = tracer.path(record.subject);
  for (const Attr& attr : record.attrs) {
    if (attr.key != "address") continue;
    std::string text;
    append_value(text, attr);
    if (const auto address = IpAddress::parse(text)) {
      add(*address, std::string(iface.substr(0, iface.find('.'))));
    }
  }
}

bool is_event_like(TraceKind kind) {
  return kind == TraceKind::Event || kind == TraceKind::Hop || kind == TraceKind::Drop;
}

bool is_packet_record(const TraceRecord& record) {
  return record.kind == TraceKind::Hop && record.frame != nullptr &&
         record.name == hop_name(Hop::LinkIn);
}

RecordView::RecordView(const Tracer& tracer, const TraceRecord& record, const NodeNames& nodes)
    : tracer_(tracer), record_(record) {
  event_ = {tracer.path(record.subject), record.name, {this, &RecordView::attr}};
  if (is_packet_record(record)) look_into(*record.frame, nodes);
}

bool RecordView::matches(const Pattern& pattern) const {
  if (pattern.kind == PatternKind::Packet) return has_packet_ && pattern.matches(packet_);
  return is_event_like(record_.kind) && pattern.matches(event_);
}

bool RecordView::attr(const void* self, std::string_view key, std::string_view* value) {
  const auto& view = *static_cast<const RecordView*>(self);
  std::string& text = view.text_;
  text.clear();
  if (key == "packet" && view.record_.packet.valid()) {
    text = std::to_string(view.record_.packet.value);
  } else if (key == "link" && view.has_packet_) {
    text = view.tracer_.path(view.record_.subject);
  } else if (key == "sport" && view.source_port_ != 0) {
    text = std::to_string(view.source_port_);
  } else if (key == "dport" && view.destination_port_ != 0) {
    text = std::to_string(view.destination_port_);
  } else if (key == "type" && view.icmp_type_ >= 0) {
    text = std::to_string(view.icmp_type_);
  } else {
    for (const Attr& attr : view.record_.attrs) {
      if (attr.key != key) continue;
      append_value(text, attr);
      *value = text;
      return true;
    }
    return false;
  }
  *value = text;
  return true;
}

void RecordView::look_into(const Packet& frame, const NodeNames& nodes) {
  packet_.attrs = {this, &RecordView::attr};
  if (look_into_ppp(frame.bytes(), nodes)) return;
  const auto ethernet = EthernetHeader::parse(frame.bytes());
  if (!ethernet) return;
  std::uint16_t type = ethernet->type;
  auto inner = frame.bytes().subspan(kEthernetHeaderBytes);
  if (VlanTag::parse(frame.bytes())) {
    type = wire::load16(inner.data() + kVlanTagBytes - 2);
    inner = inner.subspan(kVlanTagBytes);
  }
  if (type == kEtherTypeArp) {
    const auto arp = ArpHeader::parse(inner);
    if (!arp) return;
    packet_.proto = "ARP";
    packet_.from = nodes.find(arp->sender_ip);
    packet_.to = nodes.find(arp->target_ip);
    packet_.len = kArpBytes;
    has_packet_ = true;
  } else if (type == kEtherTypeIpv4) {
    look_into_ip(inner, nodes);
  }
}

// A frame of a byte line is known by its flags and its right FCS. True when it is one.
bool RecordView::look_into_ppp(std::span<const std::uint8_t> frame, const NodeNames& nodes) {
  if (frame.empty() || frame.front() != kHdlcFlag || frame.back() != kHdlcFlag) return false;
  std::vector<std::uint8_t> content(frame.size());
  const HdlcContent read = hdlc_decode(frame, content.data());
  constexpr std::size_t kFields = 2 + kPppProtocolBytes;  // address and control in front
  if (read.error != HdlcError::None || read.bytes < kFields) return false;
  const auto protocol = static_cast<PppProtocol>(wire::load16(&content[2]));
  if (protocol == PppProtocol::Ip) {
    look_into_ip(std::span(content).subspan(kFields, read.bytes - kFields), nodes);
  }
  return true;
}

void RecordView::look_into_ip(std::span<const std::uint8_t> datagram, const NodeNames& nodes) {
  Ipv4Header ip;
  if (Ipv4Header::parse(datagram, kLookOnly, ip) != Ipv4Header::Error::None) return;
  packet_.from = nodes.find(ip.source);
  packet_.to = nodes.find(ip.destination);
  const auto payload = datagram.subspan(ip.header_bytes, ip.payload_bytes());
  if (ip.protocol == static_cast<std::uint8_t>(IpProtocol::IpInIp)) {
    return look_into_ip(payload, nodes);  // what travels in the tunnel
  }
  if (ip.protocol == static_cast<std::uint8_t>(IpProtocol::Udp)) {
    UdpHeader udp;
    if (UdpHeader::parse(payload, ip.source, ip.destination, kLookOnly, udp) !=
        UdpHeader::Error::None) {
      return;
    }
    packet_.proto = "UDP";
    packet_.len = udp.length - static_cast<std::int64_t>(kUdpHeaderBytes);
    source_port_ = udp.source_port;
    destination_port_ = udp.destination_port;
  } else if (ip.protocol == static_cast<std::uint8_t>(IpProtocol::Icmp)) {
    const auto icmp = IcmpHeader::parse(payload, kLookOnly);
    if (!icmp) return;
    packet_.proto = "ICMP";
    packet_.len = static_cast<std::int64_t>(payload.size() - kIcmpHeaderBytes);
    icmp_type_ = icmp->type;
  } else if (ip.protocol == static_cast<std::uint8_t>(IpProtocol::Tcp)) {
    if (payload.size() < kTcpHeaderBytes) return;
    const std::size_t header = std::size_t{payload[12]} / 16 * 4;  // RFC 9293 section 3.1
    if (header < kTcpHeaderBytes || header > payload.size()) return;
    packet_.proto = "TCP";
    packet_.tcp_flags = payload[13];
    packet_.len = static_cast<std::int64_t>(payload.size() - header);
    source_port_ = wire::load16(payload.data());
    destination_port_ = wire::load16(payload.data() + 2);
  } else {
    return;
  }
  has_packet_ = true;
}

std::string RecordView::packet_text() const {
  if (!has_packet_) return {};
  const auto name = [](std::string_view n) { return std::string(n.empty() ? "?" : n); };
  std::string text = name(packet_.from) + " > " + name(packet_.to) + " ";
  text += packet_.proto;
  if (packet_.tcp_flags != 0) {
    text += ' ';
    constexpr std::string_view kFlags = "FSRPAUEC";
    for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
      if ((packet_.tcp_flags >> bit & 1) != 0) text += kFlags[bit];
    }
  }
  return text + " len=" + std::to_string(packet_.len);
}

}  // namespace flapjack
