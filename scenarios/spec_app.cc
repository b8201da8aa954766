// SPDX-License-Identifier: Apache-2.0
// Applications and whom they talk to: JSON -> AppSpec.
#include <algorithm>
#include <utility>

#include "scenarios/format_tables.h"
#include "scenarios/paths.h"
#include "scenarios/quantity.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kLeastPayload = 4;  // the number of the message
constexpr std::int64_t kLargestPayload = 1'000'000'000;
constexpr std::int64_t kMostActions = 1'000'000'000;

/// Options in the order of the schema; which of them an app takes is in the vocabulary.
const std::vector<std::string>& option_keys() {
  static const std::vector<std::string> keys = {"send",  "every", "from",   "until",
                                                "count", "wait",  "timeout", "type",
                                                "ttl",   "tos",   "port",   "reuse",
                                                "priority"};
  return keys;
}

Parsed<std::int64_t> parse_payload(std::string_view text) {
  const Parsed<std::int64_t> bytes = parse_size(text);
  if (bytes.ok() && (bytes.value() < kLeastPayload || bytes.value() > kLargestPayload)) {
    return UnitError{"F0207", in_quotes(text) + " is not between 4B and 1GB",
                     "a payload begins with the 4 bytes of its number", {}};
  }
  return bytes;
}

/// "ap:4242": the port, and who stands before it.
std::optional<PeerSpec> read_peer(LoadContext& ctx, const JsonValue& v) {
  if (!expect_type(ctx, v, Type::String, "ap:4242")) return std::nullopt;
  const TextSource source(v);
  const std::string_view text = source.text;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    ctx.error("F0110", v.span, in_quotes(text) + " is not \"node:port\"",
              "write \"ap:4242\", \"192.0.2.1:4242\" or \"[2001:db8::1]:4242\"");
    return std::nullopt;
  }
  const std::string_view port = text.substr(colon + 1);
  const auto d = split_decimal(port);
  const Scaled s = d && d->whole == port ? scale(*d, 1) : Scaled{};
  if (s.error != ScaleError::None || s.value < 1 || s.value > 65535) {
    ctx.error("F0110", source.span(colon + 1, text.size()),
              in_quotes(port) + " is not a port", "ports are 1 to 65535");
    return std::nullopt;
  }
  PeerSpec peer;
  peer.port = static_cast<std::uint16_t>(s.value);
  peer.place = ctx.place(v.span);
  const std::string host(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) {
    peer.ipv6 = Ipv6Address::parse(std::string_view(host).substr(1, host.size() - 2));
    if (peer.ipv6) return peer;
    ctx.error("F0110", source.span(0, colon), in_quotes(host) + " is not an IPv6 address",
              "write \"[2001:db8::1]:4242\"");
    return std::nullopt;
  }
  if (const auto value = parse_ipv4(host)) {
    peer.address = Ipv4Spec{host, *value, 32, peer.place};
  } else {
    peer.node = host;
  }
  return peer;
}

void bind_name(LoadContext& ctx, const JsonValue& v, AppSpec& app) {
  if (!expect_type(ctx, v, Type::String, "host.example")) return;
  if (check_domain_name(ctx, v.span, v.text)) app.names.push_back(ctx.placed(v));
}

void bind_names(LoadContext& ctx, const JsonMember& m, AppSpec& app) {
  if (!m.value.is(Type::Array)) return bind_name(ctx, m.value, app);
  if (m.value.items.empty()) ctx.error("F0107", m.value.span, "an app needs a name to ask for");
  for (const JsonValue& v : m.value.items) bind_name(ctx, v, app);
}

void bind_kind(LoadContext& ctx, const AppWord& word, const JsonMember& m, AppSpec& app) {
  app.kind = word.name;
  if (word.value == AppValue::Names) return bind_names(ctx, m, app);
  if (!m.value.is(Type::Array)) {
    if (auto peer = read_peer(ctx, m.value)) app.peers.push_back(std::move(*peer));
    return;
  }
  if (!word.many_peers && m.value.items.size() > 1) {
    ctx.error("F0107", m.value.span, in_quotes(word.name) + " has one peer, not a list");
    return;
  }
  if (m.value.items.empty()) ctx.error("F0107", m.value.span, "an app needs a peer");
  for (const JsonValue& v : m.value.items) {
    if (auto peer = read_peer(ctx, v)) app.peers.push_back(std::move(*peer));
  }
}

bool same_subnet(const Ipv4Spec& a, const Ipv4Spec& b) {
  const std::uint8_t bits = std::min(a.prefix_len, b.prefix_len);
  return bits == 0 || (a.value ^ b.value) >> (32 - bits) == 0;
}

