// SPDX-License-Identifier: Apache-2.0
// Interfaces and how they get connected: JSON -> IfaceSpec, ConnSpec.
#include <algorithm>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/quantity.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kLeastMtu = 68;  // RFC 791: every link carries this much
constexpr std::int64_t kMostMtu = 65'535;

Parsed<std::int64_t> parse_mtu(std::string_view text) {
  const Parsed<std::int64_t> bytes = parse_size(text);
  if (bytes.ok() && (bytes.value() < kLeastMtu || bytes.value() > kMostMtu)) {
    return UnitError{"F0207", in_quotes(text) + " is not between 68B and 65535B", {}, {}};
  }
  return bytes;
}

/// How long it may be is for the node to say (NET_INTERFACE_NAME_LEN).
Parsed<std::string> parse_if_name(std::string_view text) {
  if (!text.empty()) return std::string(text);
  return UnitError{"F0207", "an interface cannot be called nothing", "leave \"name\" out", {}};
}

bool is_loopback(std::uint32_t a) { return a >> 24 == 127; }

void bind_ipv4_item(LoadContext& ctx, const JsonValue& v, IfaceSpec& iface) {
  for (const auto& [word, flag] : {std::pair{"auto", &IfaceSpec::ipv4_auto},
                                   std::pair{"dhcp", &IfaceSpec::dhcp}}) {
    if (!v.is(Type::String) || v.text != word) continue;
    if (iface.*flag) already_there(ctx, v, v.text);
    iface.*flag = true;
    return;
  }
  auto address = read_ipv4(ctx, v, true);
  if (!address) return;
  if (is_loopback(address->value) && iface.technology != "loopback") {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is not the address of one host",
              "only a \"technology\": \"loopback\" has it");
    return;
  }
  const bool twice = std::any_of(iface.ipv4.begin(), iface.ipv4.end(), [&](const Ipv4Spec& a) {
    return a.value == address->value;
  });
  if (twice) return already_there(ctx, v, address->text);
  iface.ipv4.push_back(std::move(*address));
}

const std::vector<Word>& checksum_directions() {
  static const std::vector<Word> words = {
      {"tx", "It fills in what the stack sends."},
      {"rx", "It drops what has a wrong one."},
      {"both", "Both."},
  };
  return words;
}

bool is_unicast(std::uint32_t a) { return a != 0 && (a >> 28) < 0xE; }

std::string ipv4_schema() {
  const std::string octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  const std::string address = schema_pattern(
      "^(auto|(" + octet + "\\.){3}" + octet + "/(3[0-2]|[12]?[0-9]))$", "192.0.2.2/24");
  const std::string one =
      schema_any_of({address, schema_enum({{"dhcp", "asks a DHCP server for an address"}})});
  return schema_any_of({one, schema_array(one)});
}

}  // namespace

void already_there(LoadContext& ctx, const JsonValue& v, std::string_view what) {
  ctx.error("F0110", v.span, in_quotes(what) + " is on this interface already", "write it once");
}

Parsed<std::int64_t> parse_whole_seconds(std::string_view text) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const Parsed<Duration> d = parse_duration(text);
  if (!d.ok()) return d.error();
  if (d.value().ns % kSecond != 0) {
    const std::int64_t up = d.value().ns / kSecond + 1;
    return UnitError{"F0207", "Zephyr keeps this timeout in whole seconds",
                     "write " + in_quotes(std::to_string(up) + "s"), std::to_string(up) + "s"};
  }
  return d.value().ns / kSecond;
}

Parsed<std::string> parse_mac(std::string_view text) {
  const UnitError bad{"F0110", in_quotes(text) + " is not a MAC address",
                      "write six bytes like \"02:00:5e:00:53:01\"", {}};
  if (text.size() != 17) return bad;
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    char& c = out[i];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (i % 3 == 2 ? c != ':' : !hex) return bad;
  }
  if (std::string_view("13579bdf").find(out[1]) != std::string_view::npos) {
    return UnitError{"F0110", in_quotes(text) + " is a group address",
                     "the first byte of an interface's own address is even", {}};
  }
  if (out == "00:00:00:00:00:00") return bad;
  return out;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t value = 0;
  for (int octet = 0; octet < 4; ++octet) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if ((dot == std::string_view::npos) != (octet == 3)) return std::nullopt;
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) {
      return std::nullopt;
    }
    std::uint32_t n = 0;
    for (char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      n = n * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (n > 255) return std::nullopt;
    value = value << 8 | n;
    text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  }
  return value;
}

