// SPDX-License-Identifier: Apache-2.0
#include "stack/net/dhcpv4_client.h"

#include <algorithm>
#include <array>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

using State = Dhcpv4State;

// What a message takes with all the options it may have, and the headers above the link's.
constexpr std::size_t kPacketBytes =
    kDhcpv4OptionsOffset + 21 + kUdpHeaderBytes + kIpv4HeaderBytes;
constexpr std::uint8_t kTtl = 255;  // Zephyr: net_pkt_set_ipv4_ttl(pkt, 0xFF)
constexpr Duration kLeastExtendPause = seconds(60);  // RFC 2131 section 4.4.5

constexpr std::array kStates = {State::Disabled,  State::Init,      State::Selecting,
                                State::Requesting, State::Renewing,  State::Rebinding,
                                State::Bound,     State::InitReboot, State::Decline};
constexpr std::array<std::string_view, 9> kStateNames = {
    "disabled", "init",  "selecting",   "requesting", "renewing",
    "rebinding", "bound", "init_reboot", "decline"};

// Why a message is of no use, and why a lease could not be taken.
constexpr std::string_view kMalformed = "malformed", kNotAReply = "not_a_reply",
                           kOtherClient = "other_client", kOtherXid = "xid", kState = "state",
                           kNoServer = "no_server_id", kNoAddress = "no_address",
                           kNoLease = "no_lease_time", kOtherServer = "other_server";
constexpr std::array kIgnoreReasons = {kMalformed, kNotAReply, kOtherClient, kOtherXid,   kState,
                                       kNoServer,  kNoAddress, kNoLease,     kOtherServer};
constexpr std::string_view kTableFull = "address_table_full";
constexpr std::array kFailureReasons = {kTableFull};

std::string stream_name(const Stack& stack, const NetIf& iface, const char* what) {
  return stack.path_of("dhcp.") + std::string(iface.name()) + "." + what;
}

}  // namespace

std::string_view dhcpv4_state_name(State state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}
std::span<const State> dhcpv4_states() { return kStates; }
std::span<const std::string_view> dhcpv4_ignore_reasons() { return kIgnoreReasons; }
std::span<const std::string_view> dhcpv4_failure_reasons() { return kFailureReasons; }

void Dhcpv4Lease::complete_times() {
  const Duration lease = seconds(lease_s), half = lease / 2, most = lease - lease / 8;
  if (renewal == Duration{}) renewal = half;
  if (rebinding == Duration{}) rebinding = most;
  if (renewal < rebinding && rebinding < lease) return;
  renewal = half;
  rebinding = most;
}

Dhcpv4Client::Dhcpv4Client(Stack& stack, NetIf& iface)
    : stack_(stack),
      iface_(iface),
      config_(stack.config().dhcpv4),
      delays_(stack.env().rng.stream(stream_name(stack, iface, "delay"))),
      xids_(stack.env().rng.stream(stream_name(stack, iface, "xid"))),
      jitters_(stack.env().rng.stream(stream_name(stack, iface, "jitter"))),
      timer_(stack.scheduler(), Lane::Work, delegate<&Dhcpv4Client::on_timer>(this)) {}

void Dhcpv4Client::start(bool delayed) {
  assert(!is_running());
  stack_.mgmt.notify(MgmtEvent::Ipv4DhcpStart, &iface_);
  enter(State::Init);
  xid_ = static_cast<std::uint32_t>(xids_.next());
  Duration delay;
  if (delayed) {
    constexpr std::int64_t kSecond = seconds(1).ns;
    delay = seconds(delays_.between(config_.initial_delay_min.ns / kSecond,
                                    config_.initial_delay_max.ns / kSecond));
  }
  timer_.start_at(std::max(stack_.scheduler().now() + delay, not_before_));
}

void Dhcpv4Client::stop() {
  assert(is_running());
  withdraw();
  timer_.cancel();
  give_up_address();
  enter(State::Disabled);
  stack_.mgmt.notify(MgmtEvent::Ipv4DhcpStop, &iface_);
}

void Dhcpv4Client::enter(State state) {
  withdraw();
  state_ = state;
  attempts_ = 0;
  stack_.tracer().event(iface_.subject(), "dhcp_state",
                                {Attr::of("state", dhcpv4_state_name(state))});
}

