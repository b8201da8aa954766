// SPDX-License-Identifier: Apache-2.0
#include "stack/net/router_table.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

MgmtEvent event_of(const IpAddress& address, bool added) {
  if (address.is_v4()) return added ? MgmtEvent::Ipv4RouterAdd : MgmtEvent::Ipv4RouterDel;
  return added ? MgmtEvent::Ipv6RouterAdd : MgmtEvent::Ipv6RouterDel;
}

}  // namespace

RouterTable::Known::Known(RouterTable& table)
    : lifetimes(table.stack_.scheduler(), Lane::Work, delegate<&RouterTable::expire>(&table)) {
  entries.reserve(table.stack_.config().max_routers);
}

const RouterEntry* RouterTable::add(NetIf& iface, const IpAddress& address, Duration lifetime,
                                    bool is_default) {
  assert(lifetime.ns >= 0 && !address.is_any());
  const SimTime expires = lifetime.ns == 0 ? kNever : stack_.scheduler().now() + lifetime;
  const std::size_t limit = stack_.config().max_routers;
  if (known_ == nullptr && limit > 0) known_ = std::make_unique<Known>(*this);
  if (known_ == nullptr) return nullptr;
  for (RouterEntry& known : known_->entries) {
    if (known.iface != &iface || known.address != address) continue;
    known.expires = expires;
    known.is_default = is_default;
    arm();
    return &known;
  }
  if (known_->entries.size() >= limit) return nullptr;
  known_->entries.push_back({&iface, address, is_default, expires});
  arm();
  stack_.mgmt.notify(event_of(address, true), &iface, address);
  return find(&iface, address);
}

bool RouterTable::remove(const NetIf& iface, const IpAddress& address) {
  const RouterEntry* found = find(&iface, address);
  if (found == nullptr) return false;
  erase(static_cast<std::size_t>(found - known_->entries.data()));
  arm();
  return true;
}

void RouterTable::erase(std::size_t place) {
  std::vector<RouterEntry>& entries = known_->entries;
  const RouterEntry gone = entries[place];
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(place));
  stack_.route().forget_redirects(*gone.iface, gone.address);
  stack_.mgmt.notify(event_of(gone.address, false), gone.iface, gone.address);
}

const RouterEntry* RouterTable::find(const NetIf* iface, const IpAddress& address) const {
  for (const RouterEntry& entry : entries()) {
    if (entry.address == address && (iface == nullptr || entry.iface == iface)) return &entry;
  }
  return nullptr;
}

const RouterEntry* RouterTable::default_router(Family family, const NetIf* iface) const {
  for (const RouterEntry& entry : entries()) {
    if (!entry.is_default || entry.address.family() != family) continue;
    if (iface == nullptr || entry.iface == iface) return &entry;
  }
  return nullptr;
}

void RouterTable::expire() {
  const SimTime now = stack_.scheduler().now();
  for (std::size_t place = 0; place < known_->entries.size();) {
    if (known_->entries[place].expires <= now) {
      erase(place);
    } else {
      ++place;
    }
  }
  arm();
}

void RouterTable::arm() {
  SimTime earliest = kNever;
  for (const RouterEntry& entry : known_->entries) earliest = std::min(earliest, entry.expires);
  if (earliest == kNever) {
    known_->lifetimes.cancel();
  } else {
    known_->lifetimes.start_at(earliest);
  }
}

}  // namespace flapjack
