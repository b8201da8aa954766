// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ip.h"

#include "stack/net/stack.h"

namespace flapjack {

Status Ip::output(PacketPtr segment, IpProtocol protocol) {
  const CauseScope scope(stack_.scheduler());
  segment->meta.protocol = static_cast<std::uint8_t>(protocol);
  stack_.tracer().hop(Hop::L4Out, stack_.subject(), *segment);
  return stack_.ipv4.output(std::move(segment));
}

void Ip::input(NetIf& iface, PacketPtr packet) {
  stack_.tracer().hop(Hop::L4In, stack_.subject(), *packet);
  switch (packet->meta.protocol) {
    case static_cast<std::uint8_t>(IpProtocol::Icmp):
      return stack_.icmp.input(iface, std::move(packet));
    case static_cast<std::uint8_t>(IpProtocol::Udp):
      return stack_.udp.input(iface, std::move(packet));
    default:
      ++iface.stats().rx_dropped;
      return stack_.tracer().drop(DropReason::UnknownProtocol, iface.subject(), *packet);
  }
}

}  // namespace flapjack
