// SPDX-License-Identifier: Apache-2.0
#include "scenarios/dhcp_leases.h"

#include <algorithm>

namespace flapjack {

std::string dhcp_client_key(const Dhcpv4Message& message) {
  if (message.client_id.empty()) return to_text(message.chaddr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string key = "id ";
  for (const std::uint8_t byte : message.client_id.view()) {
    key += kDigits[byte >> 4];
    key += kDigits[byte & 15];
  }
  return key;
}

Ipv4Range hosts_of(const Ipv4Prefix& network) {
  const std::uint32_t mask = ipv4_mask(network.length).value;
  const std::uint32_t base = network.address.value & mask;
  if (network.length >= 31) return {{base}, {base | ~mask}};
  return {{base + 1}, {(base | ~mask) - 1}};
}

void DhcpLeases::reserve(const MacAddress& client, Ipv4Address address) {
  reservations_[client] = address;
}

const Ipv4Address* DhcpLeases::reserved_for(const MacAddress& mac) const {
  const auto found = reservations_.find(mac);
  return found != reservations_.end() ? &found->second : nullptr;
}

bool DhcpLeases::reserved_for_another(const MacAddress& mac, Ipv4Address address) const {
  return std::any_of(reservations_.begin(), reservations_.end(), [&](const auto& each) {
    return each.second == address && each.first != mac;
  });
}

std::optional<Ipv4Address> DhcpLeases::present_of(const std::string& client) const {
  for (const auto& [address, entry] : entries_) {
    const bool given = entry.state == State::Offered || entry.state == State::Bound;
    if (given && entry.client == client) return address;
  }
  return {};
}

// Whether this client could be given the address: it is in the pool or reserved for it, and nobody
// else has it now.
bool DhcpLeases::may_have(const std::string& client, const MacAddress& mac, Ipv4Address address,
                          SimTime now) const {
  const Ipv4Address* reserved = reserved_for(mac);
  if (reserved != nullptr ? *reserved != address : !pool_.contains(address)) return false;
  if (reserved_for_another(mac, address)) return false;
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.until <= now) return true;
  const State state = found->second.state;
  return (state == State::Offered || state == State::Bound) && found->second.client == client;
}

std::optional<Ipv4Address> DhcpLeases::free_address(const std::string& client,
                                                    const MacAddress& mac, SimTime now) const {
  std::optional<Ipv4Address> oldest;
  SimTime ended = kNever;
  for (std::uint64_t value = pool_.first.value; value <= pool_.last.value; ++value) {
    const Ipv4Address address{static_cast<std::uint32_t>(value)};
    if (!may_have(client, mac, address, now)) continue;
    const auto found = entries_.find(address);
    if (found == entries_.end()) return address;
    if (found->second.until < ended) {
      ended = found->second.until;
      oldest = address;
    }
  }
  return oldest;
}

std::optional<Ipv4Address> DhcpLeases::offer(const Dhcpv4Message& client,
                                             std::optional<Ipv4Address> wanted, SimTime now,
                                             SimTime until) {
  const std::string key = dhcp_client_key(client);
  const MacAddress& mac = client.chaddr;
  const auto possible = [&](std::optional<Ipv4Address> a) {
    return a && may_have(key, mac, *a, now) ? a : std::nullopt;
  };
  const std::optional<Ipv4Address> had = present_of(key);
  std::optional<Ipv4Address> chosen;
  if (const Ipv4Address* reserved = reserved_for(mac)) {
    chosen = possible(*reserved);
  } else {
    chosen = possible(had);
    if (!chosen) chosen = possible(wanted);
    if (!chosen) chosen = free_address(key, mac, now);
  }
  if (!chosen) return {};
  if (had && *had != *chosen) entries_.erase(*had);
  Entry& entry = entries_[*chosen];
  const bool keeps = entry.state == State::Bound && entry.client == key && entry.until > now;
  if (!keeps) entry = {State::Offered, key, until};  // a lease that runs goes on running
  return chosen;
}

bool DhcpLeases::grant(const Dhcpv4Message& client, Ipv4Address address, SimTime now,
                       SimTime until) {
  const std::string key = dhcp_client_key(client);
  if (!may_have(key, client.chaddr, address, now)) return false;
  const std::optional<Ipv4Address> had = present_of(key);
  if (had && *had != address) entries_.erase(*had);
  entries_[address] = {State::Bound, key, until};
  return true;
}

void DhcpLeases::withdraw(const Dhcpv4Message& client, SimTime now) {
  const std::optional<Ipv4Address> had = present_of(dhcp_client_key(client));
  if (had && entries_[*had].state == State::Offered) entries_[*had].until = now;
}

bool DhcpLeases::release(const Dhcpv4Message& client, Ipv4Address address, SimTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.state != State::Bound ||
      found->second.client != dhcp_client_key(client)) {
    return false;
  }
  found->second.until = std::min(found->second.until, now);
  return true;
}

bool DhcpLeases::decline(const Dhcpv4Message& client, Ipv4Address address, SimTime until) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.client != dhcp_client_key(client) ||
      (found->second.state != State::Bound && found->second.state != State::Offered)) {
    return false;
  }
  found->second = {State::Declined, {}, until};
  return true;
}

std::optional<Ipv4Address> DhcpLeases::recorded(const Dhcpv4Message& client) const {
  if (const Ipv4Address* reserved = reserved_for(client.chaddr)) return *reserved;
  const std::optional<Ipv4Address> had = present_of(dhcp_client_key(client));
  return had && entries_.at(*had).state == State::Bound ? had : std::nullopt;
}

std::size_t DhcpLeases::bound(SimTime now) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [now](const auto& each) {
        return each.second.state == State::Bound && each.second.until > now;
      }));
}

}  // namespace flapjack
