// SPDX-License-Identifier: Apache-2.0
#include "l2/dummy_l2.h"

#include "l2/bare_ip.h"

namespace flapjack {

L2Traits DummyL2::traits() const {
  L2Traits traits;
  traits.name = "dummy";
  traits.needs_link_address = false;
  traits.link_datagrams = true;  // without any header
  return traits;
}

std::unique_ptr<L2Context> DummyL2::attach(NetIf&) {
  return nullptr;
}

Status DummyL2::enable(NetIf&, bool) {
  return Status();
}

Status DummyL2::send(NetIf& iface, PacketPtr packet) {
  return iface.output_frame(std::move(packet));
}

Verdict DummyL2::recv(NetIf& iface, PacketPtr& packet) {
  return recv_bare_ip(iface, packet);
}

}  // namespace flapjack
