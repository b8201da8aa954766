// SPDX-License-Identifier: Apache-2.0
// Icmp: ICMPv4 through a registry of handlers (Zephyr: net_icmp; RFC 792, RFC 1122 3.2.2). Echo
// requests are answered by a handler registered at the start; no NetContext is involved.
#pragma once
#include <cstdint>
#include <span>

#include "stack/net/icmp_registry.h"

namespace flapjack {

class NetIf;
class Stack;

class Icmp {
 public:
  explicit Icmp(Stack& stack);

  void add(IcmpHandler& handler) { handlers_.add(handler); }
  void remove(IcmpHandler& handler) { handlers_.remove(handler); }

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
  Status answer_echo(NetIf& iface, const IcmpHeader& header, Packet& packet);
  PacketPtr message(NetIf& iface, Ipv4Address destination, const IcmpHeader& header,
                    std::span<const std::uint8_t> data);

  Stack& stack_;
  IcmpRegistry handlers_;
  IcmpHandler echo_;
};

}  // namespace flapjack
