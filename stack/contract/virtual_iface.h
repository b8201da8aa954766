// SPDX-License-Identifier: Apache-2.0
// VirtualIface: what the L2 of a virtual iface offers beside L2 itself (Zephyr: struct
// virtual_interface_api). Such an iface has no driver: it stands on one or more other ifaces, its
// lowers, and sends by them. Called by IfStacking, NetIf and the lowers' L2; implemented in l2/.
#pragma once
#include <cstdint>

#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class NetIf;

class VirtualIface {
 public:
  virtual ~VirtualIface() = default;
  /// Whether an iface may stand on several at a time.
  virtual bool takes_many() const = 0;
  /// `iface` wants to stand on `lower`; an error keeps everything as it was.
  virtual Status attach_lower(NetIf& iface, NetIf& lower) = 0;
  /// `iface` no longer stands on `lower`.
  virtual void detach_lower(NetIf& iface, NetIf& lower) = 0;
  /// `lower` has become oper-up or has ceased to be; the carrier of `iface` follows by itself.
  virtual void on_lower(NetIf& iface, NetIf& lower, bool up) = 0;
  /// Whether a frame that `lower` received, its link header still in front, is for `iface`.
  virtual bool claims(NetIf& iface, const Packet& frame) const = 0;
  /// The largest datagram that gets through at present, at most `configured` bytes.
  virtual std::uint16_t mtu(const NetIf& /*iface*/, std::uint16_t configured) const {
    return configured;
  }
  /// Sends a frame that the L2 finished by way of the lowers; consumes it, on an error too.
  virtual Status output(NetIf& iface, PacketPtr frame) = 0;
};

}  // namespace flapjack
