// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_core.h"

#include "stack/net/stack.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

std::uint16_t link_room(const NetIf& iface, const IpAddress& destination) {
  const bool ipv6 = destination.is_v6() && iface.ipv6() != nullptr;
  return ipv6 ? iface.ipv6()->mtu() : iface.mtu();
}

}  // namespace

Status NetCore::send_data(PacketPtr packet) {
  if (packet == nullptr || packet->size() == 0) return Errc::Enodata;
  NetIf* iface = stack_.iface(packet->meta.iface);
  if (iface == nullptr) return Errc::Einval;
  stack_.tracer().hop(Hop::CoreOut, iface->subject(), *packet);
  if (stack_.config().send_checks_iface && !iface->is_up()) {
    ++iface->losses().tx_dropped;
    stack_.tracer().drop(DropReason::IfaceDown, iface->subject(), *packet);
    return Errc::Enetdown;
  }
  const PacketMeta& meta = packet->meta;
  if (meta.ttl == 0) {
    stack_.tracer().drop(DropReason::TtlExpired, iface->subject(), *packet);
    stack_.contexts.forget(meta.context, meta.id);
    return Status();
  }
  const bool own = is_own(*iface, meta.destination.address);
  if (meta.destination.address.is_any() || (meta.source.address.is_loopback() && !own)) {
    stack_.tracer().drop(DropReason::NoRoute, iface->subject(), *packet);
    return Errc::Eaddrnotavail;
  }
  if (own) {
    loop_back(*iface, std::move(packet));
    return Status();
  }
  if (meta.loops) {
    if (!loop_group(*packet)) {
      return iface->drop_tx(std::move(packet), DropReason::NoBuffers, Errc::Enomem);
    }
    packet->meta.loops = false;  // once, and not again as fragments
  }
  // What a router has learnt of a path is about its own datagrams: others' have senders of their
  // own, who learn by what comes next (RFC 1191 section 4), and Forward has told them where the
  // link is too narrow.
  const IpAddress& to = packet->meta.destination.address;
  const std::uint16_t fits = packet->meta.forwarded ? link_room(*iface, to) : room(*iface, to);
  if (packet->size() > fits) return send_large(*iface, std::move(packet), fits);
  return iface->send_data(std::move(packet)).ok() ? Status() : Status(Errc::Eio);
}

std::uint16_t NetCore::room(const NetIf& iface, const IpAddress& destination) const {
  return stack_.pmtu.mtu(destination, link_room(iface, destination));
}

// Without fragmentation a datagram that does not fit goes to the L2 as it is, unless it says that
// it may not be split; Zephyr does not look either.
Status NetCore::send_large(NetIf& iface, PacketPtr packet, std::uint16_t fits) {
  if (packet->meta.destination.address.is_v6()) {
    if (stack_.v6()->fragmentation.splits(*packet)) {
      return stack_.v6()->fragmentation.send(std::move(packet), fits);
    }
  } else if (stack_.ipv4_fragment()->splits(*packet)) {
    return stack_.ipv4_fragment()->send(std::move(packet), fits);
  }
  if (packet->meta.dont_fragment) {
    return iface.drop_tx(std::move(packet), DropReason::TooBig, Errc::Emsgsize);
  }
  return iface.send_data(std::move(packet)).ok() ? Status() : Status(Errc::Eio);
}

void NetCore::re_enter(NetIf& iface, PacketPtr packet) {
  packet->meta.l2_ready = true;
  packet->meta.iface = iface.index();
  stack_.rx_queue.submit(std::move(packet));
}

bool NetCore::is_own(const NetIf& iface, const IpAddress& destination) const {
  if (stack_.route().cached(iface, destination) != nullptr) return false;
  return destination.is_loopback() || stack_.route().iface_of(destination) != nullptr;
}

// Zephyr processes such a packet at once, in the caller; here it is a new turn, so that a
// conversation with oneself does not grow the call stack.
void NetCore::loop_back(NetIf& iface, PacketPtr packet) {
  if (!stack_.rx_pool.adopt(*packet)) {
    ++iface.losses().rx_alloc_failed;
    stack_.tracer().drop(DropReason::NoBuffers, iface.subject(), *packet);
    return stack_.contexts.on_sent(packet->meta.context, packet->meta.id, Errc::Enobufs);
  }
  packet->meta.loopback = true;
  stack_.contexts.on_sent(packet->meta.context, packet->meta.id,
                          std::size_t{packet->meta.payload_bytes});
  packet->meta.context = 0;
  stack_.rx_queue.submit(std::move(packet));
}

