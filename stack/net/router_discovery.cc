// SPDX-License-Identifier: Apache-2.0
#include "stack/net/router_discovery.h"

#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/ipv6.h"

namespace flapjack {
namespace {

// RFC 4862 section 5.5.3 (e): an unauthenticated router may not shorten a lifetime below this.
constexpr Duration kTwoHours = seconds(2 * 60 * 60);

constexpr std::uint8_t kAutonomousBits = 64;  // what an interface identifier leaves (RFC 4862)

Duration lifetime(std::uint32_t s) {
  return s == NdPrefixInfo::kInfinite ? Duration{kNever.ns} : seconds(s);
}

}  // namespace

RouterDiscovery::RouterDiscovery(Stack& stack, Icmpv6& icmp)
    : stack_(stack),
      timer_(stack.scheduler(), Lane::Work, delegate<&RouterDiscovery::on_time>(this)) {
  advert_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::RouterAdvertisement);
  advert_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_advertisement(iface, packet);
  };
  redirect_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::Redirect);
  redirect_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_redirect(iface, packet);
  };
  icmp.add(advert_handler_);
  icmp.add(redirect_handler_);
}

// ---- solicitations

bool RouterDiscovery::listens(const NetIf& iface) const {
  return !stack_.config().router ||
         std::find(followed_.begin(), followed_.end(), &iface) != followed_.end();
}

void RouterDiscovery::start(NetIf& iface) {
  const Ipv6Config& config = stack_.config().ipv6;
  if (!config.nd || config.rs_count == 0 || !listens(iface) || !iface.has_nd()) return;
  stop(iface);
  asking_.push_back({&iface, 1, stack_.scheduler().now() + config.rs_interval});
  solicit(iface);
  settle();
}

void RouterDiscovery::stop(const NetIf& iface) {
  std::erase_if(asking_, [&](const Asking& each) { return each.iface == &iface; });
  settle();
}

// From the link-local address once it is preferred, else from ::, then without a link address, as
// where the link has none (RFC 4861 section 4.1).
void RouterDiscovery::solicit(NetIf& iface) {
  const Ipv6IfAddress* own = iface.ipv6()->link_local();
  const Ipv6Address source = own != nullptr ? own->address() : Ipv6Address{};
  const bool named = own != nullptr && iface.has_link_addresses();
  const std::size_t options = named ? NdLinkAddress::kBytes : 0;
  constexpr std::size_t kBytes = RouterSolicitation::kBytes;
  const NdLinkAddress link{NdOptionType::SourceLinkAddress, iface.link_address()};
  const Icmpv6Route route{source, Ipv6Address::all_routers(), kNdHopLimit, false, {}};
  stack_.v6()->icmp.post(iface, kBytes + options, route, stack_.config().alloc.nd,
                     [route, link](std::span<std::uint8_t> message) {
                       if (message.size() > kBytes) link.emit(&message[kBytes]);
                       RouterSolicitation{}.emit(message, route.source, route.destination);
                     });
}

void RouterDiscovery::settle() {
  SimTime next = kNever;
  for (const Asking& each : asking_) next = std::min(next, each.next);
  for (const DnsLease& each : dns_) next = std::min(next, each.until);
  if (next == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(next);
  }
}