void Dhcpv4Client::on_timer() {
  if (!iface_.is_up()) return;  // IF_UP starts it again
  switch (state_) {
    case State::Disabled:
      return;
    case State::Init:
      return begin();
    case State::Requesting:
    case State::InitReboot:
      return attempts_ >= config_.max_attempts ? begin() : post();
    case State::Bound:
    case State::Renewing:
    case State::Rebinding:
      return extend();
    case State::Selecting:
    case State::Decline:
      return post();
  }
}

void Dhcpv4Client::begin() {
  lease_ = {};
  enter(State::Selecting);
  post();
}

void Dhcpv4Client::extend() {
  const SimTime now = stack_.scheduler().now();
  if (state_ == State::Bound && now < lease_.renewal_at()) {  // woken by an IF_UP out of turn
    return lease_.renewal_at() < kNever ? timer_.start_at(lease_.renewal_at()) : void();
  }
  const bool tired =
      config_.renewal == Dhcpv4Renewal::Attempts && attempts_ >= config_.max_attempts;
  const bool rebinds = now >= lease_.rebinding_at() && state_ != State::Rebinding;
  if (now >= lease_.ends_at() || (tired && !rebinds)) {
    give_up_address();
    return begin();
  }
  if (rebinds) {
    enter(State::Rebinding);  // with attempts of its own, however many RENEWING has used
  } else if (state_ == State::Bound) {
    enter(State::Renewing);
  }
  post();
}

void Dhcpv4Client::post() {
  if (posted_ == ticket_) return;
  posted_ = ticket_;
  stack_.waits().allocate_within(
      stack_.tx_pool, kPacketBytes, stack_.config().alloc.dhcp,
      [this, ticket = ticket_](PacketPtr packet) { on_packet(ticket, std::move(packet)); });
  if (posted_ != ticket_) return;
  stack_.tracer().event(iface_.subject(), "dhcp_waits",
                        {Attr::of("type", dhcpv4_type_name(next_type()))});
}

// Null when the time for waiting was limited and is over: then the message is as good as lost.
void Dhcpv4Client::on_packet(std::uint32_t ticket, PacketPtr packet) {
  if (ticket != ticket_) return;  // another state meanwhile
  withdraw();
  if (packet != nullptr) return transmit(std::move(packet));
  ++attempts_;
  timer_.start(retry_delay());
}

Dhcpv4Type Dhcpv4Client::next_type() const {
  if (state_ == State::Selecting) return Dhcpv4Type::Discover;
  return state_ == State::Decline ? Dhcpv4Type::Decline : Dhcpv4Type::Request;
}

Dhcpv4Message Dhcpv4Client::message() const {
  Dhcpv4Message m;
  m.xid = xid_;
  m.broadcast = true;
  m.chaddr = iface_.link_address();
  m.type = next_type();
  if (is_extending()) m.ciaddr = lease_.address.address;
  if (state_ == State::Requesting || state_ == State::Decline) m.server_id = lease_.server;
  if (m.type != Dhcpv4Type::Discover && !is_extending()) {
    m.requested_address = lease_.address.address;
  }
  if (m.type != Dhcpv4Type::Decline) {
    m.parameters = {dhcpv4_option::kSubnetMask, dhcpv4_option::kRouter, dhcpv4_option::kDnsServer};
  }
  return m;
}

void Dhcpv4Client::transmit(PacketPtr packet) {
  ++xid_;
  ++attempts_;
  const Dhcpv4Message m = message();
  const RecordId sent = stack_.tracer().event(
      iface_.subject(), "dhcp_sent",
      {Attr::of("type", dhcpv4_type_name(m.type)), Attr::of("attempt", attempts_)});
  const CauseScope scope(stack_.scheduler(), sent);
  packet->append(kDhcpv4MessageBytes);
  const std::size_t bytes = m.emit(packet->bytes());
  assert(bytes > 0);
  packet->trim(bytes);
  PacketMeta& meta = packet->meta;
  meta.iface = iface_.index();
  meta.ttl = kTtl;
  meta.payload_bytes = static_cast<std::uint32_t>(bytes);
  meta.source = {m.ciaddr, kDhcpv4ClientPort};
  meta.destination = {Ipv4Address{0xffffffff}, kDhcpv4ServerPort};
  if (state_ == State::Renewing) meta.destination.address = lease_.server;
  static_cast<void>(stack_.udp().output(std::move(packet)).ok());  // a refusal is a recorded drop
  if (state_ != State::Decline) return timer_.start(retry_delay());
  enter(State::Init);
  not_before_ = stack_.scheduler().now() + config_.decline_wait;
  timer_.start_at(not_before_);
}

