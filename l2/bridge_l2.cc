// SPDX-License-Identifier: Apache-2.0
#include "l2/bridge_l2.h"

#include "l2/l2_drop.h"

namespace flapjack {
namespace {

struct BridgeContext : ArpCache {
  BridgeContext(NetIf& iface, const BridgeConfig& config)
      : ArpCache(iface), table(config.ageing, config.addresses) {}

  /// Whether one more frame may be flooded in this second.
  bool may_flood(SimTime now, std::uint32_t limit) {
    const std::int64_t this_second = now.ns / seconds(1).ns;
    if (this_second != second) flooded = 0;
    second = this_second;
    return ++flooded <= limit;
  }

  BridgeTable table;
  std::int64_t second = 0;
  std::uint32_t flooded = 0;
};

BridgeContext& context_of(NetIf& iface) {
  assert(iface.l2_context() != nullptr);
  return *static_cast<BridgeContext*>(iface.l2_context());
}

/// Group addresses that no bridge passes on (IEEE 802.1D-2004 table 7-10).
bool is_reserved(const MacAddress& address) {
  constexpr std::array<std::uint8_t, 5> kReserved = {0x01, 0x80, 0xc2, 0x00, 0x00};
  return std::equal(kReserved.begin(), kReserved.end(), address.bytes.begin()) &&
         address.bytes[5] <= 0x0f;
}

/// Whether it is for a VLAN on the bridge that has an address of its own.
bool is_of_vlan(NetIf& iface, const EthernetHeader& header, const Packet& frame) {
  const NetIf* const upper = iface.claimant(frame);
  return upper != nullptr && upper->link_address() == header.destination;
}

// IEEE 802.1D-2004 section 7.7.1: what is longer than the port's link carries stays here.
Status output_by(NetIf& port, PacketPtr frame) {
  const std::size_t tag = VlanTag::parse(frame->bytes()) ? kVlanTagBytes : 0;
  if (frame->size() > port.mtu() + kEthernetHeaderBytes + tag) {
    return port.drop_tx(std::move(frame), DropReason::TooBig, Errc::Emsgsize);
  }
  return port.output_frame(std::move(frame));
}

void send_by(NetIf& port, PacketPtr frame) {
  frame->meta.lower = {};
  const Status sent = output_by(port, std::move(frame));
  static_cast<void>(sent);  // recorded as a drop where it failed
}

}  // namespace

L2Traits BridgeL2::traits() const {
  L2Traits traits = EthernetL2::traits();
  traits.name = "bridge";
  return traits;
}

std::unique_ptr<L2Context> BridgeL2::attach(NetIf& iface) {
  return make_in<BridgeContext>(iface.stack().arena(), iface, config_);
}

BridgeTable& BridgeL2::table(NetIf& iface) {
  return context_of(iface).table;
}

Status BridgeL2::attach_lower(NetIf& iface, NetIf& lower) {
  const auto* ethernet = dynamic_cast<EthernetL2*>(lower.l2());
  if (ethernet == nullptr || dynamic_cast<const BridgeL2*>(ethernet) != nullptr ||
      iface.mtu() > lower.mtu()) {
    return Errc::Einval;
  }
  if (!lower.stacking().uppers().empty()) return Errc::Ebusy;
  return iface.link_address().is_zero() ? iface.set_link_address(lower.link_address()) : Status();
}

void BridgeL2::detach_lower(NetIf& iface, NetIf& lower) {
  context_of(iface).table.flush(lower.index());
}

void BridgeL2::on_lower(NetIf& iface, NetIf& lower, bool up) {
  if (!up) context_of(iface).table.flush(lower.index());
}

Verdict BridgeL2::recv(NetIf& iface, PacketPtr& packet) {
  const auto header = EthernetHeader::parse(packet->bytes());
  if (!header || header->source.is_group()) {
    return drop_rx(iface, packet, DropReason::BadLinkHeader);
  }
  if (packet->meta.bridged >= config_.hop_limit) {
    return drop_rx(iface, packet, DropReason::BridgeLoop);
  }
  ++packet->meta.bridged;
  const SimTime now = iface.stack().scheduler().now();
  context_of(iface).table.learn(header->source, packet->meta.lower, now);
  if (header->destination == iface.link_address() || is_of_vlan(iface, *header, *packet)) {
    return EthernetL2::recv(iface, packet);
  }
  const DropReason reason = pass_on(iface, *header, packet);
  if (packet == nullptr) return Verdict::Ok;
  if (reason == DropReason::FloodLimit) return drop_rx(iface, packet, reason);
  if (header->destination.is_group() && !is_reserved(header->destination)) {
    return EthernetL2::recv(iface, packet);  // it is for the bridge too
  }
  return drop_rx(iface, packet, reason);
}

// Takes the packet if it is for others alone and could be passed on.
DropReason BridgeL2::pass_on(NetIf& iface, const EthernetHeader& header, PacketPtr& packet) {
  const IfIndex from = packet->meta.lower;
  if (header.destination.is_group()) {
    return is_reserved(header.destination) ? DropReason::Filtered
                                           : flood(iface, from, packet, true);
  }
  const SimTime now = iface.stack().scheduler().now();
  const IfIndex to = context_of(iface).table.find(header.destination, now);
  if (!to.valid()) return flood(iface, from, packet, false);
  if (to == from) return DropReason::Filtered;
  send_by(*iface.stack().iface(to), std::move(packet));
  return DropReason::None;
}

// To every port that is up, but the one it came from; with `keep` the packet itself stays.
DropReason BridgeL2::flood(NetIf& iface, IfIndex from, PacketPtr& packet, bool keep) {
  Stack& stack = iface.stack();
  NetIf* last = nullptr;  // it gets the packet itself, the others copies
  for (NetIf* port : iface.stacking().lowers()) {
    if (port->is_up() && port->index() != from) last = port;
  }
  if (last == nullptr) return DropReason::Filtered;
  if (!context_of(iface).may_flood(stack.scheduler().now(), config_.flood_limit)) {
    return DropReason::FloodLimit;
  }
  for (NetIf* port : iface.stacking().lowers()) {
    if (!port->is_up() || port->index() == from) continue;
    if (port == last && !keep) break;
    PacketPtr copy = stack.tx_pool.clone(*packet);
    if (copy == nullptr) {
      stack.tracer().event(port->subject(), "flood_copy_lost", {});
      continue;
    }
    send_by(*port, std::move(copy));
  }
  if (!keep) send_by(*last, std::move(packet));
  return DropReason::None;
}

Status BridgeL2::output(NetIf& iface, PacketPtr frame) {
  const auto header = EthernetHeader::parse(frame->bytes());
  if (!header) {
    return refuse_output(iface, std::move(frame), DropReason::BadLinkHeader, Errc::Einval);
  }
  const SimTime now = iface.stack().scheduler().now();
  const IfIndex to = context_of(iface).table.find(header->destination, now);
  if (to.valid()) return output_by(*iface.stack().iface(to), std::move(frame));
  const DropReason reason = flood(iface, {}, frame, false);
  if (frame == nullptr) return Status();
  return refuse_output(iface, std::move(frame), reason, Errc::Enetdown);
}

}  // namespace flapjack
