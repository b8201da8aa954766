// SPDX-License-Identifier: Apache-2.0
#include "connmgr/monitor.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

struct FamilyBits {
  std::uint16_t set, ready;
};
constexpr std::array kFamilies = {FamilyBits{conn_state::kIpv4Set, conn_state::kReadyIpv4},
                                  FamilyBits{conn_state::kIpv6Set, conn_state::kReadyIpv6}};

struct AggregateRow {
  std::uint16_t ready;
  MgmtEvent connected, disconnected;
};
constexpr std::array kRows = {
    AggregateRow{conn_state::kReady, MgmtEvent::L4Connected, MgmtEvent::L4Disconnected},
    AggregateRow{conn_state::kReadyIpv4, MgmtEvent::L4Ipv4Connected, MgmtEvent::L4Ipv4Disconnected},
    AggregateRow{conn_state::kReadyIpv6, MgmtEvent::L4Ipv6Connected, MgmtEvent::L4Ipv6Disconnected},
};

constexpr std::uint16_t kReadyBits =
    conn_state::kReady | conn_state::kReadyIpv4 | conn_state::kReadyIpv6;

// The word with its readiness bits as the other bits say.
std::uint16_t with_readiness(std::uint16_t word) {
  unsigned result = word & ~unsigned{kReadyBits};
  const bool ok = (word & conn_state::kUp) != 0 && (word & conn_state::kIgnored) == 0;
  for (const FamilyBits& family : kFamilies) {
    if (ok && (word & family.set) != 0) result |= family.ready | conn_state::kReady;
  }
  return static_cast<std::uint16_t>(result);
}

bool has_ipv4(const NetIf& iface) {
  return iface.ipv4().first_global() != nullptr;
}

bool has_ipv6(const NetIf& iface) {
  return iface.ipv6() != nullptr && iface.ipv6()->first_global() != nullptr;
}

Lane lane_of(Coalescing policy) {
  return policy == Coalescing::QueueDrained ? Lane::Drained : Lane::Monitor;
}

}  // namespace

Monitor::Monitor(Stack& stack, LockOrder& locks, const MonitorConfig& config)
    : stack_(stack),
      locks_(locks),
      config_(config),
      lock_(locks.add_literal("monitor")) {
  static_assert(kRows.size() == kAggregates);
}

Monitor::~Monitor() {
  stack_.mgmt.remove_methods(this);
  stack_.scheduler().cancel(pass_event_);
}

bool Monitor::fits() const {
  return !config_.iface_max || config_.allow_untracked ||
         stack_.ifaces().size() <= *config_.iface_max;
}

void Monitor::start() {
  assert(fits() && !started_);
  using OnIface = MgmtHears<&Monitor::on_iface, mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown)>;
  constexpr std::uint64_t kAddress = mgmt_mask(MgmtEvent::Ipv4AddrAdd, MgmtEvent::Ipv4AddrDel);
  constexpr std::uint64_t kAcd = mgmt_mask(MgmtEvent::Ipv4AcdSucceed, MgmtEvent::Ipv4AcdFailed);
  using OnIpv6 =
      MgmtHears<&Monitor::on_ipv6, mgmt_mask(MgmtEvent::Ipv6AddrAdd, MgmtEvent::Ipv6AddrDel,
                                             MgmtEvent::Ipv6DadSucceed, MgmtEvent::Ipv6DadFailed)>;
  if (config_.any_ipv4_add) {
    stack_.mgmt.add<OnIpv6, MgmtHears<&Monitor::on_ipv4, kAddress>, OnIface>(this);
  } else {
    stack_.mgmt.add<OnIpv6, MgmtHears<&Monitor::on_ipv4, kAddress | kAcd>, OnIface>(this);
  }
  snapshot();
  started_ = true;
  give();
}

// ORed into the words: an iface may have been ignored before.
void Monitor::snapshot() {
  for (const auto& iface : stack_.ifaces()) {
    const CauseScope scope(stack_.scheduler(), iface->last_event());
    if (iface->is_up()) set_bits(*iface, conn_state::kUp, true);
    if (iface->is_offloaded() && !config_.scan_offloaded) continue;
    if (has_ipv4(*iface)) set_bits(*iface, conn_state::kIpv4Set, true);
    if (has_ipv6(*iface)) set_bits(*iface, conn_state::kIpv6Set, true);
  }
}

