// SPDX-License-Identifier: Apache-2.0
// Ipv6Fragmentation: splits own datagrams that do not fit their path and puts received fragments
// together (RFC 8200 section 4.5; Zephyr: ipv6_fragment.c). Off unless NET_IPV6_FRAGMENT; what a
// router forwards is never split. A datagram that is whole again goes through the rx queue like a
// new one.
#pragma once
#include <optional>

#include "stack/base/status.h"
#include "stack/net/reassembly.h"
#include "stack/net/splitter.h"
#include "stack/sim/rng.h"

namespace flapjack {

struct Ipv6Extensions;
struct Ipv6FragmentPlace;

struct Ipv6FragmentConfig {
  bool enabled = false;  ///< NET_IPV6_FRAGMENT
  /// The limits and the 5 s are Zephyr's; RFC 8200 wants 60 s.
  ReassemblyConfig reassembly = {};

  bool operator==(const Ipv6FragmentConfig&) const = default;
};

class Ipv6Fragmentation : public Splitter {
 public:
  explicit Ipv6Fragmentation(Stack& stack);

  /// Whether a datagram too large for its path is split here.
  bool splits(const Packet& packet) const;
  /// Sends a datagram in parts of at most `mtu` bytes, each through NetCore. Consumed. When no
  /// packet is free for a part in time the whole goes out as it is, as in Zephyr (event
  /// fragmentation_failed). Einval when `mtu` leaves no room for data, else what refused a part;
  /// parts sent before stay sent. Ok when some wait: then the send callback and the Caller hear of
  /// an error.
  Status send(PacketPtr packet, std::uint16_t mtu);
  /// A fragment for this node, its IP header still on; `extensions` is the walk over it.
  void input(NetIf& iface, PacketPtr packet, const Ipv6Extensions& extensions);

 private:
  void fill(const Split& split, const Part& part, Packet& piece) override;
  Status give_up(PacketPtr whole) override;
  std::uint32_t next_id();
  void hand_up(NetIf& iface, PacketPtr whole);
  void expired(NetIf& iface, Packet& first);

  Reassembly reassembly_;
  std::optional<RandomStream> ids_;  // made at the first use: many nodes never need it
};

}  // namespace flapjack
