// SPDX-License-Identifier: Apache-2.0
#include "stack/net/dns_resolver.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

struct StatusName {
  DnsStatus status;
  std::string_view name;
};
constexpr std::array kStatuses = {
    StatusName{DnsStatus::Fail, "FAIL"},
    StatusName{DnsStatus::NoData, "NODATA"},
    StatusName{DnsStatus::AddrFamily, "ADDRFAMILY"},
    StatusName{DnsStatus::System, "SYSTEM"},
    StatusName{DnsStatus::InProgress, "INPROGRESS"},
    StatusName{DnsStatus::Canceled, "CANCELED"},
    StatusName{DnsStatus::AllDone, "ALLDONE"},
};
constexpr auto kStatusList = [] {
  std::array<DnsStatus, kStatuses.size()> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = kStatuses[i].status;
  return list;
}();

bool names_one_host(const IpAddress& a) {
  return !a.is_any() && !a.is_multicast() && !a.is_limited_broadcast();
}

}  // namespace

std::string_view dns_status_name(DnsStatus status) {
  for (const StatusName& each : kStatuses) {
    if (each.status == status) return each.name;
  }
  return "?";
}

std::span<const DnsStatus> dns_statuses() { return kStatusList; }

struct DnsResolver::Query {
  /// Closing: its last callback runs. Nobody may end it once more, and it is not free yet.
  enum class State : std::uint8_t { Free, Open, Closing };

  Query(DnsResolver& resolver, std::size_t slot)
      : timer(resolver.stack_.scheduler(), Lane::Work,
              delegate<&DnsResolver::expire>(&resolver, slot)) {}

  State state = State::Free;
  std::uint16_t id = 0;
  std::uint32_t life = 0;  // another one for each query in this slot
  DnsQuestion question;
  Endpoint server;                      // who was asked, and where from: only it may answer, there
  const NetContext* context = nullptr;
  std::shared_ptr<const DnsCallback> done;  // shared with the call that is running
  Timer timer;
};

DnsResolver::DnsResolver(Stack& stack)
    : stack_(stack), ids_(stack.env().rng.stream(stack.path_of("dns"))) {}

DnsResolver::~DnsResolver() {
  for (Server& server : servers_) close(server);
}

// ---- questions

Result<std::uint16_t> DnsResolver::resolve(std::string_view name, DnsType type, DnsCallback done,
                                           Timeout timeout) {
  if (timeout.is_no_wait() || (type != DnsType::A && type != DnsType::Aaaa)) return Errc::Einval;
  if (const auto numeric = IpAddress::parse(name)) {
    if (numeric->is_v4() != (type == DnsType::A)) return Errc::Epfnosupport;
    done(DnsStatus::InProgress, &*numeric);
    done(DnsStatus::AllDone, nullptr);
    return std::uint16_t{0};
  }
  const auto parsed = DnsName::parse(name);
  if (parsed && parsed->ends_in("local")) return Errc::Eopnotsupp;
  if (servers_.empty()) return Errc::Einval;
  Query* query = free_slot();
  if (query == nullptr) return Errc::Eagain;
  if (name.size() >= kDnsNameBytesMax) return Errc::Enomem;
  if (!parsed) return Errc::Einval;
  query->question = {*parsed, type, kDnsClassIn};
  query->id = new_id();
  query->done = std::make_shared<const DnsCallback>(std::move(done));
  query->state = Query::State::Open;
  ++query->life;
  if (!send(*query)) {
    query->state = Query::State::Free;
    query->done = nullptr;
    return Errc::Enoent;
  }
  if (!timeout.is_forever()) query->timer.start(timeout.span());
  return query->id;
}

// To the first server that takes it.
bool DnsResolver::send(Query& query) {
  std::array<std::uint8_t, kDnsMessageBytesMax> buffer;
  DnsHeader header;
  header.id = query.id;
  header.recursion_desired = true;
  DnsWriter writer(buffer, header);
  const bool fits = writer.question(query.question);
  assert(fits);
  static_cast<void>(fits);
  const std::size_t length = writer.finish();
  for (Server& server : servers_) {
    const std::string name = to_text(query.question.name);
    const IpAddress& at = server.told.endpoint.address;
    const RecordId asked = stack_.tracer().event(
        stack_.subject(), "dns_query",
        {Attr::of("name", name), Attr::of("type", dns_type_name(query.question.type)),
         Attr::of("server", at)});
    const CauseScope scope(stack_.scheduler(), asked);
    const Status sent = send_to(query, server, std::span(buffer).first(length));
    if (sent.ok()) return true;
    stack_.tracer().event(stack_.subject(), "dns_server_failed",
                          {Attr::of("server", at), Attr::of("errno", sent.code())});
  }
  return false;
}