std::optional<Ipv4Spec> read_ipv4(LoadContext& ctx, const JsonValue& v, bool with_prefix) {
  const char* example = with_prefix ? "192.0.2.2/24" : "192.0.2.1";
  if (!expect_type(ctx, v, Type::String, example)) return std::nullopt;
  const std::string_view text = v.text;
  const std::size_t slash = text.find('/');
  const auto value = parse_ipv4(text.substr(0, slash));
  const auto fail = [&](std::string message, std::string help) {
    ctx.error("F0110", v.span, std::move(message), std::move(help));
    return std::nullopt;
  };
  if (!value) {
    return fail(in_quotes(text) + " is not an IPv4 address",
                std::string("write ") + in_quotes(example));
  }
  if (!is_unicast(*value)) return fail(in_quotes(text) + " is not the address of one host", "");
  Ipv4Spec address{std::string(text.substr(0, slash)), *value, 32, ctx.place(v.span)};
  if (!with_prefix) {
    if (slash == std::string_view::npos) return address;
    return fail("an address without a prefix length is wanted here",
                "write " + in_quotes(address.text));
  }
  if (slash == std::string_view::npos) {
    return fail("the prefix length is missing", "write \"" + address.text + "/24\"");
  }
  const std::string_view prefix = text.substr(slash + 1);
  const auto d = split_decimal(prefix);
  const bool digits = d && d->whole == prefix && prefix.size() <= 2 &&
                      (prefix.size() == 1 || prefix[0] != '0');
  const std::int64_t bits = digits ? scale(*d, 1).value : 33;
  if (bits > 32) return fail(in_quotes(prefix) + " is not a prefix length", "they are 0 to 32");
  address.prefix_len = static_cast<std::uint8_t>(bits);
  return address;
}

void FormatTables::build_conn() {
  conn.word("impl", "The connectivity implementation; default: the technology's.",
            "connectivity implementation", vocabulary.conn_impls, {}, &ConnSpec::impl);
  conn.add({"associate", "How long one attempt to connect takes.", schema_distribution()},
           [](LoadContext& ctx, const JsonMember& m, ConnSpec& c) {
             if (auto v = read_quantity(ctx, m.value, &parse_distribution, "1.2s")) {
               c.associate = *v;
               c.has_associate = true;
             }
           });
  conn.quantity({"fail", "The probability that an attempt fails.", schema_probability(), false,
                 false, "\"0%\""},
                &parse_probability, "10%", &ConnSpec::fail_ppb);
  conn.quantity({"fatal", "The probability that an attempt ends in a fatal error.",
                 schema_probability(), false, false, "\"0%\""},
                &parse_probability, "1%", &ConnSpec::fatal_ppb);
  conn.quantity({"retry", "The pause between attempts; a range doubles from the first to the last.",
                 schema_duration_range()},
                &parse_duration_range, "5s..2min", &ConnSpec::retry);
  conn.quantity({"timeout", "How long to try before giving up; whole seconds, 0s is for ever.",
                 schema_duration(), false, false, "\"0s\""},
                &parse_whole_seconds, "30s", &ConnSpec::timeout_s);
  conn.quantity({"idle_timeout", "Disconnect after that long without traffic; whole seconds.",
                 schema_duration(), false, false, "\"0s\""},
                &parse_whole_seconds, "60s", &ConnSpec::idle_timeout_s);
  conn.quantity({"init_takes", "How long its init blocks the node's connection manager.",
                 schema_duration(), false, false, "\"0s\""},
                &parse_duration, "5s", &ConnSpec::init_takes);
  conn.flag("persistent", "Reconnect after a lost connection.", false, &ConnSpec::persistent);
  conn.flag("auto_connect", "Connect as soon as the interface is admin-up.", true,
            &ConnSpec::auto_connect);
  conn.flag("auto_down", "Take the interface admin-down once connecting is given up.", true,
            &ConnSpec::auto_down);
  conn.quantity({"detect", "How long until a vanished peer is noticed.", schema_duration()},
                &parse_duration, "500ms", &ConnSpec::detect);
  build_conn_device();
  conn.check([](LoadContext& ctx, const JsonValue& v, ConnSpec& c) {
    c.has_impl = v.find("impl") != nullptr;
    for (const JsonMember& m : v.members) {
      c.keys.push_back({m.key, ctx.place(m.key_span), ctx.place(m.value.span)});
    }
  });
  conn.add({"script", "What the scripted implementation does, one text a call.",
            schema_array(schema_string())},
           [](LoadContext& ctx, const JsonMember& m, ConnSpec& c) {
             if (!expect_type(ctx, m.value, Type::Array)) return;
             for (const JsonValue& v : m.value.items) {
               if (read_string(ctx, v)) c.script.push_back(ctx.placed(v));
             }
           });
}

void FormatTables::build_conn_device() {
  conn.quantity({"grace", "How long a loss lasts before it is told.", schema_duration(), false,
                 false, "\"0s\""},
                &parse_duration, "2s", &ConnSpec::grace);
  conn.quantity({"self_retry", "The device tries again by itself after so long.",
                 schema_duration()},
                &parse_positive_duration, "1s", &ConnSpec::self_retry);
  conn.word("credentials", "What the device knows of the network's key.", "kind of credentials",
            {{"good", "the right ones"}, {"missing", "it waits for some"},
             {"wrong", "the handshake fails"}},
            {}, &ConnSpec::credentials, "\"good\"");
  conn.add({"address", "The address that the network assigns while connected.",
            schema_pattern("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", "100.64.0.2/24")},
           [](LoadContext& ctx, const JsonMember& m, ConnSpec& c) {
             if (auto a = read_ipv4(ctx, m.value, true)) c.address = std::move(*a);
           });
  conn.quantity({"psm", "Power saving: a loss is noticed only once in so long.",
                 schema_duration()},
                &parse_positive_duration, "60s", &ConnSpec::psm);
  conn.quantity({"dial", "How long until a dialled line has carrier.", schema_duration()},
                &parse_duration, "500ms", &ConnSpec::dial);
  conn.add({"einval", "Answers EINVAL to every wrong option, as Zephyr's does.", schema_bool()},
           [](LoadContext& ctx, const JsonMember& m, ConnSpec& c) {
             if (auto v = read_bool(ctx, m.value)) c.einval = *v;
           });
  conn.quantity({"give_up", "How long a negotiation may take.", schema_duration()},
                &parse_positive_duration, "30s", &ConnSpec::give_up);
}

