// SPDX-License-Identifier: Apache-2.0
#include "stack/net/pmtu_cache.h"

#include <algorithm>
#include <array>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

// What every link carries: RFC 791 section 3.2, RFC 8200 section 5.
constexpr std::uint16_t kLeast4 = 68, kLeast6 = 1280;

// RFC 1191 section 7.1: the MTUs that links have, for a router that does not say its own.
constexpr std::array<std::uint16_t, 10> kPlateaus = {32000, 17914, 8166, 4352, 2002,
                                                     1492,  1006,  508,  296,  68};

std::uint32_t next_plateau(std::uint32_t packet_bytes) {
  const auto below = std::find_if(kPlateaus.begin(), kPlateaus.end(),
                                  [&](std::uint16_t mtu) { return mtu < packet_bytes; });
  return below != kPlateaus.end() ? *below : kLeast4;
}

}  // namespace

PmtuCache::PmtuCache(Stack& stack) : stack_(stack) {
  assert(config().entries4 >= 1 && config().entries6 >= 1);
}

const PmtuConfig& PmtuCache::config() const {
  return stack_.config().pmtu;
}

const PmtuCache::Entry* PmtuCache::find(const IpAddress& destination) const {
  if (tables_ == nullptr) return nullptr;
  const SimTime now = stack_.scheduler().now();
  for (const Entry& entry : tables_->of(destination)) {
    if (entry.destination != destination) continue;
    const bool old = config().lifetime.ns != 0 && now - entry.changed >= config().lifetime;
    return old ? nullptr : &entry;
  }
  return nullptr;
}

std::uint16_t PmtuCache::known_mtu(const IpAddress& destination, std::uint16_t link_mtu) const {
  const Entry* known = find(destination);
  return known != nullptr ? std::min(known->mtu, link_mtu) : link_mtu;
}

bool PmtuCache::too_big(const IpAddress& destination, std::uint32_t next_hop_mtu,
                        std::uint32_t packet_bytes) {
  if (!enabled(destination.family())) return false;
  const std::uint32_t least = destination.is_v6() ? kLeast6 : kLeast4;
  const bool unsaid = next_hop_mtu == 0 && destination.is_v4();
  const std::uint32_t told = unsaid ? next_plateau(packet_bytes) : next_hop_mtu;
  if (told < least || told >= packet_bytes || told > 0xffff) return false;
  const Entry* known = find(destination);
  if (known != nullptr && known->mtu <= told) return false;
  set(destination, static_cast<std::uint16_t>(told));
  return true;
}

// Its own entry, a new one, or that of the destination which has to make room.
PmtuCache::Entry& PmtuCache::place_for(const IpAddress& destination) {
  if (tables_ == nullptr) tables_ = std::make_unique<Tables>();
  std::vector<Entry>& entries = tables_->of(destination);
  const auto own = std::find_if(entries.begin(), entries.end(),
                                [&](const Entry& e) { return e.destination == destination; });
  if (own != entries.end()) return *own;
  const std::size_t limit = destination.is_v6() ? config().entries6 : config().entries4;
  if (entries.empty()) entries.reserve(limit);
  if (entries.size() < limit) return entries.emplace_back();
  return *std::min_element(entries.begin(), entries.end(),
                           [](const Entry& a, const Entry& b) { return a.changed < b.changed; });
}

void PmtuCache::set(const IpAddress& destination, std::uint16_t mtu) {
  place_for(destination) = {destination, mtu, stack_.scheduler().now()};
  const MgmtEvent event =
      destination.is_v6() ? MgmtEvent::Ipv6PmtuChanged : MgmtEvent::Ipv4PmtuChanged;
  stack_.mgmt.notify(event, stack_.route().iface_for(destination), MgmtPmtu{destination, mtu});
}

}  // namespace flapjack
