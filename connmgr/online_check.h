// SPDX-License-Identifier: Apache-2.0
// OnlineCheck: whether a node that is L4-connected reaches a host beyond its link (a proposal for
// Zephyr's conn_mgr, online_checker.c; no release has it). A layer of its own above Monitor.
//
//   L4_CONNECTED --> ping by each ready iface, in index order --> an answer: CONNECTIVITY_ONLINE
//   ONLINE: packets from beyond the node's networks, and those of the host, are proof; an interval
//   without one: CONNECTIVITY_OFFLINE, which names no iface, and the pings begin anew. The
//   intervals grow as those of RFC 6206.
//
// A round of pings without an answer is the end, until L4_CONNECTED or trigger().
#pragma once
#include "connmgr/monitor.h"
#include "stack/net/icmp_registry.h"
#include "stack/net/ip.h"

namespace flapjack {

struct OnlineCheckConfig {
  Ipv4Address host;                 ///< who must answer
  Duration answer_within = seconds(2);  ///< of a ping, before the next iface is tried
  Duration interval = seconds(60);  ///< the first one without proof that counts as offline
  unsigned doublings = 3;           ///< how often a proof doubles it; at most 62
  bool private_is_proof = true;     ///< also packets from RFC 1918 and RFC 4193 addresses
};

class OnlineCheck : private IpListener {
 public:
  /// Registers with net_mgmt, ICMP and IP of `stack`; all three outlive it.
  OnlineCheck(Stack& stack, const Monitor& monitor, const OnlineCheckConfig& config);
  ~OnlineCheck() override;
  OnlineCheck(const OnlineCheck&) = delete;
  OnlineCheck& operator=(const OnlineCheck&) = delete;

  /// Begins a round of pings; Ealready while one is on and while the node is known to be online.
  Status trigger();
  bool online() const { return state_ == State::Online; }

 private:
  enum class State : std::uint8_t { Idle, Probing, Online };
  void heard(NetIf& iface, const IpAddress& source) override;
  void begin_round();
  void probe_next();
  void on_answer(NetIf& iface, const IcmpHeader& header);
  void on_timer();
  void on_silence();
  void go_offline();
  bool is_proof(const IpAddress& source) const;

  Stack& stack_;
  const Monitor& monitor_;
  OnlineCheckConfig config_;
  State state_ = State::Idle;
  std::uint32_t probed_ = 0;  // index of the iface whose answer is waited for
  std::uint16_t sequence_ = 0;
  bool proof_ = false;
  unsigned doubled_ = 0;
  Timer timer_;
  MgmtCallback l4_callback_;
  IcmpHandler echo_reply_;
};

}  // namespace flapjack
