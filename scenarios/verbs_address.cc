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

// As a value that steps set and take back: the length of the prefix, or kGone.
constexpr ValueBook::Value kGone = -1;

ValueBook::Value shown(const NetIf& iface, const IpAddress& address) {
  const Held found = held(iface, address);
  return found.there ? found.prefix_len : kGone;
}

std::string address_effect(const VerbCall& call) {
  return "address " + call.step.target.path() + " " + to_text(call.step.args.address);
}

// The step has made the address what it is now; its undo takes away this alone.
Undo set_address(VerbCall& call, ValueBook::Value before) {
  NetIf& iface = call.iface();
  ValueBook& values = call.values;
  const IpAddress address = call.step.args.address;
  const std::string effect = address_effect(call);
  const std::size_t number =
      values.put(effect, before, shown(iface, address), !call.step.hold);
  return [&iface, &values, effect, address, number] {
    const auto back = values.take_back(effect, number);
    if (!back) return Status();
    if (*back == kGone) return remove(iface, address);
    const ValueBook::Value now = shown(iface, address);  // perhaps in another network
    if (now != kGone && now != *back) static_cast<void>(remove(iface, address).ok());
    return add(iface, address, static_cast<std::uint8_t>(*back));
  };
}

}  // namespace

Undo add_address(VerbCall& call) {
  NetIf& iface = call.iface();
  const CallArgsSpec& args = call.step.args;
  const ValueBook::Value before = shown(iface, args.address);
  call.result = add(iface, args.address, args.prefix_len);
  return call.result.ok() ? set_address(call, before) : Undo();
}

// What a step with "for" has deleted, another one with "for" keeps away.
Undo del_address(VerbCall& call) {
  NetIf& iface = call.iface();
  const IpAddress address = call.step.args.address;
  const ValueBook::Value before = shown(iface, address);
  call.result = remove(iface, address);
  if (call.result.code() == Errc::Eaddrnotavail && call.step.hold &&
      call.values.shows(address_effect(call), kGone)) {
    call.result = Status();
  }
  return call.result.ok() ? set_address(call, before) : Undo();
}

}  // namespace verbs
}  // namespace flapjack
