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
#include "stack/base/small_vector.h"
#include "stack/net/stack.h"

namespace flapjack {

class alignas(kCacheLine) UdpPing : public App, public ArenaObject<UdpPing> {
 public:
  UdpPing(const AppEnv& env, const AppSpec& spec);
  ~UdpPing() override;
  Arena* arena() const;

  void start() override;
  /// See Delegate::Kind.
  Foresight foresee() const;
  AppCounts counts() const override { return {seq_, delivered_}; }
  Scheduler& scheduler() const { return stack_.scheduler(); }

 private:
  struct Pending {
    std::uint64_t seq;
    SimTime sent;  // before it is handed over: so late that it is not lost
    RecordId record;  // of the event `sent`
  };
  bool open();
  Status set_up(NetContext& context) const;
  Foresight foresee_stack() const;
  template <class Send>
  void with_message(const Send& send);
  void send_next();
  void send_blocking(RecordId sent);
  void hand_over(std::span<const std::uint8_t> message, Timeout timeout, RecordId sent);
  void on_answer(const Packet& answer);
  void expire();
  void fail(std::uint64_t seq, Errc error);

  // what every message needs
  Stack& stack_;
  Endpoint peer_;
  std::uint32_t bytes_;
  Duration every_, wait_;
  SimTime due_;  // of the next message, or of the one being sent
  std::uint64_t seq_ = 0, delivered_ = 0;
  std::uint64_t last_seq_;
  NetContext* context_ = nullptr;
  SmallVector<Pending, 1> pending_;  // oldest first
  TimerOf<UdpPing, &UdpPing::send_next, Lane::App> next_;
  TimerOf<UdpPing, &UdpPing::expire, Lane::App> expiry_;
  // the rest
  struct Unusual {
    AppSocketSpec socket;
    std::vector<std::uint8_t> large;  // the message, where it is larger than most
  };
  std::unique_ptr<Unusual> unusual_;  // null: an ordinary socket and message
};

}  // namespace flapjack
