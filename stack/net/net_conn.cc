// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_conn.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "stack/base/arena.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

// Zephyr: contexts that share a port stay duplicates once they are connected to the same peer.
bool same(const ConnTuple& a, const ConnTuple& b) {
  if (a.family == Family::Packet) return false;
  const bool unconnected = a.remote.address.is_any() && a.remote.port == 0;
  if (a.shares && b.shares && unconnected) return false;
  return a.type == b.type && a.protocol == b.protocol && a.family == b.family &&
         a.local == b.local && a.remote == b.remote && a.iface == b.iface;
}

bool same_address(const IpAddress& wanted, const IpAddress& actual) {
  if (wanted.is_v4() == actual.is_v4()) return wanted == actual;
  return wanted == IpAddress(Ipv6Address::v4_mapped(actual.v4()));  // see ConnTuple::takes_ipv4
}

bool address_fits(const IpAddress& wanted, const IpAddress& actual) {
  return wanted.is_any() || same_address(wanted, actual);
}

bool endpoint_fits(const Endpoint& wanted, const Endpoint& actual) {
  return address_fits(wanted.address, actual.address) &&
         (wanted.port == 0 || wanted.port == actual.port);
}

std::uint8_t protocol_number(Protocol protocol, Family family) {
  if (protocol == Protocol::Icmp && family == Family::Inet6) {
    return static_cast<std::uint8_t>(IpProtocol::Icmpv6);
  }
  return static_cast<std::uint8_t>(protocol == Protocol::Default ? Protocol::Udp : protocol);
}

}  // namespace

std::uint8_t conn_rank(const ConnTuple& tuple) {
  return static_cast<std::uint8_t>(
      (tuple.local.address.is_any() ? 0u : 0x40u) | (tuple.remote.address.is_any() ? 0u : 0x20u) |
      (tuple.local.port == 0 ? 0u : 0x10u) | (tuple.remote.port == 0 ? 0u : 0x08u));
}

NetConnTable::NetConnTable(Stack& stack, std::size_t limit)
    : stack_(stack), limit_(static_cast<std::uint32_t>(std::min<std::size_t>(limit, ~0u))) {}

NetConnTable::~NetConnTable() {
  static_assert(std::is_trivially_destructible_v<NetConn>);
  if (stack_.arena() != nullptr) return;  // which has their memory
  for (NetConn* list : {used_, free_}) {
    while (list != nullptr) delete std::exchange(list, list->next);
  }
}

// In the node's Arena if it has one, as it stays as long as the table.
NetConn* NetConnTable::make() {
  ++made_;
  Arena* const arena = stack_.arena();
  if (arena == nullptr) return new NetConn;
  return new (arena->allocate(sizeof(NetConn), alignof(NetConn))) NetConn;
}

Result<NetConn*> NetConnTable::add(const ConnTuple& tuple, ConnHandler handler, void* user) {
  assert(handler != nullptr);
  for (const NetConn* conn = used_; conn != nullptr; conn = conn->next) {
    if (same(conn->tuple, tuple)) return Errc::Eaddrinuse;
  }
  if (free_ == nullptr) {
    if (made_ == limit_) return Errc::Enoent;
    free_ = make();
  }
  NetConn* conn = free_;
  free_ = conn->next;
  const bool from_anyone =
      tuple.iface == nullptr && tuple.remote.address.is_any() && tuple.remote.port == 0;
  *conn = {used_,           handler, user,          from_anyone, conn_rank(tuple),
           tuple.local.port, tuple,   ++last_serial_};
  used_ = conn;
  ++in_use_;
  count_hearer(tuple, 1);
  return conn;
}

Status NetConnTable::remove(NetConn* conn) {
  if (conn == nullptr) return Errc::Einval;
  for (NetConn** link = &used_; *link != nullptr; link = &(*link)->next) {
    if (*link != conn) continue;
    *link = conn->next;
    count_hearer(conn->tuple, ~std::uint32_t{0});
    *conn = {};
    conn->next = free_;
    free_ = conn;
    --in_use_;
    return Status();
  }
  return Errc::Enoent;
}

