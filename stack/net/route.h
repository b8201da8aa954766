// SPDX-License-Identifier: Apache-2.0
// Route: which iface, source address and next hop a destination gets (Zephyr: net_if's selection
// functions). None of them looks at admin, carrier or oper state: a node with two ifaces does not
// fail over by itself, exactly as Zephyr does not.
#pragma once
#include <memory>
#include <vector>

#include "stack/net/address_index.h"
#include "stack/wire/address.h"

namespace flapjack {

class NetIf;
class Stack;
struct RouteEntry;

/// Where a packet goes next; no iface: there is no way.
struct NextHop {
  NetIf* iface = nullptr;
  IpAddress address;
};

/// What Route has found for one IPv4 destination of an iface (RFC 1122 section 3.3.1.2): that
/// iface_for() answers with this iface, that the node itself does not have the address, and the two
/// addresses. Kept by the iface, from the second time on that it is asked for one destination in a
/// row; void once Stack::route_epoch() has changed.
struct RouteCache {
  Ipv4Address destination;  ///< 0.0.0.0: nothing is kept
  Ipv4Address source, next_hop;
  std::uint32_t epoch = 0;
  Ipv4Address latest;  ///< asked for
};

/// What redirects and many ifaces make Route keep of a node: most have no use for any.
struct RouteTables {
  struct Redirected {
    const NetIf* iface;
    IpAddress destination, next_hop;
  };
  explicit RouteTables(Stack&) {}
  std::vector<Redirected> redirects;  ///< oldest first
  std::unique_ptr<AddressIndex> index;
};

class Route {
 public:
  explicit Route(Stack& stack) : stack_(stack) {}

  /// The iface that has `address`; null when none has.
  NetIf* iface_of(const IpAddress& address) const;
  /// Source address for `destination` on `iface`, or on any iface when null
  /// (net_if_ipv4_select_src_addr). Score: equal leading bits of destination and own network; the
  /// later candidate wins a tie. 0.0.0.0 when there is none.
  IpAddress source(const NetIf* iface, const IpAddress& destination) const;
  Ipv4Address source(const NetIf* iface, Ipv4Address destination) const;
  /// The iface whose address source() chooses, else the default iface (may be null). `last`: the
  /// one that answered the asker before; it may have the answer in its cache, or gets it there.
  NetIf* iface_for(const IpAddress& destination, NetIf* last = nullptr) const;
  /// What is kept of `destination` with `iface`; null when nothing is.
  const RouteCache* cached(const NetIf& iface, Ipv4Address destination) const;
  const RouteCache* cached(const NetIf& iface, const IpAddress& destination) const {
    return destination.is_v4() ? cached(iface, destination.v4()) : nullptr;
  }
  /// Where a frame for `destination` goes: itself when on-link, group or broadcast, and on a
  /// point-to-point iface; else the gateway of the iface, which is 0.0.0.0 when there is none.
  Ipv4Address next_hop(const NetIf& iface, Ipv4Address destination) const;
  /// The same for IPv6. Without a default router the destination itself is asked for on the link
  /// (Zephyr: net_ipv6_prepare_for_send).
  Ipv6Address next_hop(const NetIf& iface, const Ipv6Address& destination) const;
  /// A router's choice: the longest prefix of on-link prefixes, static routes and gateways, in this
  /// order among equals, over ifaces that are up.
  NextHop forward_to(const IpAddress& destination) const;
  /// A router said that `next_hop` is better for `destination` (RFC 1122 section 3.2.2.2, RFC 4861
  /// section 8.3). The latest kRedirects are kept.
  void redirect(const NetIf& iface, const IpAddress& destination,
                const IpAddress& next_hop) const;
  /// What was said on `iface` counts no more: it went down, and may come up on another network.
  void forget_redirects(const NetIf& iface) const;
  /// `next_hop` does not answer or is no router any more: its destinations take the usual way again
  /// (RFC 1122 section 3.3.1.5, RFC 4861 sections 6.3.5 and 7.3.3).
  void forget_redirects(const NetIf& iface, const IpAddress& next_hop) const;
  static constexpr std::size_t kRedirects = 8;

 private:
  using Candidate = SourceCandidate;
  static void consider(const NetIf& iface, Ipv4Address destination, bool link_local,
                       Candidate& best);
  Candidate select(const NetIf* iface, Ipv4Address destination) const;
  Ipv4Address find_next_hop(const NetIf& iface, Ipv4Address destination) const;
  NetIf* find_iface(const IpAddress& destination, bool& by_default) const;
  /// Keeps the answers for a destination that find_iface() sends by `iface`, if they may be kept.
  void remember(NetIf& iface, const IpAddress& destination) const;
  Candidate walk(Ipv4Address destination, bool link_local) const;
  NetIf* walk_to(const IpAddress& address) const;
  /// Null where walking is as quick.
  const AddressIndex* index() const;

  using Redirected = RouteTables::Redirected;
  /// Null when nobody has said anything of the destination.
  const Redirected* redirected(const NetIf& iface, const IpAddress& destination) const;
  /// What was said, where `gone(redirected)`, counts no more.
  template <class Gone>
  void forget_if(const Gone& gone) const;
  const RouteEntry* static_route(const NetIf* iface, const IpAddress& destination) const;

  Stack& stack_;
};

}  // namespace flapjack
