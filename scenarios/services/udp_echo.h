// SPDX-License-Identifier: Apache-2.0
// UdpEcho: sends every datagram back to where it came from (RFC 862), those to its groups as well.
#pragma once
#include "scenarios/app.h"
#include "stack/net/stack.h"

namespace flapjack {

/// What is wrong with this service on that node; null: nothing.
std::optional<PlacedText> udp_echo_error(const Stack& stack, const ServiceSpec& spec);

class UdpEcho : public App {
 public:
  UdpEcho(const AppEnv& env, const ServiceSpec& spec)
      : App(env), env_(env), port_(spec.port), more_(spec.echo) {}
  ~UdpEcho() override;
  void start() override;
  bool set_down(bool down) override;

 private:
  void close();
  NetContext* open(Family family);
  Status set_up(NetContext& context, Family family);
  void refuse(std::string_view call, Errc error);

  AppEnv env_;
  std::uint16_t port_;
  EchoServiceSpec more_;
  NetContext* contexts_[2] = {};  // IPv4, and IPv6 on a node that has it
};

}  // namespace flapjack