bool NetConnTable::matches(const NetConn& conn, const NetIf& iface, const PacketMeta& meta) {
  if (conn.local_port != 0 && conn.local_port != meta.destination.port) return false;
  const ConnTuple& tuple = conn.tuple;
  const Family family = meta.destination.address.family();
  const bool for_it =
      tuple.type != SocketType::Raw &&
      (tuple.family == family || (tuple.takes_ipv4 && family == Family::Inet)) &&
      protocol_number(tuple.protocol, tuple.family) == meta.protocol &&
      address_fits(tuple.local.address, meta.destination.address);
  return for_it && (conn.from_anyone || ((tuple.iface == nullptr || tuple.iface == &iface) &&
                                         endpoint_fits(tuple.remote, meta.source)));
}

Verdict NetConnTable::input(NetIf& iface, PacketPtr& packet) {
  const PacketMeta& meta = packet->meta;
  const bool echo_of_own =
      meta.source == meta.destination ||
      (!meta.loopback && meta.source.port == meta.destination.port &&
       stack_.route().iface_of(meta.source.address) != nullptr);
  if (echo_of_own) {
    stack_.tracer().drop(DropReason::BadHeader, iface.subject(), *packet);
    packet.reset();
    return Verdict::Drop;
  }
  if (meta.destination.address.is_multicast()) {
    return input_multicast(iface, packet, last_serial_ + 1);
  }
  NetConn* best = nullptr;
  int best_rank = -1;
  for (NetConn* conn = used_; conn != nullptr; conn = conn->next) {
    if (!matches(*conn, iface, meta)) continue;
    const int rank = static_cast<int>(conn->rank);
    if (rank <= best_rank) continue;  // of equals the newest wins, and it comes first
    best = conn;
    best_rank = rank;
  }
  return best != nullptr ? call(*best, packet) : Verdict::Drop;
}

// Every match gets a copy of its own, and the original is released. Handlers may add and remove
// entries, so after each of them the table is looked through anew for the next older one.
// A copy that finds no packet waits for one, and those behind it wait with it.
Verdict NetConnTable::input_multicast(NetIf& iface, PacketPtr& packet, std::uint64_t before) {
  Verdict verdict = Verdict::Drop;
  NetConn* conn = newest_match(iface, packet->meta, before);
  if (conn == nullptr) return verdict;
  while (conn != nullptr) {
    const std::uint64_t serial = conn->serial;
    const CauseScope scope(stack_.scheduler(), packet->meta.cause);
    PacketPtr copy = stack_.rx_pool.clone(*packet);
    if (copy == nullptr) return multicast_later(iface, std::move(packet), serial);
    if (call(*conn, copy) == Verdict::Ok) verdict = Verdict::Ok;
    conn = newest_match(iface, packet->meta, serial);
  }
  packet.reset();
  return verdict;
}

Verdict NetConnTable::multicast_later(NetIf& iface, PacketPtr packet, std::uint64_t serial) {
  const std::size_t bytes = packet->size();
  packet->meta.parked = true;
  stack_.waits.wait_within(
      stack_.rx_pool, bytes, stack_.config().alloc.clone,
      [this, &iface, serial, packet = std::move(packet)](PacketPtr copy) mutable {
        packet->meta.parked = false;
        NetConn* conn = entry_of(serial);
        if (copy == nullptr) lose_copy(iface);
        if (copy != nullptr && conn != nullptr) {
          fill(*copy, packet->bytes(), packet->meta);
          call(*conn, copy);
        }
        copy.reset();  // whose entry is gone meanwhile
        input_multicast(iface, packet, serial);
      });
  return Verdict::Ok;
}

NetConn* NetConnTable::entry_of(std::uint64_t serial) const {
  NetConn* conn = used_;
  while (conn != nullptr && conn->serial != serial) conn = conn->next;
  return conn;
}

NetConn* NetConnTable::newest_match(const NetIf& iface, const PacketMeta& meta,
                                    std::uint64_t before) const {
  for (NetConn* conn = used_; conn != nullptr; conn = conn->next) {
    if (conn->serial < before && matches(*conn, iface, meta)) return conn;
  }
  return nullptr;
}

Verdict NetConnTable::call(NetConn& conn, PacketPtr& packet) {
  stack_.tracer().hop(Hop::ConnMatch, stack_.subject(), *packet);
  if (conn.handler(conn.user, packet)) return Verdict::Ok;
  stack_.tracer().drop(DropReason::ConnRefused, stack_.subject(), *packet);
  packet.reset();
  return Verdict::Drop;
}

}  // namespace flapjack
