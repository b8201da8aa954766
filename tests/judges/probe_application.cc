// SPDX-License-Identifier: Apache-2.0
// DHCPv4 and DNS.
#include <optional>

#include "stack/wire/dhcpv4.h"
#include "stack/wire/dns.h"
#include "tests/judges/probe_fields.h"

namespace flapjack::probe {
namespace {

// ---- DHCPv4: options that are not there have no field

void set_addresses(Fields& out, const char* name, const Dhcpv4Addresses& addresses) {
  std::string text;
  for (const Ipv4Address a : addresses.view()) text += to_text(a) + ";";
  if (!text.empty()) out.set(name, text);
}

template <class T>
void set_some(Fields& out, const char* name, const std::optional<T>& value) {
  if (!value) return;
  if constexpr (std::is_same_v<T, Ipv4Address>) {
    out.set(name, IpAddress(*value));
  } else {
    out.set(name, std::uint64_t{*value});
  }
}

void set_some(Fields& out, const char* name, const Dhcpv4Bytes& value) {
  if (!value.empty()) out.set(name, value.view());
}

bool parse_dhcpv4(Bytes input, const Fields&, Fields& out) {
  Dhcpv4Message m;
  if (Dhcpv4Message::parse(input, m) != Dhcpv4Message::Error::None) return false;
  out.set("op", m.reply ? 2u : 1u);
  out.set("hops", m.hops);
  out.set("xid", m.xid);
  out.set("secs", m.secs);
  out.set("broadcast", std::uint64_t{m.broadcast});
  out.set("ciaddr", m.ciaddr);
  out.set("yiaddr", m.yiaddr);
  out.set("siaddr", m.siaddr);
  out.set("giaddr", m.giaddr);
  out.set("chaddr", m.chaddr);
  out.set("type", static_cast<std::uint64_t>(m.type));
  set_some(out, "mask", m.subnet_mask);
  set_some(out, "requested", m.requested_address);
  set_some(out, "server", m.server_id);
  set_addresses(out, "routers", m.routers);
  set_addresses(out, "dns", m.dns_servers);
  set_some(out, "lease", m.lease_s);
  set_some(out, "renewal", m.renewal_s);
  set_some(out, "rebinding", m.rebinding_s);
  set_some(out, "max", m.max_message_bytes);
  set_some(out, "client_id", m.client_id);
  set_some(out, "parameters", m.parameters);
  set_some(out, "host_name", m.host_name);
  return true;
}

template <class T>
void get_some(const Fields& f, const char* name, std::optional<T>& out) {
  if (!f.has(name)) return;
  if constexpr (std::is_same_v<T, Ipv4Address>) {
    out = f.ipv4(name);
  } else {
    out = f.number<T>(name);
  }
}

void get_some(const Fields& f, const char* name, Dhcpv4Addresses& out) {
  if (!f.has(name)) return;
  for (const std::string_view item : f.items(name)) {
    if (!out.push(to_ip(item).v4())) die("too many addresses");
  }
}

void get_some(const Fields& f, const char* name, Dhcpv4Bytes& out) {
  if (f.has(name)) out.assign(f.bytes(name));
}

Buffer emit_dhcpv4(const Fields& f) {
  Dhcpv4Message m;
  m.reply = to_number(f.get("op"), 2) == 2;
  m.hops = f.number<std::uint8_t>("hops");
  m.xid = f.number<std::uint32_t>("xid");
  m.secs = f.number<std::uint16_t>("secs");
  m.broadcast = f.flag("broadcast");
  m.ciaddr = f.ipv4("ciaddr");
  m.yiaddr = f.ipv4("yiaddr");
  m.siaddr = f.ipv4("siaddr");
  m.giaddr = f.ipv4("giaddr");
  m.chaddr = f.mac("chaddr");
  m.type = static_cast<Dhcpv4Type>(f.number<std::uint8_t>("type"));
  get_some(f, "mask", m.subnet_mask);
  get_some(f, "requested", m.requested_address);
  get_some(f, "server", m.server_id);
  get_some(f, "routers", m.routers);
  get_some(f, "dns", m.dns_servers);
  get_some(f, "lease", m.lease_s);
  get_some(f, "renewal", m.renewal_s);
  get_some(f, "rebinding", m.rebinding_s);
  get_some(f, "max", m.max_message_bytes);
  get_some(f, "client_id", m.client_id);
  get_some(f, "parameters", m.parameters);
  get_some(f, "host_name", m.host_name);
  Buffer out(kDhcpv4MessageBytes * 2);
  out.resize(m.emit(out));
  return out;
}

// ---- DNS

std::string head_text(const DnsName& name, DnsType type, std::uint16_t dns_class) {
  return to_text(name) + "|" + std::to_string(static_cast<int>(type)) + "|" +
         std::to_string(dns_class);
}

std::string record_text(const DnsRecord& r) {
  std::string text = head_text(r.name, r.type, r.dns_class) + "|" + std::to_string(r.ttl) + "|";
  if (r.address) return text + to_text(*r.address) + ";";
  return text + (r.target ? to_text(*r.target) : to_hex(r.data)) + ";";
}

bool read_records(DnsReader& reader, unsigned count, std::string& text) {
  for (unsigned i = 0; i < count; ++i) {
    const auto record = reader.record();
    if (!record) return false;
    text += record_text(*record);
  }
  return true;
}

bool parse_dns(Bytes input, const Fields&, Fields& out) {
  DnsReader reader(input);
  if (!reader.header()) return false;
  const DnsHeader& h = *reader.header();
  std::string questions, answers, authorities, additionals;
  for (unsigned i = 0; i < h.questions; ++i) {
    const auto q = reader.question();
    if (!q) return false;
    questions += head_text(q->name, q->type, q->dns_class) + ";";
  }
  const bool good = read_records(reader, h.answers, answers) &&
                    read_records(reader, h.authorities, authorities) &&
                    read_records(reader, h.additionals, additionals);
  if (!good) return false;
  out.set("id", h.id);
  out.set("qr", std::uint64_t{h.response});
  out.set("opcode", h.opcode);
  out.set("aa", std::uint64_t{h.authoritative});
  out.set("tc", std::uint64_t{h.truncated});
  out.set("rd", std::uint64_t{h.recursion_desired});
  out.set("ra", std::uint64_t{h.recursion_available});
  out.set("z", h.z);
  out.set("rcode", static_cast<std::uint64_t>(h.rcode));
  out.set("questions", questions);
  out.set("answers", answers);
  out.set("authorities", authorities);
  out.set("additionals", additionals);
  return true;
}

bool write_record(DnsWriter& writer, std::string_view item) {
  const auto parts = split(item, '|');
  const DnsName name = DnsName::parse(parts.at(0)).value();
  const auto type = static_cast<DnsType>(to_number(parts.at(1), 0xffff));
  const auto ttl = static_cast<std::uint32_t>(to_number(parts.at(3), 0xffffffff));
  switch (type) {
    case DnsType::A:
    case DnsType::Aaaa:
      return writer.answer(name, to_ip(parts.at(4)), ttl);
    case DnsType::Cname:
      return writer.cname(name, DnsName::parse(parts.at(4)).value(), ttl);
  }
  return writer.answer(name, type, from_hex(parts.at(4)), ttl);
}

Buffer emit_dns(const Fields& f) {
  DnsHeader h;
  h.id = f.number<std::uint16_t>("id");
  h.response = f.flag("qr");
  h.opcode = f.number<std::uint8_t>("opcode");
  h.authoritative = f.flag("aa");
  h.truncated = f.flag("tc");
  h.recursion_desired = f.flag("rd");
  h.recursion_available = f.flag("ra");
  h.z = f.number<std::uint8_t>("z");
  h.rcode = static_cast<DnsRcode>(f.number<std::uint8_t>("rcode"));
  Buffer out(4096);
  DnsWriter writer(out, h);
  bool fits = true;
  for (const std::string_view item : f.items("questions")) {
    const auto parts = split(item, '|');
    fits = fits && writer.question({DnsName::parse(parts.at(0)).value(),
                                    static_cast<DnsType>(to_number(parts.at(1), 0xffff)),
                                    static_cast<std::uint16_t>(to_number(parts.at(2), 0xffff))});
  }
  for (const std::string_view item : f.items("answers")) fits = fits && write_record(writer, item);
  if (!fits) die("a message that does not fit");
  out.resize(writer.finish());
  return out;
}

}  // namespace

std::span<const Kind> application_kinds() {
  static constexpr Kind kKinds[] = {
      {"dhcpv4", parse_dhcpv4, emit_dhcpv4},
      {"dns", parse_dns, emit_dns},
  };
  return kKinds;
}

}  // namespace flapjack::probe
