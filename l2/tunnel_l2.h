// SPDX-License-Identifier: Apache-2.0
// TunnelL2: IPv4 (RFC 2003) and IPv6 (RFC 4213) within IPv4; Zephyr: the virtual iface "ipip". The
// iface stands on the one that carries the outer datagrams; what it sends goes to one remote end,
// and what arrives from that end comes in by it. The outer header takes over the inner one's
// traffic class and says "don't fragment", as Zephyr's does; the inner header, its TTL too, is
// passed as it is (RFC 2003 section 3.1). What the path to the remote end carries, as far as the
// node knows (NET_IPV4_PMTU), is the iface's MTU: who sends larger datagrams by it, from here or
// from elsewhere, is told as by any iface (RFC 2003 section 5.1, RFC 4213 section 3.2.2).
#pragma once
#include "stack/contract/l2.h"
#include "stack/contract/virtual_iface.h"
#include "stack/wire/address.h"

namespace flapjack {

struct TunnelConfig {
  Ipv4Address remote;      ///< the other end
  std::uint8_t ttl = 64;   ///< of the outer header
};

class TunnelL2 : public L2, private VirtualIface {
 public:
  explicit TunnelL2(const TunnelConfig& config) : config_(config) {}

  L2Traits traits() const override;
  std::unique_ptr<L2Context> attach(NetIf& iface) override;
  Status enable(NetIf&, bool) override { return Status(); }
  Status send(NetIf& iface, PacketPtr packet) override;
  /// A datagram that was taken out of its outer one. Drop: BadLinkHeader (nothing in it),
  /// UnknownProtocol (neither IPv4 nor IPv6).
  Verdict recv(NetIf& iface, PacketPtr& packet) override;
  VirtualIface* as_virtual() override { return this; }

  /// The largest datagram that fits into one of `lower_mtu` bytes.
  static std::uint16_t mtu_on(std::uint16_t lower_mtu);

 private:
  bool takes_many() const override { return false; }
  /// Einval: the iface's MTU leaves no room for the outer header, or `lower` has an engine.
  /// Ealready: there is a tunnel to that end on `lower`.
  Status attach_lower(NetIf& iface, NetIf& lower) override;
  void detach_lower(NetIf&, NetIf&) override {}
  void on_lower(NetIf&, NetIf&, bool) override {}
  /// Of a protocol that is IP again, and from the remote end.
  bool claims(NetIf& iface, const Packet& datagram) const override;
  std::uint16_t mtu(const NetIf& iface, std::uint16_t configured) const override;
  Status output(NetIf& iface, PacketPtr datagram) override;
  static bool is_lost_below(const NetIf& lower, std::size_t bytes);
  /// What gets to the remote end whole.
  std::uint16_t path_mtu(const NetIf& lower) const;

  TunnelConfig config_;
  std::uint16_t next_id_ = 0;
};

}  // namespace flapjack
