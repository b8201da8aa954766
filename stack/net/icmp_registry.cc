// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmp_registry.h"

#include <algorithm>

namespace flapjack {
namespace {

bool wants(const IcmpHandler& handler, const NetIf& iface, const IcmpHeader& header) {
  return handler.type == header.type && (handler.code == 0 || handler.code == header.code) &&
         (handler.iface == nullptr || handler.iface == &iface);
}

}  // namespace

void IcmpRegistry::add(IcmpHandler& handler) {
  remove(handler);
  handlers_.push_back(&handler);
}

void IcmpRegistry::remove(IcmpHandler& handler) {
  if (rounds_ == 0) {
    std::erase(handlers_, &handler);
  } else {
    std::replace(handlers_.begin(), handlers_.end(), &handler, static_cast<IcmpHandler*>(nullptr));
  }
}

Status IcmpRegistry::hand_over(NetIf& iface, const IcmpHeader& header, Packet& packet) {
  Status last = Errc::Enoent;
  ++rounds_;
  for (std::size_t i = handlers_.size(); i-- > 0;) {
    const IcmpHandler* handler = handlers_[i];
    if (handler == nullptr || !wants(*handler, iface, header)) continue;
    last = handler->handle(iface, header, packet);
    if (!last.ok()) break;
  }
  end_round();
  return last;
}

void IcmpRegistry::end_round() {
  if (--rounds_ == 0) std::erase(handlers_, nullptr);
}

}  // namespace flapjack