// The node itself hears what one of its apps sends to a group, member or not (IPv4).
bool NetCore::loop_group(const Packet& packet) {
  PacketPtr copy = stack_.rx_pool.clone(packet);
  if (copy == nullptr) return false;
  copy->meta.loopback = true;
  copy->meta.loops = false;
  copy->meta.context = 0;
  stack_.rx_queue.submit(std::move(copy));
  return true;
}

Status NetCore::recv_data(NetIf& iface, PacketPtr frame) {
  if (frame == nullptr) return Errc::Einval;
  if (frame->size() == 0) {
    ++iface.losses().rx_dropped;
    stack_.tracer().drop(DropReason::BadHeader, iface.subject(), *frame);
    return Errc::Enodata;
  }
  if (!iface.is_admin_up()) {
    ++iface.losses().rx_dropped;
    stack_.tracer().drop(DropReason::AdminDown, iface.subject(), *frame);
    return Errc::Enetdown;
  }
  if (!stack_.rx_pool.adopt(*frame)) {
    ++iface.losses().rx_alloc_failed;
    stack_.tracer().drop(DropReason::NoBuffers, iface.subject(), *frame);
    return Errc::Enobufs;
  }
  ++iface.stats().rx_packets;
  iface.stats().rx_bytes += frame->size();
  frame->meta.iface = iface.index();
  frame->meta.priority = stack_.config().rx_pool.priority;
  frame->meta.context = 0;
  frame->meta.l2_ready = false;
  frame->meta.loopback = false;
  stack_.rx_queue.submit(std::move(frame));
  return Status();
}

void NetCore::process_rx(NetIf& first, PacketPtr packet) {
  Tracer& tracer = stack_.tracer();
  if (!packet->meta.loopback) first.note_used();  // what the node tells itself keeps no link busy
  const bool l2_done = packet->meta.loopback || packet->meta.l2_ready;
  NetIf* const last = l2_done ? &first : through_l2(first, packet);
  if (last == nullptr) return;
  NetIf& iface = *last;
  if (!l2_done && stack_.conns.hears_frames(SocketType::Datagram)) {
    stack_.conns.frame_input(iface, *packet, SocketType::Datagram);
  }
  tracer.hop(Hop::L3In, iface.subject(), *packet);
  const std::uint16_t type = packet->meta.ether_type;  // 0: the L2 knows none
  const bool is_ip = type == 0 || type == kEtherTypeIpv4 || type == kEtherTypeIpv6;
  const int version = is_ip && packet->size() > 0 ? packet->data()[0] >> 4 : 0;
  if (version == 4) return stack_.ipv4().input(iface, std::move(packet));
  if (version == 6) return stack_.ipv6().input(iface, std::move(packet));
  ++iface.losses().rx_dropped;
  tracer.drop(DropReason::UnknownProtocol, iface.subject(), *packet);
}

// The L2 of the iface, and of each that stands on it and is given the frame. The iface that keeps
// the packet, link header off; null when an L2 took or dropped it.
NetIf* NetCore::through_l2(NetIf& first, PacketPtr& packet) {
  NetIf* iface = &first;
  while (iface != nullptr) {
    if (iface->l2() == nullptr) {
      stack_.tracer().drop(DropReason::NoL2, iface->subject(), *packet);
      return nullptr;
    }
    stack_.tracer().hop(Hop::L2In, iface->subject(), *packet);
    copy_frame(*iface, *packet);
    const Verdict verdict = iface->l2()->recv(*iface, packet);
    assert((verdict == Verdict::Continue) == (packet != nullptr));
    if (verdict == Verdict::Drop) ++iface->losses().rx_dropped;
    if (verdict != Verdict::Continue) return nullptr;
    if (packet->meta.iface == iface->index()) return iface;
    iface = next_up(*iface, packet);
  }
  return nullptr;
}

void NetCore::copy_frame(NetIf& iface, const Packet& frame) {
  if (stack_.conns.hears_frames(SocketType::Raw)) {
    stack_.conns.frame_input(iface, frame, SocketType::Raw);
  }
  if (!iface.is_promiscuous()) return;
  if (Promiscuous* promiscuous = stack_.promiscuous().made()) promiscuous->input(iface, frame);
}

// Zephyr: a packet whose verdict is CONTINUE is fed again to virtual ifaces and to nobody else.
NetIf* NetCore::next_up(const NetIf& from, PacketPtr& packet) {
  NetIf* const upper = stack_.iface(packet->meta.iface);
  assert(upper != nullptr && upper->stacking().stands_on(from));
  if (!upper->is_admin_up()) {
    ++upper->losses().rx_dropped;
    stack_.tracer().drop(DropReason::AdminDown, upper->subject(), *packet);
    packet.reset();
    return nullptr;
  }
  ++upper->stats().rx_packets;
  upper->stats().rx_bytes += packet->size();
  upper->note_used();
  packet->meta.lower = from.index();
  return upper;
}

}  // namespace flapjack
