// SPDX-License-Identifier: Apache-2.0
#include "stack/net/mld.h"

#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/mld.h"

namespace flapjack {
namespace {

// ff02::16, all routers that speak MLDv2 (RFC 3810 section 5.2.14).
constexpr Ipv6Address kMldRouters{0xff02ull << 48, 0x16};
// Unsolicited Report Interval (RFC 3810 section 9.11).
constexpr Duration kUnsolicitedInterval = seconds(1);

using Record = GroupRecord<Ipv6Address>;

}  // namespace

Mld::Mld(Stack& stack)
    : stack_(stack), timer_(stack.scheduler(), Lane::Work, delegate<&Mld::on_time>(this)) {
  query_handler_.type = static_cast<std::uint8_t>(Icmpv6Type::MldQuery);
  query_handler_.handle = [this](NetIf& iface, const IcmpHeader&, Packet& packet) {
    return on_query(iface, packet);
  };
  stack.icmpv6.add(query_handler_);
}

void Mld::join(NetIf& iface, const Ipv6Address& group) {
  stack_.mgmt.notify(MgmtEvent::Ipv6McastJoin, &iface, group);
  change(iface, group, Report::Joined);
}

void Mld::leave(NetIf& iface, const Ipv6Address& group) {
  stack_.mgmt.notify(MgmtEvent::Ipv6McastLeave, &iface, group);
  change(iface, group, Report::Left);
}

// Ends the repetition of an earlier change (RFC 3810 section 6.1).
void Mld::change(NetIf& iface, const Ipv6Address& group, Report report) {
  if (!is_reported(iface, group)) return;
  std::erase_if(owed_, [&](const Owed& owed) {
    return owed.iface == &iface && owed.group == group && owed.is_change();
  });
  send_change(iface, group, report);
  owe({&iface, group, report, stack_.scheduler().now() + draw(kUnsolicitedInterval)});
}

void Mld::stop(const NetIf& iface) {
  std::erase_if(owed_, [&](const Owed& owed) { return owed.iface == &iface; });
  settle();
}

// RFC 3810 section 6: never ff02::1, nor what does not leave the node.
bool Mld::is_reported(const NetIf& iface, const Ipv6Address& group) const {
  return stack_.config().ipv6.mld && iface.has_mld() && group != Ipv6Address::all_nodes() &&
         group.multicast_scope() > 1;
}

// ---- queries (RFC 3810 section 6.2, RFC 2710 section 4)

Status Mld::on_query(NetIf& iface, Packet& packet) {
  const auto query = MldQuery::parse(packet.bytes());
  const bool valid =
      query && packet.meta.ttl == kMldHopLimit && packet.meta.source.address.is_link_local();
  if (!valid) {
    stack_.tracer().drop(DropReason::BadHeader, stack_.subject(), packet);
    return Errc::Einval;
  }
  if (!stack_.config().ipv6.mld || !iface.has_mld()) return Status();
  const bool general = query->group.is_any();
  if (!general && !iface.ipv6()->is_member(query->group)) return Status();
  const SimTime at = stack_.scheduler().now() + draw(milliseconds(query->max_response_ms()));
  Owed owed{&iface, {}, query->version == 1 ? Report::StateVersion1 : Report::State, at};
  if (!general) owed.group = query->group;
  owe(owed);
  return Status();
}

// An answer that is due sooner stands for a later one to the same question.
void Mld::owe(Owed owed) {
  for (Owed& each : owed_) {
    const bool same = each.iface == owed.iface && each.group == owed.group &&
                      each.is_change() == owed.is_change();
    if (!same) continue;
    each.at = std::min(each.at, owed.at);
    each.report = owed.report;
    return settle();
  }
  owed_.push_back(owed);
  settle();
}

void Mld::on_time() {
  const SimTime now = stack_.scheduler().now();
  for (;;) {
    const auto due =
        std::find_if(owed_.begin(), owed_.end(), [&](const Owed& each) { return each.at <= now; });
    if (due == owed_.end()) break;
    const Owed owed = *due;
    owed_.erase(due);
    say(owed);
  }
  settle();
}

void Mld::settle() {
  SimTime next = kNever;
  for (const Owed& each : owed_) next = std::min(next, each.at);
  if (next == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(next);
  }
}

void Mld::say(const Owed& owed) {
  NetIf& iface = *owed.iface;
  if (!iface.is_up()) return;
  if (owed.is_change()) return send_change(iface, *owed.group, owed.report);
  if (owed.report == Report::State) return send_state(iface, owed.group);
  for (const Ipv6IfGroup& each : iface.ipv6()->groups()) {
    const bool asked = !owed.group || *owed.group == each.address;
    if (asked && is_reported(iface, each.address)) send_version1(iface, each.address);
  }
}

Duration Mld::draw(Duration most) {
  if (!random_) random_ = stack_.env().rng.stream(stack_.name() + ".mld");
  return Duration{random_->between(0, most.ns)};
}

// ---- reports

// From :: while the link-local address is being checked (RFC 3590).
Icmpv6Route Mld::route(const NetIf& iface, const Ipv6Address& destination) const {
  const Ipv6IfAddress* own = iface.ipv6()->link_local();
  return {own != nullptr ? own->address() : Ipv6Address{}, destination, kMldHopLimit, true, {}};
}

void Mld::send(NetIf& iface, std::vector<std::uint8_t> message, const Icmpv6Route& route) {
  stack_.icmpv6.post(iface, std::move(message), route, stack_.config().alloc.icmp);
}

void Mld::send_change(NetIf& iface, const Ipv6Address& group, Report report) {
  std::vector<std::uint8_t> message(MldReport2::kBytes + Record::bytes(0));
  Record::emit(message.data() + MldReport2::kBytes,
               report == Report::Joined ? GroupRecordType::ChangeToExclude
                                        : GroupRecordType::ChangeToInclude,
               group, {});
  const Icmpv6Route to = route(iface, kMldRouters);
  MldReport2::emit(message, 1, to.source, to.destination);
  send(iface, std::move(message), to);
}

void Mld::send_state(NetIf& iface, const std::optional<Ipv6Address>& group) {
  const auto told = [&](const Ipv6IfGroup& each) {
    return (!group || *group == each.address) && is_reported(iface, each.address);
  };
  const auto& groups = iface.ipv6()->groups();
  const auto count = static_cast<std::size_t>(std::count_if(groups.begin(), groups.end(), told));
  if (count == 0) return;
  std::vector<std::uint8_t> message(MldReport2::kBytes + count * Record::bytes(0));
  std::uint8_t* out = message.data() + MldReport2::kBytes;
  for (const Ipv6IfGroup& each : groups) {
    if (!told(each)) continue;
    Record::emit(out, GroupRecordType::ModeIsExclude, each.address, {});
    out += Record::bytes(0);
  }
  const Icmpv6Route to = route(iface, kMldRouters);
  MldReport2::emit(message, static_cast<std::uint16_t>(count), to.source, to.destination);
  send(iface, std::move(message), to);
}

void Mld::send_version1(NetIf& iface, const Ipv6Address& group) {
  std::vector<std::uint8_t> message(MldMessage::kBytes);
  const Icmpv6Route to = route(iface, group);
  MldMessage{Icmpv6Type::MldReport, group}.emit(message, to.source, to.destination);
  send(iface, std::move(message), to);
}

}  // namespace flapjack
