// SPDX-License-Identifier: Apache-2.0
// Expectation: one thing that must hold, fed with the trace, decided at the end of the run. One
// class a kind; make_expectation() picks it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "scenarios/record_view.h"
#include "scenarios/spec.h"

namespace flapjack {

/// The verdict on one expectation; texts are for people and go into reports unchanged.
struct ExpectResult {
  const ExpectSpec* spec = nullptr;
  bool pass = false;
  std::string expected, actual;
  std::string nearest;  ///< the closest event to what was expected; empty when there is none
};

/// An expectation that passed as its window never opened.
struct IdleWindow {
  const ExpectSpec* spec = nullptr;
  std::string why;  ///< "nothing was \"dev IF_UP\""
};

/// "the window of "never" never opened: ..."
std::string idle_window_text(const IdleWindow& idle);

/// What expectations on numbers ask the World; values at the moment of the call.
struct ExpectProbes {
  /// A counter of a subject by name.
  std::function<std::int64_t(const TargetRef& subject, const std::string& name)> counter;
  /// Messages sent by an app.
  std::function<std::int64_t(const TargetRef& app)> sent;
  /// App::answered_last().
  std::function<std::int64_t(const TargetRef& app)> answered_last;
};

/// A window of time; its edges may wait for an event.
class Window {
 public:
  Window(const WindowSpec& spec, SimTime until);
  /// To be called with every record before contains().
  void see(const RecordView& view, const TraceRecord& record);
  /// Both ends are inclusive. An edge that is an event, without a time after it, is that record:
  /// of the same instant, what came before it (after it) is outside.
  bool contains(const TraceRecord& record) const {
    return record.at >= from_ && record.at <= to_ && record.seq >= from_seq_ &&
           record.seq <= to_seq_;
  }
  SimTime from() const { return from_; }  ///< kNever while its event has not come
  SimTime to() const { return to_; }
  /// True while nothing but a time opens (closes) it, be it one behind an event.
  bool opens_at_a_time() const { return !from_seq_.valid(); }
  bool closes_at_a_time() const { return to_seq_ == kNoRecord; }
  bool opened_by(const TraceRecord& record) const { return record.seq == from_seq_; }
  bool closed_by(const TraceRecord& record) const { return record.seq == to_seq_; }
  /// Why it did not open in a run that is over: "nothing was \"dev IF_UP\""; empty when it did.
  std::string never_opened() const;
  /// "from 18s by 25s", or empty.
  const std::string& text() const { return text_; }

 private:
  static constexpr RecordId kNoRecord{~std::uint64_t{0}};  // behind all of them
  const WindowSpec& spec_;
  SimTime until_, from_, to_;
  bool from_known_, to_known_;
  RecordId from_seq_, to_seq_ = kNoRecord;
  std::string text_;
};

class Expectation {
 public:
  explicit Expectation(const ExpectSpec& spec, SimTime until)
      : spec_(spec), window_(spec.window, until) {}
  virtual ~Expectation() = default;
  void see(const RecordView& view, const TraceRecord& record, const Tracer& tracer) {
    window_.see(view, record);
    if (window_.opened_by(record)) sample_open();
    match(view, record, tracer);
    if (window_.closed_by(record)) sample_close();
  }
  /// At the end of the run.
  virtual ExpectResult decide() = 0;
  const ExpectSpec& spec() const { return spec_; }
  const Window& window() const { return window_; }
  /// What it was never put to the test by, in a run that is over: its window did not open, and it
  /// passes all the same. Else empty.
  std::string idle() const;
  /// For kinds that measure: the window opens or closes. Where a record does so, see() calls them;
  /// at a time whoever runs the World, before or after all of that instant.
  virtual void sample_open() {}
  virtual void sample_close() {}
  virtual bool measures() const { return false; }

 protected:
  virtual void match(const RecordView& view, const TraceRecord& record, const Tracer& tracer) = 0;
  const ExpectSpec& spec_;
  Window window_;
};

/// The kinds of records that an expectation must see to decide.
TraceMask kinds_of(const ExpectSpec& spec);

std::unique_ptr<Expectation> make_expectation(const ExpectSpec& spec, SimTime until,
                                              const ExpectProbes& probes);

/// A record as failure messages show it: "dev L4_CONNECTED iface=wifi0 at 31.204s".
std::string describe(const Tracer& tracer, const TraceRecord& record, const RecordView& view);

}  // namespace flapjack
