// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "tests/connmgr/model/reference_state.h"

namespace flapjack::model::reference {

// ---- control

int Reference::connect(int i) {
  If& f = ifs_[i];
  if (!f.bound) return kEnotsup;
  if ((f.flags & kPersistent) == 0 && (s_.unconfigured >> i & 1) != 0) {
    raise(Ev::NoConfig, i);
    return kEnodata;
  }
  if (!f.admin) {
    const int status = up(i);
    if (status != 0) return status;
  }
  f.flags &= ~kDisconnecting;
  return impl_connect(i);
}

int Reference::disconnect(int i, bool idle) {
  If& f = ifs_[i];
  if (!f.bound) return kEnotsup;
  int status = 0;
  if (f.admin) {
    if (!idle && !s_.sync_down) f.flags |= kDisconnecting;
    status = impl_disconnect(i);
  }
  if (s_.sync_down) auto_down(i);
  return status;
}

void Reference::auto_connect(int i) {
  if (ifs_[i].bound && (ifs_[i].flags & kNoConnect) == 0) connect(i);
}

void Reference::auto_down(int i) {
  If& f = ifs_[i];
  if (!f.bound) return;
  f.idle_at = kNever;
  if (s_.auto_down && (f.flags & kNoDown) == 0) down(i);
}

void Reference::used(int i) {
  If& f = ifs_[i];
  if (!s_.idle || !f.bound || f.idle_s == 0) return;
  f.idle_at = now_ + 1000 * f.idle_s;
  f.idle_order = ++order_;
}

void Reference::on_control(Event e) {
  if (e.iface < 0) return;
  If& f = ifs_[e.iface];
  if (e.ev == Ev::AdminUp) auto_connect(e.iface);
  if (e.ev == Ev::Up) used(e.iface);
  if (e.ev == Ev::Timeout || e.ev == Ev::Fatal) auto_down(e.iface);
  if (e.ev == Ev::Idle) disconnect(e.iface, true);
  if (e.ev != Ev::Down || !f.bound) return;
  const bool meant = (f.flags & kDisconnecting) != 0 && !s_.sync_down;
  if ((f.flags & kPersistent) != 0 && !meant) return;
  f.flags &= ~kDisconnecting;
  auto_down(e.iface);
}

int Reference::bulk(Op op, bool skip) {
  int first = 0;
  const auto each = [&](auto&& act) {
    for (int i = 0; i < s_.ifaces; ++i) {
      if (skip && (ifs_[i].word & kIgnored) != 0) continue;
      const int status = act(i);
      if (first == 0) first = status;
    }
  };
  if (op == Op::AllUp || op == Op::AllConnect) {
    each([&](int i) { return ifs_[i].admin ? 0 : up(i); });
  }
  if (op == Op::AllDown) each([&](int i) { return ifs_[i].admin ? down(i) : 0; });
  if (op == Op::AllConnect) each([&](int i) { return ifs_[i].bound ? connect(i) : 0; });
  if (op == Op::AllDisconnect) {
    each([&](int i) { return ifs_[i].bound ? disconnect(i, false) : 0; });
  }
  return first;
}

// ---- the implementation that the player has, too

int Reference::impl_connect(int i) {
  If& f = ifs_[i];
  if (f.fails) return kEio;
  log_.push_back({Line::Kind::Call, now_, 0, i});
  if (f.associated) return 0;
  if (s_.associate_ms == 0) {
    f.associated = true;
    set(f.dormant, false, i);
  } else {
    f.associate_at = now_ + s_.associate_ms;
    f.associate_order = ++order_;
  }
  return 0;
}

int Reference::impl_disconnect(int i) {
  If& f = ifs_[i];
  if (f.fails) return kEio;
  log_.push_back({Line::Kind::Call, now_, 1, i});
  f.associate_at = kNever;
  f.associated = false;
  set(f.dormant, true, i);
  return 0;
}

void Reference::lost(int i) {
  If& f = ifs_[i];
  const bool was = f.associated;
  f.associated = false;
  set(f.dormant, true, i);
  if (!f.bound || !was || (f.flags & kPersistent) == 0) return;
  f.associate_at = now_ + s_.associate_ms + 1;
  f.associate_order = ++order_;
}

void Reference::fire_timer(int i, bool idle) {
  If& f = ifs_[i];
  if (idle) {
    f.idle_at = kNever;
    return raise(Ev::Idle, i);
  }
  f.associate_at = kNever;
  f.associated = true;
  set(f.dormant, false, i);
}

// ---- the run

void Reference::boot() {
  for (int i = 0; i < s_.ifaces; ++i) {
    if (!ifs_[i].bound) continue;
    ifs_[i].idle_s = 0;  // set before the boot: forgotten
    set(ifs_[i].dormant, true, i);
  }
  booted_ = true;
  for (int i = 0; i < s_.ifaces; ++i) {
    if (ifs_[i].bound && ifs_[i].admin) auto_connect(i);
  }
  for (int i = 0; i < s_.ifaces; ++i) {
    if (ifs_[i].running) ifs_[i].word |= kUp;
    if (is4(i)) ifs_[i].word |= kSet4;
    if (is6(i)) ifs_[i].word |= kSet6;
  }
  started_ = true;
  give();
}

int Reference::call(const Step& step) {
  const int i = step.iface;
  If& f = ifs_[i];
  const auto all = [&](bool on) {
    bool changed = false;
    for (If& each : ifs_) {
      if (((each.word & kIgnored) != 0) == on) continue;
      each.word ^= kIgnored;
      changed = true;
    }
    if (changed) give();
  };
  switch (step.op) {
    case Op::AdminUp: return up(i);
    case Op::AdminDown: return down(i);
    case Op::CarrierOn: set(f.carrier, true, i); break;
    case Op::CarrierOff: set(f.carrier, false, i); break;
    case Op::DormantOn: lost(i); break;
    case Op::DormantOff: set(f.dormant, false, i); break;
    case Op::Ignore: ignore(i, true); break;
    case Op::Watch: ignore(i, false); break;
    case Op::IgnoreAll: all(true); break;
    case Op::WatchAll: all(false); break;
    case Op::Connect: return connect(i);
    case Op::Disconnect: return disconnect(i, false);
    case Op::Timeout: raise(Ev::Timeout, i); break;
    case Op::Fatal: raise(Ev::Fatal, i); break;
    case Op::Flag: {
      if (!f.bound) return kEnotsup;
      const unsigned bit = 1u << (step.value & 7);
      f.flags = (step.value & 8) != 0 ? f.flags | bit : f.flags & ~bit;
      break;
    }
    case Op::IdleTimeout:
      if (!f.bound || !s_.idle) return kEnotsup;
      f.idle_s = step.value;
      break;
    case Op::Use: used(i); break;
    case Op::AllUp:
    case Op::AllDown:
    case Op::AllConnect:
    case Op::AllDisconnect: return bulk(step.op, step.value != 0);
    case Op::Resend: resend(); break;
    case Op::FailCalls: f.fails = step.value != 0; break;
    case Op::RefuseAdmin: f.refuses = step.value != 0; break;
    default: address(step);
  }
  return 0;
}

void Reference::play(int number) {
  const int result = call(q_.steps[number]);
  log_.push_back({Line::Kind::Result, now_, result, number});
  note_flags(false);
}

void Reference::note_flags(bool all) {
  for (int i = 0; i < s_.ifaces; ++i) {
    If& f = ifs_[i];
    if (!f.bound || (!all && f.flags == f.noted_flags)) continue;
    f.noted_flags = f.flags;
    log_.push_back({Line::Kind::Flags, all ? 0 : now_, static_cast<int>(f.flags), i});
  }
}

// The next thing that happens: time, then the order of the threads, then that of arming.
bool Reference::once(int until) {
  struct Next {
    int at, lane;
    long order;
    int what, index;  // 0: step, 1: pass, 2: delivery, 3: association, 4: idle, 5, 6: checks
  };
  std::vector<Next> all;
  for (std::size_t k = 0; k < q_.steps.size(); ++k) {
    const Step& step = q_.steps[k];
    if (played_[k]) continue;
    all.push_back({step.at_ms, step.late ? 6 : 0, static_cast<long>(k), 0, static_cast<int>(k)});
  }
  all.push_back({pass_at_, s_.policy == 0 ? 2 : 4, 0, 1, 0});
  all.push_back({deliver_at_, 3, 0, 2, 0});
  for (int i = 0; i < s_.ifaces; ++i) {
    all.push_back({ifs_[i].associate_at, 5, ifs_[i].associate_order, 3, i});
    all.push_back({ifs_[i].idle_at, 5, ifs_[i].idle_order, 4, i});
    all.push_back({check6_at(i), 5, ifs_[i].check6_order, 5, i});
  }
  all.push_back({check4_at(), 5, check4_order_, 6, 0});
  const Next next = *std::min_element(all.begin(), all.end(), [](const Next& a, const Next& b) {
    return std::tie(a.at, a.lane, a.order) < std::tie(b.at, b.lane, b.order);
  });
  if (next.at > until) return false;
  now_ = next.at;
  if (next.what == 0) {
    played_[next.index] = true;
    play(next.index);
  } else if (next.what == 1) {
    pass_at_ = kNever;
    pass();
  } else if (next.what == 2) {
    deliver();
  } else if (next.what == 5) {
    end_checks6(next.index);
  } else if (next.what == 6) {
    end_checks4();
  } else {
    fire_timer(next.index, next.what == 4);
  }
  return true;
}

Log Reference::run() {
  played_.assign(q_.steps.size(), false);
  for (std::size_t k = 0; k < q_.steps.size(); ++k) {
    if (q_.steps[k].at_ms >= 0) continue;
    played_[k] = true;
    play(static_cast<int>(k));
  }
  boot();
  const int last = q_.steps.empty() ? 0 : q_.steps.back().at_ms;
  const int until = std::max(last, 0) + kTailMs;
  while (log_.size() < kMostLines && once(until)) {
  }
  if (log_.size() >= kMostLines) {
    log_.resize(kMostLines);
    return log_;
  }
  note_flags(true);
  for (int i = 0; i < s_.ifaces; ++i) {
    log_.push_back({Line::Kind::Word, 0, ifs_[i].word & 0xffff, i});
  }
  return log_;
}

}  // namespace flapjack::model::reference
