// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expectation.h"

#include "scenarios/expect_measure.h"
#include "scenarios/expect_sequence.h"

namespace flapjack {
namespace {

// Before a pattern edge has come the window is not open yet (from) or not closed yet (to).
SimTime first_time(const std::optional<WindowEdge>& edge, SimTime otherwise, SimTime waiting) {
  if (!edge) return otherwise;
  return edge->pattern ? waiting : edge->time;
}

// The two kinds that only count matches of one pattern.
class Presence : public Expectation {
 public:
  using Expectation::Expectation;

  ExpectResult decide() override {
    const bool wanted = spec_.kind == ExpectKind::Eventually;
    ExpectResult result{&spec_, found_.empty() != wanted, {}, {}, {}};
    const std::string& what = spec_.pattern.text;
    const std::string when = window_.text().empty() ? "" : " " + window_.text();
    result.expected = wanted ? what + when : "no " + what + when;
    if (wanted) {
      result.actual = found_.empty() ? "none" : found_;
      result.nearest = nearest();
    } else {
      result.actual = found_.empty() ? "none" : found_;
      result.nearest = found_;
    }
    return result;
  }

 protected:
  void match(const RecordView& view, const TraceRecord& record, const Tracer& tracer) override {
    if (!view.matches(spec_.pattern)) return;
    if (window_.contains(record)) {
      if (found_.empty()) found_ = describe(tracer, record, view);
    } else if (window_.from() == kNever || record.at < window_.from()) {
      before_ = describe(tracer, record, view);
      before_at_ = record.at;
    } else if (after_.empty()) {
      after_ = describe(tracer, record, view);
      after_at_ = record.at;
    }
  }

 private:
  std::string nearest() const {
    if (!found_.empty()) return found_;
    if (after_.empty() && before_.empty()) return {};
    const bool opened = window_.from() != kNever;
    if (!opened) return before_ + ", but the window never opened";
    const Duration early = window_.from() - before_at_, late = after_at_ - window_.to();
    if (after_.empty() || (!before_.empty() && early <= late)) {
      return before_ + " (" + to_text(early) + " early)";
    }
    return after_ + " (" + to_text(late) + " late)";
  }

  std::string found_, before_, after_;
  SimTime before_at_, after_at_;
};

// whenever A then B within T.
class Whenever : public Expectation {
 public:
  using Expectation::Expectation;

  ExpectResult decide() override {
    ExpectResult result{&spec_, false, {}, {}, {}};
    result.expected = spec_.then.text + " within " + to_text(spec_.within) + " of every " +
                      spec_.pattern.text;
    if (failed_.empty() && pending_) failed_ = pending_text_;
    result.pass = failed_.empty();
    if (result.pass) {
      result.actual = count_ == 1 ? "once" : std::to_string(count_) + " times";
    } else {
      result.actual = "not after " + failed_;
      if (late_.empty()) {
        result.nearest = last_then_;
      } else {
        result.nearest = late_;
      }
    }
    return result;
  }

 protected:
  void match(const RecordView& view, const TraceRecord& record, const Tracer& tracer) override {
    if (view.matches(spec_.then)) {
      last_then_ = describe(tracer, record, view);
      if (pending_ && record.at - pending_at_ <= spec_.within) {
        pending_ = false;
      } else if (pending_ || (!failed_.empty() && late_.empty())) {
        late_ = last_then_ + " (" + to_text(record.at - pending_at_) + " after)";
      }
    }
    if (pending_ && record.at - pending_at_ > spec_.within) {
      if (failed_.empty()) failed_ = pending_text_;
      pending_ = false;
    }
    if (!view.matches(spec_.pattern) || !window_.contains(record)) return;
    ++count_;
    if (pending_ || !failed_.empty()) return;  // the oldest open cause decides
    pending_ = true;
    pending_at_ = record.at;
    pending_text_ = describe(tracer, record, view);
  }

