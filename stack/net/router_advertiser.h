// SPDX-License-Identifier: Apache-2.0
// RouterAdvertiser: the router's side of router discovery on one iface (RFC 4861 section 6.2): it
// advertises at random intervals and answers solicitations. Made by whoever wants the node to be
// such a router; the node's StackConfig::router must be set.
#pragma once
#include <vector>

#include "stack/net/icmpv6.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/nd.h"

namespace flapjack {

/// Defaults: RFC 4861 section 6.2.1.
struct RouterAdvertiserConfig {
  Duration max_interval = seconds(600);  ///< MaxRtrAdvInterval
  Duration lifetime = seconds(1800);     ///< AdvDefaultLifetime; zero: no default router
  Duration valid = seconds(2'592'000), preferred = seconds(604'800);  ///< of the prefixes
  std::uint8_t hop_limit = 64;           ///< AdvCurHopLimit; 0: not said
  std::uint32_t mtu = 0;                 ///< AdvLinkMTU; 0: not said
  std::vector<Ipv6Prefix> prefixes;      ///< empty: the on-link prefixes of the iface
  std::vector<Ipv6Address> dns;          ///< RFC 8106, with the lifetime of the router; while
                                         ///< it is no default router, of three intervals
  bool on_link = true;                   ///< the prefixes are on the link
  bool autonomous = true;                ///< hosts may make addresses from them
};

class RouterAdvertiser {
 public:
  /// `iface` has IPv6 and outlives it.
  RouterAdvertiser(NetIf& iface, RouterAdvertiserConfig config);
  ~RouterAdvertiser();
  RouterAdvertiser(const RouterAdvertiser&) = delete;
  RouterAdvertiser& operator=(const RouterAdvertiser&) = delete;

  /// Begins: the first advertisement goes out at once, or as soon as the iface has its address.
  void start();
  /// Stops; with `farewell` a last advertisement takes the router back (section 6.2.5).
  void stop(bool farewell);
  bool running() const { return running_; }
  const RouterAdvertiserConfig& config() const { return config_; }
  /// From now on it says this, and says so soon: as when it began (section 6.2.4), the first time
  /// now or MIN_DELAY_BETWEEN_RAS after the latest.
  void change(RouterAdvertiserConfig config);

 private:
  Status on_solicitation(NetIf& iface, Packet& packet);
  SimTime soonest() const;
  void advertise();
  void send(bool farewell);
  Duration rdnss_lifetime() const;
  std::size_t emit_options(std::uint8_t* out, bool farewell) const;
  std::size_t option_bytes() const;
  std::vector<Ipv6Prefix> prefixes() const;
  Duration next_interval();

  NetIf& iface_;
  RouterAdvertiserConfig config_;
  RandomStream random_;
  IcmpHandler handler_;
  Timer timer_;
  SimTime last_sent_{-1};  // before the first: none
  unsigned initial_ = 0;   // advertisements so far, up to the initial ones
  bool running_ = false;
};

}  // namespace flapjack
