// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/dhcp_server.h"

#include <algorithm>
#include <array>

#include "scenarios/world.h"

namespace flapjack {
namespace {

constexpr Duration kOfferHeld = seconds(30);     // an address offered is nobody else's so long
constexpr Duration kDeclineHeld = seconds(600);  // one that is in use unasked
constexpr Ipv4Address kBroadcast{0xffffffff};

constexpr std::string_view kScripted = "scripted", kNotAvailable = "not_available",
                           kWrongNetwork = "wrong_network", kExhausted = "exhausted",
                           kOtherServer = "other_server", kUnknown = "unknown_client",
                           kNoAddress = "no_address", kMalformed = "malformed", kRelay = "relay",
                           kNotARequest = "not_a_request", kOtherAddress = "other_address",
                           kUnaddressed = "server_has_no_address";
constexpr std::array kReasons = {kScripted,    kNotAvailable, kWrongNetwork, kExhausted,
                                 kOtherServer, kUnknown,      kNoAddress,    kMalformed,
                                 kRelay,       kNotARequest,  kOtherAddress, kUnaddressed};

}  // namespace

std::span<const std::string_view> dhcp_server_reasons() { return kReasons; }

DhcpServer::DhcpServer(const AppEnv& env, DhcpServerConfig config)
    : App(env),
      env_(env),
      config_(std::move(config)),
      delays_(env.node.stack.env().rng.stream(
          std::string(env.node.stack.tracer().path(env.subject)) + ".delay")),
      turn_(env.node.stack.scheduler(), Lane::App, delegate<&DhcpServer::send_due>(this)) {
  for (const auto& [mac, address] : config_.reservations) leases_.reserve(mac, address);
  for (const Ipv4Address router : config_.routers.view()) leases_.exclude(router);
  leases_.exclude(config_.address.address);
  update();
}

DhcpServer::~DhcpServer() { close(); }

SimTime DhcpServer::now() const { return env_.node.stack.scheduler().now(); }

void DhcpServer::start() {
  Stack& stack = env_.node.stack;
  NetIf* iface = stack.iface_by_name(config_.iface);
  assert(iface != nullptr && context_ == nullptr);
  const auto got =
      stack.contexts.get_on(*iface, Family::Inet, SocketType::Datagram, Protocol::Udp);
  if (!got.ok()) return fail("get", got.code());
  context_ = got.value();
  context_->set_subject(subject());
  const Status bound = context_->bind({{}, kDhcpv4ServerPort});
  if (!bound.ok()) return fail("bind", bound.code());
  const Status listening = context_->recv(
      [this](NetContext&, PacketPtr packet, Status) {
        if (packet != nullptr) on_packet(*packet);
      },
      Timeout::no_wait());
  if (!listening.ok()) fail("recv", listening.code());
}

void DhcpServer::close() {
  if (context_ != nullptr) static_cast<void>(context_->put().ok());
  context_ = nullptr;
  pending_.clear();
  turn_.cancel();
}

bool DhcpServer::set_down(bool down) {
  down ? close() : start();
  return true;
}

Result<std::size_t> DhcpServer::apply(const DhcpChange& change) {
  const Ipv4Range hosts = hosts_of(config_.address);
  if (change.pool &&
      !(hosts.contains(change.pool->first) && hosts.contains(change.pool->last))) {
    return Errc::Einval;
  }
  changes_.push_back({++last_number_, change});
  update();
  return last_number_;
}

void DhcpServer::remove(std::size_t number) {
  std::erase_if(changes_, [number](const Active& each) { return each.number == number; });
  update();
}

void DhcpServer::update() {
  answer_ = DhcpAnswer::Normal;
  told_delay_.reset();
  Ipv4Range pool = config_.pool;
  for (const Active& each : changes_) {
    if (each.change.answer) answer_ = *each.change.answer;
    if (each.change.delay) told_delay_ = each.change.delay;
    if (each.change.pool) pool = *each.change.pool;
  }
  leases_.set_pool(pool);
}

// The one it names itself by, which others may be using by now.
bool DhcpServer::has_address() const {
  const NetIf* iface = env_.node.stack.iface_by_name(config_.iface);
  const Ipv4IfAddress* own = iface->ipv4().find(config_.address.address);
  return own != nullptr && own->state != AddressState::Tentative;
}

void DhcpServer::on_packet(const Packet& packet) {
  Dhcpv4Message m;
  const bool whole = Dhcpv4Message::parse(packet.bytes(), m) == Dhcpv4Message::Error::None;
  if (!whole) return be_silent(m, kMalformed);
  if (m.reply) return be_silent(m, kNotARequest);
  if (!m.giaddr.is_any()) return be_silent(m, kRelay);
  if (answer_ == DhcpAnswer::Silent) return be_silent(m, kScripted);
  if (!has_address()) return be_silent(m, kUnaddressed);
  switch (m.type) {
    case Dhcpv4Type::Discover:
      return on_discover(m);
    case Dhcpv4Type::Request:
      return on_request(m, packet.meta.destination.address == kBroadcast);
    case Dhcpv4Type::Decline:
      return on_decline(m);
    case Dhcpv4Type::Release:
      return on_release(m);
    case Dhcpv4Type::Inform:
      return on_inform(m);
    default:
      return be_silent(m, kNotARequest);
  }
}

void DhcpServer::on_discover(const Dhcpv4Message& m) {
  const auto address = leases_.offer(m, m.requested_address, now(), now() + kOfferHeld);
  if (!address) return be_silent(m, kExhausted);
  const RecordId offered = record("dhcp_offer", m, Attr::of("address", *address));
  Dhcpv4Message reply = reply_to(m, Dhcpv4Type::Offer);
  reply.yiaddr = *address;
  offer_terms(reply);
  reply_later(offered, reply);
}

// RFC 2131 section 4.3.2: with a server identifier an OFFER is taken up; with ciaddr a lease is
// extended, of this server when it came to it alone, of any when it was broadcast; with neither a
// client that was away asks all servers for what it had. What goes to all is for the one that gave
// the address: others, without a record of the client, must not spoil its answer with a NAK.
void DhcpServer::on_request(const Dhcpv4Message& m, bool broadcast) {
  if (m.server_id && *m.server_id != config_.address.address) {
    leases_.withdraw(m, now());
    return be_silent(m, kOtherServer);
  }
  const bool was_away = !m.server_id && m.ciaddr.is_any();
  const bool rebinds = !m.server_id && !m.ciaddr.is_any() && broadcast;
  const Ipv4Address wanted =
      m.ciaddr.is_any() ? m.requested_address.value_or(Ipv4Address{}) : m.ciaddr;
  const std::optional<Ipv4Address> recorded = leases_.recorded(m);
  if (wanted.is_any()) return be_silent(m, kNoAddress);
  if (answer_ == DhcpAnswer::Nak) return refuse(m, kScripted);
  if (rebinds && !recorded) return be_silent(m, kUnknown);
  if (!config_.address.contains(wanted)) return refuse(m, kWrongNetwork);
  if (was_away && !recorded) return be_silent(m, kUnknown);
  if ((was_away || rebinds) && *recorded != wanted) return refuse(m, kOtherAddress);
  if (!leases_.grant(m, wanted, now(), now() + seconds(config_.lease_s))) {
    return refuse(m, kNotAvailable);
  }
  acknowledge(m, wanted);
}

void DhcpServer::acknowledge(const Dhcpv4Message& m, Ipv4Address address) {
  Tracer& tracer = env_.node.stack.tracer();
  const std::string client = dhcp_client_key(m);
  const RecordId granted = tracer.event(subject(), "dhcp_ack",
                                        {Attr::of("client", client), Attr::of("address", address),
                                         Attr::of("lease", seconds(config_.lease_s))});
  Dhcpv4Message reply = reply_to(m, Dhcpv4Type::Ack);
  reply.yiaddr = address;
  reply.ciaddr = m.ciaddr;
  offer_terms(reply);
  reply_later(granted, reply);
}

void DhcpServer::on_decline(const Dhcpv4Message& m) {
  const Ipv4Address address = m.requested_address.value_or(Ipv4Address{});
  if (m.server_id && *m.server_id != config_.address.address) return be_silent(m, kOtherServer);
  if (!leases_.decline(m, address, now() + kDeclineHeld)) return be_silent(m, kUnknown);
  record("dhcp_decline", m, Attr::of("address", address));
}

void DhcpServer::on_release(const Dhcpv4Message& m) {
  if (m.server_id && *m.server_id != config_.address.address) return be_silent(m, kOtherServer);
  if (!leases_.release(m, m.ciaddr, now())) return be_silent(m, kUnknown);
  record("dhcp_release", m, Attr::of("address", m.ciaddr));
}

// The client has an address already and wants the rest: no lease in the answer.
void DhcpServer::on_inform(const Dhcpv4Message& m) {
  if (m.ciaddr.is_any()) return be_silent(m, kNoAddress);
  const RecordId informed = record("dhcp_inform", m, Attr::of("address", m.ciaddr));
  Dhcpv4Message reply = reply_to(m, Dhcpv4Type::Ack);
  reply.ciaddr = m.ciaddr;
  offer_terms(reply);
  reply.lease_s = reply.renewal_s = reply.rebinding_s = {};
  reply_later(informed, reply);
}

void DhcpServer::refuse(const Dhcpv4Message& m, std::string_view reason) {
  const RecordId refused = record("dhcp_nak", m, Attr::of("reason", reason));
  reply_later(refused, reply_to(m, Dhcpv4Type::Nak));
}

void DhcpServer::be_silent(const Dhcpv4Message& m, std::string_view reason) {
  record("dhcp_silent", m, Attr::of("reason", reason));
}

Dhcpv4Message DhcpServer::reply_to(const Dhcpv4Message& m, Dhcpv4Type type) const {
  Dhcpv4Message reply;
  reply.reply = true;
  reply.xid = m.xid;
  reply.broadcast = m.broadcast;
  reply.chaddr = m.chaddr;
  reply.type = type;
  reply.server_id = config_.address.address;
  reply.client_id = m.client_id;  // RFC 6842 section 3
  return reply;
}

void DhcpServer::offer_terms(Dhcpv4Message& reply) const {
  reply.lease_s = config_.lease_s;
  reply.renewal_s = config_.renewal_s;
  reply.rebinding_s = config_.rebinding_s;
  reply.subnet_mask = ipv4_mask(config_.address.length);
  reply.routers = config_.routers;
  reply.dns_servers = config_.dns_servers;
}

void DhcpServer::reply_later(RecordId cause, const Dhcpv4Message& reply) {
  const Duration delay = told_delay_ ? *told_delay_ : config_.delay.sample(delays_);
  const CauseScope scope(env_.node.stack.scheduler(), cause);
  if (delay.ns == 0 && pending_.empty()) return send(reply);
  const SimTime due = now() + delay;
  const auto behind = std::upper_bound(pending_.begin(), pending_.end(), due,
                                       [](SimTime t, const Pending& p) { return t < p.due; });
  pending_.insert(behind, {due, cause, reply});
  turn_.start_at(pending_.front().due);
}

void DhcpServer::send_due() {
  while (!pending_.empty() && pending_.front().due <= now()) {
    const Pending next = pending_.front();
    pending_.erase(pending_.begin());
    const CauseScope scope(env_.node.stack.scheduler(), next.cause);
    send(next.reply);
  }
  if (!pending_.empty()) turn_.start_at(pending_.front().due);
}

// RFC 2131 section 4.1: unicast to a client that has its address, else broadcast; a client that
// asks for unicast before it has one is served by broadcast as well.
void DhcpServer::send(const Dhcpv4Message& reply) {
  std::array<std::uint8_t, kDhcpv4MessageBytes> bytes{};
  const std::size_t size = reply.emit(bytes);
  if (size == 0) return fail("emit", Errc::Emsgsize);
  Endpoint to{kBroadcast, kDhcpv4ClientPort};
  if (!reply.ciaddr.is_any()) to.address = reply.ciaddr;
  const Status sent = context_->sendto_waiting(std::span(bytes).first(size), to,
                                               [this](Errc error) { fail("send", error); });
  if (!sent.ok()) fail("send", sent.code());
}

RecordId DhcpServer::record(std::string_view event, const Dhcpv4Message& m, Attr second) {
  const std::string client = dhcp_client_key(m);
  return env_.node.stack.tracer().event(subject(), event,
                                        {Attr::of("client", client), second});
}

void DhcpServer::fail(std::string_view call, Errc error) {
  env_.node.stack.tracer().event(subject(), "service_failed",
                                 {Attr::of("call", call), Attr::of("errno", error)});
}

}  // namespace flapjack
