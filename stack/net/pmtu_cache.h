// SPDX-License-Identifier: Apache-2.0
// PmtuCache: the largest packet that fits the path to a destination, as ICMP has told (RFC 1191,
// RFC 8201; Zephyr: pmtu.c). A table for each family, in which the entry changed longest ago makes
// room. Raises IPV4_PMTU_CHANGED and IPV6_PMTU_CHANGED.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

class Stack;

struct PmtuConfig {
  bool ipv4 = false;         ///< NET_IPV4_PMTU: own datagrams ask routers not to fragment them
  bool ipv6 = false;         ///< NET_IPV6_PMTU
  std::size_t entries4 = 1;  ///< NET_IPV4_PMTU_DESTINATION_CACHE_ENTRIES
  std::size_t entries6 = 1;  ///< NET_IPV6_PMTU_DESTINATION_CACHE_ENTRIES
  Duration lifetime = seconds(600);  ///< RFC 1191 section 6.3; zero: for ever, as in Zephyr

  bool operator==(const PmtuConfig&) const = default;
};

class PmtuCache {
 public:
  explicit PmtuCache(Stack& stack);

  bool enabled(Family family) const {
    return family == Family::Inet6 ? config().ipv6 : config().ipv4;
  }
  /// What fits, at most `link_mtu`, which is the answer where nothing is known.
  std::uint16_t mtu(const IpAddress& destination, std::uint16_t link_mtu) const {
    return tables_ == nullptr ? link_mtu : known_mtu(destination, link_mtu);
  }
  /// A router could not forward a packet of `packet_bytes` to `destination` and says what it can;
  /// 0: it is too old to say (RFC 1191 section 7; IPv6 has no such routers). Never raises what is
  /// known. False when it is of no use: not enabled, not smaller, below what every link carries.
  bool too_big(const IpAddress& destination, std::uint32_t next_hop_mtu,
               std::uint32_t packet_bytes);
  /// What fits to `destination` from now on, told by an application (net_pmtu_update_mtu).
  void set(const IpAddress& destination, std::uint16_t mtu);

 private:
  struct Entry {
    IpAddress destination;
    std::uint16_t mtu;
    SimTime changed;
  };
  struct Tables {
    std::vector<Entry> ipv4, ipv6;
    std::vector<Entry>& of(const IpAddress& destination) {
      return destination.is_v6() ? ipv6 : ipv4;
    }
  };
  const PmtuConfig& config() const;
  std::uint16_t known_mtu(const IpAddress& destination, std::uint16_t link_mtu) const;
  const Entry* find(const IpAddress& destination) const;
  Entry& place_for(const IpAddress& destination);

  std::unique_ptr<Tables> tables_;  // with the first entry: most nodes have none
  Stack& stack_;
};

}  // namespace flapjack
