// SPDX-License-Identifier: Apache-2.0
// Reassembly: puts the fragments of datagrams of one family together (RFC 791 section 3.2, RFC 815;
// RFC 8200 section 4.5). Ipv4Fragment and Ipv6Fragmentation own one each; it knows where a
// fragment's data lie, but no header.
//
// Invariants
//  1. The pieces of a slot are in order of their offsets and do not overlap: a fragment that
//     overlaps another, be it a copy of it, costs the whole datagram (Zephyr; RFC 5722).
//  2. Pieces stay on the rx pool's count until they are joined or given up.
//  3. timer_ stands at the earliest deadline of a used slot, or is off.
#pragma once
#include <functional>
#include <vector>

#include "stack/packet/packet.h"
#include "stack/sim/timer.h"
#include "stack/trace/hop.h"

namespace flapjack {

class NetIf;
class Stack;

struct ReassemblyConfig {
  std::size_t slots = 1;           ///< datagrams at a time (NET_IPVn_FRAGMENT_MAX_COUNT); >= 1
  std::size_t packets = 2;         ///< fragments of one (NET_IPVn_FRAGMENT_MAX_PKT); >= 2
  Duration timeout = seconds(5);   ///< NET_IPVn_FRAGMENT_TIMEOUT; from the first to arrive

  bool operator==(const ReassemblyConfig&) const = default;
};

/// Which datagram a fragment belongs to.
struct FragmentKey {
  IpAddress source, destination;
  std::uint32_t id = 0;
  std::uint8_t protocol = 0;  ///< zero for IPv6, whose fragments are told apart without it
  bool operator==(const FragmentKey&) const = default;
};

/// What one fragment carries: `bytes` behind the first `header_bytes` of the packet.
struct FragmentPart {
  std::uint32_t offset = 0, bytes = 0;
  std::uint32_t header_bytes = 0;
  bool more = false;
};

class Reassembly {
 public:
  /// Told of a datagram given up for its age whose first fragment was there, before that is
  /// dropped.
  using Expired = std::function<void(NetIf& iface, Packet& first)>;
  Reassembly(Stack& stack, const ReassemblyConfig& config, Expired expired);

  /// Takes a fragment. When it was the last one missing: the first fragment with the data of all
  /// others behind its own; its headers are the caller's to mend. Null while others are missing and
  /// when the fragment was dropped: no slot (ReassemblyBusy), too many fragments (FragmentCount) or
  /// overlapping ones (FragmentOverlap), larger than a packet can be (TooBig).
  PacketPtr add(NetIf& iface, PacketPtr fragment, const FragmentKey& key,
                const FragmentPart& part);
  std::size_t used() const;

 private:
  struct Piece {
    PacketPtr packet;
    FragmentPart part;
  };
  struct Slot {
    FragmentKey key;
    NetIf* iface = nullptr;  // of the fragment that came first; null: free
    SimTime deadline;
    std::vector<Piece> pieces;
  };

  void make_slots();
  Slot* slot_of(NetIf& iface, const FragmentKey& key);
  DropReason insert(Slot& slot, Piece piece);
  static bool complete(const Slot& slot);
  PacketPtr join(Slot& slot);
  void give_up(Slot& slot, DropReason reason);
  void drop(NetIf& iface, PacketPtr packet, DropReason reason);
  void expire();
  void arm();

  Stack& stack_;
  ReassemblyConfig config_;
  Expired expired_;
  std::vector<Slot> slots_;
  Timer timer_;
};

}  // namespace flapjack
