// SPDX-License-Identifier: Apache-2.0
#include "stack/net/if_stacking.h"

#include <algorithm>

#include "stack/contract/virtual_iface.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

bool has(std::span<NetIf* const> ifaces, const NetIf& one) {
  return std::find(ifaces.begin(), ifaces.end(), &one) != ifaces.end();
}

}  // namespace

Status IfStacking::attach(NetIf& lower) {
  NetIf& iface = ways_->iface;
  VirtualIface* virtual_iface = iface.virtual_iface();
  if (virtual_iface == nullptr || &lower == &iface || lower.stacking().stands_on(iface)) {
    return Errc::Einval;
  }
  if (has(lowers(), lower) || (!lowers().empty() && !virtual_iface->takes_many())) {
    return Errc::Ealready;
  }
  const Status agreed = virtual_iface->attach_lower(iface, lower);
  if (!agreed.ok()) return agreed;
  ways_->lowers.push_back(&lower);
  lower.stacking().ways_->uppers.push_back(&iface);
  follow_lowers();
  if (iface.stack().has_booted() && iface.auto_start() && !iface.is_admin_up()) {
    return iface.up();
  }
  return Status();
}

Status IfStacking::detach(NetIf& lower) {
  if (!has(lowers(), lower)) return Errc::Enoent;
  NetIf& iface = ways_->iface;
  if (lowers().size() == 1 && iface.is_admin_up()) {
    const Status down = iface.down();
    if (!down.ok()) return down;
  }
  std::erase(ways_->lowers, &lower);
  std::erase(lower.stacking().ways_->uppers, &iface);
  iface.virtual_iface()->detach_lower(iface, lower);
  follow_lowers();
  return Status();
}

bool IfStacking::stands_on(const NetIf& other) const {
  const auto below = lowers();
  return std::any_of(below.begin(), below.end(), [&](const NetIf* lower) {
    return lower == &other || lower->stacking().stands_on(other);
  });
}

NetIf* IfStacking::first_claimant(const Packet& frame) const {
  for (NetIf* upper : uppers()) {
    if (upper->virtual_iface()->claims(*upper, frame)) return upper;
  }
  return nullptr;
}

void IfStacking::take_lowers_up() {
  for (NetIf* lower : lowers()) {
    if (lower->is_admin_up()) continue;
    const Status up = lower->up();  // what it refuses shows in its state, and in ours
    static_cast<void>(up);
  }
}

void IfStacking::tell_uppers(bool up) {
  if (uppers().empty()) return;
  NetIf& iface = ways_->iface;
  const CauseScope scope(iface.stack().scheduler(), iface.last_event());
  const auto told = ways_->uppers;  // a copy: a handler in the notifier's turn may change them
  for (NetIf* upper : told) {
    if (!has(uppers(), *upper)) continue;
    upper->virtual_iface()->on_lower(*upper, iface, up);
    upper->stacking().follow_lowers();
  }
}

void IfStacking::follow_lowers() {
  const auto below = lowers();
  const bool any =
      std::any_of(below.begin(), below.end(), [](const NetIf* lower) { return lower->is_up(); });
  any ? ways_->iface.carrier_on() : ways_->iface.carrier_off();
}

}  // namespace flapjack
