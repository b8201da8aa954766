// SPDX-License-Identifier: Apache-2.0
// Icmpv6: ICMPv6 through a registry of handlers (RFC 4443; Zephyr: net_icmp, icmpv6.c). Echo
// requests are answered by a handler registered at the start; Nd, RouterDiscovery and Mld register
// theirs for what is their own.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/icmp_registry.h"
#include "stack/net/icmpv6_errors.h"
#include "stack/net/packet_waits.h"
#include "stack/net/rate_limit.h"
#include "stack/trace/tracer.h"
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
  /// Sends a message of `bytes`, all zero, that `fill(std::span<std::uint8_t>)` completes, checksum
  /// included: now or as soon as a packet is free. Not sent when none is within `within` or it is
  /// too long (event icmpv6_not_sent). `iface` outlives the wait, as does what `fill` refers to.
  template <class Fill>
  void post(NetIf& iface, std::size_t bytes, const Icmpv6Route& route, Timeout within,
            Fill fill) {
    const CauseScope scope(scheduler_, route.cause);
    waits_.allocate_within(
        pool_, packet_bytes(bytes, route), within,
        [this, &iface, bytes, route, fill = std::move(fill)](PacketPtr packet) {
          if (!make_room(iface, packet, bytes)) return;
          fill(packet->bytes());
          static_cast<void>(send(iface, std::move(packet), route).ok());  // recorded if refused
        });
  }
  /// The same for a message that is complete.
  void post(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route,
            Timeout within);
  /// Einval (no destination), Enoent (no iface, or it is offloaded), Enetunreach (iface without
  /// IPv6 or without an address for it), Enomem (no packet: in a fiber after 1 s; or larger than
  /// the link allows), Eio (refused below).
  Status send_echo_request(NetIf* iface, const Ipv6Address& destination, std::uint16_t id,
                           std::uint16_t sequence, std::span<const std::uint8_t> data);
  /// Tells the sender of `offending`, of whose IPv6 headers meta.l3_bytes are pulled, with as much
  /// of it as fits 1280 bytes (RFC 4443 section 2.4). None is sent about errors, groups (but for
  /// what (e) allows), packets without a single sender, and over the limit (f).
  void send_error(NetIf& iface, const Packet& offending, const Icmpv6Header& error);
  /// Takes `message`'s share of the errors that this node may send (IcmpConfig::error_limit); when
  /// there is none left, event icmp_error_limited.
  bool may_send_error(NetIf& iface, const Icmpv6Header& message);
  /// Errors that the limit kept back.
  std::uint64_t errors_limited() const { return errors_limited_; }

 private:
  static std::size_t packet_bytes(std::size_t message_bytes, const Icmpv6Route& route);
  bool make_room(NetIf& iface, PacketPtr& packet, std::size_t bytes);
  void not_sent(const NetIf& iface, Errc error);
  Status send(NetIf& iface, PacketPtr message, const Icmpv6Route& route);
  void answer_echo(NetIf& iface, PacketPtr request);
  void reply(NetIf& iface, PacketPtr request, PacketPtr answer, const Icmpv6Route& route);
  void wait_and_send(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route);
  bool may_tell(const Packet& offending, const Icmpv6Header& error) const;
  NetIf& way_back(NetIf& iface, const Packet& offending) const;

  Stack& stack_;
  Scheduler& scheduler_;
  PacketWaits waits_;
  PacketPool& pool_;
  IcmpRegistry handlers_;
  Icmpv6Errors errors_;
  IcmpHandler echo_;
  bool echo_asked_ = false;  // by the message that is handed over
  RateLimit error_limit_;
  std::uint64_t errors_limited_ = 0;
};

}  // namespace flapjack
