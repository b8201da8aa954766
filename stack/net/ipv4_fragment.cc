// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv4_fragment.h"

#include <array>
#include <utility>

#include "stack/net/stack.h"
#include "stack/wire/ipv4_option.h"
#include "stack/wire/ipv4_patch.h"

namespace flapjack {
namespace {

constexpr std::size_t kUnit = 8;  // of offsets (RFC 791 section 3.1)

struct Options {
  std::array<std::uint8_t, kIpv4OptionBytesMax> bytes{};
  std::size_t size = 0;
  std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};

// Of a datagram on its way out.
Ipv4Header header_of(const Packet& packet) {
  Ipv4Header header;
  const auto parsed = Ipv4Header::parse(packet.bytes(), {.fill = false, .verify = false}, header);
  assert(parsed == Ipv4Header::Error::None);
  static_cast<void>(parsed);
  return header;
}

// All of the header's options, or those that every fragment repeats (RFC 791 section 3.1).
Options options_of(std::span<const std::uint8_t> header, bool first) {
  Options out;
  Ipv4Options options(header);
  for (Ipv4Option option; options.next(option);) {
    if (!first && !option.is_copied()) continue;
    std::copy(option.bytes.begin(), option.bytes.end(), out.bytes.begin() + out.size);
    out.size += option.bytes.size();
  }
  return out;
}

}  // namespace

Ipv4Fragment::Ipv4Fragment(Stack& stack)
    : Splitter(stack),
      reassembly_(stack, stack.config().ipv4_fragment.reassembly,
                  [this](NetIf& iface, Packet& first) { expired(iface, first); }) {}

bool Ipv4Fragment::splits(const Packet& packet) const {
  return stack_.config().ipv4_fragment.enabled || packet.meta.forwarded;
}

Status Ipv4Fragment::send(PacketPtr packet, std::uint16_t mtu) {
  const Ipv4Header header = header_of(*packet);
  if (header.dont_fragment) return refuse(std::move(packet), DropReason::TooBig, Errc::Eperm);
  if (mtu < header.header_bytes + kUnit) {
    return refuse(std::move(packet), DropReason::TooBig, Errc::Einval);
  }
  const std::size_t most = (mtu - std::size_t{header.header_bytes}) / kUnit * kUnit;
  return send_parts({std::move(packet), header.header_bytes, header.payload_bytes(),
                     header.header_bytes, most, header.id});
}

Status Ipv4Fragment::give_up(PacketPtr whole) {
  return refuse(std::move(whole), DropReason::NoBuffers, Errc::Enomem);
}

Status Ipv4Fragment::refuse(PacketPtr packet, DropReason reason, Errc code) {
  NetIf& iface = *stack_.iface(packet->meta.iface);
  return iface.drop_tx(std::move(packet), reason, code);
}

void Ipv4Fragment::fill(const Split& split, const Part& part, Packet& piece) {
  const auto whole = std::as_const(*split.whole).bytes();
  piece.append(whole.subspan(split.front + part.offset, part.bytes));

  const Options options = options_of(whole.first(split.front), part.offset == 0);
  const std::size_t options_bytes = (options.size + 3) / 4 * 4;
  Ipv4Header own = header_of(*split.whole);
  own.fragment_offset = static_cast<std::uint16_t>(own.fragment_offset + part.offset / kUnit);
  own.more_fragments = !part.last || own.more_fragments;
  own.total_length =
      static_cast<std::uint16_t>(kIpv4HeaderBytes + options_bytes + part.bytes);
  own.emit(piece.push(kIpv4HeaderBytes + options_bytes), options.view());
  // what an error about this piece quotes, and whether there is one (RFC 1122 section 3.2.2)
  piece.meta.l3_start = static_cast<std::uint16_t>(piece.headroom());
  piece.meta.fragment_offset = own.fragment_offset;
}

// ---- received fragments

// Zephyr and RFC 791: all but the last carry a multiple of 8 bytes, and the whole has a length that
// a header can say.
bool Ipv4Fragment::is_well_formed(const Ipv4Header& header) {
  const std::size_t end = header.header_bytes + header.fragment_offset * kUnit +
                          header.payload_bytes();
  const bool odd = header.more_fragments && header.payload_bytes() % kUnit != 0;
  return !odd && end <= 0xffff && header.payload_bytes() > 0;
}

void Ipv4Fragment::input(NetIf& iface, PacketPtr packet, const Ipv4Header& header) {
  if (!stack_.config().ipv4_fragment.enabled || !is_well_formed(header)) {
    ++iface.losses().rx_dropped;
    const bool bad = stack_.config().ipv4_fragment.enabled;
    if (bad) {
      stack_.icmp()->send_error(iface, *packet, {kIcmpParameterProblem, kIcmpCodeBadLength, 0, 0});
    }
    return stack_.tracer().drop(bad ? DropReason::BadHeader : DropReason::FragmentUnsupported,
                                iface.subject(), *packet);
  }
  const FragmentKey key{header.source, header.destination, header.id, header.protocol};
  const FragmentPart part{static_cast<std::uint32_t>(header.fragment_offset * kUnit),
                          static_cast<std::uint32_t>(header.payload_bytes()),
                          header.header_bytes, header.more_fragments};
  PacketPtr whole = reassembly_.add(iface, std::move(packet), key, part);
  if (whole == nullptr) return;
  patch_ipv4_whole(whole->bytes());
  whole->meta.reassembled = true;
  stack_.core().re_enter(iface, std::move(whole));
}

// RFC 792: with the first fragment there, its sender is told.
void Ipv4Fragment::expired(NetIf& iface, Packet& first) {
  stack_.icmp()->send_error(iface, first, {kIcmpTimeExceeded, kIcmpCodeReassemblyTime, 0, 0});
}

}  // namespace flapjack
