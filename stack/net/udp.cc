// SPDX-License-Identifier: Apache-2.0
#include "stack/net/udp.h"

#include "stack/net/stack.h"

namespace flapjack {

Status Udp::output(PacketPtr payload) {
  const PacketMeta& meta = payload->meta;
  const NetIf& iface = *stack_.iface(meta.iface);
  const ChecksumPolicy policy =
      iface.driver() != nullptr ? iface.driver()->caps().checksum : ChecksumPolicy{};
  payload->push(kUdpHeaderBytes);
  UdpHeader header;
  header.source_port = meta.source.port;
  header.destination_port = meta.destination.port;
  header.length = static_cast<std::uint16_t>(payload->size());
  header.emit(payload->bytes(), meta.source.address, meta.destination.address, policy);
  return stack_.ip.output(std::move(payload), IpProtocol::Udp);
}

void Udp::input(NetIf& iface, PacketPtr packet) {
  PacketMeta& meta = packet->meta;
  const ChecksumPolicy policy =
      iface.driver() != nullptr ? iface.driver()->caps().checksum : ChecksumPolicy{};
  UdpHeader header;
  const UdpHeader::Error error = UdpHeader::parse(packet->bytes(), meta.source.address,
                                                  meta.destination.address, policy, header);
  if (error != UdpHeader::Error::None) {
    ++iface.stats().rx_dropped;
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
  ++iface.stats().rx_dropped;
  if (packet == nullptr) return;
  const Ipv4Address to = meta.destination.address.v4();
  if (!to.is_multicast() && !iface.ipv4().is_broadcast(to)) {
    stack_.icmp.send_unreachable(iface, *packet, kIcmpCodePortUnreachable);
  }
  stack_.tracer().drop(DropReason::NoListener, stack_.subject(), *packet);
}

}  // namespace flapjack
