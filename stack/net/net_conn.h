// SPDX-License-Identifier: Apache-2.0
// NetConnTable: finds who wants an incoming packet (Zephyr: net_conn, connection.c). The entry that
// specifies most wins: local address, then remote address, local port, remote port; of equals the
// one registered last. Records the hop conn_match.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "stack/base/status.h"
#include "stack/contract/context_offload.h"
#include "stack/contract/l2.h"

namespace flapjack {

class NetIf;
class Stack;

/// Takes the packet (returns true, pointer null) or refuses it (false, pointer untouched).
using ConnHandler = bool (*)(void* user, PacketPtr& packet);

/// What an entry asks for. An any-address or port 0 matches everything.
struct ConnTuple {
  Protocol protocol = Protocol::Udp;
  Endpoint local, remote;
  const NetIf* iface = nullptr;  ///< only packets of this iface; null for all
  Family family = Family::Inet;
};

struct NetConn {
  ConnTuple tuple;
  ConnHandler handler = nullptr;  ///< null: the entry is free
  void* user = nullptr;
  NetConn* next = nullptr;
  std::uint64_t serial = 0;  ///< grows with every registration
};

/// Rank of an entry, Zephyr's flag bits: local address 0x40, remote address 0x20, local port 0x10,
/// remote port 0x08.
unsigned conn_rank(const ConnTuple& tuple);

class NetConnTable {
 public:
  NetConnTable(Stack& stack, std::size_t limit);

  /// Eaddrinuse when the same tuple is there, Enoent when the table is full.
  Result<NetConn*> add(const ConnTuple& tuple, ConnHandler handler, void* user);
  /// Einval for null, Enoent when it is not in use.
  Status remove(NetConn* conn);

  /// Ok: taken. Drop with a null packet: dropped here, with a reason. Drop with the packet: nobody
  /// wants it, and the caller says so.
  Verdict input(NetIf& iface, PacketPtr& packet);
  std::size_t in_use() const { return in_use_; }

 private:
  static bool matches(const ConnTuple& tuple, const NetIf& iface, const PacketMeta& meta);
  Verdict input_multicast(NetIf& iface, PacketPtr& packet);
  NetConn* newest_match(const NetIf& iface, const PacketMeta& meta, std::uint64_t before) const;
  Verdict call(NetConn& conn, PacketPtr& packet);

  Stack& stack_;
  std::size_t limit_;
  std::vector<std::unique_ptr<NetConn>> entries_;  // as many as were ever in use at one time
  NetConn* used_ = nullptr;  // newest first
  NetConn* free_ = nullptr;
  std::size_t in_use_ = 0;
  std::uint64_t last_serial_ = 0;
};

}  // namespace flapjack
