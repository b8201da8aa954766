// SPDX-License-Identifier: Apache-2.0
// The messages of neighbour discovery, in and out (RFC 4861 section 7.2); Nd's state is in nd.cc.
#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

// RFC 4861 section 7.1: of both messages.
bool is_valid(const Packet& packet) {
  return packet.meta.ttl == kNdHopLimit;
}

}  // namespace

Status Nd::refuse(NetIf& iface, Packet& packet, DropReason reason) {
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(reason, stack_.subject(), packet);
  return Errc::Einval;
}

// ---- solicitations

Status Nd::on_solicit(NetIf& iface, Packet& packet) {
  const PacketMeta& meta = packet.meta;
  const auto solicit = NeighborSolicitation::parse(packet.bytes());
  if (!solicit || !is_valid(packet)) return refuse(iface, packet, DropReason::BadHeader);
  const Ipv6Address from = meta.source.address.v6();
  const auto link = solicit->options.link_address(NdOptionType::SourceLinkAddress);
  const bool to_group = meta.destination.address == IpAddress(solicit->target.solicited_node());
  if (from.is_any() && (!to_group || link)) return refuse(iface, packet, DropReason::BadHeader);
  const Ipv6IfAddress* own =
      iface.ipv6() != nullptr ? iface.ipv6()->find(solicit->target) : nullptr;
  if (own == nullptr) return refuse(iface, packet, DropReason::NotForUs);
  if (own->state == AddressState::Tentative) {
    // Somebody else is checking the same address; other solicitations are not for us yet, and our
    // own, which a loop of bridges brought back, says nothing (RFC 4862 section 5.4.3).
    const bool own_probe = meta.link_source == iface.link_address();
    if (from.is_any() && !own_probe) iface.ipv6()->duplicate_found(solicit->target);
    return Status();
  }
  if (link) learn(iface, from, *link, false);
  answer(iface, packet, *solicit);
  return Status();
}

// RFC 4861 section 7.2.4.
void Nd::answer(NetIf& iface, const Packet& packet, const NeighborSolicitation& solicit) {
  const Ipv6Address from = packet.meta.source.address.v6();
  const bool known = !from.is_any();
  send_advert(iface, solicit.target, known ? from : Ipv6Address::all_nodes(), known, packet);
}

void Nd::send_probe(NetIf& iface, const Ipv6Address& target) {
  const Icmpv6Route route{{}, target.solicited_node(), kNdHopLimit, false, {}};
  stack_.v6()->icmp.post(iface, NeighborSolicitation::kBytes, route, stack_.config().alloc.nd,
                     [target, route](std::span<std::uint8_t> message) {
                       NeighborSolicitation{target, {}}.emit(message, route.source,
                                                             route.destination);
                     });
}

// The address the waiting packet comes from, where it is this iface's (RFC 4861 section 7.2.2).
Ipv6Address Nd::solicit_source(NetIf& iface, const Ipv6Address& target,
                               const Packet* because) const {
  Ipv6Address source;
  if (because != nullptr && iface.has_address(because->meta.source.address)) {
    source = because->meta.source.address.v6();
  } else {
    source = stack_.route().source(&iface, target).v6();
  }
  if (source.is_any() && iface.ipv6() != nullptr && iface.ipv6()->link_local() != nullptr) {
    source = iface.ipv6()->link_local()->address();
  }
  return source;
}

