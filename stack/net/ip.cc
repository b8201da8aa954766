// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ip.h"

#include "stack/net/stack.h"

namespace flapjack {

Status Ip::output(PacketPtr segment, IpProtocol protocol) {
  const CauseScope scope(stack_.scheduler());
  segment->meta.protocol = static_cast<std::uint8_t>(protocol);
  stack_.tracer().hop(Hop::L4Out, stack_.subject(), *segment);
  if (segment->meta.destination.address.is_v6()) return stack_.ipv6().output(std::move(segment));
  return stack_.ipv4().output(std::move(segment));
}

void Ip::input(NetIf& iface, PacketPtr packet) {
  stack_.tracer().hop(Hop::L4In, stack_.subject(), *packet);
  if (stack_.conns.hears_raw()) stack_.conns.raw_input(iface, *packet);
  StackParts* const parts = stack_.made_parts();
  if (parts != nullptr && parts->ip_listener != nullptr) {
    parts->ip_listener->heard(iface, packet->meta.source.address);
  }
  const bool v6 = packet->meta.destination.address.is_v6();
  switch (static_cast<IpProtocol>(packet->meta.protocol)) {
    case IpProtocol::Icmp:
      if (!v6) return stack_.icmp()->input(iface, std::move(packet));
      break;
    case IpProtocol::Icmpv6:
      if (v6) return stack_.v6()->icmp.input(iface, std::move(packet));
      break;
    case IpProtocol::Udp:
      return stack_.udp().input(iface, std::move(packet));
    case IpProtocol::Igmp:
      if (!v6 && stack_.config().igmp.enabled) {
        return stack_.igmp()->input(iface, std::move(packet));
      }
      break;
    case IpProtocol::IpInIp:
    case IpProtocol::Ipv6:
      return tunnel_input(iface, std::move(packet));
    default:
      break;
  }
  ++iface.losses().rx_dropped;
  if (v6) {
    stack_.ipv6().refuse_protocol(iface, *packet);
  } else {  // RFC 1122 section 3.2.2.1
    stack_.icmp()->send_unreachable(iface, *packet, kIcmpCodeProtocolUnreachable);
  }
  stack_.tracer().drop(DropReason::UnknownProtocol, iface.subject(), *packet);
}

void Ip::set_listener(IpListener* listener) {
  stack_.parts().ip_listener = listener;
}

// An encapsulated datagram (RFC 2003, 4213) belongs to the tunnel that claims it: there it comes in
// anew.
void Ip::tunnel_input(NetIf& iface, PacketPtr packet) {
  NetIf* tunnel = iface.claimant(*packet);
  if (tunnel == nullptr) {
    ++iface.losses().rx_dropped;
    return stack_.tracer().drop(DropReason::UnknownTunnel, iface.subject(), *packet);
  }
  const Status received = stack_.core().recv_data(*tunnel, std::move(packet));
  static_cast<void>(received);  // every refusal has been recorded as a drop
}

}  // namespace flapjack
