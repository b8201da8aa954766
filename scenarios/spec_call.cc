// SPDX-License-Identifier: Apache-2.0
// The arguments of calls: JSON -> StepSpec::args.
#include "scenarios/spec_call.h"

#include <cctype>

#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

CallArgsSpec& args_of_step(StepSpec& s) { return s.args; }

/// Whether the step is about a loopback interface: it alone has 127.0.0.0/8 and ::1.
bool is_of_loopback(const LoadContext& ctx, const StepSpec& s) {
  if (s.target.kind != TargetKind::Iface) return false;
  const NodeSpec* node = ctx.spec.find_node(s.target.node);
  const IfaceSpec* iface = node != nullptr ? node->find_iface(s.target.name) : nullptr;
  return iface != nullptr && iface->technology == "loopback";
}

/// "::1/128", or "::1" to delete; nothing when it is another address.
std::optional<Ipv6Prefix> own_ipv6(std::string_view text, bool with_prefix) {
  std::optional<Ipv6Prefix> own;
  if (with_prefix) own = Ipv6Prefix::parse(text);
  const auto bare = with_prefix ? std::nullopt : Ipv6Address::parse(text);
  if (bare) own = Ipv6Prefix{*bare, 128};
  return own && own->address.is_loopback() ? own : std::nullopt;
}

/// An address goes in with its prefix length and is taken out without (net_if_ipv4_addr_rm).
void bind_address(LoadContext& ctx, const JsonMember& m, StepSpec& s) {
  const bool with_prefix = s.verb != "del_address";
  const char* example = with_prefix ? "192.0.2.2/24" : "192.0.2.2";
  if (!expect_type(ctx, m.value, Type::String, example)) return;
  const bool loopback = is_of_loopback(ctx, s);
  if (const auto own = own_ipv6(m.value.text, with_prefix); own && loopback) {
    s.args.address = own->address;
    s.args.prefix_len = own->length;
  } else if (m.value.text.find(':') != std::string::npos) {
    const auto six = read_ipv6(ctx, m.value, with_prefix);
    if (!six) return;
    s.args.address = six->prefix.address;
    s.args.prefix_len = six->prefix.length;
  } else if (const auto four = read_ipv4(ctx, m.value, with_prefix)) {
    if (Ipv4Address{four->value}.is_loopback() && !loopback) {
      ctx.error("F0110", m.value.span, in_quotes(m.value.text) + " is not the address of one host",
                "only a loopback interface has it");
      return;
    }
    s.args.address = Ipv4Address{four->value};
    s.args.prefix_len = four->prefix_len;
  }
}

constexpr std::int64_t kMostOption = 2147483647;
constexpr std::int64_t kMostRoom = 131072;

// Two digits a byte.
void bind_hex(LoadContext& ctx, const JsonMember& m, CallArgsSpec& c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (!read_string(ctx, m.value)) return;
  const std::string& text = m.value.text;
  c.bytes.clear();
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const auto high = kDigits.find(static_cast<char>(std::tolower(text[i])));
    const auto low = kDigits.find(static_cast<char>(std::tolower(text[i + 1])));
    if (high == kDigits.npos || low == kDigits.npos) break;
    c.bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  if (c.bytes.size() * 2 == text.size()) return;
  ctx.error("F0110", m.value.span, "these are no hexadecimal bytes", "write \"00ff\"");
}

}  // namespace

void FormatTables::build_step_option() {
  call_args.whole("option", "An option of the interface's implementation.", 0, kMostOption,
                  &CallArgsSpec::option);
  call_args.add({"text", "What the option is set to, as text.", schema_string()},
                [](LoadContext& ctx, const JsonMember& m, CallArgsSpec& c) {
                  if (!read_string(ctx, m.value)) return;
                  c.bytes.assign(m.value.text.begin(), m.value.text.end());
                });
  call_args.add({"hex", "What the option is set to, two hexadecimal digits a byte.",
                 schema_pattern("^([0-9A-Fa-f]{2})*$", "00ff")},
                &bind_hex);
  call_args.whole("room", "How many bytes of the option can be taken.", 0, kMostRoom,
                  &CallArgsSpec::room, "64");
}

void FormatTables::build_step_call() {
  build_step_option();
  call_args.word("flag", "A flag of the interface's binding.", "flag",
                 {{"persistent", "It reconnects by itself."},
                  {"no_auto_connect", "It does not connect once it is admin-up."},
                  {"no_auto_down", "It stays admin-up once it has given up."}},
                 {}, &CallArgsSpec::flag);
  call_args.add({"value", "What the flag is set to.", schema_bool()},
                [](LoadContext& ctx, const JsonMember& m, CallArgsSpec& c) {
                  if (auto v = read_bool(ctx, m.value)) c.value = *v;
                });
  call_args.quantity({"timeout", "How long from now on; whole seconds, 0s is none.",
                      schema_duration()},
                     &parse_whole_seconds, "30s", &CallArgsSpec::timeout_s);
  std::vector<Word> l2s = vocabulary.l2s;
  l2s.push_back({kNoL2, "Interfaces without a layer 2, and offloaded ones."});
  call_args.word("l2", "All interfaces with this layer 2.", "l2", l2s, {}, &CallArgsSpec::l2);
  call_args.flag("skip_ignored", "Leave out what the connection monitor ignores.", false,
                 &CallArgsSpec::skip_ignored);
  step.include(call_args, &args_of_step);
  step.add({"address", "An IPv4 or IPv6 address; to add, with its prefix length.",
            schema_pattern("^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$", "192.0.2.2/24")},
           &bind_address);
}

}  // namespace flapjack
