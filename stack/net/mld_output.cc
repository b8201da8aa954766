// SPDX-License-Identifier: Apache-2.0
// What Mld sends: hop limit 1, with the router alert (RFC 3810 section 5, RFC 2710 section 3).
#include <utility>

#include "stack/net/group_report.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

// ff02::16, all routers that speak MLDv2 (RFC 3810 section 5.2.14).
constexpr Ipv6Address kMldRouters{0xff02ull << 48, 0x16};

}  // namespace

// From :: while the link-local address is being checked (RFC 3590).
Icmpv6Route Mld::route(const NetIf& iface, const Ipv6Address& destination) const {
  const Ipv6IfAddress* own = iface.ipv6()->link_local();
  return {own != nullptr ? own->address() : Ipv6Address{}, destination, kMldHopLimit, true, {}};
}

void Mld::send(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route) {
  stack_.v6()->icmp.post(iface, std::move(message), route, stack_.config().alloc.icmp);
}

auto Mld::report_of(NetIf& iface) {
  const auto send_it = [this, &iface](std::vector<std::uint8_t> message, std::uint16_t records) {
    const Icmpv6Route to = route(iface, kMldRouters);
    MldReport2::emit(message, records, to.source, to.destination);
    send(iface, std::move(message), to);
  };
  constexpr std::size_t kFront = kIpv6HeaderBytes + kIpv6RouterAlertBytes;
  return GroupReport<Ipv6Address, decltype(send_it)>(iface.ipv6()->mtu() - kFront, send_it);
}

void Mld::send_changes(NetIf& iface, std::span<const GroupChanges<Ipv6Address>::Change> changes) {
  if (!iface.is_up()) return;
  auto report = report_of(iface);
  report.add_changes(changes);
  report.flush();
}

void Mld::send_state(NetIf& iface) {
  if (!iface.is_up()) return;
  auto report = report_of(iface);
  for (const Ipv6IfGroup& each : iface.ipv6()->groups()) {
    if (each.joined && is_reported(iface, each.address)) {
      report.add(GroupRecordType::ModeIsExclude, each.address);
    }
  }
  report.flush();
}

void Mld::say(Asked& asked) {
  if (asked.due > stack_.scheduler().now()) return;
  asked.due = kNever;
  const std::vector<Ipv6Address> sources = std::exchange(asked.sources, {});
  if (!asked.iface->is_up()) return;
  if (link_of(*asked.iface).version1) {
    asked.other_reports = asked.repeats = false;
    return send_version1(*asked.iface, asked.group, Icmpv6Type::MldReport);
  }
  auto report = report_of(*asked.iface);
  report.add_state(asked.group, sources);
  report.flush();
}

// A report goes to the group itself, done to all routers (RFC 2710 section 5).
void Mld::send_version1(NetIf& iface, const Ipv6Address& group, Icmpv6Type type) {
  if (!iface.is_up()) return;
  std::vector<std::uint8_t> message(MldMessage::kBytes);
  const bool done = type == Icmpv6Type::MldDone;
  const Icmpv6Route to = route(iface, done ? Ipv6Address::all_routers() : group);
  MldMessage{type, group}.emit(message, to.source, to.destination);
  send(iface, std::move(message), to);
}

}  // namespace flapjack