// One from "any" would be a probe for duplicates (RFC 4862 section 5.4.2): without an address of
// its own a node does not ask, as in Zephyr.
void Nd::send_solicit(NetIf& iface, const Ipv6Address& target, const Ipv6Address& destination,
                      const Packet* because) {
  const Ipv6Address source = solicit_source(iface, target, because);
  if (source.is_any()) {
    stack_.tracer().event(iface.subject(), "nd_no_source",
                          {Attr::of("address", IpAddress(target))});
    return;
  }
  constexpr std::size_t kBytes = NeighborSolicitation::kBytes;
  const std::size_t bytes = kBytes + NdLinkAddress::kBytes;
  const Icmpv6Route route{source, destination, kNdHopLimit, false,
                          because != nullptr ? because->meta.cause : RecordId{}};
  const NdLinkAddress link{NdOptionType::SourceLinkAddress, iface.link_address()};
  stack_.v6()->icmp.post(iface, bytes, route, stack_.config().alloc.nd,
                     [target, route, link](std::span<std::uint8_t> message) {
                       link.emit(&message[kBytes]);
                       NeighborSolicitation{target, {}}.emit(message, route.source,
                                                             route.destination);
                     });
}

// ---- advertisements

void Nd::send_advert(NetIf& iface, const Ipv6Address& target, const Ipv6Address& destination,
                     bool solicited, const Packet& because) {
  constexpr std::size_t kBytes = NeighborAdvertisement::kBytes;
  const NdLinkAddress link{NdOptionType::TargetLinkAddress, iface.link_address()};
  NeighborAdvertisement advert;
  advert.target = target;
  advert.router = stack_.config().router;
  advert.solicited = solicited;
  advert.override_known = true;
  const Icmpv6Route route{target, destination, kNdHopLimit, false, because.meta.cause};
  const std::size_t options = iface.has_link_addresses() ? NdLinkAddress::kBytes : 0;
  stack_.v6()->icmp.post(iface, kBytes + options, route, stack_.config().alloc.nd,
                     [advert, route, link](std::span<std::uint8_t> message) {
                       if (message.size() > kBytes) link.emit(&message[kBytes]);
                       advert.emit(message, route.source, route.destination);
                     });
}

Status Nd::on_advert(NetIf& iface, Packet& packet) {
  const auto advert = NeighborAdvertisement::parse(packet.bytes());
  const bool to_group = packet.meta.destination.address.is_multicast();
  if (!advert || !is_valid(packet) || (to_group && advert->solicited)) {
    return refuse(iface, packet, DropReason::BadHeader);
  }
  if (iface.ipv6() != nullptr && iface.ipv6()->duplicate_found(advert->target)) return Status();
  Neighbor* neighbor = entry(iface, advert->target);
  if (neighbor == nullptr) return refuse(iface, packet, DropReason::NotForUs);  // section 7.2.5
  if (neighbor->state == NeighborState::Static) return Status();
  update(*neighbor, *advert);
  settle();
  return Status();
}

// RFC 4861 section 7.2.5.
void Nd::update(Neighbor& neighbor, const NeighborAdvertisement& advert) {
  const auto link = advert.options.link_address(NdOptionType::TargetLinkAddress);
  if (neighbor.state == NeighborState::Incomplete) {
    if (!link) return;
    neighbor.is_router = advert.router;
    NetIf& iface = *neighbor.iface;
    resolve(neighbor, *link);
    Neighbor* still = entry(iface, advert.target);
    if (still == nullptr) return;
    if (advert.solicited) set_reachable(*still);
    return release(*still);
  }
  const bool other = link && *link != neighbor.mac;
  if (other && !advert.override_known) {
    if (neighbor.state == NeighborState::Reachable) {
      neighbor.state = NeighborState::Stale;
      neighbor.deadline = kNever;
    }
    return;
  }
  if (other) neighbor.mac = *link;
  if (advert.solicited) {
    set_reachable(neighbor);
  } else if (other) {
    neighbor.state = NeighborState::Stale;
    neighbor.deadline = kNever;
  }
  const bool was_router = neighbor.is_router;
  neighbor.is_router = advert.router;
  // it gave up being a router: it must not be a first hop any more, nor a default router
  if (was_router && !advert.router) {
    stack_.route().forget_redirects(*neighbor.iface, neighbor.address);
    stack_.routers.remove(*neighbor.iface, IpAddress(neighbor.address));
  }
}

}  // namespace flapjack
