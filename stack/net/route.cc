// SPDX-License-Identifier: Apache-2.0
#include "stack/net/route.h"

#include <bit>

#include "stack/net/ipv6_source.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

int equal_leading_bits(Ipv4Address a, Ipv4Address b) { return std::countl_zero(a.value ^ b.value); }

}  // namespace

NetIf* Route::iface_of(const IpAddress& address) const {
  for (const auto& iface : stack_.ifaces()) {
    if (iface->has_address(address)) return iface.get();
  }
  return nullptr;
}

void Route::consider(const NetIf& iface, Ipv4Address destination, bool link_local,
                     Candidate& best) const {
  for (const Ipv4IfAddress& own : iface.ipv4().addresses()) {
    const Ipv4Address address = own.prefix.address;
    if (own.state != AddressState::Preferred || address.is_link_local() != link_local) continue;
    const Ipv4Address network{address.value & ipv4_mask(own.prefix.length).value};
    const int score = own.prefix.length == 0 ? 0 : equal_leading_bits(destination, network);
    if (score >= best.score) best = {&iface, address, score};
  }
}

Route::Candidate Route::select(const NetIf* iface, Ipv4Address destination) const {
  const bool link_local = destination.is_link_local();
  Candidate best;
  if (iface != nullptr) {
    consider(*iface, destination, link_local, best);
  } else {
    for (const auto& each : stack_.ifaces()) consider(*each, destination, link_local, best);
    // for a link-local destination the default iface comes last, so that it wins ties
    const NetIf* fallback = stack_.default_iface();
    if (link_local && fallback != nullptr) consider(*fallback, destination, true, best);
  }
  if (best.iface != nullptr || iface == nullptr) return best;
  const Ipv4IfAddress* any = iface->ipv4().first_global();
  if (any == nullptr) any = iface->ipv4().first_link_local();
  if (any != nullptr) return {iface, any->prefix.address, 0};
  return best;
}

IpAddress Route::source(const NetIf* iface, const IpAddress& destination) const {
  if (destination.is_v6()) return select_ipv6_source(stack_, iface, destination.v6()).address;
  return select(iface, destination.v4()).address;
}

NetIf* Route::iface_for(const IpAddress& destination) const {
  const NetIf* best = destination.is_v6()
                          ? select_ipv6_source(stack_, nullptr, destination.v6()).iface
                          : select(nullptr, destination.v4()).iface;
  return best != nullptr ? stack_.iface(best->index()) : stack_.default_iface();
}

Ipv6Address Route::next_hop(const NetIf& iface, const Ipv6Address& destination) const {
  const bool here = destination.is_multicast() || destination.is_link_local() ||
                    (iface.ipv6() != nullptr && iface.ipv6()->prefix_of(destination) != nullptr);
  for (const Redirected& each : redirects_) {
    if (each.iface == &iface && each.destination == destination) return each.next_hop;
  }
  if (here) return destination;
  const RouterEntry* router = stack_.routers.default_router(Family::Inet6, &iface);
  return router != nullptr ? router->address.v6() : destination;
}

void Route::redirect(const NetIf& iface, const Ipv6Address& destination,
                     const Ipv6Address& next_hop) {
  std::erase_if(redirects_, [&](const Redirected& each) {
    return each.iface == &iface && each.destination == destination;
  });
  if (redirects_.size() == kRedirects) redirects_.erase(redirects_.begin());
  redirects_.push_back({&iface, destination, next_hop});
}

Ipv4Address Route::next_hop(const NetIf& iface, Ipv4Address destination) const {
  const Ipv4Config& ipv4 = iface.ipv4();
  if (destination.is_multicast() || destination.is_link_local() ||
      ipv4.is_broadcast(destination) || ipv4.on_link(destination)) {
    return destination;
  }
  return ipv4.gateway();
}

}  // namespace flapjack
