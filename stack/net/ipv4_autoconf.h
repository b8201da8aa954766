// SPDX-License-Identifier: Apache-2.0
// Ipv4Autoconf: an IPv4 link-local address without any server (RFC 3927; Zephyr: ipv4_autoconf.c).
// The Stack owns it and NetIf tells it of ups and downs. It adds a random address of 169.254/16 and
// leaves the checking to Ipv4Acd, whose verdict it hears through net_mgmt: with a lost event it
// stays where it is, as Zephyr does. An address that held is taken again at the next up.
#pragma once
#include <map>

#include "stack/net/net_mgmt.h"
#include "stack/sim/rng.h"

namespace flapjack {

class Stack;

class Ipv4Autoconf {
 public:
  explicit Ipv4Autoconf(Stack& stack);
  ~Ipv4Autoconf();
  Ipv4Autoconf(const Ipv4Autoconf&) = delete;
  Ipv4Autoconf& operator=(const Ipv4Autoconf&) = delete;

  /// The iface is up and wants an address: NetIfConfig::ipv4_auto.
  void start(NetIf& iface);
  /// The iface is down: its address goes.
  void reset(NetIf& iface);
  /// What it has or is trying for; 0.0.0.0 when not started.
  Ipv4Address address(const NetIf& iface) const;

 private:
  struct State {
    RandomStream draws;
    Ipv4Address address;  // the next to try; 0.0.0.0: draw one
    bool running = false;
  };
  void on_acd(const MgmtNotice& notice);
  void try_address(NetIf& iface, State& state);

  Stack& stack_;
  std::map<IfIndex, State> ifaces_;
  MgmtCallback acd_;
};

}  // namespace flapjack