void FormatTables::build_iface_addresses() {
  iface.elsewhere("cpu", "the node");
  iface.add({"ipv4",
             "Static addresses with their prefix lengths; \"auto\": a link-local one; \"dhcp\".",
             ipv4_schema()},
            [](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              if (!m.value.is(Type::Array)) return bind_ipv4_item(ctx, m.value, i);
              for (const JsonValue& v : m.value.items) bind_ipv4_item(ctx, v, i);
            });
  iface.add({"gateway", "The IPv4 default router.",
             schema_pattern("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "192.0.2.1")},
            [](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              if (auto a = read_ipv4(ctx, m.value, false)) i.gateway = std::move(*a);
            });
  iface.add({"dns", "DNS servers that this interface alone reaches.", dns_servers_schema()},
            [](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              read_dns_servers(ctx, m.value, i.dns);
            });
  iface.quantity({"mac", "The hardware address; without it one is assigned.",
                  schema_pattern("^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$", "02:00:5e:00:53:01")},
                 &parse_mac, "02:00:5e:00:53:01", &IfaceSpec::mac);
}

// What the device does.
void FormatTables::build_iface_device() {
  iface.add({"queue", "Packets that may wait in the driver for transmission.",
             schema_whole(1, kLongestQueue)},
            [](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              if (auto v = read_whole(ctx, m.value, 1, kLongestQueue)) i.queue = *v;
              i.queue_place = ctx.place(m.value.span);
            });
  iface.add({"checksum_offload", "Checksums that the device does instead of the stack.",
             schema_enum(checksum_directions())},
            [](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              const auto word = read_word(ctx, m.value, "direction",
                                          names_of(checksum_directions()));
              if (word) i.checksum_offload = *word;
              i.checksum_place = ctx.place(m.key_span);
            });
  iface.add({"faults", "What goes wrong in the device itself, whatever its link does.",
             schema_ref(device_faults.name())},
            [this](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              DeviceFaultsDraft draft;
              device_faults.bind(ctx, m.value, draft);
              draft.tx.apply_to(i.faults.emplace().tx);
              draft.rx.apply_to(i.faults->rx);
            });
}

void FormatTables::build_iface() {
  std::vector<Word> technologies;
  for (const TechnologyWord& t : vocabulary.technologies) technologies.push_back({t.name, t.doc});
  iface.word("technology", "What the interface is.", "technology", technologies,
             {"ethernet", "wifi", "lte", "ppp", "ieee802154", "loopback", "dummy"},
             &IfaceSpec::technology);
  iface.word("l2", "The layer 2; default: the technology's.", "l2", vocabulary.l2s,
             {"ethernet", "dummy", "ppp", "ieee802154", "loopback"}, &IfaceSpec::l2);
  iface.quantity({"mtu", "Bytes of the largest IP packet.", schema_size()}, &parse_mtu, "1500B",
                 &IfaceSpec::mtu);
  build_iface_addresses();
  build_iface_ipv6();
  iface.add({"offload", "The engine that does TCP/IP for this interface.",
             schema_enum(vocabulary.engines)},
            [names = names_of(vocabulary.engines)](LoadContext& ctx, const JsonMember& m,
                                                   IfaceSpec& i) {
              const bool scripted = m.value.is(Type::String) &&
                                    m.value.text.rfind("scripted", 0) == 0;
              if (scripted && std::find(names.begin(), names.end(), m.value.text) == names.end()) {
                return ctx.not_supported_yet(m.value.span, m.value.text);
              }
              if (auto v = read_word(ctx, m.value, "engine", names, {"native", "lwip", "host"})) {
                i.engine = *v;
              }
            });
  iface.flag("auto_start", "Admin-up when the node boots.", true, &IfaceSpec::auto_start);
  iface.flag("ignore", "Not looked at by the connection monitor.", false, &IfaceSpec::ignore);
  iface.flag("promiscuous", "Takes frames for other stations, too.", false,
             &IfaceSpec::promiscuous);
  iface.quantity({"name", "What the device itself calls it; default: by kind, \"eth0\".",
                  schema_pattern("^.{1,255}$", "wan")},
                 &parse_if_name, "wan", &IfaceSpec::if_name);
  build_iface_device();
  iface.object("conn", "How the interface gets connected.", conn, &IfaceSpec::conn);
}

}  // namespace flapjack
