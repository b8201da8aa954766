// SPDX-License-Identifier: Apache-2.0
#include "l2/offloaded_l2.h"

#include "l2/l2_drop.h"

namespace flapjack {

L2Traits OffloadedL2::traits() const {
  L2Traits traits;
  traits.name = "offloaded";
  traits.has_send = false;
  traits.needs_link_address = false;
  return traits;
}

std::unique_ptr<L2Context> OffloadedL2::attach(NetIf&) {
  return nullptr;
}

Status OffloadedL2::enable(NetIf& iface, bool up) {
  return enable_ ? enable_(iface, up) : Status();
}

Status OffloadedL2::send(NetIf& iface, PacketPtr packet) {
  return iface.drop_tx(std::move(packet), DropReason::NoL2, Errc::Eio);
}

Verdict OffloadedL2::recv(NetIf& iface, PacketPtr& packet) {
  return drop_rx(iface, packet, DropReason::NoL2);
}

}  // namespace flapjack