// One's own node may answer within the call.
Status DnsResolver::send_to(Query& query, Server& server, std::span<const std::uint8_t> message) {
  const Status opened = open(server);
  if (!opened.ok()) return opened;
  query.server = server.told.endpoint;
  query.context = server.context;
  return server.context->sendto(message, server.told.endpoint, {}, Timeout::no_wait()).status();
}

Status DnsResolver::open(Server& server) {
  if (server.context != nullptr) return Status();
  const Family family = server.told.endpoint.address.family();
  NetContexts& contexts = stack_.contexts;
  const auto got =
      server.told.iface != nullptr
          ? contexts.get_on(*server.told.iface, family, SocketType::Datagram, Protocol::Udp)
          : contexts.get(family, SocketType::Datagram, Protocol::Udp);
  if (!got.ok()) return got.status();
  server.context = got.value();
  const Status listening = server.context->recv(
      [this](NetContext& context, PacketPtr packet, Status status) {
        if (packet != nullptr) return on_packet(context, *packet);
        if (!status.ok()) ignore(errc_name(status.code()));
      },
      Timeout::no_wait());
  if (!listening.ok()) close(server);
  return listening;
}

void DnsResolver::close(Server& server) {
  if (server.context == nullptr) return;
  static_cast<void>(server.context->put().ok());
  server.context = nullptr;
}

// ---- answers

// RFC 5452 section 9.1: who answers, and where, is part of what a stranger has to guess.
void DnsResolver::on_packet(const NetContext& context, const Packet& packet) {
  const auto bytes = packet.bytes();
  DnsReader reader(bytes.first(std::min(bytes.size(), kDnsMessageBytesMax)));
  const auto& header = reader.header();
  if (!header) return ignore("malformed");
  if (!header->response) return ignore("no_answer");
  Query* query = find(header->id);
  if (query == nullptr) return ignore("unknown_id");
  if (packet.meta.source != query->server || &context != query->context) {
    return ignore("other_server");
  }
  answer(*query, reader);
}

void DnsResolver::answer(Query& query, DnsReader& reader) {
  const DnsHeader& header = *reader.header();
  const bool nothing = header.questions == 0 || header.answers == 0;
  if (nothing || header.rcode == DnsRcode::Refused) {
    return finish(query, DnsStatus::Fail, header.rcode);
  }
  for (unsigned i = 0; i < header.questions; ++i) {
    const auto question = reader.question();
    if (!question) return finish(query, DnsStatus::Fail, header.rcode);
    if (i == 0 && *question != query.question) return ignore("other_question");
  }
  const std::uint32_t life = query.life;
  const DnsStatus status = collect(query, reader, life);
  if (query.state == Query::State::Open && query.life == life) finish(query, status, header.rcode);
}

// Hands over the addresses of the name or of its alias; those of others nobody has asked for. A
// callback may end the query: nothing more is said then.
DnsStatus DnsResolver::collect(Query& query, DnsReader& reader, std::uint32_t life) {
  bool found = false, other_name = false;
  DnsName name = query.question.name;
  for (unsigned i = 0; i < reader.header()->answers; ++i) {
    const auto record = reader.record();
    if (!record) return DnsStatus::System;
    if (record->name != name) continue;
    if (record->target) {
      other_name = true;
      name = *record->target;
    }
    if (!record->address) continue;
    if (record->type != query.question.type) return DnsStatus::AddrFamily;
    found = true;
    const std::shared_ptr<const DnsCallback> done = query.done;
    (*done)(DnsStatus::InProgress, &*record->address);
    if (query.state != Query::State::Open || query.life != life) return DnsStatus::Canceled;
  }
  if (found) return DnsStatus::AllDone;
  // Zephyr means to ask for the CNAME then, but cancels its own query first and finds it no more.
  return other_name ? DnsStatus::Canceled : DnsStatus::NoData;
}

// ---- ends

void DnsResolver::finish(Query& query, DnsStatus status, std::optional<DnsRcode> rcode) {
  assert(query.state == Query::State::Open);
  query.timer.cancel();
  query.state = Query::State::Closing;
  const std::string name = to_text(query.question.name);
  const CauseScope scope(stack_.scheduler(), trace_end(name, status, rcode));
  const std::shared_ptr<const DnsCallback> done = std::move(query.done);
  (*done)(status, nullptr);
  query.done = nullptr;
  query.state = Query::State::Free;
}

