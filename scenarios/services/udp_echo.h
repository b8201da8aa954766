// SPDX-License-Identifier: Apache-2.0
// UdpEcho: sends every datagram back to where it came from (RFC 862).
#pragma once
#include "scenarios/app.h"
#include "stack/net/stack.h"

namespace flapjack {

class UdpEcho : public App {
 public:
  UdpEcho(const AppEnv& env, const ServiceSpec& spec) : env_(env), port_(spec.port) {}
  ~UdpEcho() override;
  void start() override;

 private:
  void refuse(std::string_view call, Errc error);

  AppEnv env_;
  std::uint16_t port_;
  NetContext* context_ = nullptr;
};

}  // namespace flapjack
