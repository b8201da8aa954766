// SPDX-License-Identifier: Apache-2.0
#include "scenarios/apps/udp_ping.h"

#include <algorithm>
#include <array>

#include "scenarios/world.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::size_t kSeqBytes = 4;
constexpr std::size_t kDefaultBytes = 64;
constexpr std::size_t kHeaders = kIpv4HeaderBytes + kUdpHeaderBytes;  // as NetContext counts

// What follows the number: each byte tells its place.
using Message = std::array<std::uint8_t, kDefaultBytes>;
constexpr void fill(std::span<std::uint8_t> message) {
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
}
constexpr Message kFilled = [] {
  Message message{};
  fill(message);
  return message;
}();

/// Whether a datagram of so many bytes needs no wait: one that is small enough never to be split
/// needs one packet, and nobody is in line for one.
bool goes_at_once(Stack& stack, std::size_t bytes) {
  const PacketPool& pool = stack.tx_pool;
  const std::size_t buffer = pool.buffer_bytes();
  const std::size_t buffers = (bytes + buffer - 1) / buffer;
  return bytes <= kIpv4MinReassembly && stack.waits().waiting() == 0 &&
         pool.in_use() < pool.limit() && pool.buffers_in_use() < pool.buffer_limit() &&
         buffers <= pool.buffer_limit() - pool.buffers_in_use();
}

/// The number of the last message: of those that are due before `until`, at most `count`.
std::uint64_t last_of(SimTime from, SimTime until, Duration every,
                      std::optional<std::int64_t> count) {
  if (from >= until) return 0;
  const auto span = static_cast<std::uint64_t>((until - from).ns);
  const auto step = static_cast<std::uint64_t>(every.ns);
  const std::uint64_t due = (span - 1) / step + 1;
  return count ? std::min(due, static_cast<std::uint64_t>(*count)) : due;
}

bool is_usual(const AppSocketSpec& socket) {
  return !socket.ttl && !socket.tos && !socket.port && !socket.priority && !socket.reuse;
}

}  // namespace

UdpPing::UdpPing(const AppEnv& env, const AppSpec& spec)
    : App(env),
      bytes_(static_cast<std::uint32_t>(
          std::max(kSeqBytes, static_cast<std::size_t>(spec.send.value_or(kDefaultBytes))))),
      stack_(env.node.stack),
      port_(spec.peers.front().port),
      ipv6_(spec.peers.front().ipv6.has_value()),
      every_(spec.every.value_or(seconds(1))),
      due_(spec.from.value_or(SimTime{})),
      last_seq_(last_of(due_, spec.until.value_or(env.until), every_, spec.count)) {
  const IpAddress peer = endpoint_of(spec.peers.front()).address;
  if (ipv6_) {
    unusual().peer = peer.v6();
  } else {
    peer_ = peer.v4();
  }
  if (!is_usual(spec.socket)) unusual().socket = spec.socket;
  if (spec.wait.value_or(kUsualWait) != kUsualWait) unusual().wait = *spec.wait;
  if (bytes_ > kDefaultBytes) {
    unusual().large.resize(bytes_);
    fill(unusual().large);
  }
}

UdpPing::~UdpPing() {
  if (context_ != nullptr) static_cast<void>(context_->put().ok());
  stack_.scheduler().cancel(expiry_);
  stack_.scheduler().cancel(next_);
}

Endpoint UdpPing::peer() const {
  if (ipv6_) return {unusual_->peer, port_};
  return {peer_, port_};
}

void UdpPing::start() {
  if (last_seq_ > 0) arm_next();
}

Foresight UdpPing::foresee() const {
  prefetch(this, sizeof *this);
  return foresight<&UdpPing::foresee_stack>(this);
}

Foresight UdpPing::foresee_stack() const {
  stack_.prefetch();
  return context_ != nullptr ? context_->foresee_send() : Foresight();
}

bool UdpPing::open() {
  if (context_ != nullptr) return true;
  const auto got = stack_.contexts.get(ipv6_ ? Family::Inet6 : Family::Inet, SocketType::Datagram,
                                       Protocol::Udp);
  if (!got.ok()) {
    fail(seq_, got.code());
    return false;
  }
  NetContext& context = *got.value();
  const Status usable = set_up(context);
  if (!usable.ok()) {
    fail(seq_, usable.code());
    static_cast<void>(context.put().ok());  // another try with the next message
    return false;
  }
  context_ = &context;
  context_->set_subject(subject());
  const Status listening = context_->recv(
      [this](NetContext&, PacketPtr packet, Status) {
        if (packet != nullptr) on_answer(*packet);
      },
      Timeout::no_wait());
  if (listening.ok()) return true;
  fail(seq_, listening.code());
  return false;
}

// What the file says of its socket; with options of the family of the peer.
Status UdpPing::set_up(NetContext& context) const {
  using O = ContextOption;
  if (unusual_ == nullptr) return Status();
  const AppSocketSpec& socket = unusual_->socket;
  Status set;
  const auto option = [&](O which, std::int64_t value) {
    if (set.ok()) set = context.set_option(which, value);
  };
  if (socket.ttl) {
    option(ipv6_ ? O::UnicastHopLimit : O::Ttl, *socket.ttl);
    option(ipv6_ ? O::MulticastHopLimit : O::MulticastTtl, *socket.ttl);
  }
  if (socket.tos) option(O::DscpEcn, *socket.tos);
  if (socket.priority) option(O::Priority, *socket.priority);
  if (socket.reuse) {
    option(O::ReuseAddr, 1);
    option(O::ReusePort, 1);
  }
  if (!set.ok() || !socket.port) return set;
  return context.bind({IpAddress::any(context.family()),
                       static_cast<std::uint16_t>(*socket.port)});
}

