// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_l2.h"

#include "stack/net/stack.h"
#include "stack/wire/bytes.h"

namespace flapjack {

L2Traits PppL2::traits() const {
  L2Traits traits;
  traits.name = "ppp";
  traits.point_to_point = true;
  traits.needs_link_address = false;
  traits.negotiates = true;
  traits.header_bytes = kPppProtocolBytes;
  return traits;
}

std::unique_ptr<L2Context> PppL2::attach(NetIf& iface) {
  return std::make_unique<PppSession>(iface, config_);
}

PppSession& PppL2::session(NetIf& iface) {
  assert(iface.l2_context() != nullptr);
  return *static_cast<PppSession*>(iface.l2_context());
}

Status PppL2::enable(NetIf& iface, bool up) {
  up ? session(iface).enable() : session(iface).disable();
  return Status();
}

void PppL2::on_carrier(NetIf& iface, bool up) {
  session(iface).on_carrier(up);
}

Status PppL2::send(NetIf& iface, PacketPtr packet) {
  assert(packet->size() > 0);
  const int version = packet->data()[0] >> 4;
  if (!session(iface).is_open(version)) {
    return iface.drop_tx(std::move(packet), DropReason::IfaceDown, Errc::Enetdown);
  }
  if (packet->headroom() < kPppProtocolBytes) {
    return iface.drop_tx(std::move(packet), DropReason::L2Refused, Errc::Enomem);
  }
  const PppProtocol protocol = version == 6 ? PppProtocol::Ipv6 : PppProtocol::Ip;
  wire::store16(packet->push(kPppProtocolBytes), static_cast<std::uint16_t>(protocol));
  return iface.output_frame(std::move(packet));
}

Verdict PppL2::recv(NetIf& iface, PacketPtr& packet) {
  return session(iface).recv(packet);
}

}  // namespace flapjack
