// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_conn.h"

#include <utility>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

bool is_anyone(const Endpoint& remote) {
  return remote.address.is_any() && remote.port == 0;
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

const NetConn::Source& NetConn::source() const {
  static const Source kAnyone;
  return from_anyone_ ? kAnyone : *source_;
}

// Zephyr: contexts that share a port stay duplicates once they are connected to the same peer.
bool NetConnTable::same(const NetConn& conn, const ConnTuple& tuple) {
  if (conn.family_ == Family::Packet) return false;
  const NetConn::Source& source = conn.source();
  const bool unconnected = is_anyone(source.remote);
  if (conn.shares_ && tuple.shares && unconnected) return false;
  const bool same_remote = unconnected ? is_anyone(tuple.remote) : source.remote == tuple.remote;
  return conn.type_ == tuple.type && conn.protocol_ == tuple.protocol &&
         conn.family_ == tuple.family && conn.local_ == tuple.local && same_remote &&
         source.iface == tuple.iface;
}

void NetConnTable::set(NetConn& conn, const ConnTuple& tuple) {
  conn.local_ = tuple.local;
  conn.protocol_ = tuple.protocol;
  conn.family_ = tuple.family;
  conn.type_ = tuple.type;
  conn.takes_ipv4_ = tuple.takes_ipv4;
  conn.shares_ = tuple.shares;
  conn.rank_ = conn_rank(tuple);
  conn.from_anyone_ =
      tuple.iface == nullptr && is_anyone(tuple.remote) && !tuple.packet_iface.valid();
  if (conn.from_anyone_) return;
  const NetConn::Source source{tuple.remote, tuple.iface, tuple.packet_iface};
  if (conn.source_ == nullptr) conn.source_ = std::make_unique<NetConn::Source>();
  *conn.source_ = source;
}

Status NetConnTable::add(NetConn& conn, const ConnTuple& tuple) {
  assert(!conn.is_listed());
  for (const NetConn* other = used_; other != nullptr; other = other->next_) {
    if (same(*other, tuple)) return Errc::Eaddrinuse;
  }
  if (in_use_ >= stack_.config().max_conn) return Errc::Enoent;
  set(conn, tuple);
  conn.serial_ = ++last_serial_;
  conn.next_ = std::exchange(used_, &conn);
  ++in_use_;
  note_hearer(conn);
  return Status();
}

Status NetConnTable::remove(NetConn* conn) {
  if (conn == nullptr) return Errc::Einval;
  NetConn** link = &used_;
  while (*link != nullptr && *link != conn) link = &(*link)->next_;
  if (*link == nullptr) return Errc::Enoent;
  *link = std::exchange(conn->next_, nullptr);
  conn->serial_ = 0;
  --in_use_;
  heard_ = {};
  for (const NetConn* each = used_; each != nullptr; each = each->next_) note_hearer(*each);
  return Status();
}

// An entry is mostly the first part of a context of two lines. Nodes mostly have one or two of
// them, and whoever has more seldom is cold.
Foresight NetConnTable::foresee() const {
  if (used_ == nullptr) return {};
  prefetch(used_, 2 * kCacheLine);
  return foresight<&NetConnTable::foresee_next>(this);
}

Foresight NetConnTable::foresee_next() const {
  const NetConn* const next = used_ != nullptr ? used_->next_ : nullptr;
  if (next != nullptr) prefetch(next, 2 * kCacheLine);
  return {};
}

bool NetConnTable::matches(const NetConn& conn, const NetIf& iface, const PacketMeta& meta) {
  if (conn.local_.port != 0 && conn.local_.port != meta.destination.port) return false;
  const Family family = meta.destination.address.family();
  const bool for_it =
      conn.type_ != SocketType::Raw &&
      (conn.family_ == family || (conn.takes_ipv4_ && family == Family::Inet)) &&
      protocol_number(conn.protocol_, conn.family_) == meta.protocol &&
      address_fits(conn.local_.address, meta.destination.address);
  if (!for_it || conn.from_anyone_) return for_it;
  const NetConn::Source& source = *conn.source_;
  return (source.iface == nullptr || source.iface == &iface) &&
         endpoint_fits(source.remote, meta.source);
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
  for (NetConn* conn = used_; conn != nullptr; conn = conn->next_) {
    if (!matches(*conn, iface, meta)) continue;
    const int rank = static_cast<int>(conn->rank_);
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
    const std::uint64_t serial = conn->serial_;
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
  stack_.waits().wait_within(
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
  while (conn != nullptr && conn->serial_ != serial) conn = conn->next_;
  return conn;
}

NetConn* NetConnTable::newest_match(const NetIf& iface, const PacketMeta& meta,
                                    std::uint64_t before) const {
  for (NetConn* conn = used_; conn != nullptr; conn = conn->next_) {
    if (conn->serial_ < before && matches(*conn, iface, meta)) return conn;
  }
  return nullptr;
}

Verdict NetConnTable::call(NetConn& conn, PacketPtr& packet) {
  stack_.tracer().hop(Hop::ConnMatch, stack_.subject(), *packet);
  if (conn.on_packet(packet)) return Verdict::Ok;
  stack_.tracer().drop(DropReason::ConnRefused, stack_.subject(), *packet);
  packet.reset();
  return Verdict::Drop;
}

}  // namespace flapjack