void check_service(LoadContext& ctx, const AppSpec& app, const PeerSpec& peer,
                   const NodeSpec& node) {
  const AppWord* word = find_word(ctx.vocabulary.apps, app.kind);
  if (word == nullptr || word->needs_service.empty()) return;
  std::vector<std::string> has;
  for (const ServiceSpec& s : node.services) {
    const bool kind = std::find(word->needs_service.begin(), word->needs_service.end(), s.kind) !=
                      word->needs_service.end();
    if (kind && s.port == peer.port) return;
    has.push_back(s.kind + ":" + std::to_string(s.port));
  }
  ctx.error("F0304", peer.place.span,
            "node " + in_quotes(node.name) + " has no service " +
                join(word->needs_service, " or ") + " on port " + std::to_string(peer.port),
            has.empty() ? node.name + " has no services" : node.name + " has: " + join(has));
}

void resolve_peer(LoadContext& ctx, const NodeSpec& own, const AppSpec& app, PeerSpec& peer) {
  if (peer.node.empty()) return;
  const SourceSpan value = peer.place.span;
  const bool exact = value.end - value.begin > peer.node.size() + 2;
  const SourceSpan span{value.begin + (exact ? 1 : 0),
                        exact ? value.begin + 1 + static_cast<std::uint32_t>(peer.node.size())
                              : value.end};
  if (!resolve_path(ctx, peer.node, span, only(TargetKind::Node), in_quotes(app.kind))) return;
  const NodeSpec& node = *ctx.spec.find_node(peer.node);
  const Ipv4Spec* address = address_for(own, node);
  if (address == nullptr) {
    ctx.error("F0304", span, "node " + in_quotes(node.name) + " has no IPv4 address",
              "give one of its interfaces an \"ipv4\"");
    return;
  }
  peer.address = *address;
  check_service(ctx, app, peer, node);
}

std::string peers_schema() {
  const std::string one =
      schema_pattern("^([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]+$", "ap:4242");
  return schema_any_of({one, schema_array(one, 1)});
}

std::string names_schema() {
  return schema_any_of({schema_string(), schema_array(schema_string(), 1)});
}

/// F0601 and F0602 as for a step: an app that never does anything, and nobody would be told. One
/// that keeps a connection does so at its start, whatever `until` says.
void check_times(LoadContext& ctx, const JsonValue& v, const AppSpec& app, bool keeps) {
  const JsonMember* const from = v.find("from");
  const JsonMember* const until = v.find("until");
  const SimTime begin = app.from.value_or(SimTime{});
  const bool behind = keeps ? begin > ctx.spec.until : begin >= ctx.spec.until;
  if (app.from && ctx.spec.until_place.known() && behind) {
    ctx.error("F0601", from->value.span,
              "this app begins at " + from->value.text + " but the run ends at " +
                  to_text(Duration{ctx.spec.until.ns}),
              "raise \"until\" (declared at " + ctx.line_column(ctx.spec.until_place) + ")");
  } else if (!keeps && app.until && *app.until <= begin) {
    ctx.error("F0602", until->value.span, "this app ends before it begins",
              "\"until\" must be later than \"from\"" +
                  std::string(app.from ? "" : ", which is \"0s\" here"));
  }
}

void check_app(LoadContext& ctx, const FormatTables& tables, const JsonValue& v, AppSpec& app) {
  const auto kinds = tables.app.selectors_in(v);
  if (kinds.size() == 1) {
    const AppWord* word = find_word(ctx.vocabulary.apps, kinds[0]->key);
    check_times(ctx, v, app, word->keeps);
    if (word->value == AppValue::Names && app.wait && app.wait->ns == 0) {
      ctx.error("F0207", v.find("wait")->value.span, "a query without time for an answer is EINVAL",
                "write \"2s\", or leave it out");
    }
    std::vector<std::string> refused;
    for (const std::string& key : option_keys()) {
      const auto& takes = word->options;
      if (std::find(takes.begin(), takes.end(), key) == takes.end()) refused.push_back(key);
    }
    refuse_keys(ctx, v, refused, in_quotes(word->name));
    return;
  }
  if (kinds.size() > 1) {
    ctx.error("F0102", kinds[1]->key_span,
              "an app is of one kind, found " + in_quotes(kinds[0]->key) + " and " +
                  in_quotes(kinds[1]->key));
    return;
  }
  const bool other_error = std::any_of(v.members.begin(), v.members.end(), [&](const auto& m) {
    const auto& options = option_keys();
    return !is_free_key(m.key) &&
           std::find(options.begin(), options.end(), m.key) == options.end();
  });
  if (!other_error) {
    ctx.error("F0102", {v.span.begin, v.span.begin + 1},
              "app " + in_quotes(app.name) + " does not say what it is",
              "one of: " + join(names_of(ctx.vocabulary.apps)));
  }
}

