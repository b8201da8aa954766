// SPDX-License-Identifier: Apache-2.0
#include "stack/net/connector.h"

#include <algorithm>
#include <cassert>

namespace flapjack {
namespace {

constexpr std::uint32_t kRegistered = 0, kUnregistered = 1;  // ack of a notification

Attr number(std::string_view key, std::uint64_t value) {
  return Attr::of(key, static_cast<std::int64_t>(value));
}

}  // namespace

Connector::Connector(Tracer& tracer, SubjectId node, const ConnectorConfig& config)
    : tracer_(tracer),
      node_(node),
      config_(config),
      buffers_(config.memory_bytes),
      registry_(config.max_callbacks),
      work_(tracer.scheduler(), Lane::Work, delegate<&Connector::work>(this)) {
  assert(config.users > 0 && config.users < ~0u - kUserGroups);
}

Connector::~Connector() { assert(sockets_.empty()); }

void Connector::init() {
  assert(!initialised_);
  initialised_ = true;
  if (!config_.notification) return;
  const Status added = registry_.add(kNotifyId, "connector", [this](const CnRequest& request) {
    notify_request(request);
  });
  assert(added.ok());
  static_cast<void>(added);
}

Status Connector::add_callback(CnId id, std::string_view name, CnCallback callback) {
  assert(callback);
  if (!initialised_) return Errc::Eagain;
  const Status added = registry_.add(id, name, std::move(callback));
  if (added.ok()) notify(id, kRegistered);
  return added;
}

void Connector::del_callback(CnId id) {
  CnEntry* const entry = registry_.remove(id);
  if (entry == nullptr) return;
  for (Work& item : work_items_) {
    if (item.entry == entry) item.entry = nullptr;
  }
  if (!calling_) registry_.bury();
  notify(id, kUnregistered);
}

Status Connector::send(CnMsgHeader header, std::span<const std::uint8_t> data,
                       const SendOptions& options) {
  const std::size_t bytes = kCnHeaderBytes + data.size();
  header.len = static_cast<std::uint16_t>(std::min<std::size_t>(data.size(), 0xffff));
  std::vector<std::uint8_t> message = std::move(scratch_);  // a callback may send as well
  message.resize(bytes);
  header.emit(message);
  std::copy(data.begin(), data.end(), message.begin() + kCnHeaderBytes);
  const Status result = send_mult(message, options);
  scratch_ = std::move(message);
  return result;
}

Status Connector::send_mult(std::span<const std::uint8_t> messages, const SendOptions& options) {
  CnMsgHeader first;
  const CnMsgHeader::Error error = CnMsgHeader::parse(messages, first);
  if (error == CnMsgHeader::Error::Short) return config_.header_errc;
  SendOptions to = options;
  if (to.portid == 0 && to.group == 0) {
    const CnEntry* entry = registry_.find(first.id);
    if (entry == nullptr) return Errc::Enodev;
    to.group = entry->group();
  }
  if (to.portid == 0 && !has_listeners(to.group)) return Errc::Esrch;
  const CnDatagram datagram = copy(messages, 0);
  if (!datagram) return Errc::Enomem;
  if (error != CnMsgHeader::Error::None) return config_.header_errc;
  ++sent_;
  return to.group != 0 ? multicast(datagram, to) : unicast(datagram, to.portid);
}

Status Connector::answer(const CnRequest& request, std::span<const std::uint8_t> data) {
  CnMsgHeader header = request.header;
  header.ack = cn_answer_ack(request.header, config_.ack);
  header.flags = 0;
  return send(header, data, {request.from, 0, {}});
}

Status Connector::multicast(const CnDatagram& datagram, const SendOptions& options) {
  std::size_t members = 0;
  for (CnSocket* socket : sockets_) {
    if (socket->portid() == options.portid || !socket->is_member(options.group)) continue;
    if (options.filter && options.filter(socket->portid())) continue;
    ++members;
    if (!socket->put(datagram)) lost(*socket, datagram);
  }
  return members > 0 ? Status() : Errc::Esrch;
}

Status Connector::unicast(const CnDatagram& datagram, std::uint32_t portid) {
  CnSocket* const to = socket(portid);
  if (to == nullptr) return Errc::Econnrefused;
  return to->put(datagram) ? Status() : Errc::Eagain;
}

void Connector::lost(const CnSocket& socket, const CnDatagram& datagram) {
  ++overruns_;
  CnMsgHeader first;
  static_cast<void>(CnMsgHeader::parse(datagram.bytes(), first));
  tracer_.event(node_, "cn_overrun",
                {number("port", socket.portid()), number("idx", first.id.idx),
                 number("val", first.id.val), number("seq", first.seq)});
}

CnDatagram Connector::copy(std::span<const std::uint8_t> datagram, std::uint32_t from) {
  CnDatagram made = buffers_.copy(datagram, from, tracer_.cause());
  if (made) return made;
  ++memory_failures_;
  tracer_.event(node_, "cn_no_memory", {number("bytes", datagram.size())});
  return made;
}

bool Connector::has_listeners(std::uint32_t group) const {
  return std::binary_search(heard_.begin(), heard_.end(), group);
}

std::size_t Connector::listeners(std::uint32_t group) const {
  return static_cast<std::size_t>(
      std::count_if(sockets_.begin(), sockets_.end(),
                    [&](const CnSocket* socket) { return socket->is_member(group); }));
}

void Connector::listeners_changed(std::uint32_t group) {
  const bool any = listeners(group) > 0;
  if (any == has_listeners(group)) return;
  if (any) {
    heard_.insert(std::lower_bound(heard_.begin(), heard_.end(), group), group);
  } else {
    std::erase(heard_, group);
  }
  if (on_listeners_) on_listeners_(group, any);
}

void Connector::on_listeners(std::function<void(std::uint32_t, bool)> call) {
  on_listeners_ = std::move(call);
}

Result<std::unique_ptr<CnSocket>> Connector::open(const CnSocketConfig& config) {
  if (sockets_.size() >= config_.max_sockets) return Errc::Enomem;
  std::uint32_t portid = config.portid;
  if (portid == 0) {
    while (next_port_ == 0 || socket(next_port_) != nullptr) ++next_port_;
    portid = next_port_++;
  } else if (socket(portid) != nullptr) {
    return Errc::Eaddrinuse;
  }
  std::unique_ptr<CnSocket> made(new CnSocket(*this, portid, config));
  sockets_.push_back(made.get());
  return made;
}

void Connector::closed(CnSocket& socket) {
  std::erase(sockets_, &socket);
  for (const std::uint32_t group : socket.groups_) listeners_changed(group);
}

CnSocket* Connector::socket(std::uint32_t portid) const {
  const auto found = std::find_if(sockets_.begin(), sockets_.end(), [&](const CnSocket* socket) {
    return socket->portid() == portid;
  });
  return found != sockets_.end() ? *found : nullptr;
}

std::vector<CnSocket*> Connector::poll() const {
  std::vector<CnSocket*> ready;
  std::copy_if(sockets_.begin(), sockets_.end(), std::back_inserter(ready),
               [](const CnSocket* socket) { return socket->is_readable(); });
  return ready;
}

Status Connector::send_from(CnSocket& socket, std::span<const std::uint8_t> datagram,
                            CnAddress to) {
  if (datagram.size() > kCnMessageBytesMax) return Errc::Emsgsize;
  if (to.group != 0) {
    const CnDatagram made = copy(datagram, socket.portid());
    if (!made) return Errc::Enobufs;
    // Linux: who is not there is not an error of the sender
    static_cast<void>(multicast(made, {socket.portid(), to.group, {}}).ok());
  }
  if (to.portid != 0) {
    const CnDatagram made = copy(datagram, socket.portid());
    return made ? unicast(made, to.portid) : Errc::Enobufs;
  }
  if (to.group == 0) static_cast<void>(receive(datagram, socket.portid()).ok());  // an event there
  return {};
}

Status Connector::receive(std::span<const std::uint8_t> datagram, std::uint32_t from) {
  CnMsgHeader header;
  if (CnMsgHeader::parse(datagram, header) != CnMsgHeader::Error::None) {
    tracer_.event(node_, "cn_malformed", {number("port", from), number("len", datagram.size())});
    return Errc::Einval;
  }
  CnEntry* const entry = registry_.find(header.id);
  Status result = Errc::Enodev;
  if (entry != nullptr) {
    // A callback that itself sends to a callback: the second waits, nothing re-enters.
    const bool direct = config_.dispatch == ConnectorConfig::Dispatch::Direct && !calling_;
    result = direct ? Status() : queue_work(*entry, datagram, from);
    if (direct) call(*entry, datagram, from);
  }
  if (!result.ok()) {
    tracer_.event(node_, "cn_undelivered",
                  {number("port", from), number("idx", header.id.idx),
                   number("val", header.id.val), Attr::of("errno", result.code())});
  }
  return result;
}

// The first message that waits for a callback uses the callback's own item.
Status Connector::queue_work(CnEntry& entry, std::span<const std::uint8_t> datagram,
                             std::uint32_t from) {
  std::size_t spare = 0;
  for (const auto& each : registry_.entries()) spare += std::max<std::size_t>(each->pending, 1) - 1;
  if (entry.pending > 0 && spare >= config_.max_work_items) return Errc::Enomem;
  CnDatagram made = copy(datagram, from);
  if (!made) return Errc::Enomem;
  ++entry.pending;
  work_items_.push_back({&entry, std::move(made)});
  if (!work_.running()) work_.start(Duration{});
  return {};
}

void Connector::work() {
  const Work item = std::move(work_items_.front());
  work_items_.erase(work_items_.begin());
  if (!work_items_.empty()) work_.start(Duration{});
  if (item.entry == nullptr) return;
  --item.entry->pending;
  const CauseScope scope(scheduler(), item.datagram.cause());
  call(*item.entry, item.datagram.bytes(), item.datagram.from());
}

void Connector::call(CnEntry& entry, std::span<const std::uint8_t> datagram, std::uint32_t from) {
  assert(!calling_);
  CnRequest request;
  static_cast<void>(CnMsgHeader::parse(datagram, request.header));  // it was parsed before
  request.data = datagram.subspan(kCnHeaderBytes, request.header.len);
  request.from = from;
  calling_ = true;
  entry.callback(request);
  calling_ = false;
  registry_.bury();
}

// A request is kept as it came; group 0 takes the one with equal ranges back.
void Connector::notify_request(const CnRequest& request) {
  CnNotifyRequest wanted;
  if (CnNotifyRequest::parse(request.data, wanted) != CnNotifyRequest::Error::None) {
    tracer_.event(node_, "cn_malformed",
                  {number("port", request.from), number("len", request.data.size())});
    return;
  }
  if (wanted.group == 0) {
    std::erase_if(notify_, [&](const CnNotifyRequest& kept) {
      return kept.idx == wanted.idx && kept.val == wanted.val;
    });
  } else if (notify_.size() < config_.max_notify) {
    notify_.push_back(std::move(wanted));
  } else {
    tracer_.event(node_, "cn_undelivered",
                  {number("port", request.from), number("idx", request.header.id.idx),
                   number("val", request.header.id.val), Attr::of("errno", Errc::Enomem)});
  }
}

void Connector::notify(CnId id, std::uint32_t event) {
  if (!config_.notification) return;
  for (const CnNotifyRequest& wanted : notify_) {
    if (!wanted.matches(id)) continue;
    // A group that nobody has joined, or that cannot be, hears nothing: so it is in Linux.
    static_cast<void>(send({id, 0, event, 0, 0}, {}, {0, wanted.group, {}}).ok());
  }
}

}  // namespace flapjack
