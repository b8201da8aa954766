// SPDX-License-Identifier: Apache-2.0
#include "connmgr/monitor.h"

#include <algorithm>
#include <cassert>

#include "connmgr/conn_mgr.h"
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

Monitor::~Monitor() {
  stack().mgmt.remove_methods(this);
  if (coming_ != nullptr) stack().scheduler().cancel(coming_->pass);
}

const MonitorConfig& Monitor::config() const { return mgr_.config().monitor; }
Stack& Monitor::stack() const { return mgr_.stack(); }
LockOrder& Monitor::locks() const { return mgr_.locks_; }

Monitor::Coming& Monitor::coming() {
  if (coming_ == nullptr) coming_ = std::make_unique<Coming>();
  return *coming_;
}

bool Monitor::fits() const {
  return !config().iface_max || config().allow_untracked ||
         stack().ifaces().size() <= *config().iface_max;
}

void Monitor::start() {
  assert(fits() && !started_);
  using OnIface = MgmtHears<&Monitor::on_iface, mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown)>;
  constexpr std::uint64_t kAddress = mgmt_mask(MgmtEvent::Ipv4AddrAdd, MgmtEvent::Ipv4AddrDel);
  constexpr std::uint64_t kAcd = mgmt_mask(MgmtEvent::Ipv4AcdSucceed, MgmtEvent::Ipv4AcdFailed);
  using OnIpv6 =
      MgmtHears<&Monitor::on_ipv6, mgmt_mask(MgmtEvent::Ipv6AddrAdd, MgmtEvent::Ipv6AddrDel,
                                             MgmtEvent::Ipv6DadSucceed, MgmtEvent::Ipv6DadFailed)>;
  if (config().any_ipv4_add) {
    stack().mgmt.add<OnIpv6, MgmtHears<&Monitor::on_ipv4, kAddress>, OnIface>(this);
  } else {
    stack().mgmt.add<OnIpv6, MgmtHears<&Monitor::on_ipv4, kAddress | kAcd>, OnIface>(this);
  }
  snapshot();
  started_ = true;
  give();
}

// ORed into the words: an iface may have been ignored before.
void Monitor::snapshot() {
  for (const auto& iface : stack().ifaces()) {
    const CauseScope scope(stack().scheduler(), iface->last_event());
    if (iface->is_up()) set_bits(*iface, conn_state::kUp, true);
    if (iface->is_offloaded() && !config().scan_offloaded) continue;
    if (has_ipv4(*iface)) set_bits(*iface, conn_state::kIpv4Set, true);
    if (has_ipv6(*iface)) set_bits(*iface, conn_state::kIpv6Set, true);
  }
}

void Monitor::on_iface(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  const LockGuard guard(locks(), LockOrder::kMonitor);
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
  const LockGuard guard(locks(), LockOrder::kMonitor);
  if (has_ipv4(*notice.iface) == gain || (gain && config().any_ipv4_add)) {
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
  const LockGuard guard(locks(), LockOrder::kMonitor);
  if (has_ipv6(*notice.iface) == gain) set_bits(*notice.iface, conn_state::kIpv6Set, gain);
  give();
}

Monitor::IfaceState* Monitor::state(const NetIf& iface) {
  assert(&iface.stack() == &stack());
  const std::size_t place = iface.index().value - 1;
  if (config().iface_max && place >= *config().iface_max) return nullptr;
  if (place >= states_.size()) states_.resize(place + 1);
  return &states_[place];
}

void Monitor::set_bits(NetIf& iface, std::uint16_t bits, bool on) {
  IfaceState* s = state(iface);
  if (s == nullptr) return;
  const unsigned word = on ? s->word | bits : s->word & ~unsigned{bits};
  if (word == s->word) return;
  s->word = static_cast<std::uint16_t>(word);
  auto& changes = coming().changes;
  if (!s->changed) changes.push_back({iface.index(), {}});
  s->changed = true;
  // The last of its index: one that a pass has judged already may still be there.
  const auto change = std::find_if(changes.rbegin(), changes.rend(),
                                   [&](const Change& c) { return c.index == iface.index(); });
  change->cause = stack().tracer().cause();
}

bool Monitor::set_ignored(NetIf& iface, bool ignored) {
  if (state(iface) == nullptr || is_iface_ignored(iface) == ignored) return false;
  const RecordId record = stack().tracer().event(
      iface.subject(), ignored ? conn_event::kIgnored : conn_event::kWatched);
  const CauseScope scope(stack().scheduler(), record);
  set_bits(iface, conn_state::kIgnored, ignored);
  return true;
}

void Monitor::ignore_iface(NetIf& iface) {
  const LockGuard guard(locks(), LockOrder::kMonitor);
  if (set_ignored(iface, true)) give();
}

void Monitor::watch_iface(NetIf& iface) {
  const LockGuard guard(locks(), LockOrder::kMonitor);
  if (set_ignored(iface, false)) give();
}

bool Monitor::is_iface_ignored(const NetIf& iface) const {
  const LockGuard guard(locks(), LockOrder::kMonitor);
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
  const LockGuard guard(locks(), LockOrder::kMonitor);
  bool changed = false;
  for (const auto& iface : stack().ifaces()) {
    if (is_of(*iface, l2) && set_ignored(*iface, ignored)) changed = true;
  }
  if (changed) give();
}

std::uint16_t Monitor::if_state(const NetIf& iface) const {
  const std::size_t place = iface.index().value - 1;
  if (config().iface_max && place >= *config().iface_max) return conn_state::kInvalid;
  return place < states_.size() ? states_[place].word : std::uint16_t{0};
}

void Monitor::give() {
  given_ = true;
  if (!started_) return;
  if (config().coalescing != Coalescing::Immediate) {
    return pass_soon();
  }
  while (given_ && !passing_) pass();  // a handler called from the pass gives again: no recursion
}

void Monitor::pass_soon() {
  Scheduler& scheduler = stack().scheduler();
  EventHandle& event = coming().pass;
  if (scheduler.pending(event)) return;
  const Lane lane = lane_of(config().coalescing);
  event = scheduler.after(Duration{}, lane, delegate<&Monitor::pass>(this));
}

void Monitor::pass() {
  if (config().coalescing == Coalescing::QueueDrained && !stack().mgmt.idle()) {
    return stack().mgmt.when_idle(delegate<&Monitor::pass_soon>(this));  // a handler takes time
  }
  const LockGuard guard(locks(), LockOrder::kMonitor);
  given_ = false;
  passing_ = true;
  std::array<Total, kAggregates> found{};
  for (std::size_t k = 0; k < kAggregates; ++k) found[k].count = ready_[k];
  judge_changes(found);
  settle(found);
  passing_ = false;
  if (coming_ == nullptr || !coming_->changes.empty()) return;
  if (!stack().scheduler().pending(coming_->pass)) coming_ = nullptr;
}

// Readiness follows from the word: the others keep theirs. What a handler called from the pass
// changes belongs to the next one, unless the iface is still to be judged.
void Monitor::judge_changes(std::array<Total, kAggregates>& found) {
  if (coming_ == nullptr) return;
  auto& changes = coming_->changes;
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.index < b.index; });
  const std::size_t count = changes.size();
  for (std::size_t i = 0; i < count; ++i) judge(changes[i], found);
  changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(count));
}

