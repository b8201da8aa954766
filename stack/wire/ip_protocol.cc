// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ip_protocol.h"

namespace flapjack {
namespace {

void add(ChecksumSum& sum, const IpAddress& address) {
  if (address.is_v4()) return sum.add32(address.v4().value);
  const Ipv6Address v6 = address.v6();
  for (const std::uint64_t half : {v6.high, v6.low}) {
    sum.add32(static_cast<std::uint32_t>(half >> 32));
    sum.add32(static_cast<std::uint32_t>(half));
  }
}

}  // namespace

void add_pseudo_header(ChecksumSum& sum, const IpAddress& source, const IpAddress& destination,
                       IpProtocol protocol, std::uint32_t length) {
  assert(source.family() == destination.family());
  add(sum, source);
  add(sum, destination);
  sum.add16(static_cast<std::uint16_t>(protocol));
  sum.add32(length);
}

}  // namespace flapjack
