// SPDX-License-Identifier: Apache-2.0
#include "stack/net/route.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "stack/net/ipv6_source.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

// Up to here walking over the ifaces is as quick as the index, which costs memory, too.
#ifdef NDEBUG
constexpr std::size_t kFewIfaces = 8;
constexpr bool kCompare = false;
#else
constexpr std::size_t kFewIfaces = 1;  // so that tests compare the two
constexpr bool kCompare = true;
#endif

int equal_leading_bits(Ipv4Address a, Ipv4Address b) { return std::countl_zero(a.value ^ b.value); }

// Bits of the longest on-link prefix that contains the destination; -1: none does.
int on_link_length(const NetIf& iface, const IpAddress& destination) {
  if (destination.is_v4()) return iface.ipv4().on_link_length(destination.v4());
  const Ipv6IfPrefix* prefix =
      iface.ipv6() != nullptr ? iface.ipv6()->prefix_of(destination.v6()) : nullptr;
  return prefix != nullptr ? int{prefix->prefix.length} : -1;
}

}  // namespace

NetIf* Route::iface_of(const IpAddress& address) const {
  const AddressIndex* quick = address.is_v4() ? index() : nullptr;
  if (quick == nullptr) return walk_to(address);
  assert(quick->owner(address.v4()) == walk_to(address));
  return quick->owner(address.v4());
}

NetIf* Route::walk_to(const IpAddress& address) const {
  for (const auto& iface : stack_.ifaces()) {
    if (iface->has_address(address)) return iface.get();
  }
  return nullptr;
}

const AddressIndex* Route::index() const {
  if (stack_.ifaces().size() <= kFewIfaces) return nullptr;
  std::unique_ptr<AddressIndex>& index = stack_.route_tables()->index;
  if (index == nullptr || index->epoch() != stack_.address_epoch()) {
    index = std::make_unique<AddressIndex>(stack_);
  }
  return index.get();
}

void Route::consider(const NetIf& iface, Ipv4Address destination, bool link_local,
                     Candidate& best) {
  for (const Ipv4IfAddress& own : iface.ipv4().addresses()) {
    const Ipv4Address address = own.prefix.address;
    if (own.state != AddressState::Preferred || address.is_link_local() != link_local) continue;
    const Ipv4Address network{address.value & ipv4_mask(own.prefix.length).value};
    const int score = own.prefix.length == 0 ? 0 : equal_leading_bits(destination, network);
    if (score >= best.score) best = {&iface, address, score};
  }
}

Route::Candidate Route::walk(Ipv4Address destination, bool link_local) const {
  const AddressIndex* quick = index();
  Candidate best = quick != nullptr ? quick->best(destination, link_local) : Candidate{};
  if (quick != nullptr && !kCompare) return best;
  Candidate walked;
  for (const auto& each : stack_.ifaces()) consider(*each, destination, link_local, walked);
  assert(quick == nullptr || (best.iface == walked.iface && best.score == walked.score &&
                              best.address == walked.address));
  return walked;
}

