// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv6_patch.h"

#include <cassert>
#include <cstring>

#include "stack/wire/bytes.h"
#include "stack/wire/ipv6_ext.h"

namespace flapjack {
namespace {

constexpr std::size_t kHopLimitAt = 7;

using Bytes = std::span<const std::uint8_t>;

bool is(std::uint8_t next_header, IpProtocol protocol) {
  return next_header == static_cast<std::uint8_t>(protocol);
}

// To the header behind the one at `place`; false when the datagram ends before.
bool step(Bytes datagram, Ipv6FragmentPlace& place) {
  if (datagram.size() < place.at + 2) return false;
  place.named_at = place.at;
  place.at += (std::size_t{datagram[place.at + 1]} + 1) * 8;
  return place.at <= datagram.size();
}

}  // namespace

void decrement_ipv6_hop_limit(std::span<std::uint8_t> datagram) {
  assert(datagram.size() >= kIpv6HeaderBytes && datagram[kHopLimitAt] > 0);
  --datagram[kHopLimitAt];
}

void set_ipv6_payload_length(std::span<std::uint8_t> datagram) {
  assert(datagram.size() >= kIpv6HeaderBytes && datagram.size() - kIpv6HeaderBytes <= 0xffff);
  wire::store16(&datagram[kIpv6PayloadLengthAt],
                static_cast<std::uint16_t>(datagram.size() - kIpv6HeaderBytes));
}

Ipv6FragmentPlace place_for_ipv6_fragment(Bytes datagram) {
  assert(datagram.size() >= kIpv6HeaderBytes);
  Ipv6FragmentPlace place;
  while (is(datagram[place.named_at], IpProtocol::HopByHop) ||
         is(datagram[place.named_at], IpProtocol::Routing)) {
    [[maybe_unused]] const bool whole = step(datagram, place);
    assert(whole);
  }
  return place;
}

std::optional<Ipv6FragmentPlace> find_ipv6_fragment(Bytes datagram) {
  assert(datagram.size() >= kIpv6HeaderBytes);
  Ipv6FragmentPlace place;
  for (;;) {
    const std::uint8_t next = datagram[place.named_at];
    if (is(next, IpProtocol::Fragment)) {
      const auto header = Ipv6Fragment::parse(datagram.subspan(place.at));
      if (!header) return {};
      if (!header->is_atomic()) return place;
      place = {place.at + kIpv6FragmentBytes, place.at};
      continue;
    }
    const bool skipped = is(next, IpProtocol::HopByHop) || is(next, IpProtocol::Routing) ||
                         is(next, IpProtocol::DestinationOptions);
    if (!skipped || !step(datagram, place)) return {};
  }
}

void take_out_ipv6_fragment(std::span<std::uint8_t> datagram, const Ipv6FragmentPlace& place) {
  assert(datagram.size() >= place.at + kIpv6FragmentBytes && place.named_at < place.at);
  datagram[place.named_at] = datagram[place.at];
  std::memmove(datagram.data() + kIpv6FragmentBytes, datagram.data(), place.at);
  set_ipv6_payload_length(datagram.subspan(kIpv6FragmentBytes));
}

}  // namespace flapjack
