// SPDX-License-Identifier: Apache-2.0
// NetCore: the one junction between up and down (Zephyr: net_core.c). Records the hops core_out,
// l2_in and l3_in.
#pragma once
#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class NetIf;
class Stack;

/// Where the L2 does its work on the way down.
enum class L2Order : std::uint8_t {
  AfterQueue,   ///< today's Zephyr: queue, then L2, then driver, in the tx thread's turn
  BeforeQueue,  ///< Zephyr 1.12: L2 in the caller's turn, then queue, then driver
};

class NetCore {
 public:
  explicit NetCore(Stack& stack) : stack_(stack) {}

  /// An IP packet whose meta.iface is chosen; consumed (net_try_send_data). Enodata, Einval,
  /// Enetdown (iface not up), Eaddrnotavail (no destination, loopback source), Eio (refused below).
  /// A TTL of 0 is dropped and reported as success; an own destination goes to the rx queue.
  Status send_data(PacketPtr packet);
  /// A frame from a driver, consumed (net_recv_data): Einval for none, Enodata when empty, Enetdown
  /// when the iface is not admin-up (carrier is not looked at), Enobufs when the rx pool is empty.
  Status recv_data(NetIf& iface, PacketPtr frame);
  /// An IP packet that the stack made of received ones, its IP header in front: through the rx
  /// queue as if it had come in by `iface`, but past the L2. Consumed.
  void re_enter(NetIf& iface, PacketPtr packet);
  /// The largest IP packet of our own that fits the way to `destination`, as far as it is known.
  std::uint16_t room(const NetIf& iface, const IpAddress& destination) const;
  /// The rx thread's work on one packet.
  void process_rx(NetIf& iface, PacketPtr packet);

 private:
  bool is_own(const NetIf& iface, const IpAddress& destination) const;
  Status send_large(NetIf& iface, PacketPtr packet, std::uint16_t fits);
  void loop_back(NetIf& iface, PacketPtr packet);
  bool loop_group(const Packet& packet);
  void copy_frame(NetIf& iface, const Packet& frame);
  NetIf* through_l2(NetIf& first, PacketPtr& packet);
  NetIf* next_up(const NetIf& from, PacketPtr& packet);

  Stack& stack_;
};

}  // namespace flapjack
