// SPDX-License-Identifier: Apache-2.0
// LwipTcpSocket: a stream socket over lwIP's raw TCP: client, listener, or accepted connection.
//
// Received pbufs wait here, inside the announced window; the credit (tcp_recved) is given when the
// user has read them. The PCB is not ours for ever: lwIP frees it before it reports an error, and
// frees it silently after TIME_WAIT, so it is let go of once both directions are closed.
#pragma once
#include <deque>
#include <memory>

#include "offload/lwip_socket.h"

struct tcp_pcb;

namespace flapjack {

class LwipTcpSocket final : public LwipSocket {
 public:
  /// Enobufs; Enetdown when the stack is off.
  static Result<std::unique_ptr<OffloadSocket>> open(LwipStack& stack, SocketUser& user);
  /// FIN; RST when data was left unread or nobody had accepted the connection.
  ~LwipTcpSocket() override;

  Status bind(const Endpoint& local) override;
  Status listen(int backlog) override;
  Status connect(const Endpoint& peer) override;
  Result<std::unique_ptr<OffloadSocket>> accept(SocketUser& user, Endpoint& peer) override;
  Result<std::size_t> send(std::span<const std::uint8_t> bytes, const Endpoint* to) override;
  Result<std::size_t> recv(std::span<std::uint8_t> out, Endpoint* from) override;
  Status shutdown(Shutdown how) override;
  Status take_error() override;
  void power_lost() override;

 private:
  enum class State : std::uint8_t { Fresh, Connecting, Connected, Listening, Failed };
  LwipTcpSocket(LwipStack& stack, SocketUser* user) : LwipSocket(stack, user) {}

  Readiness level() const override;
  void adopt(tcp_pcb* pcb);
  void let_go();
  void fail(Errc error);
  void free_unread();
  void credit(std::size_t bytes);
  void close_pcb();
  std::size_t write(std::span<const std::uint8_t> bytes);
  std::size_t read(std::span<std::uint8_t> out);
  void wake_writer();
  signed char on_accept(tcp_pcb* pcb);
  void on_received(pbuf* chain);
  void on_end_of_stream();

  tcp_pcb* pcb_ = nullptr;
  State state_ = State::Fresh;
  bool bound_ = false, accepted_ = true, want_writable_ = false;
  bool end_of_stream_ = false, no_read_ = false, no_write_ = false;
  bool error_pending_ = false;
  Errc error_ = Errc::Ok;  // why the connection is dead; stays
  LwipQueue queue_;
  std::size_t offset_ = 0;  // read of the queue's first pbuf
  std::size_t unread_ = 0;
  Endpoint peer_;
  std::deque<std::unique_ptr<LwipTcpSocket>> waiting_;  // of a listener: not yet accepted
};

}  // namespace flapjack
