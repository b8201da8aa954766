// SPDX-License-Identifier: Apache-2.0
#include "stack/net/nd.h"

#include <algorithm>
#include <array>

#include "stack/net/stack.h"

namespace flapjack {

std::string_view neighbor_state_name(NeighborState state) {
  constexpr std::array<std::string_view, 6> kNames = {"incomplete", "reachable", "stale",
                                                      "delay",      "probe",     "static"};
  return kNames.at(static_cast<std::size_t>(state));
}

Nd::Nd(Stack& stack, Icmpv6& icmp)
    : stack_(stack),
      timer_(stack.scheduler(), Lane::Work, delegate<&Nd::on_time>(this)) {
  solicit_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::NeighborSolicitation);
  solicit_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_solicit(iface, packet);
  };
  advert_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::NeighborAdvertisement);
  advert_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_advert(iface, packet);
  };
  icmp.add(solicit_handler_);
  icmp.add(advert_handler_);
}

Nd::~Nd() = default;

// ---- down: who is the next hop?

Verdict Nd::prepare(NetIf& iface, PacketPtr& packet) {
  const Ipv6Address next_hop = packet->meta.next_hop.v6();
  if (!iface.has_nd() || next_hop.is_multicast()) return Verdict::Continue;
  Neighbor* neighbor = entry(iface, next_hop);
  if (neighbor == nullptr) {
    neighbor = make(iface, next_hop);
    if (neighbor == nullptr) {
      static_cast<void>(
          iface.drop_tx(std::move(packet), DropReason::NeighborTableFull, Errc::Enobufs).ok());
      return Verdict::Drop;
    }
  }
  neighbor->used = stack_.scheduler().now();
  if (neighbor->state == NeighborState::Incomplete) return park(*neighbor, packet);
  if (neighbor->state == NeighborState::Stale) {  // RFC 4861 section 7.3.3
    neighbor->state = NeighborState::Delay;
    neighbor->deadline = stack_.scheduler().now() + stack_.config().ipv6.delay_first_probe;
    settle();
  }
  packet->meta.link_destination = neighbor->mac;
  return Verdict::Continue;
}

Verdict Nd::park(Neighbor& neighbor, PacketPtr& packet) {
  NetIf& iface = *neighbor.iface;
  if (neighbor.parked != nullptr) {
    static_cast<void>(
        iface.drop_tx(std::move(packet), DropReason::NeighborBusy, Errc::Enobufs).ok());
    return Verdict::Drop;
  }
  const bool asked = neighbor.deadline != kNever;
  if (!asked && solicit_source(iface, neighbor.address, packet.get()).is_any()) {
    neighbors_.erase(neighbors_.begin() + (&neighbor - neighbors_.data()));  // nobody knows it yet
    static_cast<void>(
        iface.drop_tx(std::move(packet), DropReason::NoSource, Errc::Eaddrnotavail).ok());
    return Verdict::Drop;
  }
  const SimTime now = stack_.scheduler().now();
  stack_.tracer().hop(Hop::NdWait, iface.subject(), *packet);
  neighbor.parked = std::move(packet);
  neighbor.parked_until = now + stack_.config().ipv6.ns_reply_timeout;
  if (!asked) {
    neighbor.solicits = 1;
    neighbor.deadline = now + iface.ipv6()->retrans_time();
    const CauseScope scope(stack_.scheduler(), neighbor.parked->meta.cause);
    send_solicit(iface, neighbor.address, neighbor.address.solicited_node(), neighbor.parked.get());
  }
  settle();
  return Verdict::Ok;
}

// ---- the table

Neighbor* Nd::entry(const NetIf& iface, const Ipv6Address& address) {
  for (Neighbor& each : neighbors_) {
    if (each.address == address && each.iface == &iface) return &each;
  }
  return nullptr;
}

const Neighbor* Nd::find(const NetIf& iface, const Ipv6Address& address) const {
  return const_cast<Nd*>(this)->entry(iface, address);
}

Neighbor* Nd::make(NetIf& iface, const Ipv6Address& address) {
  if (neighbors_.size() >= stack_.config().ipv6.neighbors && !make_room()) return nullptr;
  if (neighbors_.empty()) neighbors_.reserve(stack_.config().ipv6.neighbors);
  Neighbor& made = neighbors_.emplace_back();
  made.iface = &iface;
  made.address = address;
  made.used = stack_.scheduler().now();
  return &made;
}

// Zephyr: the oldest stale neighbour that is no router goes.
bool Nd::make_room() {
  std::size_t oldest = neighbors_.size();
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    const Neighbor& each = neighbors_[i];
    if (each.state != NeighborState::Stale || each.is_router) continue;
    if (oldest == neighbors_.size() || each.used < neighbors_[oldest].used) oldest = i;
  }
  if (oldest == neighbors_.size()) return false;
  erase(oldest);
  return true;
}

void Nd::erase(std::size_t index) {
  Neighbor gone = std::move(neighbors_[index]);
  neighbors_.erase(neighbors_.begin() + static_cast<std::ptrdiff_t>(index));
  if (gone.state != NeighborState::Incomplete) {
    stack_.mgmt.notify(MgmtEvent::Ipv6NbrDel, gone.iface, MgmtNeighbour{gone.address, -1});
  }
  drop_parked(gone, DropReason::NeighborTimeout);
}

bool Nd::remove(const NetIf& iface, const Ipv6Address& address) {
  const Neighbor* found = find(iface, address);
  if (found == nullptr) return false;
  erase(static_cast<std::size_t>(found - neighbors_.data()));
  settle();
  return true;
}

