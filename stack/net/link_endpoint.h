// SPDX-License-Identifier: Apache-2.0
// LinkEndpoint: where a packet context listens or sends to (Zephyr: struct sockaddr_ll).
#pragma once
#include "stack/base/ids.h"
#include "stack/wire/address.h"

namespace flapjack {

struct LinkEndpoint {
  IfIndex iface;                ///< none: 0, see NetContext::bind_link()
  std::uint16_t ether_type = 0; ///< of a datagram that is sent; not a filter
  MacAddress address = {};      ///< of the receiver; the link's own when listening
};

}  // namespace flapjack
