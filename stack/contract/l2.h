// SPDX-License-Identifier: Apache-2.0
// L2: the contract of a link layer (Zephyr: struct net_l2). Called by NetIf; implemented in l2/.
#pragma once
#include <memory>
#include <string_view>

#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class ArpPort;
class NetIf;
class VirtualIface;

/// Who has the packet after a layer looked at it (Zephyr: enum net_verdict).
enum class Verdict : std::uint8_t {
  Ok,        ///< taken: the pointer is null
  Continue,  ///< the next layer's turn: the pointer still holds it
  Drop,      ///< refused, and the drop was recorded: the pointer is null
};

struct L2Traits {
  std::string_view name;       ///< "ethernet"
  bool has_send = true;        ///< false: packets cannot be sent natively (offloaded ifaces)
  bool point_to_point = false;
  bool broadcast = false;      ///< knows a link broadcast
  bool needs_link_address = true;
  bool negotiates = false;     ///< dormant until a peer has agreed (PPP)
  std::size_t header_bytes = 0;
  bool promiscuous = false;    ///< its devices may have a promiscuous mode (NET_L2_PROMISC_MODE)
  bool link_datagrams = false; ///< sends what a packet context gives it: PacketMeta::link_datagram
};

/// Base of whatever an L2 keeps for one iface; owned by that NetIf.
class L2Context {
 public:
  virtual ~L2Context() = default;
  /// Null for an L2 without ARP.
  virtual ArpPort* arp_port() { return nullptr; }
};

/// One L2 object may serve many ifaces; its state for each is the iface's L2Context.
class L2 {
 public:
  virtual ~L2() = default;
  /// The same as long as an iface is bound to it.
  virtual L2Traits traits() const = 0;
  /// The iface's state, made when the L2 is bound; may be null.
  virtual std::unique_ptr<L2Context> attach(NetIf& iface) = 0;
  /// Admin up or down; an error keeps the iface as it was.
  virtual Status enable(NetIf& iface, bool up) = 0;
  /// Puts the link header on and passes the frame to NetIf::output_frame(), or parks the packet
  /// until it can. Consumes it, on an error too.
  virtual Status send(NetIf& iface, PacketPtr packet) = 0;
  /// Takes the link header off. Ok (taken, e.g. ARP), Continue (IP inside, header pulled), Drop.
  /// Continue with meta.iface changed to an iface that stands on this one: it gets the frame next,
  /// link header in front.
  virtual Verdict recv(NetIf& iface, PacketPtr& packet) = 0;
  /// The carrier came or went; called before the iface's oper state follows.
  virtual void on_carrier(NetIf&, bool) {}
  /// Not null when ifaces of this L2 stand on other ifaces instead of a driver.
  virtual VirtualIface* as_virtual() { return nullptr; }
};

}  // namespace flapjack
