// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv4_config.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace flapjack {

Ipv4IfAddress* Ipv4Config::add(Ipv4Prefix prefix, AddressType type) {
  assert(find(prefix.address) == nullptr);
  if (addresses_.size() >= limit_) return nullptr;
  if (!addresses_.empty()) addresses_.reserve(limit_);  // they move but this once
  return &addresses_.emplace_back(Ipv4IfAddress{prefix, type, AddressState::Preferred});
}

bool Ipv4Config::remove(Ipv4Address address) {
  const auto found = std::find_if(addresses_.begin(), addresses_.end(),
                                  [&](const auto& e) { return e.prefix.address == address; });
  if (found == addresses_.end()) return false;
  addresses_.erase(found);
  return true;
}

const Ipv4IfAddress* Ipv4Config::find(Ipv4Address address) const {
  for (const Ipv4IfAddress& entry : addresses_) {
    if (entry.prefix.address == address) return &entry;
  }
  return nullptr;
}

Ipv4IfAddress* Ipv4Config::find(Ipv4Address address) {
  return const_cast<Ipv4IfAddress*>(std::as_const(*this).find(address));
}

bool Ipv4Config::owns(Ipv4Address address) const {
  const Ipv4IfAddress* entry = find(address);
  return entry != nullptr && entry->state != AddressState::Tentative;
}

const Ipv4IfAddress* Ipv4Config::first_global() const {
  for (const Ipv4IfAddress& entry : addresses_) {
    const bool preferred = entry.state == AddressState::Preferred;
    if (preferred && !entry.prefix.address.is_link_local()) return &entry;
  }
  return nullptr;
}

const Ipv4IfAddress* Ipv4Config::first_link_local() const {
  for (const Ipv4IfAddress& entry : addresses_) {
    const bool preferred = entry.state == AddressState::Preferred;
    if (preferred && entry.prefix.address.is_link_local()) return &entry;
  }
  return nullptr;
}

int Ipv4Config::on_link_length(Ipv4Address destination) const {
  int longest = -1;
  for (const Ipv4IfAddress& entry : addresses_) {
    if (entry.prefix.contains(destination)) longest = std::max(longest, int{entry.prefix.length});
  }
  return longest;
}

bool Ipv4Config::is_broadcast(Ipv4Address destination) const {
  if (destination.is_limited_broadcast()) return true;
  for (const Ipv4IfAddress& entry : addresses_) {
    if (entry.prefix.is_directed_broadcast(destination)) return true;
  }
  return false;
}

}  // namespace flapjack
