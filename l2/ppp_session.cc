// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_session.h"

#include <algorithm>

#include "l2/l2_drop.h"
#include "stack/wire/bytes.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

constexpr std::uint64_t kLinkLocalPrefix = 0xfe80'0000'0000'0000;  // RFC 4291 section 2.5.6

RandomStream stream_of(const NetIf& iface, const char* what) {
  const Stack& stack = iface.stack();
  return stack.env().rng.stream(std::string(iface.path()) + ".ppp." + what);
}

PppIpcpConfig ipcp_config(const PppConfig& config) {
  return {config.peer, config.dns, true};
}

}  // namespace

std::string_view ppp_phase_name(PppPhase phase) {
  constexpr std::array<std::string_view, 5> kNames = {"dead", "establish", "network", "running",
                                                      "terminate"};
  return kNames.at(static_cast<std::size_t>(phase));
}

PppSession::PppSession(NetIf& iface, const PppConfig& config)
    : iface_(iface),
      config_(config),
      configured_mtu_(iface.mtu()),
      lcp_(*this, *this, config.timers, stream_of(iface, "magic"), iface.mtu()),
      ipcp_(*this, config.timers, ipcp_config(config)),
      ipv6cp_(*this, config.timers, stream_of(iface, "interface_id")),
      begin_(scheduler(), Lane::Work, delegate<&PppSession::begin>(this)),
      reconnect_(scheduler(), Lane::Work, delegate<&PppSession::begin_again>(this)),
      echo_(scheduler(), Lane::Work, delegate<&PppSession::echo>(this)),
      give_up_(scheduler(), Lane::Work, delegate<&PppSession::give_up>(this)),
      close_ipcp_(scheduler(), Lane::Work, delegate<&PppSession::close_ipcp>(this)) {
  iface.dormant_on();
}

PppSession::~PppSession() = default;

Scheduler& PppSession::scheduler() {
  return iface_.stack().scheduler();
}

// ---- the life of the link

void PppSession::enable() {
  enabled_ = true;
  if (iface_.is_carrier_ok()) begin_.start(Duration{});
}

void PppSession::disable() {
  enabled_ = false;
  begin_.cancel();
  reconnect_.cancel();
  if (lcp_.state() >= PppState::ReqSent) set_phase(PppPhase::Terminate);
  lcp_.close();
  lcp_.lower_down();
  ipcp_.close();
  ipv6cp_.close();
  set_phase(PppPhase::Dead);
}

void PppSession::on_carrier(bool up) {
  if (!enabled_) return;
  iface_.stack().mgmt.notify(up ? MgmtEvent::PppCarrierOn : MgmtEvent::PppCarrierOff, &iface_);
  if (up) return begin_.start(Duration{});
  begin_.cancel();
  reconnect_.cancel();
  lcp_.lower_down();
  set_phase(PppPhase::Dead);
}

// In an event of its own: the call came from the middle of taking the iface or the medium up.
void PppSession::begin() {
  if (!enabled_ || !iface_.is_carrier_ok()) return;
  set_phase(PppPhase::Establish);
  lcp_.open();
  lcp_.lower_up();
}

// From Closed by opening, from Stopped as if the line had gone and come (RFC 1661 section 4.3, the
// restart option of Open).
void PppSession::begin_again() {
  set_phase(PppPhase::Establish);
  if (lcp_.state() == PppState::Closed) return lcp_.open();
  lcp_.lower_down();
  lcp_.lower_up();
}

void PppSession::give_up() {
  if (lcp_.state() <= PppState::Stopped) return;
  set_phase(PppPhase::Terminate);
  lcp_.close();
}

void PppSession::set_phase(PppPhase phase) {
  if (phase == phase_) return;
  phase_ = phase;
  iface_.stack().tracer().event(iface_.subject(), "ppp_phase",
                                {Attr::of("phase", ppp_phase_name(phase))});
  NetMgmt& mgmt = iface_.stack().mgmt;
  if (phase == PppPhase::Running) mgmt.notify(MgmtEvent::PppPhaseRunning, &iface_);
  if (phase == PppPhase::Dead) mgmt.notify(MgmtEvent::PppPhaseDead, &iface_);
}

// ---- what the control protocols tell

