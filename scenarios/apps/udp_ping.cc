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
bool goes_at_once(const Stack& stack, std::size_t bytes) {
  const PacketPool& pool = stack.tx_pool;
  const std::size_t buffer = pool.buffer_bytes();
  const std::size_t buffers = (bytes + buffer - 1) / buffer;
  return bytes <= kIpv4MinReassembly && stack.waits.waiting() == 0 &&
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
      stack_(env.node.stack),
      peer_(endpoint_of(spec.peers.front())),
      bytes_(static_cast<std::uint32_t>(
          std::max(kSeqBytes, static_cast<std::size_t>(spec.send.value_or(kDefaultBytes))))),
      every_(spec.every.value_or(seconds(1))),
      wait_(spec.wait.value_or(seconds(1))),
      due_(spec.from.value_or(SimTime{})),
      last_seq_(last_of(due_, spec.until.value_or(env.until), every_, spec.count)),
      next_(*this),
      expiry_(*this) {
  const std::size_t large = bytes_ > kDefaultBytes ? bytes_ : 0;
  if (large == 0 && is_usual(spec.socket)) return;
  unusual_ = std::make_unique<Unusual>(Unusual{spec.socket, std::vector<std::uint8_t>(large)});
  fill(unusual_->large);
}

UdpPing::~UdpPing() {
  if (context_ != nullptr) static_cast<void>(context_->put().ok());
}

Arena* UdpPing::arena() const {
  return stack_.arena();
}

void UdpPing::start() {
  if (last_seq_ > 0) next_.start_at(due_);
}

Foresight UdpPing::foresee() const {
  prefetch(this, front_of(*this, unusual_));
  return foresight<&UdpPing::foresee_stack>(this);
}

Foresight UdpPing::foresee_stack() const {
  stack_.prefetch();
  return context_ != nullptr ? context_->foresee_send() : Foresight();
}

bool UdpPing::open() {
  if (context_ != nullptr) return true;
  const auto got = stack_.contexts.get(peer_.address.family(), SocketType::Datagram, Protocol::Udp);
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
  const bool six = peer_.address.is_v6();
  Status set;
  const auto option = [&](O which, std::int64_t value) {
    if (set.ok()) set = context.set_option(which, value);
  };
  if (socket.ttl) {
    option(six ? O::UnicastHopLimit : O::Ttl, *socket.ttl);
    option(six ? O::MulticastHopLimit : O::MulticastTtl, *socket.ttl);
  }
  if (socket.tos) option(O::DscpEcn, *socket.tos);
  if (socket.priority) option(O::Priority, *socket.priority);
  if (socket.reuse) {
    option(O::ReuseAddr, 1);
    option(O::ReusePort, 1);
  }
  if (!set.ok() || !socket.port) return set;
  return context.bind({IpAddress::any(peer_.address.family()),
                       static_cast<std::uint16_t>(*socket.port)});
}

// Calls `send` with the present message; one of the usual size need not be kept.
template <class Send>
void UdpPing::with_message(const Send& send) {
  if (bytes_ > kDefaultBytes) {
    std::vector<std::uint8_t>& large = unusual_->large;
    wire::store32(large.data(), static_cast<std::uint32_t>(seq_));
    return send(std::span<const std::uint8_t>(large));
  }
  Message message = kFilled;
  wire::store32(message.data(), static_cast<std::uint32_t>(seq_));
  send(std::span<const std::uint8_t>(message.data(), bytes_));
}

void UdpPing::send_next() {
  ++seq_;
  const bool last = seq_ >= last_seq_;
  due_ = last ? kNever : due_ + every_;
  if (!last) next_.start_at(std::max(due_, stack_.scheduler().now()));
  if (!open()) return;
  const RecordId sent = stack_.tracer().event(
      subject(), "sent", {Attr::of("seq", static_cast<std::int64_t>(seq_))});
  const CauseScope scope(stack_.scheduler(), sent);
  if (goes_at_once(stack_, bytes_ + kHeaders)) {
    return with_message([&](std::span<const std::uint8_t> message) {
      hand_over(message, Timeout::no_wait(), sent);
    });
  }
  next_.cancel();
  stack_.fibers().spawn(std::string(stack_.tracer().path(subject())),
                        [this, sent] { send_blocking(sent); });
}

void UdpPing::send_blocking(RecordId sent) {
  stack_.scheduler().set_cause(sent);
  with_message([&](std::span<const std::uint8_t> message) {
    hand_over(message, Timeout::forever(), sent);
  });
  if (due_ != kNever) next_.start_at(std::max(due_, stack_.scheduler().now()));
}

// Where no queue stands between, as on the way to an own address, its answer may have come already.
void UdpPing::hand_over(std::span<const std::uint8_t> message, Timeout timeout, RecordId sent) {
  pending_.push_back({seq_, kNever - wait_, sent});
  const Result<std::size_t> result = context_->sendto(message, peer_, {}, timeout);
  const bool waits = !pending_.empty() && pending_.back().seq == seq_;
  if (!result.ok()) {
    if (waits) pending_.pop_back();
    return fail(seq_, result.code());
  }
  if (!waits) return;
  pending_.back().sent = stack_.scheduler().now();
  if (!expiry_.running()) expiry_.start(wait_);
}

void UdpPing::fail(std::uint64_t seq, Errc error) {
  stack_.tracer().event(subject(), "send_failed",
                        {Attr::of("seq", static_cast<std::int64_t>(seq)),
                         Attr::of("errno", error)});
}

void UdpPing::on_answer(const Packet& answer) {
  if (answer.size() < kSeqBytes) return;
  const std::uint32_t seq = wire::load32(answer.data());
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) {
    return static_cast<std::uint32_t>(p.seq) == seq;
  });
  if (found == pending_.end()) return;  // too late, or a duplicate
  ++delivered_;
  const SimTime now = stack_.scheduler().now();
  const Duration rtt = now - std::min(found->sent, now);
  pending_.erase(found);
  if (pending_.empty() || pending_.front().sent + wait_ == kNever) expiry_.cancel();
  stack_.tracer().event(subject(), "acked", {Attr::of("seq", seq), Attr::of("rtt", rtt)});
}

void UdpPing::expire() {
  const SimTime now = stack_.scheduler().now();
  while (!pending_.empty() && pending_.front().sent + wait_ <= now) {
    const CauseScope scope(stack_.scheduler(), pending_.front().record);
    stack_.tracer().event(subject(), "lost",
                          {Attr::of("seq", static_cast<std::int64_t>(pending_.front().seq))});
    pending_.erase(pending_.begin());
  }
  const SimTime next = pending_.empty() ? kNever : pending_.front().sent + wait_;
  if (next != kNever) expiry_.start_at(next);
}

}  // namespace flapjack
