// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmp.h"

#include "stack/net/stack.h"

namespace flapjack {

Icmp::Icmp(Stack& stack) : stack_(stack) {
  echo_.type = kIcmpEchoRequest;
  echo_.handle = [this](NetIf& iface, const IcmpHeader& header, Packet& packet) {
    return answer_echo(iface, header, packet);
  };
  add(echo_);
}

void Icmp::input(NetIf& iface, PacketPtr packet) {
  const auto header = IcmpHeader::parse(packet->bytes());
  if (!header) {
    ++iface.stats().rx_dropped;
    const bool short_one = packet->size() < kIcmpHeaderBytes;
    return stack_.tracer().drop(short_one ? DropReason::BadHeader : DropReason::BadChecksum,
                                iface.subject(), *packet);
  }
  if (handlers_.hand_over(iface, *header, *packet).code() != Errc::Enoent) return;
  stack_.tracer().drop(DropReason::NoListener, stack_.subject(), *packet);
}

PacketPtr Icmp::message(NetIf& iface, Ipv4Address destination, const IcmpHeader& header,
                        std::span<const std::uint8_t> data) {
  PacketPtr packet = stack_.tx_pool.allocate();
  if (packet == nullptr || data.size() + kIcmpHeaderBytes > packet->tailroom()) return nullptr;
  packet->append(data);
  packet->push(kIcmpHeaderBytes);
  header.emit(packet->bytes());
  packet->meta.iface = iface.index();
  packet->meta.source.address = stack_.route.source(&iface, destination);
  packet->meta.destination.address = destination;
  return packet;
}

Status Icmp::answer_echo(NetIf& iface, const IcmpHeader& header, Packet& packet) {
  const PacketMeta& meta = packet.meta;
  const Ipv4Address asked = meta.destination.address.v4();
  IcmpHeader reply = header;
  reply.type = kIcmpEchoReply;
  reply.code = 0;
  PacketPtr answer =
      message(iface, meta.source.address.v4(), reply, packet.bytes().subspan(kIcmpHeaderBytes));
  if (answer == nullptr) {
    stack_.tracer().drop(DropReason::NoBuffers, stack_.subject(), packet);
    return Errc::Enomem;
  }
  if (!asked.is_multicast() && !iface.ipv4().is_broadcast(asked)) {
    answer->meta.source.address = asked;
  }
  answer->meta.cause = meta.cause;
  return stack_.ip.output(std::move(answer), IpProtocol::Icmp);
}

Status Icmp::send_echo_request(NetIf* iface, Ipv4Address destination, std::uint16_t id,
                               std::uint16_t sequence, std::span<const std::uint8_t> data) {
  if (destination.is_any()) return Errc::Einval;
  if (iface == nullptr) iface = stack_.route.iface_for(destination);
  if (iface == nullptr || iface->is_offloaded()) return Errc::Enoent;
  if (iface->ipv4().addresses().empty()) return Errc::Enetunreach;
  const std::size_t room = std::size_t{iface->mtu()} - kIpv4HeaderBytes - kIcmpHeaderBytes;
  if (data.size() > room) return Errc::Enomem;
  const IcmpHeader header{kIcmpEchoRequest, 0, id, sequence};
  PacketPtr request = message(*iface, destination, header, data);
  if (request == nullptr) return Errc::Enomem;
  return stack_.ip.output(std::move(request), IpProtocol::Icmp).ok() ? Status()
                                                                     : Status(Errc::Eio);
}

void Icmp::send_unreachable(NetIf& iface, const Packet& offending, std::uint8_t code) {
  const PacketMeta& meta = offending.meta;
  if (meta.source.address.is_any() || meta.destination.address.is_multicast()) return;
  // RFC 792: the internet header and the first 64 bits of the data, still there in the headroom
  const std::size_t quoted = std::size_t{meta.l3_bytes} + kUdpHeaderBytes;
  const std::uint8_t* start = offending.data() - quoted;
  const IcmpHeader header{kIcmpUnreachable, code, 0, 0};
  PacketPtr error = message(iface, meta.source.address.v4(), header, {start, quoted});
  if (error == nullptr) return;
  error->meta.source.address = meta.destination.address;
  error->meta.cause = meta.cause;
  const Status sent = stack_.ip.output(std::move(error), IpProtocol::Icmp);
  static_cast<void>(sent);  // an error about an error is never sent (RFC 1122 section 3.2.2)
}

}  // namespace flapjack
