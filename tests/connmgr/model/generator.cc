// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/model/generator.h"

#include <algorithm>

namespace flapjack::model {
namespace {

// SplitMix64: small, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  int below(int n) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return static_cast<int>((z ^ z >> 31) % static_cast<std::uint64_t>(n));
  }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

Setup setup_of(Dice& dice) {
  Setup s;
  s.ifaces = 1 + dice.below(6);
  s.bound = static_cast<unsigned>(dice.below(64));
  s.policy = dice.below(3);
  s.queue = dice.one_in(4) ? 1 + dice.below(6) : 256;
  s.drop_oldest = dice.one_in(2);
  s.sync_down = dice.one_in(4);
  s.one_aggregate = dice.one_in(6);
  s.any_add = dice.one_in(6);
  s.if_events = dice.one_in(3);
  s.auto_down = !dice.one_in(6);
  s.idle = !s.sync_down;
  if (dice.one_in(4)) s.unconfigured = static_cast<unsigned>(dice.below(64));
  constexpr int kTakes[] = {0, 0, 1, 7, 1000};
  s.associate_ms = kTakes[dice.below(5)];
  if (s.queue < 256 || dice.one_in(2)) return s;
  constexpr int kChecks[] = {0, 3, 20, 100};
  s.lan = true;
  s.dad_ms = kChecks[dice.below(4)];
  s.acd_ms = kChecks[dice.below(4)];
  return s;
}

int value_of(Dice& dice, Op op) {
  if (op == Op::Flag) return dice.below(3) | (dice.one_in(2) ? 8 : 0);
  if (op == Op::IdleTimeout) return dice.below(3);
  const bool one_only = op == Op::AddLocal4 || op == Op::DelLocal4 || op == Op::Add6 ||
                        op == Op::Del6;
  return one_only ? 0 : dice.below(2);
}

using Ops = std::vector<Op>;

// A bound iface that can be lost and disconnected, its flags and its idle countdown.
void begin_with_control(Dice& dice, Sequence& q) {
  q.setup.bound |= 1;
  const int flags = dice.below(8);
  for (int k = 0; k < 3; ++k) q.steps.push_back({0, false, Op::Flag, 0, k | (flags >> k & 1) << 3});
  if (dice.one_in(2)) q.steps.push_back({0, false, Op::IdleTimeout, 0, 1 + dice.below(2)});
  q.steps.push_back({0, false, Op::Connect, 0, 0});
}

// Ifaces with addresses, of which some are ready.
void begin_with_ready(Dice& dice, Sequence& q) {
  q.setup.ifaces = std::max(q.setup.ifaces, 2);
  q.setup.bound &= dice.one_in(2) ? 0x3f : 0;
  for (int i = 0; i < q.setup.ifaces; ++i) {
    q.steps.push_back({0, false, Op::Add4, i, 0});
    q.steps.push_back({0, false, Op::AdminUp, i, 0});
    if (dice.one_in(2)) q.steps.push_back({0, false, Op::CarrierOff, i, 0});
  }
}

// Some sequences are about few things, which alone would rarely meet.
Ops theme_of(Dice& dice, Sequence& q) {
  if (dice.one_in(3)) {
    begin_with_control(dice, q);
    return {Op::Connect,   Op::Disconnect, Op::Disconnect, Op::DormantOn, Op::CarrierOff,
            Op::CarrierOn, Op::FailCalls,  Op::Flag,       Op::AdminDown, Op::Use};
  }
  if (!dice.one_in(3)) return {};
  begin_with_ready(dice, q);
  return {Op::CarrierOff, Op::CarrierOn, Op::CarrierOff, Op::CarrierOn, Op::Resend, Op::Ignore,
          Op::Watch};
}

}  // namespace

Sequence generate(std::uint64_t number) {
  Dice dice(number);
  Sequence q{setup_of(dice), {}};
  const Ops theme = theme_of(dice, q);
  int at = theme.empty() && dice.one_in(3) ? -1 : 0;
  const int steps = 1 + dice.below(24);
  bool same_kind = false;  // some sequences toggle few things, often
  const Op favourite = static_cast<Op>(dice.below(static_cast<int>(Op::kCount)));
  same_kind = dice.one_in(3);
  bool late = false;
  for (int k = 0; k < steps; ++k) {
    if (!dice.one_in(3)) {  // else at the same instant
      constexpr int kGaps[] = {0, 1, 1, 7, 20, 999, 1000, 1001};
      const int gap = kGaps[dice.below(8)];
      at = std::max(at, gap > 0 ? 0 : at) + gap;
      if (gap > 0) late = false;
    }
    late = late || (at >= 0 && dice.one_in(6));
    Step step{at, late, static_cast<Op>(dice.below(static_cast<int>(Op::kCount))),
              dice.below(q.setup.ifaces), 0};
    if (same_kind && dice.one_in(3)) step.op = favourite;
    constexpr Op kFrequent[] = {Op::Add4, Op::Add6, Op::Del6, Op::Connect, Op::Connect};
    if (dice.one_in(4)) step.op = kFrequent[dice.below(5)];
    if (!theme.empty() && !dice.one_in(4)) {
      step.op = theme[static_cast<std::size_t>(dice.below(static_cast<int>(theme.size())))];
      if (theme.front() == Op::Connect && !dice.one_in(3)) step.iface = 0;
    }
    // IPv6 brings groups and prefixes with it, whose events would take places in the queue
    if (q.setup.queue < 256 && step.op == Op::Add6) step.op = Op::Add4;
    if (q.setup.queue < 256 && step.op == Op::Del6) step.op = Op::Del4;
    step.value = value_of(dice, step.op);
    q.steps.push_back(step);
  }
  return q;
}

Sequence shrink(Sequence sequence, const std::function<bool(const Sequence&)>& diverges) {
  bool smaller = true;
  const auto attempt = [&](Sequence candidate) {
    if (!diverges(candidate)) return;
    sequence = std::move(candidate);
    smaller = true;
  };
  while (smaller) {
    smaller = false;
    for (std::size_t k = sequence.steps.size(); k-- > 0;) {
      if (k >= sequence.steps.size()) continue;
      Sequence candidate = sequence;
      candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(k));
      attempt(std::move(candidate));
    }
    const Setup plain;
    const auto reset = [&](auto member) {
      if (sequence.setup.*member == plain.*member) return;
      Sequence candidate = sequence;
      candidate.setup.*member = plain.*member;
      attempt(std::move(candidate));
    };
    for (const auto flag : {&Setup::drop_oldest, &Setup::sync_down, &Setup::one_aggregate,
                            &Setup::any_add, &Setup::if_events, &Setup::auto_down, &Setup::idle}) {
      reset(flag);
    }
    for (const auto number : {&Setup::policy, &Setup::queue, &Setup::associate_ms, &Setup::dad_ms,
                              &Setup::acd_ms}) {
      reset(number);
    }
    if (sequence.setup.dad_ms == 0 && sequence.setup.acd_ms == 0) reset(&Setup::lan);
    reset(&Setup::unconfigured);
    reset(&Setup::bound);
    int most = 0;
    for (const Step& step : sequence.steps) most = std::max(most, step.iface);
    if (most + 1 < sequence.setup.ifaces) {
      Sequence candidate = sequence;
      candidate.setup.ifaces = most + 1;
      attempt(std::move(candidate));
    }
  }
  return sequence;
}

}  // namespace flapjack::model
