// SPDX-License-Identifier: Apache-2.0
// PppIpcp: PPP's control protocol for IPv4 (RFC 1332; DNS servers: RFC 1877). Each side says its
// own address or asks for one with 0.0.0.0, which the other answers with a Nak that has it. Header
// compression is rejected.
#pragma once
#include <array>
#include <optional>

#include "l2/ppp_control.h"
#include "stack/wire/address.h"

namespace flapjack {

struct PppIpcpConfig {
  std::optional<Ipv4Address> peer = {};  ///< what the peer gets; empty: it brings its own
  std::array<Ipv4Address, 2> dns = {};   ///< for a peer that asks; any: none
  bool ask_dns = false;                  ///< ask the peer for its servers
};

class PppIpcp : public PppControl {
 public:
  PppIpcp(PppPort& port, const PppTimers& timers, const PppIpcpConfig& config);

  /// Our own address from the next negotiation on; any: the peer has to give one.
  void set_own(Ipv4Address address) { own_ = address; }

  // Agreed on, once open.
  /// Any when the peer gave none.
  Ipv4Address local() const { return local_; }
  /// Any when the peer did not say.
  Ipv4Address peer() const { return peer_; }
  /// The servers the peer gave; any for none.
  const std::array<Ipv4Address, 2>& dns() const { return dns_; }

 private:
  void start_over() override;
  void propose(PppOptionWriter& request) override;
  void forget_peer() override { peer_ = {}; }
  Answer judge(const PppOption& option, PppOptionWriter& counter) override;
  Answer judge_address(Ipv4Address wanted, PppOptionWriter& counter);
  void judge_missing(PppOptionWriter& counter) override;
  void on_nak(const PppOption& option) override;
  void on_reject(const PppOption& option) override;

  PppIpcpConfig config_;
  Ipv4Address own_, local_, peer_;
  std::array<Ipv4Address, 2> dns_;
  bool ask_address_ = true, peer_named_ = false;
  std::array<bool, 2> ask_dns_{};
};

}  // namespace flapjack