// The present message, in `usual` if it has room there; only a larger one is kept.
std::span<const std::uint8_t> UdpPing::message(std::span<std::uint8_t> usual) {
  const bool large = bytes_ > kDefaultBytes;
  if (!large) std::copy(kFilled.begin(), kFilled.end(), usual.begin());
  std::uint8_t* const bytes = large ? unusual_->large.data() : usual.data();
  wire::store32(bytes, static_cast<std::uint32_t>(seq_));
  return {bytes, bytes_};
}

// At its time, or at once when that is over.
void UdpPing::arm_next() {
  Scheduler& scheduler = stack_.scheduler();
  const SimTime when = std::max(due_, scheduler.now());
  if (scheduler.rearm(next_, when)) return;
  next_ = scheduler.at(when, Lane::App, delegate<&UdpPing::send_next>(this));
}

void UdpPing::arm_expiry(SimTime when) {
  Scheduler& scheduler = stack_.scheduler();
  if (scheduler.rearm(expiry_, when)) return;
  expiry_ = scheduler.at(when, Lane::App, delegate<&UdpPing::expire>(this));
}

void UdpPing::send_next() {
  if (pending_) unusual().older.push_back({seq_, sent_, record_});
  pending_ = false;
  ++seq_;
  Message usual;  // early: it is read as a whole, for which the machine waits if it is just written
  const std::span<const std::uint8_t> bytes = message(usual);
  const bool last = seq_ >= last_seq_;
  due_ = last ? kNever : due_ + every_;
  if (!last) arm_next();
  if (!open()) return;
  const RecordId sent = stack_.tracer().event(
      subject(), "sent", {Attr::of("seq", static_cast<std::int64_t>(seq_))});
  const CauseScope scope(stack_.scheduler(), sent);
  if (goes_at_once(stack_, bytes_ + kHeaders)) return hand_over(bytes, Timeout::no_wait(), sent);
  stack_.scheduler().cancel(next_);
  stack_.fibers().spawn(std::string(stack_.tracer().path(subject())),
                        [this, sent] { send_blocking(sent); });
}

void UdpPing::send_blocking(RecordId sent) {
  stack_.scheduler().set_cause(sent);
  Message usual;
  hand_over(message(usual), Timeout::forever(), sent);
  if (due_ != kNever) arm_next();
}

// Where no queue stands between, as on the way to an own address, its answer may have come already.
void UdpPing::hand_over(std::span<const std::uint8_t> message, Timeout timeout, RecordId sent) {
  sent_ = kNever - wait();
  record_ = sent;
  pending_ = true;
  const Result<std::size_t> result = context_->sendto(message, peer(), {}, timeout);
  if (!result.ok()) {
    pending_ = false;
    return fail(seq_, result.code());
  }
  if (!pending_) return;
  Scheduler& scheduler = stack_.scheduler();
  sent_ = scheduler.now();
  if (!scheduler.pending(expiry_)) arm_expiry(sent_ + wait());
}

void UdpPing::fail(std::uint64_t seq, Errc error) {
  stack_.tracer().event(subject(), "send_failed",
                        {Attr::of("seq", static_cast<std::int64_t>(seq)),
                         Attr::of("errno", error)});
}

void UdpPing::on_answer(const Packet& answer) {
  if (answer.size() < kSeqBytes) return;
  const std::uint32_t seq = wire::load32(answer.data());
  const auto answered = take_pending(seq);
  if (!answered) return;  // too late, or a duplicate
  ++delivered_;
  const SimTime now = stack_.scheduler().now();
  const Duration rtt = now - std::min(answered->sent, now);
  if (next_loss() == kNever) stack_.scheduler().cancel(expiry_);
  stack_.tracer().event(subject(), "acked", {Attr::of("seq", seq), Attr::of("rtt", rtt)});
}

std::optional<UdpPing::Pending> UdpPing::oldest() const {
  if (unusual_ != nullptr && !unusual_->older.empty()) return unusual_->older.front();
  if (!pending_) return std::nullopt;
  return Pending{seq_, sent_, record_};
}

/// The pending message with these lower bits of its number, which then is none any more.
std::optional<UdpPing::Pending> UdpPing::take_pending(std::uint32_t seq) {
  if (unusual_ != nullptr) {
    std::vector<Pending>& older = unusual_->older;
    const auto found = std::find_if(older.begin(), older.end(), [&](const Pending& p) {
      return static_cast<std::uint32_t>(p.seq) == seq;
    });
    if (found != older.end()) {
      const Pending taken = *found;
      older.erase(found);
      return taken;
    }
  }
  if (!pending_ || static_cast<std::uint32_t>(seq_) != seq) return std::nullopt;
  pending_ = false;
  return Pending{seq_, sent_, record_};
}

/// When the oldest message is lost; kNever without any, and while it is handed over.
SimTime UdpPing::next_loss() const {
  const auto first = oldest();
  return first ? first->sent + wait() : kNever;
}

void UdpPing::expire() {
  const SimTime now = stack_.scheduler().now();
  for (auto first = oldest(); first && first->sent + wait() <= now; first = oldest()) {
    const CauseScope scope(stack_.scheduler(), first->record);
    stack_.tracer().event(subject(), "lost",
                          {Attr::of("seq", static_cast<std::int64_t>(first->seq))});
    take_pending(static_cast<std::uint32_t>(first->seq));
  }
  const SimTime next = next_loss();
  if (next != kNever) arm_expiry(next);
}

}  // namespace flapjack
