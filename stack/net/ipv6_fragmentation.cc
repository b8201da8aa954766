// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv6_fragmentation.h"

#include <algorithm>
#include <utility>

#include "stack/net/stack.h"
#include "stack/wire/ipv6_ext.h"
#include "stack/wire/ipv6_patch.h"

namespace flapjack {
namespace {

constexpr std::size_t kUnit = 8;  // of offsets (RFC 8200 section 4.5)

}  // namespace

Ipv6Fragmentation::Ipv6Fragmentation(Stack& stack)
    : Splitter(stack),
      reassembly_(stack, stack.config().ipv6_fragment.reassembly,
                  [this](NetIf& iface, Packet& first) { expired(iface, first); }) {}

// A part is not split once more, also when it turns out to be too large while the others wait.
bool Ipv6Fragmentation::splits(const Packet& packet) const {
  if (!stack_.config().ipv6_fragment.enabled || packet.meta.forwarded) return false;
  const std::size_t named_at = place_for_ipv6_fragment(packet.bytes()).named_at;
  return packet.bytes()[named_at] != static_cast<std::uint8_t>(IpProtocol::Fragment);
}

// ---- sending

Status Ipv6Fragmentation::send(PacketPtr packet, std::uint16_t mtu) {
  const Ipv6FragmentPlace place = place_for_ipv6_fragment(packet->bytes());
  const std::size_t header = place.at + kIpv6FragmentBytes;
  if (mtu < header + kUnit) {
    NetIf& iface = *stack_.iface(packet->meta.iface);
    return iface.drop_tx(std::move(packet), DropReason::TooBig, Errc::Einval);
  }
  const std::size_t most = (mtu - header) / kUnit * kUnit;
  const std::size_t total = packet->size() - place.at;
  return send_parts({std::move(packet), place.at, total, header, most, next_id()});
}

void Ipv6Fragmentation::fill(const Split& split, const Part& part, Packet& piece) {
  const auto whole = std::as_const(*split.whole).bytes();
  const Ipv6FragmentPlace place = place_for_ipv6_fragment(whole);
  piece.append(whole.subspan(place.at + part.offset, part.bytes));
  Ipv6Fragment header;
  header.next_header = whole[place.named_at];
  header.offset = static_cast<std::uint16_t>(part.offset / kUnit);
  header.more = !part.last;
  header.id = split.id;
  header.emit(piece.push(kIpv6FragmentBytes));
  std::uint8_t* front = piece.push(place.at);
  std::copy_n(whole.data(), place.at, front);
  front[place.named_at] = static_cast<std::uint8_t>(IpProtocol::Fragment);
  set_ipv6_payload_length(piece.bytes());
}

// Zephyr hopes that the link carries it all the same.
Status Ipv6Fragmentation::give_up(PacketPtr packet) {
  NetIf& iface = *stack_.iface(packet->meta.iface);
  stack_.tracer().event(iface.subject(), "fragmentation_failed",
                        {Attr::of("errno", Errc::Enomem)});
  return iface.send_data(std::move(packet)).ok() ? Status() : Status(Errc::Eio);
}

// RFC 7739: numbers that nobody else can foresee.
std::uint32_t Ipv6Fragmentation::next_id() {
  if (!ids_) ids_ = stack_.env().rng.stream(stack_.path_of("ipv6_fragment"));
  return static_cast<std::uint32_t>(ids_->next());
}

// ---- received fragments

void Ipv6Fragmentation::input(NetIf& iface, PacketPtr packet, const Ipv6Extensions& extensions) {
  const bool enabled = stack_.config().ipv6_fragment.enabled;
  const std::size_t bytes = packet->size() - extensions.offset;
  if (!enabled || bytes == 0) {
    ++iface.losses().rx_dropped;
    return stack_.tracer().drop(enabled ? DropReason::BadHeader : DropReason::FragmentUnsupported,
                                iface.subject(), *packet);
  }
  const PacketMeta& meta = packet->meta;
  const FragmentKey key{meta.source.address, meta.destination.address, extensions.fragment.id, 0};
  const FragmentPart part{static_cast<std::uint32_t>(extensions.fragment.offset * kUnit),
                          static_cast<std::uint32_t>(bytes), extensions.offset,
                          extensions.fragment.more};
  PacketPtr whole = reassembly_.add(iface, std::move(packet), key, part);
  if (whole != nullptr) hand_up(iface, std::move(whole));
}

void Ipv6Fragmentation::hand_up(NetIf& iface, PacketPtr whole) {
  const auto place = find_ipv6_fragment(whole->bytes());
  assert(place);
  // the headers of the first fragment may be longer than those of the one that was checked
  if (whole->size() - kIpv6HeaderBytes - kIpv6FragmentBytes > 0xffff) {
    ++iface.losses().rx_dropped;
    return stack_.tracer().drop(DropReason::TooBig, iface.subject(), *whole);
  }
  take_out_ipv6_fragment(whole->bytes(), *place);
  whole->pull(kIpv6FragmentBytes);
  whole->meta.reassembled = true;
  stack_.core().re_enter(iface, std::move(whole));
}

// RFC 8200 section 4.5: with the first fragment there, its sender is told.
void Ipv6Fragmentation::expired(NetIf& iface, Packet& first) {
  stack_.v6()->icmp.send_error(iface, first, Icmpv6Header::time_exceeded(kIcmpv6ReassemblyTime));
}

}  // namespace flapjack
