// SPDX-License-Identifier: Apache-2.0
// What Igmp sends: TTL 1, with the router alert (RFC 2236 section 2, RFC 3376 section 4).
#include <array>

#include "stack/net/stack.h"

namespace flapjack {

void Igmp::report(const IgmpGroup& group, GroupRecordType change) {
  NetIf& iface = *group.iface;
  switch (version_on(iface)) {
    case 1:
      return send(iface, group.group, {IgmpType::Report1, 0, group.group});
    case 2:
      return send(iface, group.group, {IgmpType::Report2, 0, group.group});
    default: {
      const IgmpGroup* one = &group;
      return send_records(iface, {&one, 1}, change);
    }
  }
}

// As many records as fit into a packet; the groups of an iface are few.
void Igmp::report_all(NetIf& iface) {
  constexpr std::size_t kRecordsMax = 64;
  std::array<const IgmpGroup*, kRecordsMax> joined;
  std::size_t count = 0;
  for (const IgmpGroup& group : groups_) {
    if (group.iface != &iface || !group.joined) continue;
    joined[count++] = &group;
    if (count < kRecordsMax) continue;
    send_records(iface, {joined.data(), count}, GroupRecordType::ModeIsExclude);
    count = 0;
  }
  if (count > 0) send_records(iface, {joined.data(), count}, GroupRecordType::ModeIsExclude);
}

void Igmp::send(NetIf& iface, Ipv4Address to, const IgmpHeader& message) {
  PacketPtr packet = make(iface, kIgmpHeaderBytes);
  if (packet == nullptr) return;
  message.emit(packet->bytes());
  output(iface, std::move(packet), to);
}

void Igmp::send_records(NetIf& iface, std::span<const IgmpGroup* const> groups,
                        GroupRecordType type) {
  constexpr Ipv4Address kIgmpv3Routers{0xe0000016};  // RFC 3376 section 4.2.14
  using Record = GroupRecord<Ipv4Address>;
  const std::size_t each = Record::bytes(0);
  PacketPtr packet = make(iface, kIgmpHeaderBytes + groups.size() * each);
  if (packet == nullptr) return;
  std::uint8_t* place = packet->data() + kIgmpHeaderBytes;
  for (const IgmpGroup* group : groups) {
    Record::emit(place, type, group->group, {});
    place += each;
  }
  IgmpReport3::emit(packet->bytes(), static_cast<std::uint16_t>(groups.size()));
  output(iface, std::move(packet), kIgmpv3Routers);
}

PacketPtr Igmp::make(NetIf& iface, std::size_t bytes) {
  PacketPtr packet = stack_.tx_pool.allocate();
  if (packet == nullptr) {
    stack_.tracer().event(iface.subject(), "igmp_failed", {Attr::of("errno", Errc::Enobufs)});
    return nullptr;
  }
  packet->append(bytes);
  return packet;
}

void Igmp::output(NetIf& iface, PacketPtr packet, Ipv4Address to) {
  PacketMeta& meta = packet->meta;
  meta.cause = stack_.scheduler().cause();
  meta.iface = iface.index();
  meta.source.address = stack_.route.source(&iface, IpAddress(to));
  meta.destination.address = to;
  meta.ttl = kIgmpTtl;
  meta.router_alert = true;
  static_cast<void>(stack_.ip.output(std::move(packet), IpProtocol::Igmp).ok());
}

}  // namespace flapjack
