// SPDX-License-Identifier: Apache-2.0
// Icmpv6: ICMPv6 through a registry of handlers (RFC 4443; Zephyr: net_icmp, icmpv6.c). Echo
// requests are answered by a handler registered at the start; Nd, RouterDiscovery and Mld register
// theirs for what is their own.
#pragma once
#include <cstdint>
#include <span>

#include "stack/base/status.h"
#include "stack/net/icmp_registry.h"
#include "stack/wire/icmpv6.h"

namespace flapjack {

class Stack;

/// Who a message goes to, and how.
struct Icmpv6Route {
  Ipv6Address source;  ///< "::" only for duplicate address detection and router solicitations
  Ipv6Address destination;
  std::uint8_t hop_limit = 255;
  bool router_alert = false;  ///< with a hop-by-hop header (RFC 2711), as MLD wants it
  RecordId cause = {};        ///< the hop of the packet that made us send it
};

class Icmpv6 {
 public:
  explicit Icmpv6(Stack& stack);

  void add(IcmpHandler& handler) { handlers_.add(handler); }
  void remove(IcmpHandler& handler) { handlers_.remove(handler); }

  /// A message with its IPv6 header and extension headers pulled.
  void input(NetIf& iface, PacketPtr packet);
  /// A packet with room for a message of `bytes`, all zero, or null when no packet is free or it is
  /// too long (event icmpv6_not_sent).
  PacketPtr message(NetIf& iface, std::size_t bytes);
  /// Sends a message whose checksum is in it.
  Status send(NetIf& iface, PacketPtr message, const Icmpv6Route& route);
  /// Einval (no destination), Enoent (no iface, or it is offloaded), Enetunreach (iface without
  /// IPv6 or without an address for it), Enomem (no packet), Eio (refused below).
  Status send_echo_request(NetIf* iface, const Ipv6Address& destination, std::uint16_t id,
                           std::uint16_t sequence, std::span<const std::uint8_t> data);
  /// Tells the sender of `offending`, whose IPv6 headers are pulled (meta.l3_bytes of them), with
  /// as much of it as fits 1280 bytes (RFC 4443 section 2.4). None is sent about errors, groups
  /// (but for what (e) allows), and packets without a single sender.
  void send_error(NetIf& iface, const Packet& offending, const Icmpv6Header& error);

 private:
  Status answer_echo(NetIf& iface, Packet& packet);
  bool may_tell(const Packet& offending, const Icmpv6Header& error) const;

  Stack& stack_;
  IcmpRegistry handlers_;
  IcmpHandler echo_;
};

}  // namespace flapjack
