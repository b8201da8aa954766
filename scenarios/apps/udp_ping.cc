// SPDX-License-Identifier: Apache-2.0
#include "scenarios/apps/udp_ping.h"

#include <algorithm>

#include "scenarios/world.h"
#include "stack/wire/ipv4.h"
#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::size_t kSeqBytes = 4;
constexpr std::size_t kDefaultBytes = 64;
constexpr std::size_t kHeaders = kIpv4HeaderBytes + kUdpHeaderBytes;  // as NetContext counts
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

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

}  // namespace

UdpPing::UdpPing(const AppEnv& env, const AppSpec& spec)
    : env_(env),
      stack_(env.node.stack),
      peer_(endpoint_of(spec.peers.front())),
      bytes_(std::max(kSeqBytes, static_cast<std::size_t>(spec.send.value_or(kDefaultBytes)))),
      every_(spec.every.value_or(seconds(1))),
      wait_(spec.wait.value_or(seconds(1))),
      until_(spec.until.value_or(env.until)),
      due_(spec.from.value_or(SimTime{})),
      count_(spec.count ? static_cast<std::uint64_t>(*spec.count) : kNoLimit),
      payload_(bytes_),
      next_(stack_.scheduler(), Lane::App, delegate<&UdpPing::send_next>(this)),
      expiry_(stack_.scheduler(), Lane::App, delegate<&UdpPing::expire>(this)),
      from_(due_),
      socket_(spec.socket) {
  for (std::size_t i = 0; i < bytes_; ++i) payload_[i] = static_cast<std::uint8_t>(i);
}

UdpPing::~UdpPing() {
  if (context_ != nullptr) static_cast<void>(context_->put().ok());
}

void UdpPing::start() {
  if (from_ < until_) next_.start_at(from_);
}

void UdpPing::prefetch(unsigned step) const {
  if (step == 0) return flapjack::prefetch(this, front_of(*this, from_));
  stack_.prefetch(step - 1);
  if (context_ != nullptr) context_->prefetch(step - 1);
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
  context_->set_subject(env_.subject);
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
  const bool six = peer_.address.is_v6();
  Status set;
  const auto option = [&](O which, std::int64_t value) {
    if (set.ok()) set = context.set_option(which, value);
  };
  if (socket_.ttl) {
    option(six ? O::UnicastHopLimit : O::Ttl, *socket_.ttl);
    option(six ? O::MulticastHopLimit : O::MulticastTtl, *socket_.ttl);
  }
  if (socket_.tos) option(O::DscpEcn, *socket_.tos);
  if (socket_.priority) option(O::Priority, *socket_.priority);
  if (socket_.reuse) {
    option(O::ReuseAddr, 1);
    option(O::ReusePort, 1);
  }
  if (!set.ok() || !socket_.port) return set;
  return context.bind({IpAddress::any(peer_.address.family()),
                       static_cast<std::uint16_t>(*socket_.port)});
}

void UdpPing::send_next() {
  ++seq_;
  ++counts_.sent;
  const bool last = seq_ >= count_ || due_ + every_ >= until_;
  due_ = last ? kNever : due_ + every_;
  if (!last) next_.start_at(std::max(due_, stack_.scheduler().now()));
  if (!open()) return;
  wire::store32(payload_.data(), static_cast<std::uint32_t>(seq_));
  const RecordId sent = stack_.tracer().event(
      env_.subject, "sent", {Attr::of("seq", static_cast<std::int64_t>(seq_))});
  const CauseScope scope(stack_.scheduler(), sent);
  if (goes_at_once(stack_, bytes_ + kHeaders)) {
    return handed_over(context_->sendto(payload_, peer_, {}, Timeout::no_wait()), sent);
  }
  next_.cancel();
  stack_.fibers().spawn(std::string(stack_.tracer().path(env_.subject)),
                        [this, sent] { send_blocking(sent); });
}

void UdpPing::send_blocking(RecordId sent) {
  stack_.scheduler().set_cause(sent);
  handed_over(context_->sendto(payload_, peer_, {}, Timeout::forever()), sent);
  if (due_ != kNever) next_.start_at(std::max(due_, stack_.scheduler().now()));
}

void UdpPing::handed_over(const Result<std::size_t>& result, RecordId sent) {
  if (!result.ok()) return fail(seq_, result.code());
  pending_.push_back({seq_, stack_.scheduler().now(), sent});
  if (!expiry_.running()) expiry_.start(wait_);
}

void UdpPing::fail(std::uint64_t seq, Errc error) {
  stack_.tracer().event(env_.subject, "send_failed",
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
  ++counts_.delivered;
  const Duration rtt = stack_.scheduler().now() - found->sent;
  pending_.erase(found);
  if (pending_.empty()) expiry_.cancel();
  stack_.tracer().event(env_.subject, "acked", {Attr::of("seq", seq), Attr::of("rtt", rtt)});
}

void UdpPing::expire() {
  const SimTime now = stack_.scheduler().now();
  while (!pending_.empty() && pending_.front().sent + wait_ <= now) {
    const CauseScope scope(stack_.scheduler(), pending_.front().record);
    stack_.tracer().event(env_.subject, "lost",
                          {Attr::of("seq", static_cast<std::int64_t>(pending_.front().seq))});
    pending_.erase(pending_.begin());
  }
  if (!pending_.empty()) expiry_.start_at(pending_.front().sent + wait_);
}

}  // namespace flapjack