void Monitor::on_iface(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  const LockGuard guard(locks_, lock_);
  if (!notice.is(MgmtEvent::IfUp) && !notice.is(MgmtEvent::IfDown)) return;
  set_bits(*notice.iface, conn_state::kUp, notice.is(MgmtEvent::IfUp));
  give();
}

// Live state counts, not the address of the event: an iface that lost one of two keeps the bit.
void Monitor::on_ipv4(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  const bool gain = notice.is(MgmtEvent::Ipv4AddrAdd) || notice.is(MgmtEvent::Ipv4AcdSucceed);
  const bool loss = notice.is(MgmtEvent::Ipv4AddrDel) || notice.is(MgmtEvent::Ipv4AcdFailed);
  if (!gain && !loss) return;
  const LockGuard guard(locks_, lock_);
  if (has_ipv4(*notice.iface) == gain || (gain && config_.any_ipv4_add)) {
    set_bits(*notice.iface, conn_state::kIpv4Set, gain);
  }
  give();
}

// An address counts once it is preferred: DAD_SUCCEED tells of that, ADDR_ADD only without DAD.
void Monitor::on_ipv6(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  const bool gain = notice.is(MgmtEvent::Ipv6AddrAdd) || notice.is(MgmtEvent::Ipv6DadSucceed);
  const bool loss = notice.is(MgmtEvent::Ipv6AddrDel) || notice.is(MgmtEvent::Ipv6DadFailed);
  if (!gain && !loss) return;
  const LockGuard guard(locks_, lock_);
  if (has_ipv6(*notice.iface) == gain) set_bits(*notice.iface, conn_state::kIpv6Set, gain);
  give();
}

Monitor::IfaceState* Monitor::state(const NetIf& iface) {
  assert(&iface.stack() == &stack_);
  const std::size_t place = iface.index().value - 1;
  if (config_.iface_max && place >= *config_.iface_max) return nullptr;
  if (place >= states_.size()) states_.resize(place + 1);
  return &states_[place];
}

void Monitor::set_bits(NetIf& iface, std::uint16_t bits, bool on) {
  IfaceState* s = state(iface);
  if (s == nullptr) return;
  const unsigned word = on ? s->word | bits : s->word & ~unsigned{bits};
  if (word == s->word) return;
  s->word = static_cast<std::uint16_t>(word);
  s->cause = stack_.tracer().cause();
  if (!s->changed) changed_.push_back(iface.index());
  s->changed = true;
}

bool Monitor::set_ignored(NetIf& iface, bool ignored) {
  if (state(iface) == nullptr || is_iface_ignored(iface) == ignored) return false;
  const RecordId record =
      stack_.tracer().event(iface.subject(), ignored ? conn_event::kIgnored : conn_event::kWatched);
  const CauseScope scope(stack_.scheduler(), record);
  set_bits(iface, conn_state::kIgnored, ignored);
  return true;
}

void Monitor::ignore_iface(NetIf& iface) {
  const LockGuard guard(locks_, lock_);
  if (set_ignored(iface, true)) give();
}

void Monitor::watch_iface(NetIf& iface) {
  const LockGuard guard(locks_, lock_);
  if (set_ignored(iface, false)) give();
}

bool Monitor::is_iface_ignored(const NetIf& iface) const {
  const LockGuard guard(locks_, lock_);
  const std::size_t place = iface.index().value - 1;
  return place < states_.size() && (states_[place].word & conn_state::kIgnored) != 0;
}

void Monitor::ignore_l2(const L2* l2) {
  set_l2_ignored(l2, true);
}
void Monitor::watch_l2(const L2* l2) {
  set_l2_ignored(l2, false);
}

bool Monitor::is_of(const NetIf& iface, const L2* l2) {
  if (l2 == nullptr) return iface.l2() == nullptr || iface.is_offloaded();
  return iface.l2() != nullptr && iface.l2()->traits().name == l2->traits().name;
}

void Monitor::set_l2_ignored(const L2* l2, bool ignored) {
  const LockGuard guard(locks_, lock_);
  bool changed = false;
  for (const auto& iface : stack_.ifaces()) {
    if (is_of(*iface, l2) && set_ignored(*iface, ignored)) changed = true;
  }
  if (changed) give();
}

std::uint16_t Monitor::if_state(const NetIf& iface) const {
  const std::size_t place = iface.index().value - 1;
  if (config_.iface_max && place >= *config_.iface_max) return conn_state::kInvalid;
  return place < states_.size() ? states_[place].word : std::uint16_t{0};
}

