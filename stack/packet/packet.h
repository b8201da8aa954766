// SPDX-License-Identifier: Apache-2.0
// Packet: the buffer that carries any unit of data through the layers, and its bookkeeping.
//
//   | headroom | data ........ | tailroom |
//              ^cursor         ^cursor + size
//
// push() moves the cursor down in front of a new header, pull() moves it up past one that was read.
// A Packet has exactly one owner: a PacketPtr passed by value is consumed, on error too; a
// PacketPtr passed by reference may be handed back, and the callee's verdict says so.
#pragma once
#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "stack/base/ids.h"
#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

class FlightList;
class PacketList;
class PacketPool;
class PacketSlab;
struct PacketRelease;

/// What the layers note about a packet on its way; reset when a packet is allocated.
struct PacketMeta {
  PacketId id, parent;
  RecordId cause;  ///< its latest trace record: the next one's cause
  IpAddress next_hop;
  Endpoint source, destination;  ///< of the IP/UDP headers, host order
  std::int64_t queued_at_ns = 0;  ///< when it came into its work queue
  MacAddress link_destination;   ///< tx: of the next hop; zero while not known
  MacAddress link_source;        ///< rx: of the frame's header, where it has one
  std::uint32_t payload_bytes = 0;  ///< what send() promised the app
  IfIndex iface;                 ///< the iface it is leaving by or came in by
  IfIndex lower;                 ///< rx on a virtual iface: which of its lowers it came by
  /// tx: the slot + 1 of the NetContext that is to be told when it has left; 0: of none
  std::uint16_t context = 0;
  std::uint16_t ether_type = 0;
  std::uint16_t l3_bytes = 0;         ///< length of the IP header pulled at input
  std::uint16_t l3_start = 0;         ///< rx: headroom in front of the IP header
  std::uint16_t fragment_offset = 0;  ///< rx: of the IP header, in units of 8 bytes
  std::uint8_t protocol = 0;       ///< IP protocol number once known
  std::uint8_t priority = 0;
  std::uint8_t ttl = 64;           ///< of the IP header
  std::uint8_t traffic_class = 0;  ///< tx: DSCP and ECN of the IP header (RFC 2474, RFC 3168)
  std::uint8_t bridged = 0;        ///< bridges it has passed, on any node
  bool l2_ready = false;       ///< tx: link header is there; rx: link header is off
  bool loopback = false;       ///< goes to one's own address: rx skips L2
  bool damaged = false;        ///< a fault changed its bytes: its checksums may be wrong
  bool router_alert = false;   ///< tx: with an option that routers read (RFC 2113, RFC 2711)
  bool parked = false;         ///< kept behind a timer, where no hop tells of it
  bool dont_fragment = false;  ///< tx: routers may not split it
  bool forwarded = false;      ///< tx: for somebody else, from somebody else
  bool link_datagram = false;  ///< tx: not IP: link_destination and ether_type make its header
  bool loops = false;          ///< tx: for a group, and its sender's node gets a copy
  bool link_group = false;     ///< rx: its link destination was a broadcast or a group
  bool reassembled = false;    ///< rx: made of fragments, so that no device saw its checksum
};

/// What a packet knows of itself before anybody has noted anything. Copying it is several times as
/// quick as making one, for which the compiler clears the memory with a slow instruction.
inline const PacketMeta kFreshMeta{};

/// What a medium notes about a packet that is on it.
struct Flight {
  SimTime starts;          ///< its first bit leaves: until then it waits for the transmitter
  SimTime arrives;         ///< its last bit is there
  std::uint64_t cuts : 63 = 0;       ///< the medium's count of cuts when it entered
  std::uint64_t overtakes : 1 = 0;  ///< it is to arrive before packets that were sent earlier
};

class Packet {
 public:
  std::uint8_t* data() { return buffer() + cursor_; }
  const std::uint8_t* data() const { return buffer() + cursor_; }
  std::size_t size() const { return size_; }
  std::span<std::uint8_t> bytes() { return {data(), size_}; }
  std::span<const std::uint8_t> bytes() const { return {data(), size_}; }
  /// Whose count it is on; null: it is in flight on a medium.
  const PacketPool* pool() const { return pool_; }
  /// Its place in the memory, from 0 and below PacketSlab::slots(): the same for every packet that
  /// lives there, one after the other.
  std::uint32_t slot() const { return slot_; }
  std::size_t headroom() const { return cursor_; }
  std::size_t tailroom() const { return capacity_ - cursor_ - size_; }

  /// Makes room for `n` bytes in front; n <= headroom().
  std::uint8_t* push(std::size_t n) {
    assert(n <= headroom());
    cursor_ -= static_cast<std::uint32_t>(n);
    size_ += static_cast<std::uint32_t>(n);
    return data();
  }
  /// Drops `n` bytes at the front; they stay readable in the headroom until overwritten.
  void pull(std::size_t n) {
    assert(n <= size_);
    cursor_ += static_cast<std::uint32_t>(n);
    size_ -= static_cast<std::uint32_t>(n);
  }
  /// Makes room for `n` bytes at the end; n <= tailroom().
  std::uint8_t* append(std::size_t n) {
    assert(n <= tailroom());
    std::uint8_t* end = data() + size_;
    size_ += static_cast<std::uint32_t>(n);
    return end;
  }
  void append(std::span<const std::uint8_t> bytes) {
    if (!bytes.empty()) std::memcpy(append(bytes.size()), bytes.data(), bytes.size());
  }
  /// Cuts the end so that `n` bytes are left; n <= size().
  void trim(std::size_t n) {
    assert(n <= size_);
    size_ = static_cast<std::uint32_t>(n);
  }

  PacketMeta meta;
  Flight flight;

 private:
  friend class FlightList;
  friend class PacketList;
  friend class PacketSlab;
  friend class PacketPool;
  friend struct PacketRelease;
  Packet() = default;
  std::uint8_t* buffer() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  const std::uint8_t* buffer() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }

  PacketSlab* slab_ = nullptr;
  PacketPool* pool_ = nullptr;  // whose count it is on; null: in flight on a medium
  Packet* next_ = nullptr;  // in a free list, a PacketList or a FlightList
  Packet* prev_ = nullptr;  // in a FlightList
  std::uint32_t cursor_ = 0, size_ = 0, capacity_ = 0;
  std::uint32_t slot_ = 0;
  std::uint32_t buffers_ = 0;  // of pool_'s count
  bool live_ = false;          // somebody owns it
};

struct PacketRelease {
  void operator()(Packet* packet) const;
};
using PacketPtr = std::unique_ptr<Packet, PacketRelease>;

}  // namespace flapjack
