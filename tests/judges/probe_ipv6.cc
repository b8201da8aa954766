// SPDX-License-Identifier: Apache-2.0
// IPv6, its extension headers, ICMPv6.
#include "stack/wire/icmpv6.h"
#include "stack/wire/ipv6.h"
#include "stack/wire/ipv6_ext.h"
#include "tests/judges/probe_fields.h"

namespace flapjack::probe {
namespace {

bool parse_ipv6(Bytes input, const Fields&, Fields& out) {
  Ipv6Header h;
  if (Ipv6Header::parse(input, h) != Ipv6Header::Error::None) return false;
  out.set("class", h.traffic_class);
  out.set("flow", h.flow_label);
  out.set("next", h.next_header);
  out.set("hops", h.hop_limit);
  out.set("src", h.source);
  out.set("dst", h.destination);
  out.set("payload", input.subspan(kIpv6HeaderBytes, h.payload_length));
  return true;
}

Buffer emit_ipv6(const Fields& f) {
  Buffer out(kIpv6HeaderBytes);
  const Buffer payload = f.bytes("payload");
  Ipv6Header h;
  h.traffic_class = f.number<std::uint8_t>("class");
  h.flow_label = f.number<std::uint32_t>("flow");
  h.payload_length = static_cast<std::uint16_t>(payload.size());
  h.next_header = f.number<std::uint8_t>("next");
  h.hop_limit = f.number<std::uint8_t>("hops");
  h.source = f.ipv6("src");
  h.destination = f.ipv6("dst");
  h.emit(out.data());
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

// The walk over the extension headers of a whole datagram.
bool parse_chain(Bytes input, const Fields&, Fields& out) {
  Ipv6Header h;
  if (Ipv6Header::parse(input, h) != Ipv6Header::Error::None) return false;
  const Bytes datagram = input.first(h.total_length());
  const Ipv6Extensions found = Ipv6Extensions::walk(datagram);
  if (!found.ok()) return false;
  out.set("protocol", found.protocol);
  out.set("named", datagram[found.next_header_at]);
  out.set("alert", found.router_alert ? std::to_string(*found.router_alert) : "none");
  std::string fragment = "none";
  if (found.is_fragment) {
    const Ipv6Fragment& part = found.fragment;
    fragment = std::to_string(part.next_header) + "|" + std::to_string(part.offset) + "|" +
               (part.more ? "1|" : "0|") + std::to_string(part.id);
  }
  out.set("fragment", fragment);
  out.set("above", datagram.subspan(found.offset));
  return true;
}

// The two extension headers we write ourselves, in front of "above".
Buffer emit_chain(const Fields& f) {
  Buffer out;
  auto next = f.number<std::uint8_t>("protocol");
  const Buffer above = f.bytes("above");
  if (f.get("fragment") != "none") {
    const auto parts = split(f.get("fragment"), '|');
    Ipv6Fragment part;
    part.next_header = static_cast<std::uint8_t>(to_number(parts.at(0), 0xff));
    part.offset = static_cast<std::uint16_t>(to_number(parts.at(1), 0x1fff));
    part.more = to_number(parts.at(2), 1) == 1;
    part.id = static_cast<std::uint32_t>(to_number(parts.at(3), 0xffffffff));
    next = static_cast<std::uint8_t>(IpProtocol::Fragment);
    out.resize(kIpv6FragmentBytes);
    part.emit(out.data());
  }
  if (f.get("alert") != "none") {
    Buffer alert(kIpv6RouterAlertBytes);
    emit_ipv6_router_alert(alert.data(), next, f.number<std::uint16_t>("alert"));
    out.insert(out.begin(), alert.begin(), alert.end());
    next = static_cast<std::uint8_t>(IpProtocol::HopByHop);
  }
  out.insert(out.end(), above.begin(), above.end());
  Fields whole;
  for (const char* name : {"class", "flow", "hops", "src", "dst"}) whole.set(name, f.get(name));
  whole.set("next", next);
  whole.set("payload", Bytes(out));
  return emit_ipv6(whole);
}

bool parse_icmpv6(Bytes input, const Fields& with, Fields& out) {
  const auto h = Icmpv6Header::parse(input, with.ipv6("src"), with.ipv6("dst"));
  if (!h) return false;
  out.set("type", static_cast<std::uint64_t>(h->type));
  out.set("code", h->code);
  out.set("rest", h->rest);
  out.set("body", input.subspan(kIcmpv6HeaderBytes));
  return true;
}

Buffer emit_icmpv6(const Fields& f) {
  Buffer out(kIcmpv6HeaderBytes);
  const Buffer body = f.bytes("body");
  out.insert(out.end(), body.begin(), body.end());
  Icmpv6Header h;
  h.type = static_cast<Icmpv6Type>(f.number<std::uint8_t>("type"));
  h.code = f.number<std::uint8_t>("code");
  h.rest = f.number<std::uint32_t>("rest");
  h.emit(out, f.ipv6("src"), f.ipv6("dst"));
  return out;
}

}  // namespace

std::span<const Kind> ipv6_kinds() {
  static constexpr Kind kKinds[] = {
      {"ipv6", parse_ipv6, emit_ipv6},
      {"chain", parse_chain, emit_chain},
      {"icmpv6", parse_icmpv6, emit_icmpv6},
  };
  return kKinds;
}

}  // namespace flapjack::probe