void RouterDiscovery::on_time() {
  const Ipv6Config& config = stack_.config().ipv6;
  const SimTime now = stack_.scheduler().now();
  for (std::size_t i = asking_.size(); i-- > 0;) {
    Asking& each = asking_[i];
    if (each.next > now) continue;
    NetIf& iface = *each.iface;
    if (each.sent >= config.rs_count) {
      asking_.erase(asking_.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    ++each.sent;
    each.next = now + config.rs_interval;
    solicit(iface);
  }
  expire_servers();
  settle();
}

// ---- advertisements

Status RouterDiscovery::refuse(NetIf& iface, Packet& packet) {
  ++iface.losses().rx_dropped;
  stack_.tracer().drop(DropReason::BadHeader, stack_.subject(), packet);
  return Errc::Einval;
}

// RFC 4861 section 6.1.2.
Status RouterDiscovery::on_advertisement(NetIf& iface, Packet& packet) {
  const auto advert = RouterAdvertisement::parse(packet.bytes());
  const Ipv6Address router = packet.meta.source.address.v6();
  if (!advert || packet.meta.ttl != kNdHopLimit || !router.is_link_local()) {
    return refuse(iface, packet);
  }
  if (iface.ipv6() == nullptr || !listens(iface)) return Status();
  stop(iface);
  take_router(iface, router, *advert);
  take_options(iface, router, *advert);
  return Status();
}

void RouterDiscovery::take_router(NetIf& iface, const Ipv6Address& router,
                                  const RouterAdvertisement& advert) {
  Ipv6If& own = *iface.ipv6();
  if (advert.hop_limit != 0) own.set_hop_limit(advert.hop_limit);
  if (advert.reachable_ms != 0) own.set_reachable_time(milliseconds(advert.reachable_ms));
  if (advert.retransmit_ms != 0) own.set_retrans_time(milliseconds(advert.retransmit_ms));
  if (advert.lifetime_s == 0) {
    stack_.routers.remove(iface, router);
  } else if (stack_.routers.add(iface, router, seconds(advert.lifetime_s), true) == nullptr) {
    stack_.tracer().event(iface.subject(), "router_refused",
                          {Attr::of("address", IpAddress(router))});
  }
}

void RouterDiscovery::take_options(NetIf& iface, const Ipv6Address& router,
                                   const RouterAdvertisement& advert) {
  if (const auto link = advert.options.link_address(NdOptionType::SourceLinkAddress)) {
    stack_.v6()->nd.learn(iface, router, *link, true);
  }
  if (const auto mtu = advert.options.mtu(); mtu && *mtu >= kIpv6MinMtu && *mtu <= iface.mtu()) {
    iface.ipv6()->set_mtu(static_cast<std::uint16_t>(*mtu));
  }
  NdOptions options = advert.options;
  for (NdOption option; options.next(option);) {
    if (const auto info = NdPrefixInfo::parse(option)) take_prefix(iface, *info);
    const auto servers = NdRdnss::parse(option);
    if (servers && stack_.config().ipv6.ra_rdnss) take_servers(iface, *servers);
  }
}

// RFC 8106 section 5.1: the lifetime is that of the addresses in this option, and of no others.
void RouterDiscovery::take_servers(NetIf& iface, const NdRdnss& servers) {
  for (std::size_t i = 0; i < servers.servers.size(); ++i) {
    take_server(iface, servers.servers[i], lifetime(servers.lifetime_s));
  }
  settle();
}

void RouterDiscovery::take_server(NetIf& iface, const IpAddress& server, Duration lifetime) {
  const auto held = std::find_if(dns_.begin(), dns_.end(), [&](const DnsLease& each) {
    return each.iface == &iface && each.server == server;
  });
  if (lifetime.ns == 0) {
    if (held == dns_.end()) return;
    dns_.erase(held);
    stack_.dns()->remove_servers(iface, DnsServerSource::RouterAdvert, &server);
    return;
  }
  const SimTime until = stack_.scheduler().now() + lifetime;
  if (held != dns_.end()) {
    held->until = until;
    return;
  }
  const Status added = stack_.dns()->add_server(server, &iface, DnsServerSource::RouterAdvert);
  if (added.ok()) dns_.push_back({&iface, server, until});  // else the resolver recorded it
}

void RouterDiscovery::expire_servers() {
  const SimTime now = stack_.scheduler().now();
  for (std::size_t i = 0; i < dns_.size();) {
    if (dns_[i].until > now) {
      ++i;
      continue;
    }
    const DnsLease over = dns_[i];
    dns_.erase(dns_.begin() + static_cast<std::ptrdiff_t>(i));
    stack_.dns()->remove_servers(*over.iface, DnsServerSource::RouterAdvert, &over.server);
  }
}

// RFC 4861 section 6.3.4 for the prefix, RFC 4862 section 5.5.3 for the address.
void RouterDiscovery::take_prefix(NetIf& iface, const NdPrefixInfo& info) {
  if (info.prefix.address.is_link_local()) return;
  if (info.on_link && !iface.ipv6()->prefix_heard(info.prefix, lifetime(info.valid_s))) {
    stack_.tracer().event(iface.subject(), "prefix_refused",
                          {Attr::of("address", IpAddress(info.prefix.network())),
                           Attr::of("len", std::int64_t{info.prefix.length})});
  }
  if (!info.autonomous) return;
  const bool usable = info.prefix.length == kAutonomousBits && info.preferred_s <= info.valid_s;
  if (usable) return take_address(iface, info);
  stack_.tracer().event(iface.subject(), "prefix_ignored",
                        {Attr::of("address", IpAddress(info.prefix.network())),
                         Attr::of("len", std::int64_t{info.prefix.length})});
}

void RouterDiscovery::take_address(NetIf& iface, const NdPrefixInfo& info) {
  Ipv6If& own = *iface.ipv6();
  const Ipv6Address address{info.prefix.network().high,
                            Ipv6Address::interface_id_of(iface.link_address())};
  Duration valid = lifetime(info.valid_s);
  const Ipv6IfAddress* present = own.find(address);
  if (present == nullptr) {
    if (info.valid_s == 0) return;
    const Ipv6Lifetimes lifetimes{valid, lifetime(info.preferred_s)};
    static_cast<void>(own.addr_add({address, 64}, AddressType::Autoconf, lifetimes));  // recorded
    return;
  }
  if (present->type != AddressType::Autoconf) return;
  const Duration left = present->valid_until - stack_.scheduler().now();
  if (valid <= kTwoHours && valid <= left) valid = std::min(left, kTwoHours);
  own.addr_extend(address, {valid, lifetime(info.preferred_s)});
}

// ---- redirects (RFC 4861 sections 8.1 and 8.3)

Status RouterDiscovery::on_redirect(NetIf& iface, Packet& packet) {
  const auto redirect = Redirect::parse(packet.bytes());
  const Ipv6Address router = packet.meta.source.address.v6();
  if (!redirect) return refuse(iface, packet);
  const bool sound = packet.meta.ttl == kNdHopLimit && router.is_link_local();
  const bool host = !stack_.config().router;  // section 8.3: a router follows none
  const bool accepted =
      sound && host && stack_.route().next_hop(iface, redirect->destination) == router;
  stack_.tracer().event(iface.subject(), accepted ? "redirected" : "redirect_ignored",
                        {Attr::of("from", IpAddress(router)),
                         Attr::of("gateway", IpAddress(redirect->target))});
  if (sound && !host) return Status();
  if (!accepted) return refuse(iface, packet);
  const bool to_router = redirect->target != redirect->destination;
  if (const auto link = redirect->options.link_address(NdOptionType::TargetLinkAddress)) {
    stack_.v6()->nd.learn(iface, redirect->target, *link, to_router);
  }
  stack_.route().redirect(iface, redirect->destination, redirect->target);
  return Status();
}

}  // namespace flapjack
