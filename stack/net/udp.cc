// SPDX-License-Identifier: Apache-2.0
#include "stack/net/udp.h"

#include "stack/net/stack.h"

namespace flapjack {

Status Udp::output(PacketPtr payload) {
  const PacketMeta& meta = payload->meta;
  const NetIf& iface = *stack_.iface(meta.iface);
  const IpAddress& to = meta.destination.address;
  const ChecksumPolicy policy = iface.checksum_policy();
  payload->push(kUdpHeaderBytes);
  // a device that fills in checksums sees only parts of a datagram that is split
  const std::size_t ip_bytes = to.is_v6() ? kIpv6HeaderBytes : kIpv4HeaderBytes;
  const bool split = payload->size() + ip_bytes > stack_.core().room(iface, to);
  UdpHeader header;
  header.source_port = meta.source.port;
  header.destination_port = meta.destination.port;
  header.length = static_cast<std::uint16_t>(payload->size());
  header.emit(payload->bytes(), meta.source.address, meta.destination.address,
              {.fill = policy.fill || split, .verify = policy.verify});
  return stack_.ip().output(std::move(payload), IpProtocol::Udp);
}

void Udp::input(NetIf& iface, PacketPtr packet) {
  PacketMeta& meta = packet->meta;
  ChecksumPolicy policy = iface.checksum_policy();
  // what did not leave the node may have no sum, its device having been to fill it in
  policy.verify = (policy.verify && !meta.loopback) || meta.reassembled;
  UdpHeader header;
  const UdpHeader::Error error = UdpHeader::parse(packet->bytes(), meta.source.address,
                                                  meta.destination.address, policy, header);
  if (error != UdpHeader::Error::None) {
    ++iface.losses().rx_dropped;
    const bool sum = error == UdpHeader::Error::Checksum;
    return stack_.tracer().drop(sum ? DropReason::BadChecksum : DropReason::BadHeader,
                                iface.subject(), *packet);
  }
  packet->trim(header.length);
  packet->pull(kUdpHeaderBytes);
  meta.source.port = header.source_port;
  meta.destination.port = header.destination_port;
  meta.payload_bytes = static_cast<std::uint32_t>(packet->size());
  if (stack_.conns.input(iface, packet) == Verdict::Ok) return;
  ++iface.losses().rx_dropped;
  if (packet == nullptr) return;
  tell_sender(iface, *packet);
  stack_.tracer().drop(DropReason::NoListener, stack_.subject(), *packet);
}

// The datagram is quoted from its UDP header on.
void Udp::tell_sender(NetIf& iface, Packet& packet) {
  const IpAddress to = packet.meta.destination.address;
  if (to.is_multicast()) return;
  if (to.is_v6()) {
    packet.push(kUdpHeaderBytes);
    stack_.v6()->icmp.send_error(iface, packet, Icmpv6Header::unreachable(kIcmpv6PortUnreachable));
    return packet.pull(kUdpHeaderBytes);
  }
  if (iface.ipv4().is_broadcast(to.v4())) return;
  stack_.icmp()->send_unreachable(iface, packet, kIcmpCodePortUnreachable);
}

}  // namespace flapjack
