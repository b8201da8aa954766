// SPDX-License-Identifier: Apache-2.0
// Ipv4Config: the IPv4 addresses and the gateway of one iface (Zephyr: struct net_if_ipv4).
#pragma once
#include <optional>
#include <span>

#include "stack/base/small_vector.h"
#include "stack/base/status.h"
#include "stack/wire/address.h"

namespace flapjack {

enum class AddressType : std::uint8_t { Autoconf, Dhcp, Manual, Overridable };
enum class AddressState : std::uint8_t { Tentative, Preferred, Deprecated };

struct Ipv4IfAddress {
  [[no_unique_address]] Ipv4Prefix prefix;  // the others stand in its padding
  AddressType type = AddressType::Manual;
  AddressState state = AddressState::Preferred;
};

class Ipv4Config {
 public:
  /// `limit`: NET_IF_UNICAST_IPV4_ADDR_COUNT.
  explicit Ipv4Config(std::size_t limit) : limit_(static_cast<std::uint32_t>(limit)) {}

  /// A new entry for an address that is not there; null when the table is full. Entries stay where
  /// they are until one is added or removed. Raises nothing: NetIf does.
  Ipv4IfAddress* add(Ipv4Prefix prefix, AddressType type);
  /// False when it was not there.
  bool remove(Ipv4Address address);
  const Ipv4IfAddress* find(Ipv4Address address) const;
  Ipv4IfAddress* find(Ipv4Address address);
  /// Has it, and it is not tentative: it may be used and answered for.
  bool owns(Ipv4Address address) const;
  std::span<const Ipv4IfAddress> addresses() const {
    return {addresses_.data(), addresses_.size()};
  }

  /// An address that counts for connectivity and as a source: preferred, not 169.254/16.
  const Ipv4IfAddress* first_global() const;
  const Ipv4IfAddress* first_link_local() const;
  bool on_link(Ipv4Address destination) const { return on_link_length(destination) >= 0; }
  /// Length of the longest of its prefixes that contains the destination; -1: none does.
  int on_link_length(Ipv4Address destination) const;
  /// Limited broadcast or the directed broadcast of one of the prefixes.
  bool is_broadcast(Ipv4Address destination) const;

  Ipv4Address gateway() const { return gateway_; }
  void set_gateway(Ipv4Address gateway) { gateway_ = gateway; }
  std::uint8_t ttl() const { return 64; }
  /// RFC 1112 section 6.1: unless asked for, a datagram to a group does not leave the network.
  std::uint8_t multicast_ttl() const { return 1; }

 private:
  SmallVector<Ipv4IfAddress, 1> addresses_;
  Ipv4Address gateway_;
  std::uint32_t limit_;
};

}  // namespace flapjack