void PppSession::on_layer_up(PppProtocol protocol) {
  if (protocol == PppProtocol::Ipcp) return ipv4_up();
  if (protocol == PppProtocol::Ipv6cp) return ipv6_up();
  iface_.set_mtu(std::min(configured_mtu_, lcp_.peer_mru()));
  set_phase(PppPhase::Network);
  echoes_pending_ = 0;
  if (config_.echo_interval.ns > 0) echo_.start(config_.echo_interval);
  start_networks();
}

// Open first: a protocol that found no agreement is closed.
void PppSession::start_networks() {
  const Ipv4IfAddress* own = iface_.ipv4().first_global();
  ipcp_.set_own(own != nullptr ? own->prefix.address : Ipv4Address{});
  ipcp_.open();
  ipcp_.lower_up();
  if (iface_.ipv6() == nullptr) return;
  ipv6cp_.open();
  ipv6cp_.lower_up();
}

void PppSession::on_layer_down(PppProtocol protocol) {
  if (protocol == PppProtocol::Ipcp) return ipv4_down();
  if (protocol == PppProtocol::Ipv6cp) return ipv6_down();
  const bool ends = lcp_.state() == PppState::Closing || lcp_.state() == PppState::Stopping;
  if (ends) set_phase(PppPhase::Terminate);  // the peer may have asked for it
  echo_.cancel();
  close_ipcp_.cancel();
  ipcp_.lower_down();
  ipv6cp_.lower_down();
  iface_.set_mtu(configured_mtu_);
  if (lcp_.state() >= PppState::ReqSent) set_phase(PppPhase::Establish);  // negotiated again
}

void PppSession::on_layer_finished(PppProtocol protocol) {
  if (!enabled_) return;
  if (protocol != PppProtocol::Lcp) {
    if (lcp_.is_open() && !has_hope()) give_up_.start(Duration{});
    return;
  }
  set_phase(PppPhase::Dead);
  if (config_.persistent) reconnect_.start(config_.reconnect);
}

// Whether a network protocol is open or still negotiating.
bool PppSession::has_hope() const {
  return ipcp_.state() >= PppState::ReqSent || ipv6cp_.state() >= PppState::ReqSent;
}

void PppSession::ipv4_up() {
  const Ipv4Address local = ipcp_.local();
  if (local.is_any()) {
    report(PppProtocol::Ipcp, "ppp_no_address");
    close_ipcp_.start(Duration{});
    return;
  }
  if (iface_.ipv4().find(local) == nullptr) {
    if (iface_.ipv4_addr_add({local, 32}) != nullptr) address_ = local;
  }
  if (iface_.ipv4().gateway().is_any() && !ipcp_.peer().is_any()) {
    iface_.set_gateway(ipcp_.peer());
    set_gateway_ = true;
  }
  for (const Ipv4Address server : ipcp_.dns()) {
    if (server.is_any()) continue;
    DnsResolver& dns = *iface_.stack().dns();  // records what it refuses
    static_cast<void>(dns.add_server(IpAddress(server), &iface_, DnsServerSource::Ppp).ok());
  }
  network_up();
}

void PppSession::ipv4_down() {
  if (DnsResolver* dns = iface_.stack().dns().made()) {
    dns->remove_servers(iface_, DnsServerSource::Ppp);
  }
  if (!address_.is_any()) iface_.ipv4_addr_rm(address_);
  address_ = {};
  if (set_gateway_) iface_.set_gateway({});
  set_gateway_ = false;
  network_down();
}

void PppSession::ipv6_up() {
  const Ipv6Address own{kLinkLocalPrefix, ipv6cp_.local()};
  if (iface_.ipv6()->addr_add({own, 64}, AddressType::Autoconf) != nullptr) link_local_ = own;
  network_up();
}

void PppSession::ipv6_down() {
  if (!link_local_.is_any()) iface_.ipv6()->addr_rm(link_local_);
  link_local_ = {};
  network_down();
}

void PppSession::network_up() {
  iface_.dormant_off();
  set_phase(PppPhase::Running);
}

void PppSession::network_down() {
  if (!is_open(4) && !is_open(6)) iface_.dormant_on();
}

void PppSession::report(PppProtocol protocol, std::string_view what) {
  iface_.stack().tracer().event(iface_.subject(), what,
                                {Attr::of("protocol", ppp_protocol_name(protocol))});
}

