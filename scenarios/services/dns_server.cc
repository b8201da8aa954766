// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/dns_server.h"

#include <algorithm>

#include "scenarios/world.h"

namespace flapjack {
namespace {

using Says = ZoneEntrySpec::Says;

constexpr std::size_t kMostReplies = 64;  // answers that wait; a query more is not answered
constexpr std::uint32_t kTtl = 60;        // seconds; our resolver keeps nothing

}  // namespace

DnsServer::Reply::Reply(DnsServer& server, std::size_t slot)
    : timer(server.env_.node.stack.scheduler(), Lane::App,
            delegate<&DnsServer::send_reply>(&server, slot)) {}

DnsServer::DnsServer(const AppEnv& env, const ServiceSpec& spec)
    : App(env),
      env_(env),
      delay_(spec.delay.value_or(DurationDistribution{})),
      delays_(env.node.stack.env().rng.stream(env.node.stack.path_of(spec.name) + ".delay")) {
  for (const ZoneEntrySpec& each : spec.zone) {
    Entry entry{DnsName(), each.says, each.addresses, DnsName()};
    if (each.says == Says::Alias) entry.alias = DnsName::parse(each.alias).value();
    if (each.name == "*") {
      has_others_ = true;
      others_ = std::move(entry);
      continue;
    }
    entry.name = DnsName::parse(each.name).value();
    zone_.push_back(std::move(entry));
  }
}

DnsServer::~DnsServer() { close(); }

// Answers that wait are not sent any more.
void DnsServer::close() {
  for (NetContext** context : {&context_, &context6_}) {
    if (*context != nullptr) static_cast<void>((*context)->put().ok());
    *context = nullptr;
  }
  for (const auto& reply : replies_) reply->timer.cancel();
}

bool DnsServer::set_down(bool down) {
  down ? close() : start();
  return true;
}

void DnsServer::start() {
  listen(Family::Inet);
  const auto& ifaces = env_.node.stack.ifaces();
  const bool ipv6 = std::any_of(ifaces.begin(), ifaces.end(),
                                [](const auto& iface) { return iface->ipv6() != nullptr; });
  if (ipv6) listen(Family::Inet6);
}

void DnsServer::listen(Family family) {
  const auto got = env_.node.stack.contexts.get(family, SocketType::Datagram, Protocol::Udp);
  if (!got.ok()) return refuse("get", got.code());
  NetContext& context = *got.value();
  (family == Family::Inet ? context_ : context6_) = &context;
  context.set_subject(subject());
  const Status bound = context.bind({IpAddress::any(family), kDnsPort});
  if (!bound.ok()) return refuse("bind", bound.code());
  const Status listening = context.recv(
      [this](NetContext&, PacketPtr packet, Status) {
        if (packet != nullptr) on_query(*packet);
      },
      Timeout::no_wait());
  if (!listening.ok()) refuse("recv", listening.code());
}

void DnsServer::on_query(const Packet& packet) {
  DnsReader reader(packet.bytes());
  const auto& header = reader.header();
  if (!header || header->response) return refuse("parse", Errc::Ebadmsg);
  if (header->questions == 1 && header->opcode == 0) {
    if (const auto question = reader.question()) return answer(packet, *header, *question);
  }
  DnsHeader complaint;
  complaint.id = header->id;
  complaint.response = true;
  complaint.opcode = header->opcode;
  complaint.rcode = header->opcode == 0 ? DnsRcode::FormErr : DnsRcode::NotImp;
  std::array<std::uint8_t, kDnsHeaderBytes> message;
  complaint.emit(message.data());
  reply(message, packet.meta.source);
}

void DnsServer::answer(const Packet& packet, const DnsHeader& asked,
                       const DnsQuestion& question) {
  Tracer& tracer = env_.node.stack.tracer();
  const std::string name = to_text(question.name);
  const Entry* entry = find(question.name);
  if (entry != nullptr && entry->says == Says::Ignore) {
    tracer.event(subject(), "dns_silent", {Attr::of("name", name)});
    return;
  }
  DnsHeader header;
  header.id = asked.id;
  header.response = header.authoritative = header.recursion_available = true;
  header.recursion_desired = asked.recursion_desired;
  std::array<std::uint8_t, kDnsMessageBytesMax> message;
  DnsWriter writer(message, header);
  writer.question(question);
  writer.set_rcode(fill(writer, question, entry));
  const auto written = std::span(message).first(writer.finish());
  const DnsHeader said = *DnsHeader::parse(written);
  const RecordId answered = tracer.event(
      subject(), "dns_answered",
      {Attr::of("name", name), Attr::of("type", dns_type_name(question.type)),
       Attr::of("rcode", dns_rcode_name(said.rcode)), Attr::of("answers", said.answers)});
  const CauseScope scope(env_.node.stack.scheduler(), answered);
  reply(written, packet.meta.source);
}

// How the answer about a name ends, whatever aliases lead there. Who finds a loop says that it
// failed (RFC 1034 section 3.6.2): more aliases in a row than there are entries.
DnsRcode DnsServer::end_of(const Entry* entry) const {
  const std::size_t entries = zone_.size() + (has_others_ ? 1 : 0);
  for (std::size_t hops = 0; entry != nullptr && entry->says == Says::Alias; ++hops) {
    if (hops == entries) return DnsRcode::ServFail;
    entry = find(entry->alias);
  }
  if (entry == nullptr || entry->says == Says::NxDomain) return DnsRcode::NxDomain;
  if (entry->says == Says::ServFail) return DnsRcode::ServFail;
  return entry->says == Says::Refused ? DnsRcode::Refused : DnsRcode::NoError;
}

// A server that failed or refuses names no aliases either. What does not fit is left out: the
// writer marks the answer as truncated.
DnsRcode DnsServer::fill(DnsWriter& writer, const DnsQuestion& question,
                         const Entry* entry) const {
  const DnsRcode end = end_of(entry);
  if (end == DnsRcode::ServFail || end == DnsRcode::Refused) return end;
  DnsName name = question.name;
  while (entry != nullptr && entry->says == Says::Alias) {
    writer.cname(name, entry->alias, kTtl);
    name = entry->alias;
    entry = find(name);
  }
  if (end != DnsRcode::NoError) return end;
  for (const IpAddress& address : entry->addresses) {
    const DnsType type = address.is_v4() ? DnsType::A : DnsType::Aaaa;
    if (type == question.type) writer.answer(name, address, kTtl);
  }
  return DnsRcode::NoError;
}

const DnsServer::Entry* DnsServer::find(const DnsName& name) const {
  const auto found = std::find_if(zone_.begin(), zone_.end(),
                                  [&](const Entry& each) { return each.name == name; });
  if (found != zone_.end()) return &*found;
  return has_others_ ? &others_ : nullptr;
}

void DnsServer::reply(std::span<const std::uint8_t> message, const Endpoint& peer) {
  if (delay_.is_zero()) return send(message, peer);
  std::size_t slot = 0;
  while (slot < replies_.size() && replies_[slot]->timer.running()) ++slot;
  if (slot == kMostReplies) return refuse("queue", Errc::Enobufs);
  if (slot == replies_.size()) replies_.push_back(std::make_unique<Reply>(*this, slot));
  Reply& waiting = *replies_[slot];
  std::copy(message.begin(), message.end(), waiting.message.begin());
  waiting.size = message.size();
  waiting.peer = peer;
  waiting.timer.start(delay_.sample(delays_));
}

void DnsServer::send_reply(std::uint64_t slot) {
  const Reply& waiting = *replies_.at(slot);
  send(std::span(waiting.message).first(waiting.size), waiting.peer);
}

void DnsServer::send(std::span<const std::uint8_t> message, const Endpoint& peer) {
  NetContext& context = peer.address.is_v4() ? *context_ : *context6_;
  const Status sent =
      context.sendto_waiting(message, peer, [this](Errc error) { refuse("send", error); });
  if (!sent.ok()) refuse("send", sent.code());
}

void DnsServer::refuse(std::string_view call, Errc error) {
  env_.node.stack.tracer().event(subject(), "service_failed",
                                 {Attr::of("call", call), Attr::of("errno", error)});
}

}  // namespace flapjack
