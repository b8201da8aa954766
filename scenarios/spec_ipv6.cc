// SPDX-License-Identifier: Apache-2.0
// "ipv6" of an interface: JSON -> IfaceSpec::ipv6.
#include <algorithm>

#include "scenarios/format_tables.h"
#include "scenarios/quantity.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

void add(LoadContext& ctx, const JsonValue& v, const Ipv6Spec& address, IfaceSpec& iface) {
  const auto same = [&](const Ipv6Spec& other) {
    return other.prefix.address == address.prefix.address;
  };
  if (std::any_of(iface.ipv6.begin(), iface.ipv6.end(), same)) {
    return already_there(ctx, v, to_text(address.prefix.address));
  }
  iface.ipv6.push_back(address);
}

void bind_item(LoadContext& ctx, const JsonValue& v, IfaceSpec& iface) {
  if (v.is(Type::String) && v.text == "auto") {
    if (iface.ipv6_auto) already_there(ctx, v, v.text);
    iface.ipv6_auto = true;
    return;
  }
  if (v.is(Type::String) && v.text == "dhcp") return ctx.not_supported_yet(v.span, v.text);
  if (v.is(Type::String) && iface.technology == "loopback") {  // it alone may have ::1
    const auto own = Ipv6Prefix::parse(v.text);
    if (own && own->address.is_loopback()) return add(ctx, v, {*own, ctx.place(v.span)}, iface);
  }
  if (const auto address = read_ipv6(ctx, v, true)) add(ctx, v, *address, iface);
}

std::string ipv6_schema() {
  const std::string one =
      schema_pattern("^(auto|[0-9A-Fa-f:.]+/[0-9]{1,3})$", "2001:db8::2/64");
  return schema_any_of({one, schema_array(one)});
}

}  // namespace

std::optional<Ipv6Spec> read_ipv6(LoadContext& ctx, const JsonValue& v, bool with_prefix) {
  const char* example = with_prefix ? "2001:db8::2/64" : "2001:db8::2";
  if (!expect_type(ctx, v, Type::String, example)) return std::nullopt;
  const std::string_view text = v.text;
  const std::size_t slash = text.find('/');
  const auto fail = [&](std::string message, std::string help) {
    ctx.error("F0110", v.span, std::move(message), std::move(help));
    return std::nullopt;
  };
  const auto address = Ipv6Address::parse(text.substr(0, slash));
  if (!address) {
    const bool is_word = text.find(':') == std::string_view::npos;
    return fail(in_quotes(text) + " is not an IPv6 address",
                "write " + in_quotes(example) + (is_word ? " or \"auto\"" : ""));
  }
  if (address->is_any() || address->is_multicast() || address->is_loopback()) {
    const char* help = address->is_loopback() ? "only a loopback interface has it" : "";
    return fail(in_quotes(text) + " is not the address of one host", help);
  }
  if (!with_prefix) {
    if (slash == std::string_view::npos) return Ipv6Spec{{*address, 128}, ctx.place(v.span)};
    return fail("an address without a prefix length is wanted here",
                "write " + in_quotes(to_text(*address)));
  }
  if (slash == std::string_view::npos) {
    return fail("the prefix length is missing", "write \"" + to_text(*address) + "/64\"");
  }
  const auto prefix = Ipv6Prefix::parse(text);
  if (!prefix) {
    return fail(in_quotes(text.substr(slash + 1)) + " is not a prefix length", "they are 0 to 128");
  }
  return Ipv6Spec{*prefix, ctx.place(v.span)};
}

void FormatTables::build_iface_ipv6() {
  iface.add({"ipv6",
             "Switches IPv6 on: \"auto\" (link-local, and what routers advertise), or static "
             "addresses with their prefix lengths.",
             ipv6_schema()},
            [](LoadContext& ctx, const JsonMember& m, IfaceSpec& i) {
              i.has_ipv6 = true;
              if (!m.value.is(Type::Array)) return bind_item(ctx, m.value, i);
              for (const JsonValue& v : m.value.items) bind_item(ctx, v, i);
            });
}

}  // namespace flapjack
