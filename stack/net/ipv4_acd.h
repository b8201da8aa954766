// SPDX-License-Identifier: Apache-2.0
// Ipv4Acd: address conflict detection of a node's IPv4 addresses (RFC 5227; Zephyr: ipv4_acd.c). An
// address is tentative while it is probed; then it is announced, and defended against others who
// claim it. Its NetIf starts and stops the check; Ipv4Acd sets the state of the address and raises
// IPV4_ACD_SUCCEED, _FAILED (the address is removed) and _CONFLICT (the application decides).
//
// As in Zephyr: between an announcement or a defence and the end of its interval a conflict is only
// reported. An iface without ARP has nobody to ask and succeeds at once.
#pragma once
#include <map>
#include <vector>

#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/arp.h"

namespace flapjack {

class NetIf;
class Stack;

/// RFC 5227 section 1.1; the names there are in capitals.
struct AcdConfig {
  bool enabled = false;  ///< NET_IPV4_ACD
  Duration probe_wait = seconds(1);           ///< the first probe after a random part of it
  Duration probe_min = seconds(1), probe_max = seconds(2);  ///< between probes
  Duration announce_wait = seconds(2);        ///< from the last probe to success
  Duration announce_interval = seconds(2);
  Duration defend_interval = seconds(10);     ///< at most one defence in it
  Duration rate_limit_interval = seconds(60);  ///< instead of probe_wait after max_conflicts
  int probe_num = 3, announce_num = 2, max_conflicts = 10;

  bool operator==(const AcdConfig&) const = default;
};

class Ipv4Acd {
 public:
  explicit Ipv4Acd(Stack& stack);

  /// Whether `address` has to be checked before it is used.
  static bool applies(const NetIf& iface, Ipv4Address address);
  /// Makes an address of `iface` tentative and probes it, or waits for iface_up().
  void start(NetIf& iface, Ipv4Address address);
  /// The address is gone.
  void stop(const NetIf& iface, Ipv4Address address);
  /// Every address is checked anew.
  void iface_up(NetIf& iface);
  void iface_down(const NetIf& iface);
  /// Any ARP packet that the iface received.
  void input(NetIf& iface, const ArpHeader& arp);

 private:
  enum class Phase : std::uint8_t { Waiting, Probing, Announcing, Done };
  struct Check {
    NetIf* iface;
    Ipv4Address address;
    Phase phase = Phase::Waiting;
    int sent = 0;  // probes or announcements
    SimTime due = {};  // of the next one; when Done, from when on it may be defended again
  };
  struct IfaceState {
    RandomStream draws;
    int conflicts = 0;  // since the iface came up
  };

  Check* find(const NetIf& iface, Ipv4Address address);
  IfaceState& state_of(const NetIf& iface);
  void begin(Check& check);
  void on_time();
  void step(Check& check);
  void probe(Check& check);
  void announce(Check& check);
  void defend(Check& check);
  void fail(NetIf& iface, Ipv4Address address);
  void succeed(NetIf& iface, Ipv4Address address);
  void arm();

  Stack& stack_;
  std::vector<Check> checks_;
  std::map<IfIndex, IfaceState> ifaces_;
  Timer timer_;
};

}  // namespace flapjack
