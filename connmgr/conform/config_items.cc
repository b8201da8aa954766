// SPDX-License-Identifier: Apache-2.0
// Items 28 to 31: configuration. Where the connection manager asks whether there is one, it refuses
// a CONNECT of a binding that is not persistent, and the implementation does not hear of it.
#include "connmgr/conform/examiner.h"

namespace flapjack::conformance {
namespace {

using enum Word;

constexpr Duration kConnect = seconds(1);

Plan unconfigured(Setting setting) {
  Plan plan = with(answering(), setting);
  plan.configured = false;
  plan.until = seconds(600);
  return plan.at(kConnect, Connect);
}

// Otherwise it is refused; by an error of the implementation's own: see item 28.
bool waits(const Trace& t) {
  const Line* ret = t.first(Ret);
  return ret != nullptr && ret->value == 0;
}

bool refused(const Examiner& x, const Trace& t, Setting setting) {
  return x.config().config_check && !setting.persistent && t.first(NoConfig) != nullptr;
}

// Configured later; only a CONNECT after that counts.
void examine_refusal(Examiner& x, Setting setting) {
  const Duration set = seconds(100), again = seconds(200);
  const Trace t = x.run(unconfigured(setting).at(set, CfgSet).at(again, Connect));
  const Line* ret = t.first(Ret);
  const int code = Status(x.config().no_configuration).to_int();
  x.expect(t, ret != nullptr && ret->value == code, "the refusal is not passed on");
  x.expect(t, t.count(NoConfig) == 1, "not exactly one NO_CONFIGURATION");
  const int deeds = t.count(Start, {}, again) + t.count(OperUp, {}, again) +
                    t.count(Timeout, {}, again) + t.count(Fatal, {}, again);
  x.expect(t, deeds == 0, "a refused CONNECT does something");
  x.expect(t, t.count(Start, again) > 0, "no START once configured and asked again");
}

void item28(Examiner& x) {
  for (const Setting setting : settings(2000)) {  // not over when the run ends
    const Trace t = x.run(unconfigured(setting));
    if (refused(x, t, setting)) {
      examine_refusal(x, setting);
      continue;
    }
    x.expect(t, waits(t), "CONNECT without configuration is refused");
    x.expect(t, t.count(Fatal) == 0, "FATAL for a missing configuration");
    if (setting.timeout_s > 0) continue;  // for item 30
    x.expect(t, t.count(Timeout) == 0, "TIMEOUT without a timeout");
  }
}

void item29(Examiner& x) {
  for (const Setting setting : settings(65)) {
    if (!waits(x.run(unconfigured(setting)))) continue;
    const auto check = [&](const Trace& t, const Trace& after, Duration) {
      const bool tries = was_running(t, after);  // with what was there before
      x.expect(t, tries || after.count(Start) > 0, "no START once configured");
      x.expect(t, was_up(t, after) || after.count(OperUp) > 0, "configured, but never up");
    };
    Plan plan = unconfigured(setting);
    plan.until = seconds(100);
    x.sweep(plan, {{seconds(3), CfgSet}}, kConnect + kTick, seconds(60), check);
    if (!setting.persistent) continue;
    // A wrong one is there first, and tried in vain.
    const Plan wrong = Plan(plan).at(seconds(2), CfgBad);
    if (x.run(wrong).count(Fatal) > 0) continue;  // over by then: see item 30
    x.sweep(wrong, {{seconds(3), CfgSet}}, seconds(2) + kTick, seconds(5), check);
  }
}

void item30(Examiner& x) {
  for (const bool persistent : {false, true}) {
    for (const bool bad : {false, true}) {
      Plan plan = unconfigured({persistent, 5});
      if (bad) plan.steps.insert(plan.steps.begin(), Step{milliseconds(500), CfgBad});
      const Trace t = x.run(plan);
      if (!waits(t)) continue;
      const Duration due = kConnect + seconds(5);
      const std::string_view wrong = bad ? "a wrong configuration is not treated as a failure"
                                         : "a missing configuration has no timeout of its own";
      x.expect(t, t.count(Timeout) == 1 && t.count(Fatal, {}, due - kTimeoutSlack) == 0, wrong);
      x.expect(t, t.count(Timeout, due - kTimeoutSlack, due + kTimeoutSlack) == 1,
               "TIMEOUT at the wrong time");
    }
  }
}

// Nor does the end of an attempt or of a connection take back what was set. `end`: Timeout_ for the
// attempt's own.
void examine_options_over(Examiner& x, Word end) {
  const auto use = [](OptionUse how) { return static_cast<int>(how); };
  const Duration again = seconds(60) + x.grace();
  Plan plan = with({}, {false, 6}).at(milliseconds(500), Options, use(OptionUse::Change));
  plan.at(kConnect, Connect);
  if (end != Timeout_) plan.at(seconds(3), AssocOk).at(seconds(20), end);
  plan.at(again, Connect).at(again + kAtOnce * 2, Options, use(OptionUse::Compare));
  expect_no_fault(x, x.run(plan), BenchFault::OptionLost);
}

void item31(Examiner& x) {
  for (const Word end : {Timeout_, Disconnect, Loss, Error}) examine_options_over(x, end);
  for (const Setting setting : settings(60)) {
    Plan plan = with(answering(), setting);
    plan.configured = false;
    const Trace t = x.run(plan.at(seconds(1), CfgSet).at(seconds(2), Connect));
    x.expect(t, t.count(OperUp) > 0, "what was configured before CONNECT does not count");
    Plan options = with(answering(), setting).at(seconds(2), Connect);
    options.at(seconds(1), Options, static_cast<int>(OptionUse::Change));
    options.at(seconds(2) + kAtOnce * 2, Options, static_cast<int>(OptionUse::Compare));
    expect_no_fault(x, x.run(options), BenchFault::OptionLost);
  }
}

}  // namespace

std::vector<ConformItem> config_items() {
  return {
      {28, "without configuration connect waits", item28},
      {29, "and goes on once there is one", item29},
      {30, "until its timeout; a wrong one is a failure that may pass", item30},
      {31, "all configuration can be set before connect", item31},
  };
}

}  // namespace flapjack::conformance
