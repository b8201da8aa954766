// SPDX-License-Identifier: Apache-2.0
// PppSession: PPP on one iface: its control protocols, the phase of the link (RFC 1661 section 3),
// echoes that notice a silent loss, and when to try again. Owned by the NetIf as its L2Context.
//
// What the iface sees: it is dormant unless a network protocol is open. Its own address is what we
// tell the peer; without one the peer gives it. IPCP open: a given address is added; IPV6CP open
// (on an iface with IPv6): the link-local address is; then the dormancy ends. When a protocol goes
// down its address goes, and with the last one the iface is dormant again.
#pragma once
#include <vector>

#include "l2/ppp_ipcp.h"
#include "l2/ppp_ipv6cp.h"
#include "l2/ppp_lcp.h"
#include "stack/contract/l2.h"
#include "stack/net/net_if.h"

namespace flapjack {

struct PppConfig {
  std::optional<Ipv4Address> peer = {};  ///< what the peer gets; empty: it brings its own
  std::array<Ipv4Address, 2> dns = {};   ///< for a peer that asks
  Duration echo_interval = {};         ///< of Echo-Requests while LCP is open; 0: none
  int echo_failures = 3;               ///< unanswered in a row before the peer counts as lost
  bool persistent = true;              ///< begin again after the link was lost or given up
  Duration reconnect = seconds(5);     ///< how long after
  PppTimers timers = {};
};

/// RFC 1661 section 3.2, without authentication.
enum class PppPhase : std::uint8_t { Dead, Establish, Network, Running, Terminate };
/// "dead", ..., "terminate".
std::string_view ppp_phase_name(PppPhase phase);

struct PppEventInfo {
  std::string_view name;
  std::array<std::string_view, 2> attrs;  ///< empty: none
  std::string_view about;
};
/// The trace events of a session; subject of each: the iface.
inline constexpr std::array kPppEventInfos = {
    PppEventInfo{"ppp_phase", {"phase"}, "the link entered a phase (RFC 1661 section 3.2)"},
    PppEventInfo{"ppp_echo_lost", {"missed"}, "so many echoes in a row were not answered"},
    PppEventInfo{"ppp_loopback", {"protocol"}, "the line sends back what we send"},
    PppEventInfo{"ppp_no_agreement", {"protocol"}, "too many Naks: the protocol was closed"},
    PppEventInfo{"ppp_no_address", {"protocol"}, "IPCP opened without an address for this side"},
    PppEventInfo{"ppp_rejected", {"protocol"}, "the peer does not speak the protocol"},
    PppEventInfo{"ppp_no_buffers", {"protocol"}, "no packet was free for a control packet"},
};

class PppSession : public L2Context, private PppPort, private PppLcpUser {
 public:
  PppSession(NetIf& iface, const PppConfig& config);
  ~PppSession() override;

  /// Admin up: begins, in an event of its own, once there is a carrier.
  void enable();
  /// Admin down: one Terminate-Request, then silence.
  void disable();
  void on_carrier(bool up);
  /// A packet from the protocol field on.
  Verdict recv(PacketPtr& packet);
  /// Whether packets of IP version 4 or 6 may pass.
  bool is_open(int version) const { return version == 6 ? ipv6cp_.is_open() : ipcp_.is_open(); }

  PppPhase phase() const { return phase_; }
  const PppLcp& lcp() const { return lcp_; }
  const PppIpcp& ipcp() const { return ipcp_; }
  const PppIpv6cp& ipv6cp() const { return ipv6cp_; }

 private:
  // PppPort
  Scheduler& scheduler() override;
  PacketPtr allocate(PppProtocol protocol) override;
  void send(PppProtocol protocol, PacketPtr packet) override;
  std::size_t peer_mru() const override { return lcp_.peer_mru(); }
  void on_layer_up(PppProtocol protocol) override;
  void on_layer_down(PppProtocol protocol) override;
  void on_layer_finished(PppProtocol protocol) override;
  void report(PppProtocol protocol, std::string_view what) override;
  // PppLcpUser
  void on_echo_reply() override { echoes_pending_ = 0; }
  void on_loopback() override;
  void on_protocol_reject(PppProtocol protocol) override;

  void begin();
  void begin_again();
  void give_up();
  void close_ipcp() { ipcp_.close(); }
  void echo();
  void set_phase(PppPhase phase);
  void start_networks();
  void ipv4_up();
  void ipv4_down();
  void ipv6_up();
  void ipv6_down();
  void network_up();
  void network_down();
  bool has_hope() const;
  DropReason take_lcp(const Packet& packet);
  DropReason take_control(PppControl& protocol, const Packet& packet);
  Verdict take_unknown(PacketPtr& packet, std::uint16_t protocol);
  Verdict take_ip(PacketPtr& packet, int version);

  NetIf& iface_;
  PppConfig config_;
  std::uint16_t configured_mtu_;
  PppLcp lcp_;
  PppIpcp ipcp_;
  PppIpv6cp ipv6cp_;
  PppPhase phase_ = PppPhase::Dead;
  bool enabled_ = false;
  int echoes_pending_ = 0;
  Ipv4Address address_;  // on the iface because of us, as is the next
  Ipv6Address link_local_;
  bool set_gateway_ = false;
  Timer begin_, reconnect_, echo_, give_up_, close_ipcp_;
};

}  // namespace flapjack
