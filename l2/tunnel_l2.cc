// SPDX-License-Identifier: Apache-2.0
#include "l2/tunnel_l2.h"

#include <algorithm>

#include "l2/bare_ip.h"
#include "stack/wire/ipv4.h"

namespace flapjack {
namespace {

/// The protocol number of a datagram in a datagram.
constexpr std::uint8_t protocol_of(int version) {
  return static_cast<std::uint8_t>(version == 6 ? IpProtocol::Ipv6 : IpProtocol::IpInIp);
}

/// TOS of IPv4 (byte 1), traffic class of IPv6 (the 8 bits behind the version).
std::uint8_t traffic_class(const std::uint8_t* header) {
  if (header[0] >> 4 == 4) return header[1];
  return static_cast<std::uint8_t>(header[0] << 4 | header[1] >> 4);
}

}  // namespace

std::uint16_t TunnelL2::mtu_on(std::uint16_t lower_mtu) {
  assert(lower_mtu > kIpv4HeaderBytes);
  return static_cast<std::uint16_t>(lower_mtu - kIpv4HeaderBytes);
}

L2Traits TunnelL2::traits() const {
  L2Traits traits;
  traits.name = "tunnel";
  traits.point_to_point = true;
  traits.needs_link_address = false;
  traits.header_bytes = kIpv4HeaderBytes;
  return traits;
}

std::unique_ptr<L2Context> TunnelL2::attach(NetIf&) {
  return nullptr;
}

Status TunnelL2::attach_lower(NetIf& iface, NetIf& lower) {
  if (lower.is_offloaded() || iface.mtu() > mtu_on(lower.mtu())) return Errc::Einval;
  for (const NetIf* other : lower.stacking().uppers()) {
    const auto* tunnel = dynamic_cast<const TunnelL2*>(other->l2());
    if (tunnel != nullptr && tunnel->config_.remote == config_.remote) return Errc::Ealready;
  }
  return Status();
}

// The IP layer asks, with the outer header off; a frame that an L2 asks about has no protocol yet.
bool TunnelL2::claims(NetIf&, const Packet& datagram) const {
  const PacketMeta& meta = datagram.meta;
  return meta.l3_bytes != 0 &&
         (meta.protocol == protocol_of(4) || meta.protocol == protocol_of(6)) &&
         meta.source.address == IpAddress(config_.remote);
}

Status TunnelL2::send(NetIf& iface, PacketPtr packet) {
  return iface.output_frame(std::move(packet));
}

std::uint16_t TunnelL2::path_mtu(const NetIf& lower) const {
  return lower.stack().pmtu.mtu(config_.remote, lower.mtu());
}

std::uint16_t TunnelL2::mtu(const NetIf& iface, std::uint16_t configured) const {
  const NetIf* lower = iface.stacking().lower();
  return lower == nullptr ? configured : std::min(configured, mtu_on(path_mtu(*lower)));
}

// RFC 4213 section 3.2: senders of IPv6 cannot be told of less than 1280 bytes, and the iface below
// has not even room for that, unless the outer datagram is split here.
bool TunnelL2::is_lost_below(const NetIf& lower, std::size_t bytes) {
  return bytes + kIpv4HeaderBytes > lower.mtu() && !lower.stack().config().ipv4_fragment.enabled;
}

Status TunnelL2::output(NetIf& iface, PacketPtr datagram) {
  const int version = datagram->data()[0] >> 4;
  const bool is_ip = version == 4 || version == 6;  // an app may have written it itself
  if (!is_ip || datagram->size() < kIpv4HeaderBytes) {
    return refuse_output(iface, std::move(datagram), DropReason::BadHeader, Errc::Einval);
  }
  NetIf& lower = *iface.stacking().lower();
  const Route route = iface.stack().route();
  const IpAddress source = route.source(&lower, config_.remote);
  if (source.is_any()) {
    return refuse_output(iface, std::move(datagram), DropReason::NoRoute, Errc::Enetunreach);
  }
  if (datagram->headroom() < kIpv4HeaderBytes) {
    return refuse_output(iface, std::move(datagram), DropReason::L2Refused, Errc::Enomem);
  }
  if (version == 6 && is_lost_below(lower, datagram->size())) {
    return refuse_output(iface, std::move(datagram), DropReason::TooBig, Errc::Emsgsize);
  }
  Ipv4Header outer;
  outer.tos = traffic_class(datagram->data());
  outer.total_length = static_cast<std::uint16_t>(datagram->size() + kIpv4HeaderBytes);
  outer.id = ++next_id_;
  // IPv6 knows no path that carries less than 1280 bytes: routers split the outer datagram then
  outer.dont_fragment = version == 4 || outer.total_length <= path_mtu(lower);
  outer.ttl = config_.ttl;
  outer.protocol = protocol_of(version);
  outer.source = source.v4();
  outer.destination = config_.remote;
  outer.emit(datagram->push(kIpv4HeaderBytes));
  PacketMeta& meta = datagram->meta;  // from here on the node's own datagram, whosesoever is in it
  meta.iface = lower.index();
  meta.l2_ready = false;
  meta.forwarded = meta.loops = meta.router_alert = false;
  meta.l3_start = meta.l3_bytes = meta.fragment_offset = 0;
  meta.dont_fragment = outer.dont_fragment;
  meta.ttl = outer.ttl;
  meta.protocol = outer.protocol;
  meta.source = {outer.source, 0};
  meta.destination = {outer.destination, 0};
  meta.next_hop = route.next_hop(lower, config_.remote);
  return iface.stack().core().send_data(std::move(datagram));
}

Verdict TunnelL2::recv(NetIf& iface, PacketPtr& packet) {
  return recv_bare_ip(iface, packet);
}

}  // namespace flapjack