AppSocketSpec& socket_of(AppSpec& app) { return app.socket; }

}  // namespace

FieldInfo priority_field() {
  return {"priority", "Of its packets, 0 to 7; picks their traffic class (SO_PRIORITY).",
          schema_whole(0, 7)};
}

std::optional<std::int64_t> read_priority(LoadContext& ctx, const JsonValue& v) {
  return read_whole(ctx, v, 0, 7,
                    "from low to high: 1 background, 0 best effort, 2 excellent effort, "
                    "3 critical applications, 4 video, 5 voice, 6 and 7 network control");
}

void refuse_keys(LoadContext& ctx, const JsonValue& object, const std::vector<std::string>& keys,
                 std::string_view with) {
  for (const std::string& key : keys) {
    const JsonMember* m = object.find(key);
    if (m == nullptr) continue;
    ctx.error("F0108", m->key_span, in_quotes(key) + " does not go with " + std::string(with));
  }
}

const Ipv4Spec* address_for(const NodeSpec& own, const NodeSpec& peer) {
  const Ipv4Spec* first = nullptr;
  for (const IfaceSpec& mine : own.ifaces) {
    for (const IfaceSpec& theirs : peer.ifaces) {
      for (const Ipv4Spec& a : theirs.ipv4) {
        if (first == nullptr) first = &a;
        for (const Ipv4Spec& b : mine.ipv4) {
          if (same_subnet(a, b)) return &a;
        }
      }
    }
  }
  if (first != nullptr) return first;
  for (const IfaceSpec& theirs : peer.ifaces) {
    if (!theirs.ipv4.empty()) return &theirs.ipv4.front();
  }
  return nullptr;
}

void resolve_peers(LoadContext& ctx) {
  for (NodeSpec& node : ctx.spec.nodes) {
    for (AppSpec& app : node.apps) {
      for (PeerSpec& peer : app.peers) resolve_peer(ctx, node, app, peer);
    }
  }
}

void FormatTables::build_socket() {
  socket.whole("ttl", "Routers that what it sends may pass; of IPv6 the hop limit.", 1, 255,
               &AppSocketSpec::ttl);
  socket.whole("tos", "The DSCP and ECN byte of what it sends.", 0, 255, &AppSocketSpec::tos);
  socket.whole("port", "Its own port; default: one that is free.", 1, 65535, &AppSocketSpec::port);
  socket.flag("reuse", "Others may have its address and port, too.", false, &AppSocketSpec::reuse);
  socket.add(priority_field(), [](LoadContext& ctx, const JsonMember& m, AppSocketSpec& s) {
    s.priority = read_priority(ctx, m.value);
  });
}

void FormatTables::build_app() {
  for (const AppWord& word : vocabulary.apps) {
    const bool names = word.value == AppValue::Names;
    FieldInfo info{word.name, word.doc, names ? names_schema() : peers_schema()};
    info.selector = true;
    app.add(std::move(info), [&word](LoadContext& ctx, const JsonMember& m, AppSpec& a) {
      if (a.kind.empty()) bind_kind(ctx, word, m, a);
    });
  }
  app.quantity({"send", "Bytes of one payload, which begins with the 4 of its number.",
                schema_size()},
               &parse_payload, "64B", &AppSpec::send);
  app.quantity({"every", "The interval between actions.", schema_duration()},
               &parse_positive_duration, "1s", &AppSpec::every);
  app.quantity({"from", "When the first action is.", schema_duration()}, &parse_sim_time, "1s",
               &AppSpec::from);
  app.quantity({"until", "From when on there is no action.", schema_duration()}, &parse_sim_time,
               "30s", &AppSpec::until);
  app.whole("count", "How many actions at most.", 1, kMostActions, &AppSpec::count);
  app.quantity({"wait", "How long to wait for an answer.", schema_duration()}, &parse_duration,
               "500ms", &AppSpec::wait);
  app.quantity({"timeout", "How long to wait for a connection.", schema_duration()},
               &parse_positive_duration, "5s", &AppSpec::timeout);
  app.word("type", "Which DNS records to ask for; default: A.", "record type",
           {{"A", "IPv4 addresses"}, {"AAAA", "IPv6 addresses"}}, {}, &AppSpec::type);
  build_socket();
  app.include(socket, &socket_of);
  app.later({"udp_ping", "udp_flood", "tcp_send", "tcp_recv", "http_get", "reconnecting_client",
             "dns_query", "conn_policy", "script", "expect_state", "bytes"});
  app.check([this](LoadContext& ctx, const JsonValue& v, AppSpec& a) {
    check_app(ctx, *this, v, a);
  });
}

}  // namespace flapjack