void Monitor::give() {
  given_ = true;
  if (!started_) return;
  if (config_.coalescing != Coalescing::Immediate) {
    return pass_soon();
  }
  while (given_ && !passing_) pass();  // a handler called from the pass gives again: no recursion
}

void Monitor::pass_soon() {
  Scheduler& scheduler = stack_.scheduler();
  if (scheduler.pending(pass_event_)) return;
  const Lane lane = lane_of(config_.coalescing);
  pass_event_ = scheduler.after(Duration{}, lane, delegate<&Monitor::pass>(this));
}

void Monitor::pass() {
  if (config_.coalescing == Coalescing::QueueDrained && !stack_.mgmt.idle()) {
    return stack_.mgmt.when_idle(delegate<&Monitor::pass_soon>(this));  // a handler takes time
  }
  const LockGuard guard(locks_, lock_);
  given_ = false;
  passing_ = true;
  std::array<Total, kAggregates> found{};
  std::sort(changed_.begin(), changed_.end());
  // Readiness follows from the word: the others keep theirs. What a handler called from the pass
  // changes belongs to the next one.
  for (const IfIndex index : std::exchange(changed_, {})) judge(index, found);
  for (std::size_t k = 0; k < kAggregates; ++k) found[k].count = ready_[k];
  settle(found);
  passing_ = false;
}

void Monitor::judge(IfIndex index, std::array<Total, kAggregates>& found) {
  IfaceState& s = states_[index.value - 1];
  s.changed = false;
  const std::uint16_t before = s.word;
  s.word = with_readiness(before);
  NetIf* const iface = stack_.iface(index);
  if (((s.word ^ before) & conn_state::kReady) != 0) trace_change(*iface, s);
  for (std::size_t k = 0; k < kAggregates; ++k) {
    if (((s.word ^ before) & kRows[k].ready) == 0) continue;
    (s.word & kRows[k].ready) != 0 ? ++ready_[k] : --ready_[k];
    found[k].blame = index;  // the highest index wins, whichever direction it changed
    found[k].cause = s.cause;
  }
  if (((s.word ^ before) & conn_state::kReady) == 0) return;
  const bool ready = (s.word & conn_state::kReady) != 0;
  (ready ? last_up_ : last_down_) = index;
  if (!config_.l4_if_events) return;
  const CauseScope scope(stack_.scheduler(), s.cause);
  stack_.mgmt.notify(ready ? MgmtEvent::L4IfConnected : MgmtEvent::L4IfDisconnected, iface);
}

// Aggregates are silent while other ifaces stay ready; this record tells of each single one.
void Monitor::trace_change(const NetIf& iface, IfaceState& s) {
  const CauseScope scope(stack_.scheduler(), s.cause);
  const bool ready = (s.word & conn_state::kReady) != 0;
  const RecordId record =
      stack_.tracer().event(iface.subject(), ready ? conn_event::kReady : conn_event::kNotReady);
  if (record.valid()) s.cause = record;
}

void Monitor::settle(const std::array<Total, kAggregates>& found) {
  const std::array<Total, kAggregates> before = last_;
  for (std::size_t k = 0; k < kAggregates; ++k) {
    // The blame moves with every change of the count, also when no event tells of it.
    if (found[k].count != before[k].count) last_[k] = found[k];
  }
  for (std::size_t k = 0; k < kAggregates; ++k) {
    const bool was = before[k].count > 0, is = found[k].count > 0;
    if (was != is) raise(k, is, found[k].cause);
    if (!config_.per_family) break;
  }
}

NetIf* Monitor::blamed(std::size_t aggregate, bool connected) const {
  if (config_.per_family) return stack_.iface(last_[aggregate].blame);
  return stack_.iface(connected ? last_up_ : last_down_);
}

void Monitor::raise(std::size_t aggregate, bool connected, RecordId cause) {
  const CauseScope scope(stack_.scheduler(), cause);
  const AggregateRow& row = kRows[aggregate];
  stack_.mgmt.notify(connected ? row.connected : row.disconnected, blamed(aggregate, connected));
}

void Monitor::resend_status() {
  const LockGuard guard(locks_, lock_);
  raise(kAny, last_[kAny].count > 0, stack_.tracer().cause());
  if (!config_.per_family) return;
  for (std::size_t k = kAggregates - 1; k > kAny; --k) {  // also of a family that nobody uses
    raise(k, last_[k].count > 0, stack_.tracer().cause());
  }
}

}  // namespace flapjack
