// SPDX-License-Identifier: Apache-2.0
// IcmpRegistry: who handles which ICMP message of one family (Zephyr: net_icmp, its list of
// net_icmp_ctx). ICMPv4 and ICMPv6 each own one; the first eight bytes of their messages agree, so
// that a handler sees an IcmpHeader in both.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/wire/icmp.h"

namespace flapjack {

class NetIf;

/// A registration (Zephyr: struct net_icmp_ctx). Must live until removed.
struct IcmpHandler {
  std::uint8_t type = 0;
  std::uint8_t code = 0;         ///< 0: any code
  const NetIf* iface = nullptr;  ///< null: any iface
  /// `packet` starts at the ICMP header. An error ends the round of the handlers.
  std::function<Status(NetIf& iface, const IcmpHeader& header, Packet& packet)> handle;
};

class IcmpRegistry {
 public:
  /// Adding a handler again moves it to the front.
  void add(IcmpHandler& handler);
  void remove(IcmpHandler& handler);

  /// A round: the newest registration is asked first, and every match until one returns an error.
  /// Enoent when nobody asked for such a message, else what the last one called returned. A handler
  /// may add others, which are not asked any more this time, and remove any.
  Status hand_over(NetIf& iface, const IcmpHeader& header, Packet& packet);

 private:
  void end_round();

  std::vector<IcmpHandler*> handlers_;  // newest last; null: removed while they were called
  int rounds_ = 0;                      // of handlers being called
};

}  // namespace flapjack
