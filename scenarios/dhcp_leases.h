// SPDX-License-Identifier: Apache-2.0
// DhcpLeases: which client has which address, for a DHCP server (RFC 2131 section 4.3). A client is
// its identifier (option 61), or its hardware address without one. Nothing is forgotten: a client
// gets the address it had as long as nobody else needs it.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "stack/sim/time.h"
#include "stack/wire/dhcpv4.h"

namespace flapjack {

/// A client as the server knows it: identifier or hardware address, as text.
std::string dhcp_client_key(const Dhcpv4Message& message);

/// From the first to the last address, both included.
struct Ipv4Range {
  Ipv4Address first, last;
  bool contains(Ipv4Address a) const { return first <= a && a <= last; }
  bool operator==(const Ipv4Range&) const = default;
};

/// What the hosts of a network can have: without its own address and its broadcast (RFC 1122
/// section 3.2.1.3), which those of 31 and 32 bits have not (RFC 3021).
Ipv4Range hosts_of(const Ipv4Prefix& network);

class DhcpLeases {
 public:
  /// `pool` may be changed later; addresses outside it are no longer given nor extended.
  void set_pool(const Ipv4Range& pool) { pool_ = pool; }
  const Ipv4Range& pool() const { return pool_; }
  /// Never given to anybody: the server's own, a router's.
  void exclude(Ipv4Address address) { entries_[address] = {State::Excluded, {}, kNever}; }
  /// Only for this client, whether in the pool or not.
  void reserve(const MacAddress& client, Ipv4Address address);

  /// The address for a client, kept for it until `until`: its reservation, else the one it has or
  /// had, else `wanted` when free, else the lowest that nobody ever had, else the one whose lease
  /// ended first. None: there is no free address.
  std::optional<Ipv4Address> offer(const Dhcpv4Message& client, std::optional<Ipv4Address> wanted,
                                   SimTime now, SimTime until);
  /// Gives or extends a lease. False when the address is somebody else's or not to be given.
  bool grant(const Dhcpv4Message& client, Ipv4Address address, SimTime now, SimTime until);
  /// Takes back an offer that the client did not take up.
  void withdraw(const Dhcpv4Message& client, SimTime now);
  /// False when the client does not have it.
  bool release(const Dhcpv4Message& client, Ipv4Address address, SimTime now);
  /// Somebody is using the address unasked: not given to anybody until `until`. False when the
  /// client was not given it.
  bool decline(const Dhcpv4Message& client, Ipv4Address address, SimTime until);

  /// The client's address here: reserved for it, or of its latest lease, be it over. An offer that
  /// it has not taken up is no record.
  std::optional<Ipv4Address> recorded(const Dhcpv4Message& client) const;
  /// Leases that run at `now`, offers not counted.
  std::size_t bound(SimTime now) const;

 private:
  enum class State : std::uint8_t { Offered, Bound, Declined, Excluded };
  struct Entry {
    State state = State::Offered;
    std::string client;
    SimTime until;
  };
  bool may_have(const std::string& client, const MacAddress& mac, Ipv4Address address,
                SimTime now) const;
  const Ipv4Address* reserved_for(const MacAddress& mac) const;
  bool reserved_for_another(const MacAddress& mac, Ipv4Address address) const;
  std::optional<Ipv4Address> present_of(const std::string& client) const;
  std::optional<Ipv4Address> free_address(const std::string& client, const MacAddress& mac,
                                          SimTime now) const;

  Ipv4Range pool_;
  std::map<Ipv4Address, Entry> entries_;  // at most one of a client, beside declined ones
  std::map<MacAddress, Ipv4Address> reservations_;
};

}  // namespace flapjack
