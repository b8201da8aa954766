// SPDX-License-Identifier: Apache-2.0
#include "scenarios/runner.h"

#include "scenarios/invariants.h"
#include "scenarios/node_counters.h"
#include "scenarios/run_stats.h"
#include "stack/trace/digest_sink.h"

namespace flapjack {
namespace {

// A scenario whose steps cause one another at one instant would never end. Events alone may be
// many: a broadcast among a thousand nodes is a million deliveries.
constexpr std::uint64_t kStepsAnInstantMax = 100'000;
constexpr std::uint64_t kEventsAnInstantMax = 100'000'000;
// What nodes tell of themselves is little beside it, unless they go round in circles.
constexpr std::uint64_t kRecordsAnInstantMax = 1'000'000, kRecordsANodeMax = 1'000;
// How many events may pass before `RunOptions::stop` is asked again.
constexpr std::uint64_t kEventsAQuestion = 4096;
constexpr TraceMask kCanonical{TraceMask::of(TraceKind::Event) | TraceMask::of(TraceKind::Hop) |
                               TraceMask::of(TraceKind::Drop) | TraceMask::of(TraceKind::Step)};

std::int64_t counter_value(const Node& node, const TargetRef& subject, std::string_view name) {
  if (subject.kind == TargetKind::Iface) {
    const NetIf& iface = *node.stack.iface_by_name(subject.name);
    for (const IfCounter& counter : if_counters()) {
      if (counter.name == name) return static_cast<std::int64_t>(counter.value(iface));
    }
  }
  if (subject.kind == TargetKind::Agent) {
    const App* agent = node.app(subject.name);
    return agent != nullptr ? agent->counter(name).value_or(0) : 0;
  }
  if (subject.kind == TargetKind::App) {
    const App* app = node.app(subject.name);
    const AppCounts counts = app != nullptr ? app->counts() : AppCounts{};
    return static_cast<std::int64_t>(name == "sent" ? counts.sent : counts.delivered);
  }
  const NodeCounter* counter = find_node_counter(name);
  return counter != nullptr ? counter->value(node.stack) : 0;
}

// For packets of who has no address yet.
void name_link_addresses(const World& world, NodeNames& names) {
  for (const auto& node : world.nodes()) {
    for (const auto& iface : node->stack.ifaces()) {
      const MacAddress& mac = iface->link_address();
      if (mac != MacAddress{}) names.add(mac, std::string(node->stack.name()));
    }
  }
}

// Shows each record once to the timeline and to every expectation. Numbers whose window has a time
// as its edge are read between instants: at its begin before anything of that instant, at its end
// behind everything of it.
class Watcher : public TraceSink {
 public:
  Watcher(World& world, const ScenarioSpec& spec, NodeNames& names, Timeline& timeline)
      : names_(names), timeline_(timeline) {
    probes_.counter = [&world](const TargetRef& subject, const std::string& name) {
      return counter_value(*world.node(subject.node), subject, name);
    };
    probes_.sent = [&world](const TargetRef& target) {
      const App* app = world.node(target.node)->app(target.name);
      return app != nullptr ? static_cast<std::int64_t>(app->counts().sent) : 0;
    };
    probes_.answered_last = [&world](const TargetRef& target) {
      const App* app = world.node(target.node)->app(target.name);
      return app != nullptr ? static_cast<std::int64_t>(app->answered_last()) : 0;
    };
    for (const ExpectSpec& expect : spec.expect) {
      expectations_.push_back({make_expectation(expect, spec.until, probes_)});
    }
  }

  /// What it must see, however little else of the run is looked at.
  TraceMask kinds() const {
    TraceMask kinds = timeline_.kinds() | TraceMask::of(TraceKind::Event) |
                      TraceMask::of(TraceKind::Step);
    for (const Watched& w : expectations_) kinds = kinds | kinds_of(w.expectation->spec());
    return kinds;
  }

  void start() {
    for (Watched& w : expectations_) plan_samples(w);
  }

  /// Until when the World may run: with nothing left of that instant, sample() is to be called.
  SimTime next_sample() const { return next_sample_; }
  void sample() {
    const SimTime now = std::exchange(next_sample_, kNever);
    for (Sample& s : samples_) {
      if (s.at == now) (s.of->*s.take)();
    }
    std::erase_if(samples_, [now](const Sample& s) { return s.at == now; });
    for (const Sample& s : samples_) next_sample_ = std::min(next_sample_, s.at);
  }

  /// Records of events at the latest instant that has any.
  std::uint64_t at_instant() const { return at_instant_; }

  void record(const Tracer& tracer, const TraceRecord& record) override {
    if (record.kind == TraceKind::Event) {
      at_instant_ = record.at == instant_ ? at_instant_ + 1 : 1;
      instant_ = record.at;
    }
    names_.learn(tracer, record);
    const RecordView view(tracer, record, names_);
    timeline_.see(view, record);
    for (Watched& w : expectations_) {
      w.expectation->see(view, record, tracer);
      if (!w.opening || !w.closing) plan_samples(w);
    }
  }

