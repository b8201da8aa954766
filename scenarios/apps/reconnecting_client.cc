// SPDX-License-Identifier: Apache-2.0
#include "scenarios/apps/reconnecting_client.h"

#include <algorithm>

#include "scenarios/world.h"
#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::size_t kSeqBytes = 4;
constexpr std::size_t kDefaultBytes = 64;
constexpr std::string_view kNoAnswer = "no_answer";
constexpr Duration kRetryPause = seconds(1);
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

Attr seq_attr(std::uint64_t seq) { return Attr::of("seq", static_cast<std::int64_t>(seq)); }

}  // namespace

ReconnectingClient::ReconnectingClient(const AppEnv& env, const AppSpec& spec, bool tcp)
    : App(env),
      stack_(env.node.stack),
      tcp_(tcp),
      bytes_(std::max(kSeqBytes, static_cast<std::size_t>(spec.send.value_or(kDefaultBytes)))),
      every_(spec.every.value_or(seconds(1))),
      answer_timeout_(spec.wait.value_or(seconds(5))),
      connect_timeout_(spec.timeout.value_or(seconds(10))),
      from_(spec.from.value_or(SimTime{})),
      until_(spec.until.value_or(env.until)),
      priority_(spec.socket.priority),
      count_(spec.count ? static_cast<std::uint64_t>(*spec.count) : kNoLimit),
      payload_(bytes_),
      wake_(stack_.fibers(), "connectivity, data or the next retry", 0, 1),
      tick_(stack_.scheduler(), Lane::App, delegate<&ReconnectingClient::tick>(this)) {
  for (const PeerSpec& peer : spec.peers) peers_.push_back(endpoint_of(peer));
  for (std::size_t i = 0; i < bytes_; ++i) payload_[i] = static_cast<std::uint8_t>(i);
  // before the connection manager boots, so that its first wave is not missed
  l4_.mask = mgmt_mask(MgmtEvent::L4Connected, MgmtEvent::L4Disconnected);
  l4_.handler = [this](const MgmtNotice& notice) {
    // numbered commands: the mask lets other events through, too
    if (!notice.is(MgmtEvent::L4Connected) && !notice.is(MgmtEvent::L4Disconnected)) return;
    l4_connected_ = notice.is(MgmtEvent::L4Connected);
    wake_.give();
  };
  stack_.mgmt.add(l4_);
}

ReconnectingClient::~ReconnectingClient() {
  stack_.mgmt.remove(l4_);
  if (context_ != nullptr) static_cast<void>(context_->put().ok());
}

void ReconnectingClient::start() {
  if (from_ + every_ < until_) tick_.start_at(from_ + every_);
  stack_.fibers().spawn(std::string(stack_.tracer().path(subject())), [this] { run(); });
}

// The fiber: wait for connectivity, connect, stay, begin again.
void ReconnectingClient::run() {
  if (from_ > stack_.scheduler().now()) {
    static_cast<void>(stack_.fibers().sleep(from_ - stack_.scheduler().now()).ok());
  }
  for (;;) {
    while (!l4_connected_) static_cast<void>(wake_.take(Timeout::forever()).ok());
    bool reached = false;
    for (const Endpoint& peer : peers_) {
      reached = connect(peer);
      if (reached || !l4_connected_) break;
    }
    if (reached) stay_connected();
    if (l4_connected_) static_cast<void>(wake_.take(Timeout::after(kRetryPause)).ok());
  }
}

bool ReconnectingClient::connect(const Endpoint& peer) {
  Tracer& tracer = stack_.tracer();
  const std::string name = to_text(peer);
  const CauseScope attempt(stack_.scheduler(),
                           tracer.event(subject(), "connecting", {Attr::of("peer", name)}));
  const auto fail = [&](Errc error) {
    if (context_ != nullptr) static_cast<void>(context_->put().ok());
    context_ = nullptr;
    tracer.event(subject(), "connect_failed",
                 {Attr::of("peer", name), Attr::of("errno", error)});
    return false;
  };
  const auto got =
      stack_.contexts.get(peer.address.family(),
                          tcp_ ? SocketType::Stream : SocketType::Datagram, Protocol::Default);
  if (!got.ok()) return fail(got.code());
  context_ = got.value();
  context_->set_subject(subject());
  broken_ = Status();
  ended_ = false;
  received_.clear();
  if (priority_) {
    const Status set = context_->set_option(ContextOption::Priority, *priority_);
    if (!set.ok()) return fail(set.code());
  }
  const Status connected = context_->connect(peer, {}, Timeout::after(connect_timeout_));
  if (!connected.ok()) return fail(connected.code());
  const Status listening = context_->recv(
      [this](NetContext&, PacketPtr packet, Status status) { on_data(std::move(packet), status); },
      Timeout::no_wait());
  if (!listening.ok()) return fail(listening.code());
  connected_ = true;
  tracer.event(subject(), "connected", {Attr::of("peer", name)});
  return true;
}

