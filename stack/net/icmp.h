// SPDX-License-Identifier: Apache-2.0
// Icmp: ICMPv4 through a registry of handlers (Zephyr: net_icmp; RFC 792, RFC 1122 3.2.2). Echo
// requests are answered by a handler registered at the start; no NetContext is involved.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "stack/net/icmp_errors.h"
#include "stack/net/icmp_registry.h"
#include "stack/net/rate_limit.h"
#include "stack/wire/ip_protocol.h"

namespace flapjack {

struct IcmpConfig {
  bool send_unreachable = true;   ///< for a protocol or port that nobody listens on
  bool accept_broadcast = false;  ///< NET_ICMPV4_ACCEPT_BROADCAST: echo requests to everybody
  bool accept_redirects = true;   ///< of a host; a router never does
  RateLimitConfig error_limit = {};  ///< RFC 1812 section 4.3.2.8; none, as in Zephyr

  bool operator==(const IcmpConfig&) const = default;
};

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
  /// packet: in a fiber after 1 s), Eio (refused below); Enoent too when the iface is offloaded, as
  /// no engine registers a ping of its own.
  Status send_echo_request(NetIf* iface, Ipv4Address destination, std::uint16_t id,
                           std::uint16_t sequence, std::span<const std::uint8_t> data);
  /// Tells the sender of `offending` what became of it, quoting its IP header and 8 bytes (RFC
  /// 792). Its meta says where the header stands (l3_start, l3_bytes). Not where RFC 1122 section
  /// 3.2.2 forbids it: about an ICMP error, a broadcast or group, a later fragment, an unclear
  /// source. An error that is over the limit is not sent (event icmp_error_limited); one that
  /// finds no packet waits for it, but not for ever (icmp_error_lost).
  void send_error(NetIf& iface, const Packet& offending, const IcmpHeader& error);
  /// The same for destination unreachable, if the node says such things at all.
  void send_unreachable(NetIf& iface, const Packet& offending, std::uint8_t code);
  /// Errors that the limit kept back.
  std::uint64_t errors_limited() const { return errors_limited_; }

 private:
  bool is_unwanted_broadcast(const NetIf& iface, const IcmpHeader& header,
                             const Packet& packet) const;
  static bool may_report(const NetIf& iface, const Packet& offending);
  NetIf& way_back(NetIf& iface, const Packet& offending) const;
  bool is_tentative(Ipv4Address address) const;
  void answer_echo(NetIf& iface, const IcmpHeader& header, PacketPtr request);
  void reply(NetIf& iface, const IcmpHeader& header, PacketPtr request, PacketPtr answer);
  /// An error on its way: who says it to whom, because of which packet.
  struct Error {
    NetIf* iface;
    IcmpHeader header;
    IpAddress source;
    Ipv4Address destination;
    PacketId parent;
  };
  Ipv4Address source_of(const Error& error, Ipv4Address asked) const;
  void send_error(const Error& error, PacketPtr packet, std::span<const std::uint8_t> quote);
  void note_unsent(const NetIf& iface, const IcmpHeader& error, std::string_view event);
  bool fill(NetIf& iface, Packet* packet, Ipv4Address destination, const IcmpHeader& header,
            std::span<const std::uint8_t> data);

  Stack& stack_;
  IcmpRegistry handlers_;
  IcmpErrors errors_;
  RateLimit error_limit_;
  std::uint64_t errors_limited_ = 0;
  IcmpHandler echo_;
  bool echo_asked_ = false;  // by the message that is handed over
};

}  // namespace flapjack