// The pause after a message that has just been sent, but never beyond T2 or the end of the lease.
Duration Dhcpv4Client::retry_delay() {
  const SimTime now = stack_.scheduler().now();
  Duration pause = config_.retry_first;
  for (unsigned i = 1; i < attempts_ && pause < config_.retry_cap; ++i) pause = pause * 2;
  pause = std::min(pause, config_.retry_cap) + config_.retry_jitter * jitters_.between(-1, 1);
  if (!is_extending()) return pause;
  const SimTime limit = state_ == State::Renewing ? lease_.rebinding_at() : lease_.ends_at();
  const Duration left = std::max(limit - now, Duration{});
  if (config_.renewal == Dhcpv4Renewal::UntilExpiry) pause = std::max(left / 2, kLeastExtendPause);
  return std::min(pause, left);
}

bool Dhcpv4Client::input(std::span<const std::uint8_t> payload) {
  Dhcpv4Message m;
  const bool whole = Dhcpv4Message::parse(payload, m) == Dhcpv4Message::Error::None;
  const std::string_view refused = whole ? refuse(m) : kMalformed;
  if (!refused.empty()) {
    stack_.tracer().event(iface_.subject(), "dhcp_ignored", {Attr::of("reason", refused)});
    return false;
  }
  const RecordId received = stack_.tracer().event(
      iface_.subject(), "dhcp_received", {Attr::of("type", dhcpv4_type_name(m.type))});
  const CauseScope scope(stack_.scheduler(), received);
  if (m.type == Dhcpv4Type::Offer) on_offer(m);
  if (m.type == Dhcpv4Type::Ack) on_ack(m);
  if (m.type == Dhcpv4Type::Nak) on_nak(m);
  return true;
}

// Why the message is of no use in this state; empty when it is.
std::string_view Dhcpv4Client::refuse(const Dhcpv4Message& m) const {
  const bool asking = state_ == State::Requesting || state_ == State::InitReboot;
  if (!m.reply) return kNotAReply;
  if (m.chaddr != iface_.link_address()) return kOtherClient;
  if (m.xid != xid_) return kOtherXid;
  switch (m.type) {
    case Dhcpv4Type::Offer:
      if (state_ != State::Selecting) return kState;
      if (m.yiaddr.is_any()) return kNoAddress;
      return m.server_id ? std::string_view() : kNoServer;
    case Dhcpv4Type::Ack:
      if (!asking && !is_extending()) return kState;
      // as in Zephyr, what the OFFER said holds when the ACK does not say it
      return m.lease_s.value_or(lease_.lease_s) != 0 ? std::string_view() : kNoLease;
    case Dhcpv4Type::Nak:
      if (!asking && !is_extending()) return kState;
      if (state_ == State::Requesting && m.server_id && *m.server_id != lease_.server) {
        return kOtherServer;
      }
      return {};
    default:
      return kState;
  }
}

void Dhcpv4Client::absorb(const Dhcpv4Message& m) {
  if (m.server_id) lease_.server = *m.server_id;
  if (m.subnet_mask) {
    lease_.address.length =
        ipv4_mask_length(*m.subnet_mask).value_or(config_.default_prefix_length);
  }
  lease_.gateway = m.routers.empty() ? Ipv4Address{} : m.routers.front();
  lease_.dns_servers = m.dns_servers;
  lease_.lease_s = m.lease_s.value_or(lease_.lease_s);
  lease_.renewal = seconds(m.renewal_s.value_or(0));
  lease_.rebinding = seconds(m.rebinding_s.value_or(0));
}

void Dhcpv4Client::on_offer(const Dhcpv4Message& offer) {
  lease_ = {};
  lease_.address = {offer.yiaddr, config_.default_prefix_length};
  absorb(offer);
  enter(State::Requesting);
  post();
}

void Dhcpv4Client::on_ack(const Dhcpv4Message& ack) {
  absorb(ack);
  bind();
}

