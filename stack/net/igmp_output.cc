// SPDX-License-Identifier: Apache-2.0
// What Igmp sends: TTL 1, with the router alert (RFC 2236 section 2, RFC 3376 section 4).
#include <utility>

#include "stack/net/group_report.h"
#include "stack/net/stack.h"
#include "stack/wire/ipv4_option.h"

namespace flapjack {

void Igmp::report_old(const IgmpGroup& group) {
  const bool version1 = version_on(*group.iface) == 1;
  const IgmpType type = version1 ? IgmpType::Report1 : IgmpType::Report2;
  send(*group.iface, group.group, {type, 0, group.group});
}

auto Igmp::report_of(NetIf& iface) {
  const auto send_it = [this, &iface](std::vector<std::uint8_t> message, std::uint16_t records) {
    constexpr Ipv4Address kIgmpv3Routers{0xe0000016};  // RFC 3376 section 4.2.14
    IgmpReport3::emit(message, records);
    post(iface, kIgmpv3Routers, std::move(message));
  };
  constexpr std::size_t kFront = kIpv4HeaderBytes + kIpv4RouterAlertBytes;
  return GroupReport<Ipv4Address, decltype(send_it)>(iface.mtu() - kFront, send_it);
}

void Igmp::report_state(IgmpGroup& group) {
  const std::vector<Ipv4Address> sources = std::exchange(group.sources, {});
  auto report = report_of(*group.iface);
  report.add_state(group.group, sources);
  report.flush();
}

void Igmp::report_all(NetIf& iface) {
  auto report = report_of(iface);
  for (const IgmpGroup& group : groups_) {
    if (group.iface != &iface || !group.joined) continue;
    report.add(GroupRecordType::ModeIsExclude, group.group);
  }
  report.flush();
}

void Igmp::report_changes(NetIf& iface,
                          std::span<const GroupChanges<Ipv4Address>::Change> changes) {
  auto report = report_of(iface);
  report.add_changes(changes);
  report.flush();
}

void Igmp::send(NetIf& iface, Ipv4Address to, const IgmpHeader& message) {
  std::vector<std::uint8_t> bytes(kIgmpHeaderBytes);
  message.emit(bytes);
  post(iface, to, std::move(bytes));
}

// As soon as a packet is free, within the time that ICMP waits.
void Igmp::post(NetIf& iface, Ipv4Address to, std::vector<std::uint8_t> message) {
  const std::size_t bytes = kIpv4HeaderBytes + kIpv4RouterAlertBytes + message.size();
  stack_.waits().allocate_within(stack_.tx_pool, bytes, stack_.config().alloc.icmp,
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
  meta.source.address = stack_.route().source(&iface, IpAddress(to));
  meta.destination.address = to;
  meta.ttl = kIgmpTtl;
  meta.router_alert = true;
  static_cast<void>(stack_.ip().output(std::move(packet), IpProtocol::Igmp).ok());
}

}  // namespace flapjack
