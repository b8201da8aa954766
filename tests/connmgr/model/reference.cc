// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/model/reference.h"

#include "tests/connmgr/model/reference_state.h"

namespace flapjack::model {
namespace reference {

// ---- net_mgmt

void Reference::raise(Ev ev, int i) {
  log_.push_back({Line::Kind::Event, now_, static_cast<int>(ev), i});
  if (static_cast<int>(queue_.size()) >= s_.queue) {
    const Ev lost = s_.drop_oldest ? queue_.front().ev : ev;
    log_.push_back({Line::Kind::Lost, now_, static_cast<int>(lost), -1});
    if (!s_.drop_oldest) return;
    queue_.pop_front();
  }
  queue_.push_back({ev, i});
  if (!delivering_ && deliver_at_ == kNever) deliver_at_ = now_;
}

void Reference::deliver() {
  deliver_at_ = kNever;
  const Event e = queue_.front();
  queue_.pop_front();
  delivering_ = true;
  if (started_) on_monitor(e);
  if (booted_) on_control(e);
  delivering_ = false;
  if (!queue_.empty()) deliver_at_ = now_;
}

// ---- net_if

int Reference::up(int i) {
  If& f = ifs_[i];
  if (f.admin) return kEalready;
  if (f.refuses) return kEio;
  f.admin = true;
  raise(Ev::AdminUp, i);
  evaluate(i);
  return 0;
}

int Reference::down(int i) {
  If& f = ifs_[i];
  if (!f.admin) return kEalready;
  if (f.refuses) return kEio;
  f.admin = false;
  raise(Ev::AdminDown, i);
  evaluate(i);
  return 0;
}

void Reference::evaluate(int i) {
  If& f = ifs_[i];
  const bool run = f.admin && f.carrier && !f.dormant;
  if (run == f.running) return;
  f.running = run;
  raise(run ? Ev::Up : Ev::Down, i);
  if (s_.lan) run ? came_up(i) : went_down(i);
}

void Reference::set(bool& flag, bool on, int i) {
  flag = on;
  evaluate(i);
}

// ---- monitor

void Reference::on_monitor(Event e) {
  if (e.iface < 0) return;
  int& word = ifs_[e.iface].word;
  const bool is4 = this->is4(e.iface), is6 = this->is6(e.iface);
  switch (e.ev) {
    case Ev::Up: word |= kUp; break;
    case Ev::Down: word &= ~kUp; break;
    case Ev::Add4: if (is4 || s_.any_add) word |= kSet4; break;
    case Ev::Acd4:  // the release in which every address counts knew no such event
      if (s_.any_add) return;
      if (is4) word |= kSet4;
      break;
    case Ev::Del4: if (!is4) word &= ~kSet4; break;
    case Ev::Dad6:
    case Ev::Add6: if (is6) word |= kSet6; break;
    case Ev::Del6: if (!is6) word &= ~kSet6; break;
    default: return;
  }
  give();
}

void Reference::give() {
  given_ = true;
  if (!started_) return;
  if (s_.policy == 2) return pass();
  if (pass_at_ == kNever) pass_at_ = now_;
}

void Reference::pass() {
  given_ = false;
  int n = 0, n4 = 0, n6 = 0, blame = -1, blame4 = -1, blame6 = -1;
  for (int i = 0; i < s_.ifaces; ++i) {
    int& word = ifs_[i].word;
    const bool ok = (word & kUp) != 0 && (word & kIgnored) == 0;
    const bool r4 = ok && (word & kSet4) != 0, r6 = ok && (word & kSet6) != 0, r = r4 || r6;
    const bool was4 = (word & kReady4) != 0, was6 = (word & kReady6) != 0;
    const bool was = (word & kReady) != 0;
    n += r;
    n4 += r4;
    n6 += r6;
    if (r4 != was4) blame4 = i;
    if (r6 != was6) blame6 = i;
    word = (word & 0x1fff) | (r ? kReady : 0) | (r4 ? kReady4 : 0) | (r6 ? kReady6 : 0);
    if (r == was) continue;
    blame = i;
    (r ? last_up_ : last_down_) = i;
    if (s_.if_events) raise(r ? Ev::IfUp : Ev::IfDown, i);
  }
  aggregate(any_, n, blame, Ev::L4Up, Ev::L4Down);
  if (s_.one_aggregate) return;
  aggregate(v4_, n4, blame4, Ev::V4Up, Ev::V4Down);
  aggregate(v6_, n6, blame6, Ev::V6Up, Ev::V6Down);
}

void Reference::aggregate(Total& last, int count, int blame, Ev yes, Ev no) {
  if (count == last.count) return;
  const bool gained = last.count == 0, gone = count == 0;
  last = {count, blame};
  if (s_.one_aggregate) blame = gained ? last_up_ : last_down_;
  if (gone || gained) raise(gone ? no : yes, blame);
}

void Reference::resend() {
  const auto say = [&](const Total& t, Ev yes, Ev no) { raise(t.count > 0 ? yes : no, t.blame); };
  if (s_.one_aggregate) {
    const bool on = any_.count > 0;
    return raise(on ? Ev::L4Up : Ev::L4Down, on ? last_up_ : last_down_);
  }
  say(any_, Ev::L4Up, Ev::L4Down);
  say(v6_, Ev::V6Up, Ev::V6Down);
  say(v4_, Ev::V4Up, Ev::V4Down);
}

void Reference::ignore(int i, bool on) {
  int& word = ifs_[i].word;
  if (((word & kIgnored) != 0) == on) return;
  word ^= kIgnored;
  give();
}

}  // namespace reference

Log expected(const Sequence& sequence) {
  return reference::Reference(sequence).run();
}

}  // namespace flapjack::model