  std::vector<ExpectResult> decide() {
    std::vector<ExpectResult> results;
    for (Watched& w : expectations_) results.push_back(w.expectation->decide());
    return results;
  }

  std::vector<IdleWindow> idle() const {
    std::vector<IdleWindow> idle;
    for (const Watched& w : expectations_) {
      std::string why = w.expectation->idle();
      if (!why.empty()) idle.push_back({&w.expectation->spec(), std::move(why)});
    }
    return idle;
  }

 private:
  struct Watched {
    std::unique_ptr<Expectation> expectation;
    bool opening = false, closing = false;  // sample planned, or not needed
  };
  struct Sample {
    SimTime at;
    Expectation* of;
    void (Expectation::*take)();
  };

  void plan_samples(Watched& w) {
    const Window& window = w.expectation->window();
    if (!w.expectation->measures()) w.opening = w.closing = true;
    if (!w.opening && window.from() != kNever) {
      w.opening = true;
      if (window.opens_at_a_time() && window.from() > SimTime{}) {
        plan({SimTime{window.from().ns - 1}, w.expectation.get(), &Expectation::sample_open});
      }
    }
    if (!w.closing && window.to() != kNever) {
      w.closing = true;
      if (!window.closes_at_a_time()) return;
      plan({window.to(), w.expectation.get(), &Expectation::sample_close});
    }
  }

  void plan(const Sample& sample) {
    samples_.push_back(sample);
    next_sample_ = std::min(next_sample_, sample.at);
  }

  NodeNames& names_;
  Timeline& timeline_;
  ExpectProbes probes_;
  std::vector<Watched> expectations_;
  std::vector<Sample> samples_;  // yet to be taken
  SimTime next_sample_ = kNever;
  SimTime instant_;
  std::uint64_t at_instant_ = 0;
};

/// Those who count what happens at one instant.
struct Counting {
  const Timeline& timeline;
  Watcher& watcher;
  std::uint64_t records_max;  ///< of events
};

// Why the run ended before `until`; empty when it did not.
std::string run_to(Scheduler& scheduler, SimTime until, const Counting& counting,
                   bool (*stop)()) {
  SimTime instant = scheduler.now();
  std::uint64_t events = 0, asked = 0, steps = 0;
  const auto stuck = [&](std::uint64_t most, const char* what) {
    return "the simulation does not get past " + to_text(instant) + ": more than " +
           std::to_string(most) + " " + what + " at this instant";
  };
  for (;;) {
    const SimTime sample = counting.watcher.next_sample();
    if (!scheduler.run_one(std::min(sample, until))) {
      if (sample > until) break;
      counting.watcher.sample();
      continue;
    }
    if (stop != nullptr && ++asked % kEventsAQuestion == 0 && stop()) {
      return "interrupted at " + to_text(scheduler.now());
    }
    if (scheduler.now() != instant) {
      instant = scheduler.now();
      events = 0;
      steps = counting.timeline.carried_out();
    }
    if (counting.timeline.carried_out() - steps > kStepsAnInstantMax) {
      return stuck(kStepsAnInstantMax, "steps");
    }
    if (counting.watcher.at_instant() > counting.records_max) {
      return stuck(counting.records_max, "records of events");
    }
    if (++events > kEventsAnInstantMax) return stuck(kEventsAnInstantMax, "events");
  }
  scheduler.run_until(until);
  return {};
}

// With a live drive in steps, each as far as the clock outside has gone.
std::string run_to_end(Scheduler& scheduler, SimTime until, const Counting& counting,
                       const RunOptions& options) {
  if (options.live == nullptr) return run_to(scheduler, until, counting, options.stop);
  std::string error;
  while (error.empty() && scheduler.now() < until) {
    const SimTime limit = options.live->wait(scheduler.now(), until);
    error = run_to(scheduler, limit, counting, options.stop);
    if (error.empty() && options.stop != nullptr && options.stop()) {
      error = "interrupted at " + to_text(scheduler.now());
    }
  }
  options.live->end();
  return error;
}

// Of what was expected, each of which is a record too, and of an error.
RunVerdict verdict_of(const RunReport& report, const ScenarioSpec& spec, Tracer& tracer) {
  RunVerdict verdict = RunVerdict::Pass;
  for (const ExpectResult& result : report.expectations) {
    if (!result.pass) verdict = RunVerdict::Fail;
    if (!tracer.wants(TraceKind::Expect)) continue;
    const std::string source = to_text(spec.file_name, result.spec->place);
    const std::array attrs = {Attr::of("src", source), Attr::of("text", result.spec->text),
                              Attr::of("verdict", result.pass ? "pass" : "fail")};
    tracer.record(TraceKind::Expect, tracer.subject("scenario"),
                  expect_kind_name(result.spec->kind), attrs);
  }
  return report.error.empty() ? verdict : RunVerdict::Error;
}

void collect(World& world, const Registry& registry, RunReport& report) {
  const auto path_of = [&](const App& app) {
    return std::string(world.tracer().path(app.subject()));
  };
  for (const auto& node : world.nodes()) {
    const std::string name(node->stack.name());
    for (const CounterWord& word : registry.counters) {
      TargetRef subject;
      subject.node = name;
      if (has_target(word.subjects, TargetKind::Node)) {
        subject.kind = TargetKind::Node;
        report.counters.push_back(
            {name + "." + word.name, counter_value(*node, subject, word.name)});
      }
      for (const App& app : node->apps) {
        const auto value = app.counter(word.name);
        if (value) report.counters.push_back({path_of(app) + "." + word.name, *value});
      }
      if (!has_target(word.subjects, TargetKind::Iface)) continue;
      for (const auto& iface : node->stack.ifaces()) {
        subject.kind = TargetKind::Iface;
        subject.name = iface->name();
        report.counters.push_back({subject.path() + "." + word.name,
                                   counter_value(*node, subject, word.name)});
      }
    }
    for (const App& app : node->apps) {
      const AppCounts counts = app.counts();
      if (counts.sent > 0) report.apps.push_back({path_of(app), counts});
    }
  }
  report.blocked = world.fibers().blocked();
}

}  // namespace

std::string_view run_verdict_name(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::Pass:
      return "pass";
    case RunVerdict::Fail:
      return "fail";
    case RunVerdict::Error:
      return "error";
  }
  return "?";
}

