// SPDX-License-Identifier: Apache-2.0
// LwipUdpSocket: a datagram socket over lwIP's raw UDP.
#pragma once
#include <memory>

#include "offload/lwip_socket.h"

struct udp_pcb;
struct ip4_addr;

namespace flapjack {

class LwipUdpSocket final : public LwipSocket {
 public:
  /// Enobufs; Enetdown when the stack is off.
  static Result<std::unique_ptr<OffloadSocket>> open(LwipStack& stack, SocketUser& user);
  ~LwipUdpSocket() override;

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
  LwipUdpSocket(LwipStack& stack, SocketUser& user) : LwipSocket(stack, &user) {}
  Readiness level() const override;
  static void on_datagram(void* self, udp_pcb* pcb, pbuf* payload, const ip4_addr* from,
                          std::uint16_t port);

  udp_pcb* pcb_ = nullptr;
  LwipQueue queue_;
  Endpoint peer_;
  bool bound_ = false, connected_ = false, no_read_ = false, no_write_ = false;
  bool dead_ = false, error_pending_ = false;
};

}  // namespace flapjack
