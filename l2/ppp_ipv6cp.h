// SPDX-License-Identifier: Apache-2.0
// PppIpv6cp: PPP's control protocol for IPv6 (RFC 5072): the two sides agree on different interface
// identifiers, from which each makes its link-local address.
#pragma once
#include "l2/ppp_control.h"
#include "stack/sim/rng.h"

namespace flapjack {

class PppIpv6cp : public PppControl {
 public:
  PppIpv6cp(PppPort& port, const PppTimers& timers, RandomStream identifiers);

  /// Agreed on, once open; never 0.
  std::uint64_t local() const { return local_; }
  /// 0 when the peer did not say.
  std::uint64_t peer() const { return peer_; }

 private:
  void start_over() override;
  void propose(PppOptionWriter& request) override;
  void forget_peer() override { peer_ = 0; }
  Answer judge(const PppOption& option, PppOptionWriter& counter) override;
  void on_nak(const PppOption& option) override;
  void on_reject(const PppOption& option) override;
  std::uint64_t new_identifier();

  RandomStream random_;
  std::uint64_t local_ = 0, peer_ = 0;
  bool ask_ = true;
};

}  // namespace flapjack
