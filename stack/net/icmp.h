// SPDX-License-Identifier: Apache-2.0
// Icmp: ICMPv4 through a registry of handlers (Zephyr: net_icmp; RFC 792, RFC 1122 3.2.2). Echo
// requests are answered by a handler registered at the start; no NetContext is involved.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/wire/icmp.h"

namespace flapjack {

class NetIf;
class Stack;

/// A registration (Zephyr: struct net_icmp_ctx). Must live until removed.
struct IcmpHandler {
  std::uint8_t type = 0;
  std::uint8_t code = 0;         ///< 0: any code
  const NetIf* iface = nullptr;  ///< null: any iface
  /// `packet` starts at the ICMP header. An error ends the round of the handlers.
  std::function<Status(NetIf& iface, const IcmpHeader& header, Packet& packet)> handle;
};

class Icmp {
 public:
  explicit Icmp(Stack& stack);

  /// The newest registration is asked first; every match is called until one returns an error.
  void add(IcmpHandler& handler);
  void remove(IcmpHandler& handler);

  /// A message with its IP header pulled.
  void input(NetIf& iface, PacketPtr packet);
  /// Einval (no destination), Enoent (no iface), Enetunreach (iface without address), Enomem (no
  /// packet), Eio (refused below); Enoent too when the iface is offloaded, as no engine registers a
  /// ping of its own.
  Status send_echo_request(NetIf* iface, Ipv4Address destination, std::uint16_t id,
                           std::uint16_t sequence, std::span<const std::uint8_t> data);
  /// Tells the sender of `offending`, whose headers are pulled up to its payload (UDP). Best
  /// effort: none is sent about broadcasts and multicasts, or when no packet is free.
  void send_unreachable(NetIf& iface, const Packet& offending, std::uint8_t code);

 private:
  bool hand_over(NetIf& iface, const IcmpHeader& header, Packet& packet);
  void end_round();
  Status answer_echo(NetIf& iface, const IcmpHeader& header, Packet& packet);
  PacketPtr message(NetIf& iface, Ipv4Address destination, const IcmpHeader& header,
                    std::span<const std::uint8_t> data);

  Stack& stack_;
  std::vector<IcmpHandler*> handlers_;  // newest last; null: removed while they were called
  int rounds_ = 0;                      // of handlers being called
  IcmpHandler echo_;
};

}  // namespace flapjack
