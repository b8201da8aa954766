// SPDX-License-Identifier: Apache-2.0
// An echo service as an object: JSON -> EchoServiceSpec.
#include <algorithm>

#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

void bind_group(LoadContext& ctx, const JsonValue& v, EchoServiceSpec& spec) {
  if (!expect_type(ctx, v, Type::String, "239.1.2.3")) return;
  const auto group = IpAddress::parse(v.text);
  if (!group || !group->is_multicast()) {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is not a multicast group",
              "write \"239.1.2.3\" or \"ff05::1:3\"");
    return;
  }
  if (std::find(spec.groups.begin(), spec.groups.end(), *group) != spec.groups.end()) {
    ctx.error("F0110", v.span, in_quotes(v.text) + " is there already");
    return;
  }
  spec.groups.push_back(*group);
}

void bind_join(LoadContext& ctx, const JsonMember& m, EchoServiceSpec& spec) {
  if (!m.value.is(Type::Array)) return bind_group(ctx, m.value, spec);
  for (const JsonValue& v : m.value.items) bind_group(ctx, v, spec);
}

}  // namespace

void FormatTables::build_echo_service() {
  echo_service.whole("port", "Where it listens.", 1, 65535, &EchoServiceSpec::port);
  echo_service.add({"join", "The multicast groups it joins.",
                    schema_any_of({schema_string(), schema_array(schema_string())})},
                   &bind_join);
  echo_service.flag("reuse", "Others may have its address and port, too.", false,
                    &EchoServiceSpec::reuse);
  echo_service.add(priority_field(),
                   [](LoadContext& ctx, const JsonMember& m, EchoServiceSpec& s) {
                     s.priority = read_priority(ctx, m.value);
                   });
  echo_service.check([](LoadContext& ctx, const JsonValue& v, EchoServiceSpec& s) {
    if (s.port || v.find("port") != nullptr) return;
    ctx.error("F0103", {v.span.begin, v.span.begin + 1}, "an echo needs a \"port\"");
  });
}

}  // namespace flapjack
