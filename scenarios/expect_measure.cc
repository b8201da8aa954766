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

std::int64_t number_of(const TraceRecord& record) {
  for (const Attr& attr : record.attrs) {
    if (attr.key == "seq") return attr.number;
  }
  return 0;
}

}  // namespace

std::int64_t ExpectMeasure::sample() const {
  return counts() ? probes_.counter(spec_.subject, spec_.counter) : probes_.sent(spec_.subject);
}

// Apps number their messages from 1, so that what is answered tells when it was sent.
void ExpectMeasure::match(const RecordView&, const TraceRecord& record, const Tracer& tracer) {
  if (counts() || record.kind != TraceKind::Event) return;
  const bool sends = record.name == "sent" || record.name == "skipped";
  const bool answered = record.name == "acked" || record.name == "resolved";
  if ((!sends && !answered) || tracer.path(record.subject) != app_) return;
  std::int64_t number = number_of(record);
  if (sends && window_.opened_by(record)) open_ = number - 1;  // this one is in the window
  if (!answered || !window_.contains(record)) return;
  if (number == 0) number = probes_.answered_last(spec_.subject);
  if (number > open_) ++answered_;
}

ExpectResult ExpectMeasure::decide() {
  sample_close();
  ExpectResult result{&spec_, false, {}, {}, {}};
  const std::string what =
      spec_.subject.path() + (counts() ? "." + spec_.counter : std::string(" delivered"));
  result.expected = what + " " + to_text(spec_.is);
  if (!window_.text().empty()) result.expected += ", " + window_.text();
  const std::string why = window_.never_opened();
  if (why.empty()) {
    judge(result);
  } else {  // of a window that there never was nothing holds, not even "none"
    result.actual = "the window never opened: " + why;
  }
  return result;
}

void ExpectMeasure::judge(ExpectResult& result) const {
  const std::int64_t total = close_ - open_;
  const std::int64_t value = counts() ? total : answered_;
  if (counts() || spec_.is.unit != BoundUnit::Percent) {
    result.pass = spec_.is.holds(value);
    result.actual = std::to_string(value);
    if (!counts()) result.actual += " of " + std::to_string(total);
    return;
  }
  if (total == 0) {  // no share of nothing, so no bound on it holds
    result.actual = "nothing was sent";
    return;
  }
  __extension__ using Wide = __int128;
  const auto ppb = static_cast<std::int64_t>(static_cast<Wide>(value) * kPpbOne / total);
  result.pass = spec_.is.holds(ppb);
  result.actual =
      percent(ppb) + " (" + std::to_string(value) + " of " + std::to_string(total) + ")";
}

}  // namespace flapjack