void Nd::drop_parked(Neighbor& neighbor, DropReason reason) {
  neighbor.parked_until = kNever;
  if (neighbor.parked == nullptr) return;
  const CauseScope scope(stack_.scheduler(), neighbor.parked->meta.cause);
  static_cast<void>(
      neighbor.iface->drop_tx(std::move(neighbor.parked), reason, Errc::Ehostunreach).ok());
}

// The link address is known: the entry is one that events speak of, and what waited goes on.
void Nd::resolve(Neighbor& neighbor, const MacAddress& mac) {
  const bool fresh = neighbor.state == NeighborState::Incomplete;
  neighbor.mac = mac;
  neighbor.deadline = kNever;
  neighbor.state = NeighborState::Stale;
  if (!fresh) return;
  stack_.mgmt.notify(
      MgmtEvent::Ipv6NbrAdd, neighbor.iface,
      MgmtNeighbour{neighbor.address, static_cast<int>(&neighbor - neighbors_.data())});
}

void Nd::release(Neighbor& neighbor) {
  neighbor.parked_until = kNever;
  if (neighbor.parked == nullptr) return;
  PacketPtr packet = std::move(neighbor.parked);
  NetIf& iface = *neighbor.iface;
  packet->meta.link_destination = neighbor.mac;
  const CauseScope scope(stack_.scheduler(), packet->meta.cause);
  static_cast<void>(iface.queue_tx(std::move(packet)).ok());  // reported to the sender
}

void Nd::set_reachable(Neighbor& neighbor) {
  if (!draw_) draw_ = stack_.env().rng.stream(stack_.path_of("nd"));
  neighbor.state = NeighborState::Reachable;
  neighbor.solicits = 0;
  // RFC 4861 section 6.3.4: between 0.5 and 1.5 times the base, drawn for each neighbour
  const Duration base = neighbor.iface->ipv6()->reachable_time();
  const std::int64_t half = base.ns / 2;
  neighbor.deadline = stack_.scheduler().now() + Duration{draw_->between(half, half + base.ns)};
}

void Nd::learn(NetIf& iface, const Ipv6Address& address, const MacAddress& mac, bool is_router) {
  Neighbor* neighbor = entry(iface, address);
  if (neighbor == nullptr) neighbor = make(iface, address);
  if (neighbor == nullptr || neighbor->state == NeighborState::Static) return;
  if (is_router) neighbor->is_router = true;
  neighbor->used = stack_.scheduler().now();
  if (neighbor->state == NeighborState::Incomplete || neighbor->mac != mac) {
    resolve(*neighbor, mac);
    if (Neighbor* still = entry(iface, address)) release(*still);
  }
  settle();
}

bool Nd::add_static(NetIf& iface, const Ipv6Address& address, const MacAddress& mac) {
  Neighbor* neighbor = entry(iface, address);
  if (neighbor == nullptr) neighbor = make(iface, address);
  if (neighbor == nullptr) return false;
  resolve(*neighbor, mac);
  if (Neighbor* still = entry(iface, address)) {
    still->state = NeighborState::Static;
    release(*still);
  }
  settle();
  return true;
}

void Nd::confirm(const NetIf& iface, const Ipv6Address& address) {
  Neighbor* neighbor = entry(iface, address);
  if (neighbor == nullptr || neighbor->state == NeighborState::Incomplete ||
      neighbor->state == NeighborState::Static) {
    return;
  }
  set_reachable(*neighbor);
  settle();
}

void Nd::iface_down(NetIf& iface, DropReason reason) {
  for (std::size_t i = neighbors_.size(); i-- > 0;) {
    Neighbor& each = neighbors_[i];
    if (each.iface != &iface || each.state == NeighborState::Static) continue;
    drop_parked(each, reason);
    if (each.state == NeighborState::Incomplete) {
      erase(i);
      continue;
    }
    each.state = NeighborState::Stale;
    each.deadline = kNever;
  }
  settle();
}

// ---- time

void Nd::settle() {
  SimTime next = kNever;
  for (const Neighbor& each : neighbors_) next = std::min({next, each.deadline, each.parked_until});
  if (next == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(next);
  }
}

void Nd::on_time() {
  while (expire_one()) continue;
  settle();
}

bool Nd::expire_one() {
  const SimTime now = stack_.scheduler().now();
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    if (neighbors_[i].parked_until <= now) {
      drop_parked(neighbors_[i], DropReason::NeighborTimeout);
      return true;
    }
    if (neighbors_[i].deadline <= now) {
      expire(i);
      return true;
    }
  }
  return false;
}

// RFC 4861 section 7.3.3 and appendix C, what a deadline means in each state.
void Nd::expire(std::size_t index) {
  Neighbor& each = neighbors_[index];
  const Ipv6Config& config = stack_.config().ipv6;
  const SimTime now = stack_.scheduler().now();
  const bool multicast = each.state == NeighborState::Incomplete;
  switch (each.state) {
    case NeighborState::Reachable:
      each.state = NeighborState::Stale;
      each.deadline = kNever;
      return;
    case NeighborState::Delay:
      each.state = NeighborState::Probe;
      each.solicits = 0;
      [[fallthrough]];
    case NeighborState::Incomplete:
    case NeighborState::Probe:
      if (each.solicits >= (multicast ? config.multicast_solicits : config.unicast_solicits)) {
        stack_.route().forget_redirects(*each.iface, each.address);
        return erase(index);
      }
      ++each.solicits;
      each.deadline = now + each.iface->ipv6()->retrans_time();
      return send_solicit(*each.iface, each.address,
                          multicast ? each.address.solicited_node() : each.address,
                          each.parked.get());
    case NeighborState::Stale:
    case NeighborState::Static:
      each.deadline = kNever;
      return;
  }
}

}  // namespace flapjack
