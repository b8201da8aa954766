// SPDX-License-Identifier: Apache-2.0
// Ipv4Fragment: splits datagrams that do not fit and puts received fragments together (RFC 791
// section 3.2; Zephyr: ipv4_fragment.c). Off unless NET_IPV4_FRAGMENT; a router splits what it
// forwards in any case. A datagram that is whole again goes through the rx queue like a new one.
#pragma once
#include "stack/base/status.h"
#include "stack/net/reassembly.h"
#include "stack/net/splitter.h"
#include "stack/wire/ipv4.h"

namespace flapjack {

struct Ipv4FragmentConfig {
  bool enabled = false;  ///< NET_IPV4_FRAGMENT
  ReassemblyConfig reassembly = {};

  bool operator==(const Ipv4FragmentConfig&) const = default;
};

class Ipv4Fragment : public Splitter {
 public:
  explicit Ipv4Fragment(Stack& stack);

  /// Whether a datagram too large for its link is split here.
  bool splits(const Packet& packet) const;
  /// Sends a datagram in parts of at most `mtu` bytes, each through NetCore. Consumed. Eperm when
  /// it may not be split, Einval when `mtu` leaves no room for data, Enomem when no packet is free
  /// for a part in time, else what refused a part; parts sent before stay sent. Ok when some wait:
  /// then the send callback and the Caller hear of an error.
  Status send(PacketPtr packet, std::uint16_t mtu);
  /// A fragment for this node, its IP header still on.
  void input(NetIf& iface, PacketPtr packet, const Ipv4Header& header);

 private:
  void fill(const Split& split, const Part& part, Packet& piece) override;
  Status give_up(PacketPtr whole) override;
  Status refuse(PacketPtr packet, DropReason reason, Errc code);
  static bool is_well_formed(const Ipv4Header& header);
  void expired(NetIf& iface, Packet& first);

  Reassembly reassembly_;
};

}  // namespace flapjack
