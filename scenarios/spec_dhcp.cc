// SPDX-License-Identifier: Apache-2.0
// What a DHCP service is told, at first and by lease steps: JSON -> ServiceSpec, StepSpec.
#include "scenarios/format_tables.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kRangeExample = "10.0.0.10..10.0.0.99";
constexpr std::uint32_t kMostAddresses = 65536;

const std::vector<Word>& answers() {
  static const std::vector<Word> words = {
      {"normal", "every request is looked at"},
      {"nak", "every REQUEST is refused"},
      {"ignore", "nothing is answered"},
  };
  return words;
}

}  // namespace

std::optional<Ipv4RangeSpec> read_ipv4_range(LoadContext& ctx, const JsonValue& v) {
  if (!expect_type(ctx, v, Type::String, kRangeExample)) return std::nullopt;
  const std::string_view text = v.text;
  const std::size_t dots = text.find("..");
  const auto first = parse_ipv4(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_ipv4(text.substr(dots + 2));
  if (!first || !last) {
    ctx.error("F0110", v.span, in_quotes(text) + " is not a range of IPv4 addresses",
              "write " + in_quotes(kRangeExample));
    return std::nullopt;
  }
  if (*last < *first || *last - *first >= kMostAddresses) {
    ctx.error("F0207", v.span, in_quotes(text) + " is not a range of 1 to 65536 addresses",
              *last < *first ? "the lower address comes first" : "");
    return std::nullopt;
  }
  return Ipv4RangeSpec{*first, *last, ctx.place(v.span)};
}

void FormatTables::build_step_lease() {
  step.word("answer", "What a DHCP service does with requests from now on.", "answer", answers(),
            {}, &StepSpec::answer);
  step.add({"pool", "The addresses that a DHCP service gives from now on.", schema_string()},
           [](LoadContext& ctx, const JsonMember& m, StepSpec& s) {
             s.pool = read_ipv4_range(ctx, m.value);
           });
}

}  // namespace flapjack
