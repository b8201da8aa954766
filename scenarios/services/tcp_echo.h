// SPDX-License-Identifier: Apache-2.0
// TcpEcho: accepts connections and sends back what they bring (RFC 862).
#pragma once

#include <vector>

#include "scenarios/app.h"
#include "stack/net/stack.h"

namespace flapjack {

class TcpEcho : public App {
 public:
  TcpEcho(const AppEnv& env, const ServiceSpec& spec) : App(env), env_(env), port_(spec.port) {}
  ~TcpEcho() override;
  void start() override;
  bool set_down(bool down) override;

 private:
  void serve(NetContext& peer);
  void on_data(NetContext& peer, PacketPtr packet);
  void refuse(std::string_view call, Errc error);
  void close(NetContext& peer);
  void close_all();

  AppEnv env_;
  std::uint16_t port_;
  NetContext* listener_ = nullptr;
  std::vector<NetContext*> peers_;
};

}  // namespace flapjack
