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
  VirtualIface* virtual_iface = iface_.virtual_iface();
  if (virtual_iface == nullptr || &lower == &iface_ || lower.stacking().stands_on(iface_)) {
    return Errc::Einval;
  }
  if (has(lowers(), lower) || (!lowers().empty() && !virtual_iface->takes_many())) {
    return Errc::Ealready;
  }
  const Status agreed = virtual_iface->attach_lower(iface_, lower);
  if (!agreed.ok()) return agreed;
  ways().lowers.push_back(&lower);
  lower.stacking().ways().uppers.push_back(&iface_);
  follow_lowers();
  if (iface_.stack().has_booted() && iface_.auto_start() && !iface_.is_admin_up()) {
    return iface_.up();
  }
  return Status();
}

Status IfStacking::detach(NetIf& lower) {
  if (!has(lowers(), lower)) return Errc::Enoent;
  if (lowers().size() == 1 && iface_.is_admin_up()) {
    const Status down = iface_.down();
    if (!down.ok()) return down;
  }
  std::erase(ways().lowers, &lower);
  std::erase(lower.stacking().ways().uppers, &iface_);
  iface_.virtual_iface()->detach_lower(iface_, lower);
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
  const CauseScope scope(iface_.stack().scheduler(), iface_.last_event());
  const auto told = ways_->uppers;  // a copy: a handler in the notifier's turn may change them
  for (NetIf* upper : told) {
    if (!has(uppers(), *upper)) continue;
    upper->virtual_iface()->on_lower(*upper, iface_, up);
    upper->stacking().follow_lowers();
  }
}

void IfStacking::follow_lowers() {
  const auto below = lowers();
  const bool any =
      std::any_of(below.begin(), below.end(), [](const NetIf* lower) { return lower->is_up(); });
  any ? iface_.carrier_on() : iface_.carrier_off();
}

}  // namespace flapjack