Route::Candidate Route::select(const NetIf* iface, Ipv4Address destination) const {
  const bool link_local = destination.is_link_local();
  Candidate best;
  if (iface != nullptr) {
    consider(*iface, destination, link_local, best);
  } else {
    best = walk(destination, link_local);
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

const RouteCache* Route::cached(const NetIf& iface, Ipv4Address destination) const {
  const RouteCache& known = iface.route_cache();
  const bool fits = known.epoch == stack_.route_epoch() && destination == known.destination &&
                    !known.destination.is_any();
  return fits ? &known : nullptr;
}

// Not for addresses that mean something else everywhere.
void Route::remember(NetIf& iface, const IpAddress& destination) const {
  if (!destination.is_v4()) return;
  const Ipv4Address to = destination.v4();
  if (std::exchange(iface.route_cache().latest, to) != to) return;
  if (to.is_any() || to.is_multicast() || to.is_link_local() || to.is_loopback() ||
      iface.ipv4().is_broadcast(to) || iface_of(to) != nullptr) {
    return;
  }
  iface.route_cache() = {to, select(&iface, to).address, find_next_hop(iface, to),
                         stack_.route_epoch(), to};
}

IpAddress Route::source(const NetIf* iface, const IpAddress& destination) const {
  if (destination.is_v4()) return source(iface, destination.v4());
  return select_ipv6_source(stack_, iface, destination.v6()).address;
}

Ipv4Address Route::source(const NetIf* iface, Ipv4Address destination) const {
  const RouteCache* known = iface != nullptr ? cached(*iface, destination) : nullptr;
  assert(known == nullptr || known->source == select(iface, destination).address);
  return known != nullptr ? known->source : select(iface, destination).address;
}

NetIf* Route::iface_for(const IpAddress& destination, NetIf* last) const {
  bool by_default = false;
  if (last != nullptr && cached(*last, destination) != nullptr) {
    assert(find_iface(destination, by_default) == last && iface_of(destination) == nullptr);
    last->route_cache().latest = destination.v4();
    return last;
  }
  NetIf* const found = find_iface(destination, by_default);
  // what the default iface has a say in may depend on who is up
  if (found != nullptr && !by_default) remember(*found, destination);
  return found;
}

NetIf* Route::find_iface(const IpAddress& destination, bool& by_default) const {
  if (const RouteEntry* route = static_route(nullptr, destination)) return route->iface;
  const NetIf* best = destination.is_v6()
                          ? select_ipv6_source(stack_, nullptr, destination.v6()).iface
                          : select(nullptr, destination.v4()).iface;
  by_default = best == nullptr;
  return best != nullptr ? stack_.iface(best->index()) : stack_.default_iface();
}

Ipv6Address Route::next_hop(const NetIf& iface, const Ipv6Address& destination) const {
  if (destination.is_multicast() || destination.is_link_local()) return destination;
  if (const Redirected* said = redirected(iface, destination)) return said->next_hop.v6();
  if (const RouteEntry* route = static_route(&iface, destination)) {
    return route->next_hop.is_any() ? destination : route->next_hop.v6();
  }
  const bool here = iface.ipv6() != nullptr && iface.ipv6()->prefix_of(destination) != nullptr;
  if (here) return destination;
  const RouterEntry* router = stack_.routers.default_router(Family::Inet6, &iface);
  return router != nullptr ? router->address.v6() : destination;
}

Ipv4Address Route::next_hop(const NetIf& iface, Ipv4Address destination) const {
  const RouteCache* known = cached(iface, destination);
  assert(known == nullptr || known->next_hop == find_next_hop(iface, destination));
  return known != nullptr ? known->next_hop : find_next_hop(iface, destination);
}

Ipv4Address Route::find_next_hop(const NetIf& iface, Ipv4Address destination) const {
  if (iface.is_point_to_point()) return destination;
  const Ipv4Config& ipv4 = iface.ipv4();
  if (destination.is_multicast() || destination.is_link_local() ||
      ipv4.is_broadcast(destination)) {
    return destination;
  }
  if (const Redirected* said = redirected(iface, destination)) return said->next_hop.v4();
  if (const RouteEntry* route = static_route(&iface, destination)) {
    return route->next_hop.is_any() ? destination : route->next_hop.v4();
  }
  return ipv4.on_link(destination) ? destination : ipv4.gateway();
}

// A static route counts unless an address of an iface has a prefix at least as long.
const RouteEntry* Route::static_route(const NetIf* iface, const IpAddress& destination) const {
  const RouteEntry* route = stack_.routes.lookup(destination, iface);
  if (route == nullptr) return route;
  for (const auto& each : stack_.ifaces()) {
    if (iface != nullptr && each.get() != iface) continue;
    if (on_link_length(*each, destination) >= int{route->length}) return nullptr;
  }
  return route;
}

NextHop Route::forward_to(const IpAddress& destination) const {
  NextHop best;
  int longest = -1;
  const auto offer = [&](NetIf* iface, int length, const IpAddress& next_hop) {
    if (length <= longest || !iface->is_up() || iface->is_offloaded()) return;
    longest = length;
    best = {iface, next_hop};
  };
  for (const auto& iface : stack_.ifaces()) {
    offer(iface.get(), on_link_length(*iface, destination), destination);
  }
  if (const RouteEntry* route = stack_.routes.lookup(destination, nullptr, true)) {
    offer(route->iface, route->length, route->next_hop.is_any() ? destination : route->next_hop);
  }
  for (const auto& iface : stack_.ifaces()) {
    const Ipv4Address gateway = iface->ipv4().gateway();
    if (destination.is_v4() && !gateway.is_any()) offer(iface.get(), 0, gateway);
  }
  const RouterEntry* router = stack_.routers.default_router(destination.family());
  if (destination.is_v6() && router != nullptr) offer(router->iface, 0, router->address);
  return best;
}

// ---- redirects

const Route::Redirected* Route::redirected(const NetIf& iface,
                                           const IpAddress& destination) const {
  const RouteTables* const tables = stack_.route_tables().made();
  if (tables == nullptr) return nullptr;
  const std::vector<Redirected>& redirects = tables->redirects;
  const auto found = std::find_if(redirects.begin(), redirects.end(), [&](const Redirected& each) {
    return each.iface == &iface && each.destination == destination;
  });
  return found != redirects.end() ? &*found : nullptr;
}

void Route::redirect(const NetIf& iface, const IpAddress& destination,
                     const IpAddress& next_hop) const {
  std::vector<Redirected>& redirects = stack_.route_tables()->redirects;
  std::erase_if(redirects, [&](const Redirected& each) {
    return each.iface == &iface && each.destination == destination;
  });
  if (redirects.size() >= kRedirects) redirects.erase(redirects.begin());
  redirects.push_back({&iface, destination, next_hop});
  stack_.routes_changed();
}

template <class Gone>
void Route::forget_if(const Gone& gone) const {
  RouteTables* const tables = stack_.route_tables().made();
  if (tables != nullptr) std::erase_if(tables->redirects, gone);
  stack_.routes_changed();
}

void Route::forget_redirects(const NetIf& iface) const {
  forget_if([&](const Redirected& each) { return each.iface == &iface; });
}

void Route::forget_redirects(const NetIf& iface, const IpAddress& next_hop) const {
  forget_if([&](const Redirected& each) {
    return each.iface == &iface && each.next_hop == next_hop;
  });
}

}  // namespace flapjack
