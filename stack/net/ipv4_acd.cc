// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv4_acd.h"

#include <algorithm>

#include "stack/contract/arp_port.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

// Zephyr draws whole milliseconds.
Duration draw(RandomStream& stream, Duration low, Duration high) {
  constexpr std::int64_t kMs = milliseconds(1).ns;
  return milliseconds(stream.between(low.ns / kMs, std::max(low.ns, high.ns - kMs) / kMs));
}

}  // namespace

Ipv4Acd::Ipv4Acd(Stack& stack)
    : stack_(stack), timer_(stack.scheduler(), Lane::Work, delegate<&Ipv4Acd::on_time>(this)) {}

bool Ipv4Acd::applies(const NetIf& iface, Ipv4Address address) {
  return iface.stack().config().acd.enabled && !iface.is_offloaded() && !address.is_loopback() &&
         iface.l2() != nullptr && !iface.is_point_to_point();
}

void Ipv4Acd::start(NetIf& iface, Ipv4Address address) {
  iface.set_ipv4_addr_state(address, AddressState::Tentative);
  Check* check = find(iface, address);
  if (check == nullptr) check = &checks_.emplace_back(Check{&iface, address});
  check->phase = Phase::Waiting;
  if (iface.is_up()) begin(*check);
  arm();
}

void Ipv4Acd::begin(Check& check) {
  if (check.iface->arp_port() == nullptr) {
    check.phase = Phase::Done;
    check.due = stack_.scheduler().now();
    return succeed(*check.iface, check.address);
  }
  const AcdConfig& config = stack_.config().acd;
  IfaceState& state = state_of(*check.iface);
  const Duration wait = state.conflicts >= config.max_conflicts
                            ? config.rate_limit_interval
                            : draw(state.draws, Duration{}, config.probe_wait);
  check.phase = Phase::Probing;
  check.sent = 0;
  check.due = stack_.scheduler().now() + wait;
}

void Ipv4Acd::stop(const NetIf& iface, Ipv4Address address) {
  std::erase_if(checks_,
                [&](const Check& c) { return c.iface == &iface && c.address == address; });
  arm();
}

void Ipv4Acd::iface_up(NetIf& iface) {
  const auto known = ifaces_.find(iface.index());
  if (known != ifaces_.end()) known->second.conflicts = 0;
  for (std::size_t i = 0; i < iface.ipv4().addresses().size(); ++i) {
    const Ipv4Address address = iface.ipv4().addresses()[i].prefix.address;
    if (applies(iface, address)) start(iface, address);
  }
}

void Ipv4Acd::iface_down(const NetIf& iface) {
  for (Check& check : checks_) {
    if (check.iface == &iface) check.phase = Phase::Waiting;
  }
  arm();
}

// ---- time

// What a step raises may add and remove addresses, so that the list is looked through anew.
void Ipv4Acd::on_time() {
  const auto is_due = [now = stack_.scheduler().now()](const Check& c) {
    return (c.phase == Phase::Probing || c.phase == Phase::Announcing) && c.due <= now;
  };
  for (;;) {
    const auto check = std::find_if(checks_.begin(), checks_.end(), is_due);
    if (check == checks_.end()) break;
    step(*check);
  }
  arm();
}

void Ipv4Acd::step(Check& check) {
  const AcdConfig& config = stack_.config().acd;
  if (check.phase == Phase::Announcing) {
    if (check.sent < config.announce_num) return announce(check);
    check.phase = Phase::Done;
    return;
  }
  if (check.sent < config.probe_num) return probe(check);
  check.phase = Phase::Announcing;
  check.sent = 0;
  succeed(*check.iface, check.address);  // the first announcement follows in the same turn
}

void Ipv4Acd::probe(Check& check) {
  const AcdConfig& config = stack_.config().acd;
  ++check.sent;
  const bool last = check.sent >= config.probe_num;
  RandomStream& draws = state_of(*check.iface).draws;
  check.due = stack_.scheduler().now() +
              (last ? config.announce_wait : draw(draws, config.probe_min, config.probe_max));
  static_cast<void>(check.iface->arp_port()->probe(check.address).ok());  // recorded where lost
}

void Ipv4Acd::announce(Check& check) {
  ++check.sent;
  check.due = stack_.scheduler().now() + stack_.config().acd.announce_interval;
  static_cast<void>(check.iface->arp_port()->announce(check.address).ok());
}

void Ipv4Acd::arm() {
  SimTime earliest = kNever;
  for (const Check& check : checks_) {
    if (check.phase == Phase::Probing || check.phase == Phase::Announcing) {
      earliest = std::min(earliest, check.due);
    }
  }
  if (earliest == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(std::max(earliest, stack_.scheduler().now()));
  }
}

// ---- conflicts

void Ipv4Acd::input(NetIf& iface, const ArpHeader& arp) {
  if (arp.sender_mac == iface.link_address()) return;
  const bool is_probe = arp.operation == ArpOperation::Request && arp.sender_ip.is_any();
  for (Check& check : checks_) {
    if (check.iface != &iface) continue;
    const bool claimed = arp.sender_ip == check.address;
    const bool wanted_too = is_probe && arp.target_ip == check.address;
    if (check.phase == Phase::Probing && (claimed || wanted_too)) {
      return fail(iface, check.address);
    }
    const bool in_use = check.phase == Phase::Announcing || check.phase == Phase::Done;
    if (claimed && in_use) return defend(check);
  }
}

void Ipv4Acd::fail(NetIf& iface, Ipv4Address address) {
  ++state_of(iface).conflicts;
  stack_.mgmt.notify(MgmtEvent::Ipv4AcdFailed, &iface, address);
  iface.ipv4_addr_rm(address);
}

void Ipv4Acd::defend(Check& check) {
  ++state_of(*check.iface).conflicts;
  const SimTime now = stack_.scheduler().now();
  if (check.phase == Phase::Announcing || now < check.due) {
    return stack_.mgmt.notify(MgmtEvent::Ipv4AcdConflict, check.iface, check.address);
  }
  check.due = now + stack_.config().acd.defend_interval;
  ArpPort* port = check.iface->arp_port();
  if (port != nullptr) static_cast<void>(port->announce(check.address).ok());
}

void Ipv4Acd::succeed(NetIf& iface, Ipv4Address address) {
  iface.set_ipv4_addr_state(address, AddressState::Preferred);
  stack_.mgmt.notify(MgmtEvent::Ipv4AcdSucceed, &iface, address);
}

// ---- tables

Ipv4Acd::Check* Ipv4Acd::find(const NetIf& iface, Ipv4Address address) {
  for (Check& check : checks_) {
    if (check.iface == &iface && check.address == address) return &check;
  }
  return nullptr;
}

Ipv4Acd::IfaceState& Ipv4Acd::state_of(const NetIf& iface) {
  const auto known = ifaces_.find(iface.index());
  if (known != ifaces_.end()) return known->second;
  const Rng& rng = stack_.env().rng;
  const std::string stream = std::string(iface.path()) + ".acd";
  return ifaces_.emplace(iface.index(), IfaceState{rng.stream(stream)}).first->second;
}

}  // namespace flapjack
