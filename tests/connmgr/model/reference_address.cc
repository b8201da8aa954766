// SPDX-License-Identifier: Apache-2.0
// Addresses, and how long they are checked for duplicates (DAD, ACD) before they count.
#include <algorithm>
#include <utility>

#include "tests/connmgr/model/reference_state.h"

namespace flapjack::model::reference {

void Reference::address(const Step& step) {
  If& f = ifs_[step.iface];
  const bool local = step.op == Op::AddLocal4 || step.op == Op::DelLocal4;
  const int which = local ? 2 : step.value;
  switch (step.op) {
    case Op::Add6: return add6(step.iface, f.a6);
    case Op::Del6: return del6(step.iface, f.a6);
    case Op::Add4:
    case Op::AddLocal4: return add4(step.iface, which);
    default: return del4(step.iface, which);
  }
}

// Every address is checked anew; the link-local one of IPv6 is made now.
void Reference::came_up(int i) {
  If& f = ifs_[i];
  add6(i, f.own6);
  if (s_.dad_ms > 0) {
    for (Address* each : {&f.a6, &f.own6}) {
      if (each->there && each->check_ends == kNever) check6(i, *each);
    }
  }
  settle6(i);
  if (s_.acd_ms > 0) begin_checks4(i);
}

// Checks are broken off. The addresses that stay keep their state.
void Reference::went_down(int i) {
  If& f = ifs_[i];
  f.a6.check_ends = f.own6.check_ends = kNever;
  del6(i, f.own6);
  settle6(i);
  for (Check4& check : checks4_) {
    if (check.iface == i) check.at = kNever;
  }
  check4_order_ = ++order_;
}

// ---- IPv6

void Reference::add6(int i, Address& address) {
  if (address.there) return;
  address = {true, s_.dad_ms == 0, kNever};
  raise(Ev::Add6, i);
  if (s_.dad_ms > 0 && ifs_[i].running) check6(i, address);
  settle6(i);
}

void Reference::del6(int i, Address& address) {
  if (!address.there) return;
  address = {};
  raise(Ev::Del6, i);
  settle6(i);
}

void Reference::check6(int, Address& address) {
  address.preferred = false;
  address.check_ends = now_ + s_.dad_ms;
}

void Reference::settle6(int i) {
  ifs_[i].check6_order = ++order_;
}

int Reference::check6_at(int i) const {
  return std::min(ifs_[i].a6.check_ends, ifs_[i].own6.check_ends);
}

void Reference::end_checks6(int i) {
  for (Address* each : {&ifs_[i].a6, &ifs_[i].own6}) {
    if (each->check_ends > now_) continue;
    *each = {true, true, kNever};
    raise(Ev::Dad6, i);
  }
  settle6(i);
}

// ---- IPv4

void Reference::add4(int i, int which) {
  Address& address = ifs_[i].a4[which];
  if (address.there) return;
  address = {true, s_.acd_ms == 0, kNever};
  raise(Ev::Add4, i);
  if (s_.acd_ms == 0) return;
  checks4_.push_back({i, which, ifs_[i].running ? now_ : kNever, false});
  check4_order_ = ++order_;
}

void Reference::del4(int i, int which) {
  Address& address = ifs_[i].a4[which];
  if (!address.there) return;
  address = {};
  std::erase_if(checks4_, [&](const Check4& c) { return c.iface == i && c.which == which; });
  check4_order_ = ++order_;
  raise(Ev::Del4, i);
}

void Reference::begin_checks4(int i) {
  for (Check4& check : checks4_) {
    if (check.iface != i) continue;
    check = {i, check.which, now_, false};
    ifs_[i].a4[check.which].preferred = false;
    check4_order_ = ++order_;
  }
}

int Reference::check4_at() const {
  int at = kNever;
  for (const Check4& check : checks4_) at = std::min(at, check.at);
  return at;
}

void Reference::end_checks4() {
  for (Check4& check : checks4_) {
    if (check.at > now_) continue;
    check.at = check.probed ? kNever : now_ + s_.acd_ms;
    if (!std::exchange(check.probed, true)) continue;
    ifs_[check.iface].a4[check.which].preferred = true;
    raise(Ev::Acd4, check.iface);
  }
  check4_order_ = ++order_;
}

}  // namespace flapjack::model::reference
