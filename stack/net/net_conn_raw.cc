// SPDX-License-Identifier: Apache-2.0
// The entries of raw IP and packet contexts: everyone that fits gets a copy of its own (Zephyr:
// net_conn_raw_ip_input, net_conn_packet_input).
#include "stack/net/net_conn.h"
#include "stack/net/stack.h"

namespace flapjack {

std::size_t& NetConnTable::raw_count(const ConnTuple& tuple) {
  const bool raw = tuple.type == SocketType::Raw;
  if (tuple.family != Family::Packet) return raw ? raw_ : others_;
  return raw ? frames_ : link_datagrams_;
}

// The newest entry first. Handlers may add and remove entries, so after each of them the table is
// looked through anew for the next older one. Zephyr's rx thread waits up to 100 ms for a copy's
// buffers; here there is no copy when there are none.
template <class Fits>
void NetConnTable::copy_to_each(NetIf& iface, const Packet& packet, const Fits& fits) {
  const auto next = [&](std::uint64_t before) {
    NetConn* conn = used_;
    while (conn != nullptr && !(conn->serial < before && fits(conn->tuple))) conn = conn->next;
    return conn;
  };
  NetConn* conn = next(last_serial_ + 1);
  while (conn != nullptr) {
    const std::uint64_t serial = conn->serial;
    const CauseScope scope(stack_.scheduler(), packet.meta.cause);
    PacketPtr copy = stack_.rx_pool.clone(packet);
    if (copy != nullptr) {
      call(*conn, copy);
    } else {
      lose_copy(iface);
    }
    conn = next(serial);
  }
}

void NetConnTable::lose_copy(NetIf& iface) {
  ++iface.stats().rx_alloc_failed;
  stack_.tracer().event(iface.subject(), "copy_lost", {Attr::of("errno", Errc::Enobufs)});
}

void NetConnTable::raw_input(NetIf& iface, Packet& packet) {
  const PacketMeta& meta = packet.meta;
  const auto fits = [&](const ConnTuple& tuple) {
    const bool all = tuple.protocol == Protocol::Default;
    const IpAddress& local = tuple.local.address;
    return tuple.type == SocketType::Raw && tuple.family == meta.destination.address.family() &&
           (tuple.iface == nullptr || tuple.iface == &iface) &&
           (all || tuple.protocol == Protocol{meta.protocol}) &&
           (local.is_any() || local == meta.destination.address);
  };
  packet.push(meta.l3_bytes);  // it was pulled, but is still there
  copy_to_each(iface, packet, fits);
  packet.pull(meta.l3_bytes);
}

void NetConnTable::frame_input(NetIf& iface, const Packet& packet, SocketType type) {
  copy_to_each(iface, packet, [&](const ConnTuple& tuple) {
    return hears(tuple, iface, packet.meta, type);
  });
}

bool NetConnTable::hears(const ConnTuple& tuple, const NetIf& iface, const PacketMeta& meta,
                         SocketType type) const {
  if (tuple.family != Family::Packet || tuple.type != type) return false;
  if (tuple.iface != nullptr && tuple.iface != &iface) return false;
  if (tuple.packet_iface != iface.index()) {
    const bool any = !tuple.packet_iface.valid();
    if (!any || !stack_.config().sockets.packet_iface_zero_is_all) return false;
  }
  if (tuple.protocol == Protocol::Default) return false;
  return type == SocketType::Raw || tuple.protocol == kEveryEtherType ||
         tuple.protocol == Protocol{meta.ether_type};
}

}  // namespace flapjack