void Monitor::judge(Change change, std::array<Total, kAggregates>& found) {
  IfaceState& s = states_[change.index.value - 1];
  s.changed = false;
  const std::uint16_t before = s.word;
  s.word = with_readiness(before);
  const std::uint16_t after = s.word;
  const bool told = ((after ^ before) & conn_state::kReady) != 0;
  const bool ready = (after & conn_state::kReady) != 0;
  NetIf* const iface = stack().iface(change.index);
  if (told) trace_change(*iface, ready, change.cause);
  for (std::size_t k = 0; k < kAggregates; ++k) {
    if (((after ^ before) & kRows[k].ready) == 0) continue;
    (after & kRows[k].ready) != 0 ? ++found[k].count : --found[k].count;
    found[k].blame = change.index;  // the highest index wins, whichever direction it changed
    found[k].cause = change.cause;
  }
  if (!told) return;
  if (!config().per_family) blame_[blame_place(kAny, ready)] = change.index;
  if (!config().l4_if_events) return;
  const CauseScope scope(stack().scheduler(), change.cause);
  stack().mgmt.notify(ready ? MgmtEvent::L4IfConnected : MgmtEvent::L4IfDisconnected, iface);
}

// Aggregates are silent while other ifaces stay ready; this record tells of each single one.
void Monitor::trace_change(const NetIf& iface, bool ready, RecordId& cause) {
  const CauseScope scope(stack().scheduler(), cause);
  const RecordId record =
      stack().tracer().event(iface.subject(), ready ? conn_event::kReady : conn_event::kNotReady);
  if (record.valid()) cause = record;
}

void Monitor::settle(const std::array<Total, kAggregates>& found) {
  const std::array<std::uint32_t, kAggregates> before = ready_;
  for (std::size_t k = 0; k < kAggregates; ++k) {
    if (found[k].count == before[k]) continue;
    ready_[k] = found[k].count;
    // The blame moves with every change of the count, also when no event tells of it.
    if (config().per_family) blame_[k] = found[k].blame;
  }
  for (std::size_t k = 0; k < kAggregates; ++k) {
    const bool was = before[k] > 0, is = found[k].count > 0;
    if (was != is) raise(k, is, found[k].cause);
    if (!config().per_family) break;
  }
}

// Where the iface stands that an event names: one for each aggregate; without per_family, where
// there is but one aggregate, one for each direction.
std::size_t Monitor::blame_place(std::size_t aggregate, bool connected) const {
  if (config().per_family) return aggregate;
  return connected ? 1 : 0;
}

void Monitor::raise(std::size_t aggregate, bool connected, RecordId cause) {
  static_assert(kRows.size() == kAggregates);
  const CauseScope scope(stack().scheduler(), cause);
  const AggregateRow& row = kRows[aggregate];
  NetIf* const blamed = stack().iface(blame_[blame_place(aggregate, connected)]);
  stack().mgmt.notify(connected ? row.connected : row.disconnected, blamed);
}

void Monitor::resend_status() {
  const LockGuard guard(locks(), LockOrder::kMonitor);
  raise(kAny, ready_[kAny] > 0, stack().tracer().cause());
  if (!config().per_family) return;
  for (std::size_t k = kAggregates - 1; k > kAny; --k) {  // also of a family that nobody uses
    raise(k, ready_[k] > 0, stack().tracer().cause());
  }
}

}  // namespace flapjack