RecordId DnsResolver::trace_end(std::string_view name, DnsStatus status,
                                std::optional<DnsRcode> rcode) {
  Tracer& tracer = stack_.tracer();
  const Attr who = Attr::of("name", name);
  const Attr code = Attr::of("code", dns_status_name(status));
  if (!rcode) return tracer.event(stack_.subject(), "dns_done", {who, code});
  return tracer.event(stack_.subject(), "dns_done",
                      {who, code, Attr::of("rcode", dns_rcode_name(*rcode))});
}

void DnsResolver::expire(std::uint64_t slot) { finish(*queries_.at(slot), DnsStatus::Canceled); }

Status DnsResolver::cancel(std::uint16_t id) {
  Query* query = find(id);
  if (query == nullptr) return Errc::Enoent;
  finish(*query, DnsStatus::Canceled);
  return Status();
}

void DnsResolver::cancel_all() {
  for (const auto& query : queries_) {
    if (query->state == Query::State::Open) finish(*query, DnsStatus::Canceled);
  }
}

void DnsResolver::ignore(std::string_view reason) {
  stack_.tracer().event(stack_.subject(), "dns_ignored", {Attr::of("reason", reason)});
}

// ---- servers

bool DnsResolver::has_room() const {
  return servers_.size() < stack_.config().dns.max_servers;
}

Status DnsResolver::add_server(const Endpoint& server, NetIf* iface, DnsServerSource source) {
  if (!names_one_host(server.address) || server.port == 0) return Errc::Einval;
  const bool known = std::any_of(servers_.begin(), servers_.end(), [&](const Server& each) {
    return each.told.endpoint == server && each.told.iface == iface;
  });
  if (known) return Status();
  if (!has_room()) {
    stack_.tracer().event(
        stack_.subject(), "dns_server_refused",
        {Attr::of("server", server.address), Attr::of("errno", Errc::Enospc)});
    return Errc::Enospc;
  }
  cancel_all();
  servers_.reserve(stack_.config().dns.max_servers);
  servers_.push_back({{server, iface, source}});
  notify(servers_.back().told, true);
  return Status();
}

std::size_t DnsResolver::remove_servers(const NetIf& iface, DnsServerSource source,
                                        const IpAddress* only) {
  const auto goes = [&](const Server& each) {
    return each.told.iface == &iface && each.told.source == source &&
           (only == nullptr || each.told.endpoint.address == *only);
  };
  if (std::none_of(servers_.begin(), servers_.end(), goes)) return 0;
  cancel_all();
  std::size_t removed = 0;
  for (std::size_t i = 0; i < servers_.size();) {
    if (!goes(servers_[i])) {
      ++i;
      continue;
    }
    close(servers_[i]);
    const DnsServerInfo gone = servers_[i].told;
    servers_.erase(servers_.begin() + static_cast<std::ptrdiff_t>(i));
    ++removed;
    notify(gone, false);
  }
  return removed;
}

std::vector<DnsServerInfo> DnsResolver::servers() const {
  std::vector<DnsServerInfo> list;
  for (const Server& each : servers_) list.push_back(each.told);
  return list;
}

void DnsResolver::notify(const DnsServerInfo& server, bool added) {
  const IpAddress& address = server.endpoint.address;
  NetIf* iface = server.iface != nullptr ? server.iface : stack_.route().iface_for(address);
  stack_.mgmt.notify(added ? MgmtEvent::DnsServerAdd : MgmtEvent::DnsServerDel, iface,
                     MgmtDnsServer{server.endpoint});
}

// ---- slots

// All with the first question: most nodes never ask, and whoever walks over the slots while an
// answer makes its receiver ask again sees as many as before.
void DnsResolver::make_slots() {
  for (std::size_t slot = 0; slot < stack_.config().dns.queries; ++slot) {
    queries_.push_back(std::make_unique<Query>(*this, slot));
  }
}

DnsResolver::Query* DnsResolver::free_slot() {
  if (queries_.empty()) make_slots();
  for (const auto& query : queries_) {
    if (query->state == Query::State::Free) return query.get();
  }
  return nullptr;
}

DnsResolver::Query* DnsResolver::find(std::uint16_t id) {
  for (const auto& query : queries_) {
    if (query->state == Query::State::Open && query->id == id) return query.get();
  }
  return nullptr;
}

// Random, never 0 (that is mDNS: RFC 6762 section 18.1) and of no other open query.
std::uint16_t DnsResolver::new_id() {
  std::uint16_t id = 0;
  do {
    id = static_cast<std::uint16_t>(1 + ids_.below(0xffff));
  } while (find(id) != nullptr);
  return id;
}

std::size_t DnsResolver::open_queries() const {
  const auto used = [](const auto& query) { return query->state != Query::State::Free; };
  return static_cast<std::size_t>(std::count_if(queries_.begin(), queries_.end(), used));
}

}  // namespace flapjack
