// SPDX-License-Identifier: Apache-2.0
// UdpPing: sends a numbered datagram at every interval and counts the answers that come back in
// time. It knows nothing of the connection manager: it sends whatever the network does.
//
// It is a thread that sleeps between its sends: while the stack makes it wait for a packet, further
// messages are due and follow as soon as it goes on. A fiber is made only for such a wait.
//
// Events: sent (seq), acked (seq, rtt), lost (seq), send_failed (seq, errno).
#pragma once
#include "scenarios/app.h"
#include "stack/base/prefetch.h"
#include "stack/net/stack.h"

namespace flapjack {

class alignas(kCacheLine) UdpPing : public App, public ArenaObject<UdpPing> {
 public:
  UdpPing(const AppEnv& env, const AppSpec& spec);
  ~UdpPing() override;
  Arena* arena() const { return stack_.arena(); }

  void start() override;
  /// See Delegate::Kind.
  Foresight foresee() const;
  AppCounts counts() const override { return {seq_, delivered_}; }

 private:
  static constexpr Duration kUsualWait = seconds(1);
  // A message that was neither answered nor lost.
  struct Pending {
    std::uint64_t seq;
    SimTime sent;  // before it is handed over: so late that it is not lost
    RecordId record;  // of the event `sent`
  };
  // What few have.
  struct Unusual {
    AppSocketSpec socket = {};
    Duration wait = kUsualWait;
    Ipv6Address peer = {};
    std::vector<std::uint8_t> large = {};  // the message, where it is larger than most
    std::vector<Pending> older = {};       // than the latest, oldest first
  };

  Unusual& unusual() {
    if (unusual_ == nullptr) unusual_ = std::make_unique<Unusual>();
    return *unusual_;
  }
  Endpoint peer() const;
  Duration wait() const { return unusual_ != nullptr ? unusual_->wait : kUsualWait; }
  bool open();
  Status set_up(NetContext& context) const;
  Foresight foresee_stack() const;
  std::span<const std::uint8_t> message(std::span<std::uint8_t> usual);
  void send_next();
  void send_blocking(RecordId sent);
  void hand_over(std::span<const std::uint8_t> message, Timeout timeout, RecordId sent);
  void on_answer(const Packet& answer);
  void expire();
  std::optional<Pending> oldest() const;
  std::optional<Pending> take_pending(std::uint32_t seq);
  SimTime next_loss() const;
  void arm_next();
  void arm_expiry(SimTime when);
  void fail(std::uint64_t seq, Errc error);

  // Two cache lines, which every message needs.
  std::uint32_t bytes_;
  Stack& stack_;
  Ipv4Address peer_;  // see peer()
  std::uint16_t port_;
  const bool ipv6_;
  bool pending_ = false;  // the latest message, number seq_, is
  Duration every_;
  SimTime due_;  // of the next message, or of the one being sent
  std::uint64_t seq_ = 0, delivered_ = 0;
  std::uint64_t last_seq_;
  NetContext* context_ = nullptr;
  SimTime sent_;     // of the latest message, while it is pending
  RecordId record_;  // the same
  EventHandle next_, expiry_;
  std::unique_ptr<Unusual> unusual_;  // null: IPv4, an ordinary socket and message, one pending
};
static_assert(sizeof(UdpPing) == 2 * kCacheLine);

}  // namespace flapjack
