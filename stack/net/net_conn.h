// SPDX-License-Identifier: Apache-2.0
// NetConnTable: finds who wants an incoming packet (Zephyr: net_conn, connection.c). The entry that
// specifies most wins: local address, then remote address, local port, remote port; of equals the
// one registered last. Raw IP and packet contexts are in the same table (net_conn_raw.cc); each of
// them gets a copy, and the packet goes on. Records the hop conn_match.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "stack/base/prefetch.h"
#include "stack/base/status.h"
#include "stack/contract/context_offload.h"
#include "stack/contract/l2.h"

namespace flapjack {

class NetIf;
class Stack;

/// What an entry asks for. An any-address or port 0 matches everything.
struct ConnTuple {
  Protocol protocol = Protocol::Udp;  ///< raw: Default is every one; see also Protocol
  Family family = Family::Inet;
  SocketType type = SocketType::Datagram;
  bool takes_ipv4 = false;  ///< Family::Inet6: IPv4 packets, too; remote is then a mapped address
  bool shares = false;      ///< SO_REUSEPORT: the same tuple may be there more than once
  Endpoint local = {}, remote = {};
  const NetIf* iface = nullptr;  ///< only packets of this iface; null for all
  IfIndex packet_iface = {};  ///< Family::Packet: only of this iface; none: see SocketConfig
};

/// An entry: the part of whoever wants packets by which the table knows it. It stays where it is
/// from add() to remove(), or to the end of the table.
class NetConn {
 public:
  NetConn(const NetConn&) = delete;
  NetConn& operator=(const NetConn&) = delete;
  bool is_listed() const { return serial_ != 0; }

 protected:
  NetConn() = default;
  ~NetConn() = default;

  // Of its ConnTuple; while it is not listed, for its owner to use.
  Endpoint local_;
  Protocol protocol_ = Protocol::Udp;
  Family family_ = Family::Inet;
  SocketType type_ = SocketType::Datagram;

 private:
  friend class NetConnTable;
  /// Takes the packet (returns true, pointer null) or refuses it (false, pointer untouched).
  virtual bool on_packet(PacketPtr& packet) = 0;

  /// Where packets have to come from, which few ask for.
  struct Source {
    Endpoint remote = {};
    const NetIf* iface = nullptr;
    IfIndex packet_iface = {};
  };
  /// What is asked for, also if that is nothing.
  const Source& source() const;

  bool takes_ipv4_ = false, shares_ = false;
  bool from_anyone_ = true;  // else there is a source_
  std::uint8_t rank_ = 0;  // conn_rank()
  NetConn* next_ = nullptr;
  std::unique_ptr<Source> source_;
  std::uint64_t serial_ = 0;  // grows with every registration; 0: not listed
};

/// Rank of an entry, Zephyr's flag bits: local address 0x40, remote address 0x20, local port 0x10,
/// remote port 0x08.
std::uint8_t conn_rank(const ConnTuple& tuple);

class NetConnTable {
 public:
  explicit NetConnTable(Stack& stack) : stack_(stack) {}
  NetConnTable(const NetConnTable&) = delete;
  NetConnTable& operator=(const NetConnTable&) = delete;

  /// Lists `conn`, which is not listed. Eaddrinuse when the same tuple is there (a packet context's
  /// never is), Enoent when the table is full (NET_MAX_CONN).
  Status add(NetConn& conn, const ConnTuple& tuple);
  /// Einval for null, Enoent when it is not listed here.
  Status remove(NetConn* conn);

  /// Ok: taken. Drop with a null packet: dropped here, with a reason. Drop with the packet: nobody
  /// wants it, and the caller says so.
  Verdict input(NetIf& iface, PacketPtr& packet);
  std::size_t in_use() const { return in_use_; }
  /// Whether anybody wants to be asked with raw_input(), with frame_input() of that type.
  bool hears_raw() const { return heard_.raw; }
  bool hears_frames(SocketType type) const {
    return type == SocketType::Raw ? heard_.frames : heard_.link_datagrams;
  }
  /// Copies a packet for this node, its IP header just pulled, to every raw IP context that fits;
  /// the copies have the header (net_conn_raw_ip_input).
  void raw_input(NetIf& iface, Packet& packet);
  /// Copies a frame to every packet context that fits (net_conn_packet_input). Raw: the link header
  /// is in front, and the protocol is not looked at. Datagram: it is off, meta.ether_type known.
  void frame_input(NetIf& iface, const Packet& packet, SocketType type);
  /// The first step to what taking a packet needs of the newest entries; see Delegate::Kind.
  Foresight foresee() const;

 private:
  static bool same(const NetConn& conn, const ConnTuple& tuple);
  static void set(NetConn& conn, const ConnTuple& tuple);
  Foresight foresee_next() const;
  void note_hearer(const NetConn& conn);
  static bool matches(const NetConn& conn, const NetIf& iface, const PacketMeta& meta);
  bool hears(const NetConn& conn, const NetIf& iface, const PacketMeta& meta,
             SocketType type) const;
  /// Who hears copies: raw IP contexts, packet contexts of either type.
  enum class Hearers : std::uint8_t { RawIp, RawFrames, LinkDatagrams };
  /// What a copy is made of that has to wait for a packet.
  struct Copied {
    std::vector<std::uint8_t> bytes;
    PacketMeta meta;
  };
  bool fits(const NetConn& conn, Hearers hearers, const NetIf& iface,
            const PacketMeta& meta) const;
  NetConn* next_hearer(Hearers hearers, const NetIf& iface, const PacketMeta& meta,
                       std::uint64_t before) const;
  void copy_to_each(NetIf& iface, const Packet& packet, Hearers hearers);
  void copy_later(NetIf& iface, Hearers hearers, std::uint64_t serial, Copied copied);
  void go_on_copying(NetIf& iface, Hearers hearers, std::uint64_t before, Copied copied);
  static void fill(Packet& copy, std::span<const std::uint8_t> bytes, const PacketMeta& meta);
  void lose_copy(NetIf& iface);
  Verdict input_multicast(NetIf& iface, PacketPtr& packet, std::uint64_t before);
  Verdict multicast_later(NetIf& iface, PacketPtr packet, std::uint64_t serial);
  NetConn* entry_of(std::uint64_t serial) const;
  NetConn* newest_match(const NetIf& iface, const PacketMeta& meta, std::uint64_t before) const;
  Verdict call(NetConn& conn, PacketPtr& packet);

  // what every packet needs
  Stack& stack_;
  NetConn* used_ = nullptr;  // newest first
  struct {
    bool raw = false, frames = false, link_datagrams = false;
  } heard_;  // whether there are entries of the kind
  // the rest
  std::uint32_t in_use_ = 0;
  std::uint64_t last_serial_ = 0;
};
static_assert(sizeof(NetConnTable) == 32);

}  // namespace flapjack
