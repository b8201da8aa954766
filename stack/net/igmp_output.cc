// SPDX-License-Identifier: Apache-2.0
// What Igmp sends: TTL 1, with the router alert (RFC 2236 section 2, RFC 3376 section 4).
#include <array>

#include "stack/net/stack.h"
#include "stack/wire/ipv4_option.h"

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
  std::vector<std::uint8_t> bytes(kIgmpHeaderBytes);
  message.emit(bytes);
  post(iface, to, std::move(bytes));
}

void Igmp::send_records(NetIf& iface, std::span<const IgmpGroup* const> groups,
                        GroupRecordType type) {
  constexpr Ipv4Address kIgmpv3Routers{0xe0000016};  // RFC 3376 section 4.2.14
  using Record = GroupRecord<Ipv4Address>;
  const std::size_t each = Record::bytes(0);
  std::vector<std::uint8_t> message(kIgmpHeaderBytes + groups.size() * each);
  std::uint8_t* place = message.data() + kIgmpHeaderBytes;
  for (const IgmpGroup* group : groups) {
    Record::emit(place, type, group->group, {});
    place += each;
  }
  IgmpReport3::emit(message, static_cast<std::uint16_t>(groups.size()));
  post(iface, kIgmpv3Routers, std::move(message));
}

// As soon as a packet is free, within the time that ICMP waits.
void Igmp::post(NetIf& iface, Ipv4Address to, std::vector<std::uint8_t> message) {
  const std::size_t bytes = kIpv4HeaderBytes + kIpv4RouterAlertBytes + message.size();
  stack_.waits.allocate_within(
      stack_.tx_pool, bytes, stack_.config().alloc.icmp,
      [this, &iface, to, message = std::move(message)](PacketPtr packet) {
        if (packet == nullptr || message.size() > packet->tailroom()) {
          stack_.tracer().event(iface.subject(), "igmp_failed",
                                {Attr::of("errno", Errc::Enobufs)});
          return;
        }
        packet->append(message);
        output(iface, std::move(packet), to);
      });
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
