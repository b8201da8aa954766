// SPDX-License-Identifier: Apache-2.0
// ReconnectingClient: a telemetry client as firmware has it. A message is due at every interval;
// with a connection it is sent and must come back, without one it is skipped. The connection is
// made when the connection manager says L4_CONNECTED, given up on L4_DISCONNECTED, on an error or
// when all answers stay away, and made again after a pause. Peers are tried in order.
//
// TCP, or UDP with a connected context when the peer's service is udp_echo. A fiber makes the
// connection with blocking calls; a timer produces the messages.
//
// Events: connecting (peer), connected (peer), connect_failed (peer, errno), connection_lost
// (reason), sent (seq), acked (seq, rtt), skipped (seq), lost (seq), send_failed (seq, errno).
#pragma once
#include <deque>

#include "scenarios/app.h"
#include "stack/net/stack.h"

namespace flapjack {

class ReconnectingClient : public App {
 public:
  ReconnectingClient(const AppEnv& env, const AppSpec& spec, bool tcp);
  ~ReconnectingClient() override;

  void start() override;
  AppCounts counts() const override { return counts_; }

 private:
  struct Pending {
    std::uint64_t seq;
    SimTime sent;
    RecordId record;  // of the event `sent`
  };
  void run();
  bool connect(const Endpoint& peer);
  void give_up_datagrams();
  void stay_connected();
  void close(std::string_view reason);
  void tick();
  void on_data(PacketPtr packet, Status status);
  void take_message(std::span<const std::uint8_t> message);
  std::string_view trouble() const;

  Stack& stack_;
  bool tcp_;
  std::vector<Endpoint> peers_;
  std::size_t bytes_;
  Duration every_, answer_timeout_, connect_timeout_;
  SimTime from_, until_;
  std::optional<std::int64_t> priority_;  // of its datagrams
  std::uint64_t count_, seq_ = 0;
  AppCounts counts_;
  NetContext* context_ = nullptr;
  bool connected_ = false, l4_connected_ = false;
  Status broken_;       // why the connection is no good any more
  bool ended_ = false;  // the peer closed
  SimTime last_answer_;
  std::vector<std::uint8_t> payload_, received_;
  std::deque<Pending> pending_;
  MgmtCallback l4_;
  Semaphore wake_;
  Timer tick_;
};

}  // namespace flapjack