 private:
  bool pending_ = false;
  SimTime pending_at_;
  std::string pending_text_, failed_, last_then_, late_;
  std::uint64_t count_ = 0;
};

}  // namespace

Window::Window(const WindowSpec& spec, SimTime until)
    : spec_(spec),
      until_(until),
      from_(first_time(spec.from, SimTime{}, kNever)),
      to_(first_time(spec.to, until, kNever)),
      from_known_(!spec.from || !spec.from->pattern),
      to_known_(!spec.to || !spec.to->pattern) {
  if (spec.from) text_ = "from " + spec.from->written.text;
  if (spec.to) text_ += (text_.empty() ? "by " : " by ") + spec.to->written.text;
}

void Window::see(const RecordView& view, const TraceRecord& record) {
  bool opens = false;
  if (!from_known_ && view.matches(*spec_.from->pattern)) {
    from_known_ = opens = true;
    from_ = record.at + spec_.from->plus;
    if (spec_.from->plus.ns == 0) from_seq_ = record.seq;
  }
  if (to_known_ || !from_known_ || !view.matches(*spec_.to->pattern)) return;
  const bool exact = spec_.to->plus.ns == 0;
  const SimTime to = record.at + spec_.to->plus;
  // Only what comes once the window is open closes it; an event cannot be both edges at once.
  if (to < from_ || (exact && opens)) return;
  to_known_ = true;
  to_ = to;
  if (exact) to_seq_ = record.seq;
}

std::string Window::never_opened() const {
  if (!spec_.from || !spec_.from->pattern || from_ <= std::min(until_, to_)) return {};
  const std::string pattern = "\"" + spec_.from->pattern->text + "\"";
  if (from_ == kNever) return "nothing was " + pattern;
  if (from_ <= until_) return pattern + " came too late: the window was over";
  return pattern + " came, but the run ended before its time had passed";
}

// The other kinds fail then.
std::string Expectation::idle() const {
  const bool passes = spec_.kind == ExpectKind::Never || spec_.kind == ExpectKind::Whenever;
  return passes ? window_.never_opened() : std::string();
}

std::string idle_window_text(const IdleWindow& idle) {
  return "the window of \"" + std::string(expect_kind_name(idle.spec->kind)) +
         "\" never opened: " + idle.why;
}

std::string describe(const Tracer& tracer, const TraceRecord& record, const RecordView& view) {
  std::string text = view.packet_text();
  if (text.empty()) {
    text = std::string(tracer.path(record.subject)) + " " + std::string(record.name);
    for (const Attr& attr : record.attrs) {
      text += " " + std::string(attr.key) + "=";
      append_value(text, attr);
    }
  }
  return text + " at " + to_text(record.at);
}

TraceMask kinds_of(const ExpectSpec& spec) {
  TraceMask kinds;
  for (const auto& edge : {spec.window.from, spec.window.to}) {
    if (edge && edge->pattern) kinds = kinds | kinds_of(*edge->pattern);
  }
  for (const SequenceItem& item : spec.sequence) {
    for (const SequenceEvent& event : item.events) kinds = kinds | kinds_of(event.pattern);
  }
  if (spec.sequence.empty()) kinds = kinds | kinds_of(spec.pattern) | kinds_of(spec.then);
  return kinds;
}

std::unique_ptr<Expectation> make_expectation(const ExpectSpec& spec, SimTime until,
                                              const ExpectProbes& probes) {
  switch (spec.kind) {
    case ExpectKind::Sequence:
      return std::make_unique<ExpectSequence>(spec, until);
    case ExpectKind::Never:
    case ExpectKind::Eventually:
      return std::make_unique<Presence>(spec, until);
    case ExpectKind::Whenever:
      return std::make_unique<Whenever>(spec, until);
    case ExpectKind::Counter:
    case ExpectKind::Delivered:
      return std::make_unique<ExpectMeasure>(spec, until, probes);
  }
  return nullptr;
}

}  // namespace flapjack
