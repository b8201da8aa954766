// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv6_source.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

struct Best {
  Ipv6Source source;
  bool preferred = false;
  unsigned bits = 0;
};

void consider(const NetIf& iface, const Ipv6Address& destination, Best& best) {
  if (iface.ipv6() == nullptr) return;
  for (const Ipv6IfAddress& own : iface.ipv6()->addresses()) {
    if (own.state == AddressState::Tentative || own.address().is_link_local()) continue;
    const bool preferred = own.is_preferred();
    const unsigned bits =
        std::min<unsigned>(common_bits(own.address(), destination), own.prefix.length);
    const bool worse = best.source.iface != nullptr &&
                       (preferred != best.preferred ? best.preferred : bits < best.bits);
    if (!worse) best = {{&iface, own.address()}, preferred, bits};
  }
}

const Ipv6IfAddress* link_local_of(const NetIf* iface) {
  return iface != nullptr && iface->ipv6() != nullptr ? iface->ipv6()->link_local() : nullptr;
}

Ipv6Source link_local_source(const Stack& stack, const NetIf* iface) {
  if (iface != nullptr) {
    const Ipv6IfAddress* own = link_local_of(iface);
    return own != nullptr ? Ipv6Source{iface, own->address()} : Ipv6Source{};
  }
  const NetIf* fallback = stack.default_iface();
  if (const Ipv6IfAddress* own = link_local_of(fallback)) return {fallback, own->address()};
  for (const auto& each : stack.ifaces()) {
    if (const Ipv6IfAddress* own = link_local_of(each.get())) return {each.get(), own->address()};
  }
  return {};
}

}  // namespace

Ipv6Source select_ipv6_source(const Stack& stack, const NetIf* iface,
                              const Ipv6Address& destination) {
  if (destination.is_link_local() || destination.is_link_scope_multicast()) {
    return link_local_source(stack, iface);
  }
  Best best;
  if (iface != nullptr) {
    consider(*iface, destination, best);
  } else {
    for (const auto& each : stack.ifaces()) consider(*each, destination, best);
  }
  return best.source;
}

}  // namespace flapjack
