// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ip_protocol.h"

namespace flapjack::detail {

void add_ipv6(ChecksumSum& sum, const Ipv6Address& address) {
  for (const std::uint64_t half : {address.high, address.low}) {
    sum.add32(static_cast<std::uint32_t>(half >> 32));
    sum.add32(static_cast<std::uint32_t>(half));
  }
}

}  // namespace flapjack::detail
