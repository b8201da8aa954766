// SPDX-License-Identifier: Apache-2.0
// What IPv4 and IPv6 have in common: protocol numbers and the pseudo header of the layer above.
#pragma once
#include <cassert>
#include <cstdint>

#include "stack/wire/address.h"
#include "stack/wire/checksum.h"

namespace flapjack {

/// Protocol and next-header numbers (IANA).
enum class IpProtocol : std::uint8_t {
  HopByHop = 0,
  Icmp = 1,
  Igmp = 2,
  IpInIp = 4,
  Tcp = 6,
  Udp = 17,
  Ipv6 = 41,
  Routing = 43,
  Fragment = 44,
  Icmpv6 = 58,
  NoNext = 59,
  DestinationOptions = 60,
};

/// Adds the pseudo header of UDP, TCP and ICMPv6 (RFC 768, RFC 9293 section 3.1, RFC 8200 section
/// 8.1); both addresses are of one family.
inline void add_pseudo_header(ChecksumSum& sum, const IpAddress& source,
                              const IpAddress& destination, IpProtocol protocol,
                              std::uint32_t length) {
  assert(source.family() == destination.family());
  if (source.is_v4()) {
    sum.add64(std::uint64_t{source.v4().value} << 32 | destination.v4().value);
  } else {
    for (const Ipv6Address& address : {source.v6(), destination.v6()}) {
      sum.add64(address.high);
      sum.add64(address.low);
    }
  }
  sum.add64(std::uint64_t{static_cast<std::uint8_t>(protocol)} << 32 | length);
}

}  // namespace flapjack
