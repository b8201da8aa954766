// SPDX-License-Identifier: Apache-2.0
// PppLcp: PPP's Link Control Protocol (RFC 1661 section 6). It agrees on the largest packet each
// side can receive and on magic numbers, which tell a line that only sends back what we send; and
// it carries echoes and Protocol-Rejects. Authentication, quality reports and compressed fields are
// rejected; any character map is accepted, because the driver escapes every control character.
#pragma once
#include "l2/ppp_control.h"
#include "stack/sim/rng.h"

namespace flapjack {

/// What LCP tells its session beside PppPort.
class PppLcpUser {
 public:
  virtual ~PppLcpUser() = default;
  virtual void on_echo_reply() = 0;
  /// The line sends back what we send. Called from the middle of a negotiation: act later.
  virtual void on_loopback() = 0;
  virtual void on_protocol_reject(PppProtocol protocol) = 0;
};

class PppLcp : public PppControl {
 public:
  /// `mru`: what we can receive; asked for unless it is the default.
  PppLcp(PppPort& port, PppLcpUser& user, const PppTimers& timers, RandomStream magic,
         std::uint16_t mru);

  /// The largest packet the peer takes; known once open.
  std::uint16_t peer_mru() const { return peer_mru_; }
  std::uint32_t magic() const { return magic_; }
  /// Only while open.
  void send_echo();
  /// Refuses a packet of a protocol we do not have; only while open. `information` follows the
  /// protocol field.
  void reject_protocol(std::uint16_t protocol, std::span<const std::uint8_t> information);

 private:
  void start_over() override;
  void propose(PppOptionWriter& request) override;
  void forget_peer() override { peer_mru_ = kPppDefaultMru; }
  Answer judge(const PppOption& option, PppOptionWriter& counter) override;
  Answer judge_mru(const PppOption& option, PppOptionWriter& counter);
  Answer judge_magic(const PppOption& option, PppOptionWriter& counter);
  void on_nak(const PppOption& option) override;
  void on_reject(const PppOption& option) override;
  bool on_other_code(const PppControlHeader& header, std::span<const std::uint8_t> data,
                     DropReason& reason) override;
  DropReason on_echo(const PppControlHeader& header, std::span<const std::uint8_t> data);
  std::uint32_t new_magic();
  std::array<std::uint8_t, 4> magic_bytes() const;

  PppLcpUser& user_;
  RandomStream random_;
  std::uint16_t wanted_mru_, mru_, peer_mru_ = kPppDefaultMru;
  std::uint32_t magic_ = 0;
  bool ask_mru_ = true, ask_magic_ = true;
  int loops_ = 0;  // requests in a row that had our own magic number
};

}  // namespace flapjack