void Dhcpv4Client::bind() {
  lease_.since = stack_.scheduler().now();
  lease_.complete_times();
  if (!take_address()) {  // Zephyr: the REQUEST is tried again until its attempts are over
    stack_.tracer().event(iface_.subject(), "dhcp_failed",
                                  {Attr::of("reason", kTableFull)});
    return;
  }
  enter(State::Bound);
  timer_.cancel();
  if (lease_.renewal_at() < kNever) timer_.start_at(lease_.renewal_at());
  MgmtDhcp info;
  info.address = lease_.address.address;
  info.server = lease_.server;
  info.lease_s = lease_.lease_s;
  info.gateway = lease_.gateway;
  stack_.mgmt.notify(MgmtEvent::Ipv4DhcpBound, &iface_, info);
}

// The address goes last, so that who hears of it can use the network.
bool Dhcpv4Client::take_address() {
  set_gateway(lease_.gateway);
  set_dns_servers(lease_.dns_servers);
  has_address_ = iface_.ipv4_addr_add(lease_.address, AddressType::Dhcp) != nullptr;
  if (!has_address_) give_up_address();
  return has_address_;
}

void Dhcpv4Client::give_up_address() {
  set_gateway({});
  set_dns_servers({});
  remove_address();
}

void Dhcpv4Client::remove_address() {
  if (!has_address_) return;
  has_address_ = false;
  static_cast<void>(iface_.ipv4_addr_rm(lease_.address.address));  // perhaps somebody else did
}

// A gateway that somebody else has set stays when the lease names none, and is back after one that
// names another.
void Dhcpv4Client::set_gateway(Ipv4Address gateway) {
  const bool ours = !gateway_.is_any() && iface_.ipv4().gateway() == gateway_;
  if (!ours) others_gateway_ = iface_.ipv4().gateway();
  if (!gateway.is_any() || ours) iface_.set_gateway(gateway.is_any() ? others_gateway_ : gateway);
  gateway_ = gateway;
}

// Another set cancels every open query, so the same one is left alone, but for those of it that the
// resolver had no room for before.
void Dhcpv4Client::set_dns_servers(const Dhcpv4Addresses& servers) {
  const bool same = servers == dns_servers_;
  if (same && (dns_refused_.empty() || !stack_.dns()->has_room())) return;
  const Dhcpv4Addresses wanted = same ? dns_refused_ : servers;
  DnsResolver* dns = stack_.dns().made();
  if (!same && dns != nullptr) dns->remove_servers(iface_, DnsServerSource::Dhcpv4);
  dns_refused_ = {};
  for (const Ipv4Address server : wanted.view()) {
    const Status added = stack_.dns()->add_server(server, &iface_, DnsServerSource::Dhcpv4);
    if (!added.ok()) static_cast<void>(dns_refused_.push(server));
  }
  dns_servers_ = servers;
}

void Dhcpv4Client::on_nak(const Dhcpv4Message&) {
  // DISCOVER follows when the pause after the refused REQUEST is over, as in Zephyr: a server that
  // always refuses is not asked without end. Half of what is left of a lease is no such pause.
  if (is_extending() && config_.renewal == Dhcpv4Renewal::UntilExpiry) {
    timer_.start(config_.retry_first);
  }
  give_up_address();
  enter(State::Init);
  if (!timer_.running()) timer_.start({});
}

// RFC 2131 has no such event. Whoever has an address gives it up, RENEWING and REBINDING, too: the
// lease may be over before IF_UP. The rest of the states go on, or wait with an expired timer. The
// gateway stays, as in Zephyr: a client that renews after IF_UP has no other way to a server.
void Dhcpv4Client::on_if_down() {
  if (!has_address_) return;
  set_dns_servers({});
  remove_address();
  timer_.cancel();
  switch (config_.down_state) {
    case Dhcpv4DownState::Renewing:
      return enter(State::Renewing);
    case Dhcpv4DownState::Init:
      return enter(State::Init);
    case Dhcpv4DownState::InitReboot:
      return enter(State::InitReboot);
  }
}

void Dhcpv4Client::on_if_up() {
  if (is_running()) timer_.start_at(std::max(stack_.scheduler().now(), not_before_));
}

void Dhcpv4Client::on_conflict(Ipv4Address address) {
  if (!has_address_ || address != lease_.address.address) return;
  give_up_address();
  enter(State::Decline);
  timer_.start({});
}

}  // namespace flapjack
