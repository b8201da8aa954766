// SPDX-License-Identifier: Apache-2.0
// Ipv6If: the IPv6 side of one iface (Zephyr: struct net_if_ipv6): addresses with duplicate address
// detection and lifetimes (RFC 4862), groups, on-link prefixes. Owned by its NetIf, which makes one
// when the iface has the flag IPV6 and tells it when the iface comes up and goes down.
//
// Invariants
//  1. An address is Tentative exactly while its detection runs or waits for the iface to come up.
//  2. Every address that was added has its solicited-node group, as long as the table had room.
//  3. timer_ stands at the earliest end of a detection or lifetime, or is off.
#pragma once
#include <span>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/ipv6_config.h"
#include "stack/sim/timer.h"

namespace flapjack {

class NetIf;

/// How long an address is good for, from now.
struct Ipv6Lifetimes {
  Duration valid{kNever.ns}, preferred{kNever.ns};
};

class Ipv6If {
 public:
  Ipv6If(NetIf& iface, const Ipv6Config& config);

  /// Adds an address and starts its duplicate address detection, or makes it preferred at once
  /// where there is none (net_if_ipv6_addr_add). Raises IPV6_ADDR_ADD. One that is there already is
  /// returned as it is, revived if it only waited for its references. Null when the table is full,
  /// or none of the node's configurations is left (event address_refused, once it has booted).
  const Ipv6IfAddress* addr_add(const Ipv6Prefix& prefix, AddressType type = AddressType::Manual,
                                Ipv6Lifetimes lifetimes = {});
  /// Removes it and raises IPV6_ADDR_DEL; with references it is only marked and false is returned,
  /// as it is when the address is not there (net_if_ipv6_addr_rm).
  bool addr_rm(const Ipv6Address& address);
  /// Keeps an address usable until addr_unref(), which removes it when it was removed meanwhile
  /// (net_if_addr_ref, net_if_addr_unref). False when it is not there.
  bool addr_ref(const Ipv6Address& address);
  bool addr_unref(const Ipv6Address& address);
  /// New lifetimes of an address, counted from now.
  void addr_extend(const Ipv6Address& address, Ipv6Lifetimes lifetimes);
  const Ipv6IfAddress* find(const Ipv6Address& address) const;
  std::span<const Ipv6IfAddress> addresses() const { return addresses_; }
  /// Its link-local address in the state Preferred; null without.
  const Ipv6IfAddress* link_local() const;
  /// An address that counts for connectivity: preferred, not link-local.
  const Ipv6IfAddress* first_global() const;

  /// One more user of a group; the first one joins it (net_if_ipv6_maddr_add and
  /// net_ipv6_mld_join). Enomem when the table is full or there is none, Einval: no group.
  Status join(const Ipv6Address& group);
  /// Enoent when it was not joined. The last user leaves it.
  Status leave(const Ipv6Address& group);
  bool is_member(const Ipv6Address& group) const;
  std::span<const Ipv6IfGroup> groups() const { return groups_; }

  /// Adds an on-link prefix for good, or makes the one that is there such a one. Raises
  /// IPV6_PREFIX_ADD. False when the table is full or there is none.
  bool prefix_add(const Ipv6Prefix& prefix);
  /// The same for one that a router says is valid so long from now on; 0: it is over. Nothing
  /// changes for one that was added for good (RFC 4861 section 6.3.4).
  bool prefix_heard(const Ipv6Prefix& prefix, Duration valid);
  /// Removes it and the AUTOCONF addresses in it. Raises IPV6_PREFIX_DEL.
  bool prefix_rm(const Ipv6Prefix& prefix);
  /// The longest on-link prefix that contains `address`; null when it is not on the link.
  const Ipv6IfPrefix* prefix_of(const Ipv6Address& address) const;
  std::span<const Ipv6IfPrefix> prefixes() const { return prefixes_; }

  /// The iface is up: groups are joined, the link-local address is made, and all addresses are
  /// checked for duplicates. Then router solicitations start.
  void start();
  /// The iface is about to go down: what is joined is left, once, even if it stays up after all.
  void leave_groups();
  /// The iface went down: addresses of type Autoconf go, groups count as not joined.
  void stop();
  /// Somebody else has `address`: while it is tentative, IPV6_DAD_FAILED and its removal (RFC 4862
  /// section 5.4). False when it is not a tentative address of this iface.
  bool duplicate_found(const Ipv6Address& address);
  /// Whether addresses are checked at all: a switch, and nothing where there is no neighbour
  /// discovery (point to point, loopback).
  bool needs_dad() const;

  std::uint8_t hop_limit() const { return hop_limit_; }
  void set_hop_limit(std::uint8_t limit) { hop_limit_ = limit; }
  /// Of its neighbours: how long one is reachable, before the draw, and the pause between two
  /// solicitations. From the configuration, or a router advertisement (RFC 4861 section 6.3.2).
  Duration reachable_time() const { return reachable_time_; }
  Duration retrans_time() const { return retrans_time_; }
  void set_reachable_time(Duration base) { reachable_time_ = base; }
  void set_retrans_time(Duration time) { retrans_time_ = time; }
  /// From a router advertisement; 0: the link's own. Never below 1280 (RFC 8200 section 5).
  void set_mtu(std::uint16_t mtu) { mtu_ = mtu; }
  std::uint16_t mtu() const;
  NetIf& iface() const { return iface_; }
  /// Takes one of the node's configurations with the first thing to keep; Esrch when none is left
  /// (net_if_config_ipv6_get; NET_IF_MAX_IPV6_COUNT).
  Status config_get();

 private:
  Ipv6IfAddress* entry(const Ipv6Address& address);
  Ipv6IfPrefix* prefix_entry(const Ipv6Prefix& network);
  bool prefix_insert(const Ipv6IfPrefix& added, Duration valid);
  const Ipv6IfAddress* refuse(const Ipv6Address& address);
  void announce(Ipv6IfAddress& added);
  void begin_use(const Ipv6Address& address);
  void probe(Ipv6IfAddress& address);
  void remove(std::size_t index);
  void join_groups_of(const Ipv6Address& address);
  void report(Ipv6IfGroup& group);
  void settle();
  void on_time();
  bool expire_address();
  bool expire_prefix();
  void end_probe(Ipv6IfAddress& address);

  NetIf& iface_;
  const Ipv6Config& config_;
  std::vector<Ipv6IfAddress> addresses_;
  std::vector<Ipv6IfGroup> groups_;
  std::vector<Ipv6IfPrefix> prefixes_;
  Duration reachable_time_, retrans_time_;
  std::uint8_t hop_limit_;
  bool has_config_ = false;
  std::uint16_t mtu_ = 0;
  Timer timer_;
};

}  // namespace flapjack