void PppSession::on_loopback() {
  if (give_up_.running()) return;
  report(PppProtocol::Lcp, "ppp_loopback");
  give_up_.start(Duration{});
}

void PppSession::on_protocol_reject(PppProtocol protocol) {
  report(protocol, "ppp_rejected");
  if (protocol == PppProtocol::Ipcp || protocol == PppProtocol::Ip) ipcp_.rejected(true);
  if (protocol == PppProtocol::Ipv6cp || protocol == PppProtocol::Ipv6) ipv6cp_.rejected(true);
}

// As soon as one more would be sent than may stay unanswered, the peer is lost. The good-bye may
// still arrive where only one direction is broken.
void PppSession::echo() {
  if (echoes_pending_ >= config_.echo_failures) {
    iface_.stack().tracer().event(iface_.subject(), "ppp_echo_lost",
                                  {Attr::of("missed", std::int64_t{echoes_pending_})});
    return give_up();
  }
  ++echoes_pending_;
  echo_.start(config_.echo_interval);
  lcp_.send_echo();
}

// ---- packets

PacketPtr PppSession::allocate(PppProtocol protocol) {
  PacketPtr packet = iface_.stack().tx_pool.allocate();
  if (packet == nullptr) report(protocol, "ppp_no_buffers");
  return packet;
}

void PppSession::send(PppProtocol protocol, PacketPtr packet) {
  wire::store16(packet->push(kPppProtocolBytes), static_cast<std::uint16_t>(protocol));
  const Status sent = iface_.output_frame(std::move(packet));
  static_cast<void>(sent);  // recorded as a drop where it failed
}

Verdict PppSession::recv(PacketPtr& packet) {
  if (packet->size() < kPppProtocolBytes) {
    return drop_rx(iface_, packet, DropReason::BadLinkHeader);
  }
  const std::uint16_t number = wire::load16(packet->data());
  const auto protocol = static_cast<PppProtocol>(number);
  packet->pull(kPppProtocolBytes);
  if (protocol == PppProtocol::Ip) return take_ip(packet, 4);
  DropReason reason = DropReason::None;
  if (protocol == PppProtocol::Lcp) {
    reason = take_lcp(*packet);
  } else if (protocol == PppProtocol::Ipcp) {
    reason = take_control(ipcp_, *packet);
  } else if (iface_.ipv6() != nullptr && protocol == PppProtocol::Ipv6cp) {
    reason = take_control(ipv6cp_, *packet);
  } else if (iface_.ipv6() != nullptr && protocol == PppProtocol::Ipv6) {
    return take_ip(packet, 6);
  } else {
    return take_unknown(packet, number);
  }
  if (reason != DropReason::None) return drop_rx(iface_, packet, reason);
  packet.reset();
  return Verdict::Ok;
}

// The peer may begin while this end rests: the link is no longer dead, and the pause is over.
DropReason PppSession::take_lcp(const Packet& packet) {
  const bool stopped = lcp_.state() == PppState::Stopped;
  const DropReason reason = lcp_.input(packet.bytes());
  if (stopped && lcp_.state() >= PppState::ReqSent) {
    reconnect_.cancel();
    set_phase(PppPhase::Establish);
  }
  return reason;
}

DropReason PppSession::take_control(PppControl& protocol, const Packet& packet) {
  return lcp_.is_open() ? protocol.input(packet.bytes()) : DropReason::NotNegotiated;
}

Verdict PppSession::take_ip(PacketPtr& packet, int version) {
  if (!is_open(version)) return drop_rx(iface_, packet, DropReason::NotNegotiated);
  packet->meta.ether_type = version == 4 ? kEtherTypeIpv4 : kEtherTypeIpv6;
  packet->meta.l2_ready = true;
  return Verdict::Continue;
}

Verdict PppSession::take_unknown(PacketPtr& packet, std::uint16_t protocol) {
  if (!lcp_.is_open()) return drop_rx(iface_, packet, DropReason::NotNegotiated);
  lcp_.reject_protocol(protocol, packet->bytes());
  return drop_rx(iface_, packet, DropReason::UnknownProtocol);
}

}  // namespace flapjack
