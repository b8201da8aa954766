// SPDX-License-Identifier: Apache-2.0
// The entries of raw IP and packet contexts: everyone that fits gets a copy of its own (Zephyr:
// net_conn_raw_ip_input, net_conn_packet_input).
#include "stack/net/net_conn.h"
#include "stack/net/stack.h"

namespace flapjack {

void NetConnTable::note_hearer(const NetConn& conn) {
  const bool raw = conn.type_ == SocketType::Raw;
  if (conn.family_ != Family::Packet) {
    if (raw) heard_.raw = true;
  } else {
    (raw ? heard_.frames : heard_.link_datagrams) = true;
  }
}

bool NetConnTable::fits(const NetConn& conn, Hearers hearers, const NetIf& iface,
                        const PacketMeta& meta) const {
  if (hearers == Hearers::RawFrames) return hears(conn, iface, meta, SocketType::Raw);
  if (hearers == Hearers::LinkDatagrams) return hears(conn, iface, meta, SocketType::Datagram);
  const IpAddress& local = conn.local_.address;
  const NetIf* only = conn.source().iface;
  return conn.type_ == SocketType::Raw && conn.family_ == meta.destination.address.family() &&
         (only == nullptr || only == &iface) &&
         (conn.protocol_ == Protocol::Default || conn.protocol_ == Protocol{meta.protocol}) &&
         (local.is_any() || local == meta.destination.address);
}

NetConn* NetConnTable::next_hearer(Hearers hearers, const NetIf& iface, const PacketMeta& meta,
                                   std::uint64_t before) const {
  NetConn* conn = used_;
  while (conn != nullptr &&
         !(conn->serial_ < before && fits(*conn, hearers, iface, meta))) {
    conn = conn->next_;
  }
  return conn;
}

// The newest entry first. Handlers may add and remove entries, so after each of them the table is
// looked through anew for the next older one. When there is no packet for a copy, it and those
// behind it wait, as Zephyr's rx thread does; the packet itself goes on up.
void NetConnTable::copy_to_each(NetIf& iface, const Packet& packet, Hearers hearers) {
  NetConn* conn = next_hearer(hearers, iface, packet.meta, last_serial_ + 1);
  while (conn != nullptr) {
    const std::uint64_t serial = conn->serial_;
    const CauseScope scope(stack_.scheduler(), packet.meta.cause);
    PacketPtr copy = stack_.rx_pool.clone(packet);
    if (copy == nullptr) {
      const auto bytes = packet.bytes();
      return copy_later(iface, hearers, serial, {{bytes.begin(), bytes.end()}, packet.meta});
    }
    call(*conn, copy);
    conn = next_hearer(hearers, iface, packet.meta, serial);
  }
}

void NetConnTable::copy_later(NetIf& iface, Hearers hearers, std::uint64_t serial,
                              Copied copied) {
  const std::size_t bytes = copied.bytes.size();
  stack_.waits().wait_within(
      stack_.rx_pool, bytes, stack_.config().alloc.clone,
      [this, &iface, hearers, serial, copied = std::move(copied)](PacketPtr copy) mutable {
        NetConn* conn = entry_of(serial);
        if (copy == nullptr) lose_copy(iface);
        if (copy != nullptr && conn != nullptr) {
          fill(*copy, copied.bytes, copied.meta);
          call(*conn, copy);
        }
        copy.reset();  // whose entry is gone meanwhile
        go_on_copying(iface, hearers, serial, std::move(copied));
      });
}

// The next ones: there may be packets again, or none for these either.
void NetConnTable::go_on_copying(NetIf& iface, Hearers hearers, std::uint64_t before,
                                 Copied copied) {
  while (NetConn* conn = next_hearer(hearers, iface, copied.meta, before)) {
    before = conn->serial_;
    PacketPtr copy = stack_.rx_pool.allocate(copied.bytes.size());
    if (copy == nullptr) return copy_later(iface, hearers, before, std::move(copied));
    fill(*copy, copied.bytes, copied.meta);
    call(*conn, copy);
  }
}

// As a clone is: with an id of its own, and all that is known of the original.
void NetConnTable::fill(Packet& copy, std::span<const std::uint8_t> bytes,
                        const PacketMeta& meta) {
  const PacketId id = copy.meta.id;
  copy.meta = meta;
  copy.meta.id = id;
  copy.meta.parent = meta.id;
  copy.meta.parked = false;
  copy.append(bytes);
}

void NetConnTable::lose_copy(NetIf& iface) {
  ++iface.losses().rx_alloc_failed;
  stack_.tracer().event(iface.subject(), "copy_lost", {Attr::of("errno", Errc::Enobufs)});
}

void NetConnTable::raw_input(NetIf& iface, Packet& packet) {
  const std::uint16_t header_bytes = packet.meta.l3_bytes;
  packet.push(header_bytes);  // it was pulled, but is still there
  copy_to_each(iface, packet, Hearers::RawIp);
  packet.pull(header_bytes);
}

void NetConnTable::frame_input(NetIf& iface, const Packet& packet, SocketType type) {
  copy_to_each(iface, packet,
               type == SocketType::Raw ? Hearers::RawFrames : Hearers::LinkDatagrams);
}

bool NetConnTable::hears(const NetConn& conn, const NetIf& iface, const PacketMeta& meta,
                         SocketType type) const {
  if (conn.family_ != Family::Packet || conn.type_ != type) return false;
  const NetConn::Source& source = conn.source();
  if (source.iface != nullptr && source.iface != &iface) return false;
  if (source.packet_iface != iface.index()) {
    const bool any = !source.packet_iface.valid();
    if (!any || !stack_.config().sockets.packet_iface_zero_is_all) return false;
  }
  if (conn.protocol_ == Protocol::Default) return false;
  return type == SocketType::Raw || conn.protocol_ == kEveryEtherType ||
         conn.protocol_ == Protocol{meta.ether_type};
}

}  // namespace flapjack
