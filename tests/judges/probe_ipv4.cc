// SPDX-License-Identifier: Apache-2.0
// ARP, IPv4 with its options, ICMP, UDP over either family.
#include <algorithm>

#include "stack/wire/arp.h"
#include "stack/wire/icmp.h"
#include "stack/wire/ipv4_option.h"
#include "stack/wire/udp.h"
#include "tests/judges/probe_fields.h"

namespace flapjack::probe {
namespace {

bool parse_arp(Bytes input, const Fields&, Fields& out) {
  const auto h = ArpHeader::parse(input);
  if (!h) return false;
  out.set("op", static_cast<std::uint64_t>(h->operation));
  out.set("sha", h->sender_mac);
  out.set("spa", h->sender_ip);
  out.set("tha", h->target_mac);
  out.set("tpa", h->target_ip);
  return true;
}

Buffer emit_arp(const Fields& f) {
  Buffer out(kArpBytes);
  ArpHeader{static_cast<ArpOperation>(f.number<std::uint16_t>("op")), f.mac("sha"), f.ipv4("spa"),
            f.mac("tha"), f.ipv4("tpa")}
      .emit(out.data());
  return out;
}

// "route|7|4|192.0.2.1|..." , "timestamp|5|0|1", "alert", or "other|68"
std::string option_text(const Ipv4Option& option) {
  if (const auto route = Ipv4RouteOption::parse(option)) {
    std::string text = "route|" + std::to_string(static_cast<int>(route->type)) + "|" +
                       std::to_string(route->pointer);
    for (std::size_t i = 0; i < route->addresses.size(); ++i) {
      text += "|" + to_text(route->addresses[i]);
    }
    return text + ";";
  }
  if (const auto stamp = Ipv4TimestampOption::parse(option)) {
    return "timestamp|" + std::to_string(stamp->pointer) + "|" + std::to_string(stamp->overflow) +
           "|" + std::to_string(static_cast<int>(stamp->kind)) + ";";
  }
  return "other|" + std::to_string(static_cast<int>(option.type)) + "|" +
         to_hex(option.bytes.subspan(2)) + ";";
}

bool parse_ipv4(Bytes input, const Fields&, Fields& out) {
  Ipv4Header h;
  if (Ipv4Header::parse(input, {}, h) != Ipv4Header::Error::None) return false;
  out.set("tos", h.tos);
  out.set("id", h.id);
  out.set("df", std::uint64_t{h.dont_fragment});
  out.set("mf", std::uint64_t{h.more_fragments});
  out.set("offset", h.fragment_offset);
  out.set("ttl", h.ttl);
  out.set("protocol", h.protocol);
  out.set("src", h.source);
  out.set("dst", h.destination);
  Ipv4Options options(input.first(h.header_bytes));
  if (!options.ok()) return false;
  std::string read;
  for (Ipv4Option option; options.next(option);) read += option_text(option);
  out.set("read", read);
  out.set("options", input.subspan(kIpv4HeaderBytes, h.header_bytes - kIpv4HeaderBytes));
  out.set("payload", input.subspan(h.header_bytes, h.payload_bytes()));
  return true;
}

Buffer emit_ipv4(const Fields& f) {
  const Buffer options = f.bytes("options"), payload = f.bytes("payload");
  Buffer out(kIpv4HeaderBytes + kIpv4OptionBytesMax);
  Ipv4Header h;
  h.tos = f.number<std::uint8_t>("tos");
  h.id = f.number<std::uint16_t>("id");
  h.dont_fragment = f.flag("df");
  h.more_fragments = f.flag("mf");
  h.fragment_offset = f.number<std::uint16_t>("offset");
  h.ttl = f.number<std::uint8_t>("ttl");
  h.protocol = f.number<std::uint8_t>("protocol");
  h.source = f.ipv4("src");
  h.destination = f.ipv4("dst");
  const std::size_t header = kIpv4HeaderBytes + (options.size() + 3) / 4 * 4;
  h.total_length = static_cast<std::uint16_t>(header + payload.size());
  if (h.emit(out.data(), options) != header) die("another length than was meant");
  out.resize(header);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

// The options that we write ourselves: "alert", "route|SLOTS", "timestamp|KIND|SLOTS".
Buffer emit_ipv4_own_option(const Fields& f) {
  Buffer out(kIpv4OptionBytesMax);
  const auto parts = split(f.get("option"), '|');
  std::size_t length = 0;
  if (parts[0] == "alert") {
    emit_ipv4_router_alert(out.data());
    length = kIpv4RouterAlertBytes;
  } else if (parts[0] == "route") {
    length = emit_ipv4_record_route(out.data(), to_number(parts.at(1), 9));
  } else {
    length = emit_ipv4_timestamp(out.data(),
                                 static_cast<Ipv4TimestampKind>(to_number(parts.at(1), 3)),
                                 to_number(parts.at(2), 9));
  }
  out.resize(length);
  return out;
}

bool parse_icmp(Bytes input, const Fields&, Fields& out) {
  const auto h = IcmpHeader::parse(input);
  if (!h) return false;
  out.set("type", h->type);
  out.set("code", h->code);
  out.set("id", h->id);
  out.set("seq", h->sequence);
  out.set("data", input.subspan(kIcmpHeaderBytes));
  return true;
}

Buffer emit_icmp(const Fields& f) {
  Buffer out(kIcmpHeaderBytes);
  const Buffer data = f.bytes("data");
  out.insert(out.end(), data.begin(), data.end());
  IcmpHeader h;
  h.type = f.number<std::uint8_t>("type");
  h.code = f.number<std::uint8_t>("code");
  h.id = f.number<std::uint16_t>("id");
  h.sequence = f.number<std::uint16_t>("seq");
  h.emit(out);
  return out;
}

bool parse_udp(Bytes input, const Fields& with, Fields& out) {
  UdpHeader h;
  if (UdpHeader::parse(input, with.ip("src"), with.ip("dst"), {}, h) != UdpHeader::Error::None) {
    return false;
  }
  out.set("sport", h.source_port);
  out.set("dport", h.destination_port);
  out.set("payload", input.subspan(kUdpHeaderBytes, h.length - kUdpHeaderBytes));
  return true;
}

Buffer emit_udp(const Fields& f) {
  Buffer out(kUdpHeaderBytes);
  const Buffer payload = f.bytes("payload");
  out.insert(out.end(), payload.begin(), payload.end());
  UdpHeader h;
  h.source_port = f.number<std::uint16_t>("sport");
  h.destination_port = f.number<std::uint16_t>("dport");
  h.length = static_cast<std::uint16_t>(out.size());
  h.emit(out, f.ip("src"), f.ip("dst"));
  return out;
}

}  // namespace

std::span<const Kind> ipv4_kinds() {
  static constexpr Kind kKinds[] = {
      {"arp", parse_arp, emit_arp},
      {"ipv4", parse_ipv4, emit_ipv4},
      {"ipv4_own_option", nullptr, emit_ipv4_own_option},
      {"icmp", parse_icmp, emit_icmp},
      {"udp", parse_udp, emit_udp},
  };
  return kKinds;
}

}  // namespace flapjack::probe