std::vector<RunWarning> warnings_of(const RunReport& report) {
  std::vector<RunWarning> warnings;
  for (const IdleStep& idle : report.idle_steps) {
    warnings.push_back({idle.step->place, idle_step_text(idle)});
  }
  for (const IdleWindow& idle : report.idle_windows) {
    warnings.push_back({idle.spec->place, idle_window_text(idle)});
  }
  return warnings;
}

std::optional<RunReport> run_scenario(const ScenarioSpec& spec, const Registry& registry,
                                      const RunOptions& options, DiagnosticSink& sink) {
  NodeNames names;
  const auto world = build_world(spec, registry, names, sink);
  if (world == nullptr) return {};
  if (options.begin && !options.begin()) return {};
  name_link_addresses(*world, names);
  RunReport report;
  DigestSink digest;
  Timeline timeline(*world, spec, registry, names);
  Watcher watcher(*world, spec, names, timeline);
  Tracer& tracer = world->tracer();
  if (options.digest) tracer.add_sink(digest, kCanonical);
  Invariants invariants(*world);
  if (options.digest) tracer.add_sink(invariants, kCanonical);
  LeakLedger ledger(*world, options.digest);
  const RunStats stats(*world, options.stats);
  tracer.add_sink(watcher, watcher.kinds());
  for (const auto& [view, mask] : options.sinks) tracer.add_sink(*view, mask);
  if (options.live != nullptr) report.error = options.live->begin(*world);
  if (!report.error.empty()) return report;
  world->boot();
  timeline.start();
  watcher.start();
  report.error = run_to_end(world->scheduler(), spec.until,
                            {timeline, watcher,
                             kRecordsAnInstantMax + kRecordsANodeMax * world->nodes().size()},
                            options);
  report.ended = world->now();
  report.events = world->scheduler().executed();
  if (options.digest) {
    report.digest = digest.digest();
    report.records = digest.count();
  }
  report.expectations = watcher.decide();
  report.verdict = verdict_of(report, spec, tracer);
  if (report.error.empty()) {
    report.idle_steps = timeline.idle();
    report.idle_windows = watcher.idle();
  }
  invariants.finish();
  report.violations = invariants.violations();
  collect(*world, registry, report);
  report.stats = stats.values();
  if (tracer.wants(TraceKind::End)) {
    const std::array attrs = {Attr::of("verdict", run_verdict_name(report.verdict))};
    tracer.record(TraceKind::End, tracer.subject("scenario"), "end", attrs);
  }
  for (const auto& [view, mask] : options.sinks) tracer.remove_sink(*view);
  tracer.remove_sink(watcher);
  tracer.remove_sink(invariants);
  tracer.remove_sink(digest);
  report.leaks = ledger.close();
  report.leaks_allowed = spec.allow_leaks;
  const bool passed = report.verdict == RunVerdict::Pass;
  if (passed && !report.leaks.empty() && !spec.allow_leaks) report.verdict = RunVerdict::Fail;
  return report;
}

}  // namespace flapjack
