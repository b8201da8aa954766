// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expect_measure.h"

namespace flapjack {
namespace {

// Parts per billion as a percentage with up to three decimals: "97.5%".
std::string percent(std::int64_t ppb) {
  const std::int64_t thousandths = ppb / 10'000;
  std::string text = std::to_string(thousandths / 1000);
  std::string rest = std::to_string(1000 + thousandths % 1000).substr(1);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return text + (rest.empty() ? "" : "." + rest) + "%";
}

}  // namespace

ExpectMeasure::Sample ExpectMeasure::sample() const {
  if (spec_.kind == ExpectKind::Counter) return {probes_.counter(spec_.subject, spec_.counter), 0};
  const auto [sent, delivered] = probes_.delivered(spec_.subject);
  return {delivered, sent};
}

ExpectResult ExpectMeasure::decide() {
  sample_close();
  ExpectResult result{&spec_, false, {}, {}, {}};
  const std::int64_t value = close_.value - open_.value;
  const std::int64_t total = close_.total - open_.total;
  const bool counter = spec_.kind == ExpectKind::Counter;
  const std::string what =
      spec_.subject.path() + (counter ? "." + spec_.counter : std::string(" delivered"));
  result.expected = what + " " + to_text(spec_.is);
  if (!window_.text().empty()) result.expected += ", " + window_.text();
  if (counter || spec_.is.unit != BoundUnit::Percent) {
    result.pass = spec_.is.holds(value);
    result.actual = std::to_string(value);
    if (!counter) result.actual += " of " + std::to_string(total);
    return result;
  }
  if (total == 0) {  // no share of nothing, so no bound on it holds
    result.actual = "nothing was sent";
    return result;
  }
  __extension__ using Wide = __int128;
  const auto ppb = static_cast<std::int64_t>(static_cast<Wide>(value) * kPpbOne / total);
  result.pass = spec_.is.holds(ppb);
  result.actual =
      percent(ppb) + " (" + std::to_string(value) + " of " + std::to_string(total) + ")";
  return result;
}

}  // namespace flapjack
