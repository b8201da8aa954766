// SPDX-License-Identifier: Apache-2.0
// UdpEcho: sends every datagram back to where it came from (RFC 862), those to its groups as well.
#pragma once
#include "scenarios/app.h"
#include "stack/net/stack.h"

namespace flapjack {

/// What is wrong with this service on that node; null: nothing.
std::optional<PlacedText> udp_echo_error(const Stack& stack, const ServiceSpec& spec);

class UdpEcho : public App, public ArenaObject<UdpEcho> {
 public:
  UdpEcho(const AppEnv& env, const ServiceSpec& spec);
  ~UdpEcho() override;
  Arena* arena() const { return stack_.arena(); }
  void start() override;
  bool set_down(bool down) override;

 private:
  void close();
  NetContext* open(Family family);
  Status set_up(NetContext& context, Family family);
  Status set_options(NetContext& context) const;
  void join(NetContext& context, Family family);
  void refuse(std::string_view call, Errc error);

  std::uint16_t port_;
  Stack& stack_;
  NetContext* contexts_[2] = {};  // IPv4, and IPv6 on a node that has it
  std::unique_ptr<const EchoServiceSpec> more_;  // null: nothing but the port is said
};

}  // namespace flapjack
