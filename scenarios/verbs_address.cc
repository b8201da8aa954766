// SPDX-License-Identifier: Apache-2.0
// The verbs that give an iface an address and take one away. An engine keeps its own addresses:
// those of offloaded ifaces stay as they are.
#include "scenarios/verbs.h"

namespace flapjack {
namespace verbs {
namespace {

struct Held {
  bool there = false;
  std::uint8_t prefix_len = 0;
};

Held held(const NetIf& iface, const IpAddress& address) {
  if (address.is_v4()) {
    const Ipv4IfAddress* entry = iface.ipv4().find(address.v4());
    return entry == nullptr ? Held{} : Held{true, entry->prefix.length};
  }
  const Ipv6IfAddress* entry =
      iface.ipv6() == nullptr ? nullptr : iface.ipv6()->find(address.v6());
  // one that is removed stays in the table while it is referenced
  return entry == nullptr || !entry->added ? Held{} : Held{true, entry->prefix.length};
}

Status add(NetIf& iface, const IpAddress& address, std::uint8_t prefix_len) {
  if (iface.is_offloaded()) return Errc::Enotsup;
  if (address.is_v4()) {
    if (const Status config = iface.ipv4_config_get(); !config.ok()) return config;
    const auto* added = iface.ipv4_addr_add({address.v4(), prefix_len});
    return added != nullptr ? Status() : Status(Errc::Enomem);
  }
  if (iface.ipv6() == nullptr) return Errc::Enotsup;
  if (const Status config = iface.ipv6()->config_get(); !config.ok()) return config;
  const auto* added = iface.ipv6()->addr_add({address.v6(), prefix_len});
  return added != nullptr ? Status() : Status(Errc::Enomem);
}

Status remove(NetIf& iface, const IpAddress& address) {
  if (iface.is_offloaded()) return Errc::Enotsup;
  if (address.is_v6() && iface.ipv6() == nullptr) return Errc::Enotsup;
  if (!held(iface, address).there) return Errc::Eaddrnotavail;
  if (address.is_v4()) {
    iface.ipv4_addr_rm(address.v4());
  } else {
    iface.ipv6()->addr_rm(address.v6());
  }
  return {};
}

}  // namespace

Undo add_address(VerbCall& call) {
  NetIf& iface = call.iface();
  const CallArgsSpec& args = call.step.args;
  const bool known = held(iface, args.address).there;
  call.result = add(iface, args.address, args.prefix_len);
  if (!call.result.ok() || known) return {};  // what was there before stays
  return [&iface, address = args.address] { return remove(iface, address); };
}

Undo del_address(VerbCall& call) {
  NetIf& iface = call.iface();
  const IpAddress address = call.step.args.address;
  const std::uint8_t prefix_len = held(iface, address).prefix_len;
  call.result = remove(iface, address);
  if (!call.result.ok()) return {};
  return [&iface, address, prefix_len] { return add(iface, address, prefix_len); };
}

}  // namespace verbs
}  // namespace flapjack
