// SPDX-License-Identifier: Apache-2.0
// RouterDiscovery: how a host learns of routers, prefixes and addresses (RFC 4861 section 6.3, RFC
// 4862 section 5.5; Zephyr: net_if_start_rs, ipv6_nbr.c handle_ra_input). It asks when an iface
// comes up and takes from advertisements: default routers, on-link prefixes, addresses of its own,
// hop limit, MTU, times, DNS servers (RFC 8106), and from redirects better next hops.
#pragma once
#include <vector>

#include "stack/net/icmp_registry.h"
#include "stack/net/ipv6_config.h"
#include "stack/sim/timer.h"
#include "stack/wire/nd.h"

namespace flapjack {

class Icmpv6;
class NetIf;
class Stack;

class RouterDiscovery {
 public:
  RouterDiscovery(Stack& stack, Icmpv6& icmp);

  /// Sends the first solicitation, and more until a router answers or the count is used up. Nothing
  /// on a router, which advertises itself (RFC 4861 section 6.2.4), unless it follows others there.
  void start(NetIf& iface);
  /// On a router: it does not advertise on `iface`, and learns there as a host does (RFC 7084
  /// section 4.2; Zephyr's routers do so everywhere).
  void follow(const NetIf& iface) { followed_.push_back(&iface); }
  void stop(const NetIf& iface);

 private:
  struct Asking {
    NetIf* iface;
    unsigned sent;
    SimTime next;
  };
  /// Until when a DNS server holds that routers named on an iface.
  struct DnsLease {
    NetIf* iface;
    IpAddress server;
    SimTime until;
  };
  bool listens(const NetIf& iface) const;
  void take_servers(NetIf& iface, const NdRdnss& servers);
  void take_server(NetIf& iface, const IpAddress& server, Duration lifetime);
  void expire_servers();
  Status on_advertisement(NetIf& iface, Packet& packet);
  Status on_redirect(NetIf& iface, Packet& packet);
  Status refuse(NetIf& iface, Packet& packet);
  void take_router(NetIf& iface, const Ipv6Address& router, const RouterAdvertisement& advert);
  void take_options(NetIf& iface, const Ipv6Address& router, const RouterAdvertisement& advert);
  void take_prefix(NetIf& iface, const NdPrefixInfo& info);
  void take_address(NetIf& iface, const NdPrefixInfo& info);
  void solicit(NetIf& iface);
  void on_time();
  void settle();

  Stack& stack_;
  std::vector<Asking> asking_;
  std::vector<DnsLease> dns_;
  std::vector<const NetIf*> followed_;
  IcmpHandler advert_handler_, redirect_handler_;
  Timer timer_;
};

}  // namespace flapjack