std::string_view ReconnectingClient::trouble() const {
  if (!l4_connected_) return "l4_disconnected";
  if (!broken_.ok()) return errc_name(broken_.code());
  if (ended_) return "closed_by_peer";
  const bool late = !pending_.empty() &&
                    stack_.scheduler().now() - pending_.front().sent >= answer_timeout_;
  return late ? kNoAnswer : "";
}

// A datagram may be lost alone: as long as others are answered, the connection is good.
void ReconnectingClient::give_up_datagrams() {
  const SimTime now = stack_.scheduler().now();
  while (!tcp_ && !pending_.empty() && now - pending_.front().sent >= answer_timeout_ &&
         last_answer_ > pending_.front().sent) {
    const CauseScope scope(stack_.scheduler(), pending_.front().record);
    stack_.tracer().event(subject(), "lost", {seq_attr(pending_.front().seq)});
    pending_.pop_front();
  }
}

void ReconnectingClient::stay_connected() {
  for (;;) {
    give_up_datagrams();
    if (!trouble().empty()) break;
    const Duration patience =
        pending_.empty() ? answer_timeout_
                         : pending_.front().sent + answer_timeout_ - stack_.scheduler().now();
    static_cast<void>(wake_.take(Timeout::after(patience)).ok());
  }
  close(trouble());
}

void ReconnectingClient::close(std::string_view reason) {
  connected_ = false;
  Tracer& tracer = stack_.tracer();
  Scheduler& scheduler = stack_.scheduler();
  if (reason == kNoAnswer) scheduler.set_cause(pending_.front().record);
  const RecordId lost =
      tracer.event(subject(), "connection_lost", {Attr::of("reason", reason)});
  {
    const CauseScope scope(scheduler, lost);
    for (const Pending& p : pending_) tracer.event(subject(), "lost", {seq_attr(p.seq)});
    static_cast<void>(context_->put().ok());
  }
  pending_.clear();
  context_ = nullptr;
  if (lost.valid()) scheduler.set_cause(lost);  // of what the fiber does next: the next attempt
}

void ReconnectingClient::tick() {
  const SimTime now = stack_.scheduler().now();
  ++seq_;
  ++counts_.sent;
  if (seq_ < count_ && now + every_ < until_) tick_.start(every_);
  Tracer& tracer = stack_.tracer();
  if (!connected_) {
    tracer.event(subject(), "skipped", {seq_attr(seq_)});
    return;
  }
  wire::store32(payload_.data(), static_cast<std::uint32_t>(seq_));
  const RecordId record = tracer.event(subject(), "sent", {seq_attr(seq_)});
  const CauseScope scope(stack_.scheduler(), record);
  const auto sent = context_->send(payload_, {}, Timeout::no_wait());
  if (sent.ok() && sent.value() == bytes_) {
    pending_.push_back({seq_, now, record});
    if (pending_.size() == 1) wake_.give();  // the fiber's patience begins to run
    return;
  }
  const Errc error = sent.ok() ? Errc::Enobufs : sent.code();
  tracer.event(subject(), "send_failed", {seq_attr(seq_), Attr::of("errno", error)});
  broken_ = error;  // a stream with half a message in it is of no use
  wake_.give();
}

void ReconnectingClient::on_data(PacketPtr packet, Status status) {
  if (packet == nullptr) {
    broken_ = status;
    ended_ = status.ok();
    wake_.give();
    return;
  }
  if (!tcp_) return take_message(packet->bytes());
  received_.insert(received_.end(), packet->data(), packet->data() + packet->size());
  std::size_t taken = 0;
  while (received_.size() - taken >= bytes_) {
    take_message(std::span(received_).subspan(taken, bytes_));
    taken += bytes_;
  }
  received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(taken));
}

void ReconnectingClient::take_message(std::span<const std::uint8_t> message) {
  if (message.size() < kSeqBytes) return;
  const std::uint32_t seq = wire::load32(message.data());
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) {
    return static_cast<std::uint32_t>(p.seq) == seq;
  });
  if (found == pending_.end()) return;
  last_answer_ = stack_.scheduler().now();
  const Duration rtt = last_answer_ - found->sent;
  pending_.erase(found);
  ++counts_.delivered;
  stack_.tracer().event(subject(), "acked", {Attr::of("seq", seq), Attr::of("rtt", rtt)});
}

}  // namespace flapjack
