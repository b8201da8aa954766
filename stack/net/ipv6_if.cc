// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv6_if.h"

#include <algorithm>

#include "stack/net/stack.h"
#include "stack/wire/ipv6.h"

namespace flapjack {
namespace {

std::uint32_t lifetime_s(Duration valid) {
  const std::int64_t s = valid.ns / seconds(1).ns;
  return s >= MgmtPrefix::kInfinite ? MgmtPrefix::kInfinite : static_cast<std::uint32_t>(s);
}

}  // namespace

Ipv6If::Ipv6If(NetIf& iface, const Ipv6Config& config)
    : iface_(iface),
      config_(config),
      reachable_time_(config.reachable_time),
      retrans_time_(config.retrans_time),
      hop_limit_(config.hop_limit),
      timer_(iface.stack().scheduler(), Lane::Work, delegate<&Ipv6If::on_time>(this)) {
  addresses_.reserve(config.unicast_limit);
  groups_.reserve(config.multicast_limit);
  prefixes_.reserve(config.prefix_limit);
}

std::uint16_t Ipv6If::mtu() const {
  const std::uint16_t link = iface_.mtu();
  const std::uint16_t used = mtu_ != 0 ? std::min(mtu_, link) : link;
  return std::max(used, kIpv6MinMtu);
}

Status Ipv6If::config_get() {
  if (!has_config_) has_config_ = iface_.stack().take_ipv6_config();
  return has_config_ ? Status() : Status(Errc::Esrch);
}

// ---- addresses

// Zephyr's callers get a null pointer and mostly say nothing.
const Ipv6IfAddress* Ipv6If::refuse(const Ipv6Address& address) {
  iface_.stack().tracer().event(iface_.subject(), "address_refused",
                                {Attr::of("address", IpAddress(address))});
  return nullptr;
}

const Ipv6IfAddress* Ipv6If::addr_add(const Ipv6Prefix& prefix, AddressType type,
                                      Ipv6Lifetimes lifetimes) {
  if (Ipv6IfAddress* present = entry(prefix.address)) {
    if (!present->added) {
      present->added = true;
      announce(*present);
    }
    return present;
  }
  if (!config_get().ok() || addresses_.size() >= config_.unicast_limit) {
    return refuse(prefix.address);
  }
  Ipv6IfAddress& added = addresses_.emplace_back();
  added.prefix = prefix;
  added.type = type;
  addr_extend(prefix.address, lifetimes);
  const bool early = iface_.stack().config().addr_add_before_preferred;
  if (!needs_dad() && !early) added.state = AddressState::Preferred;
  const bool dad_first = config_.dad_before_addr_add && needs_dad();
  if (dad_first) begin_use(prefix.address);
  Ipv6IfAddress* still = entry(prefix.address);  // a handler may have removed it
  if (still == nullptr) return nullptr;
  announce(*still);
  if (!dad_first) begin_use(prefix.address);
  return entry(prefix.address);
}

// The groups first: who asks for the address must be heard while it is tentative (RFC 4862 5.4.2).
void Ipv6If::begin_use(const Ipv6Address& address) {
  join_groups_of(address);
  Ipv6IfAddress* still = entry(address);
  if (still == nullptr) return;
  if (!needs_dad()) {
    still->state = AddressState::Preferred;
  } else if (iface_.is_up()) {
    probe(*still);
  }
  settle();
}

void Ipv6If::announce(Ipv6IfAddress& added) {
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6AddrAdd, &iface_, added.address());
}

bool Ipv6If::addr_rm(const Ipv6Address& address) {
  Ipv6IfAddress* found = entry(address);
  if (found == nullptr || !found->added) return false;
  found->added = false;
  if (found->references > 0) return false;
  remove(static_cast<std::size_t>(found - addresses_.data()));
  return true;
}

void Ipv6If::remove(std::size_t index) {
  const Ipv6Address address = addresses_[index].address();
  addresses_.erase(addresses_.begin() + static_cast<std::ptrdiff_t>(index));
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6AddrDel, &iface_, address);
  static_cast<void>(leave(address.solicited_node()));  // Enoent: the table had no room for it
  settle();
}

bool Ipv6If::addr_ref(const Ipv6Address& address) {
  Ipv6IfAddress* found = entry(address);
  if (found == nullptr) return false;
  ++found->references;
  return true;
}

bool Ipv6If::addr_unref(const Ipv6Address& address) {
  Ipv6IfAddress* found = entry(address);
  if (found == nullptr || found->references == 0) return false;
  if (--found->references == 0 && !found->added) {
    remove(static_cast<std::size_t>(found - addresses_.data()));
  }
  return true;
}

void Ipv6If::addr_extend(const Ipv6Address& address, Ipv6Lifetimes lifetimes) {
  Ipv6IfAddress* found = entry(address);
  if (found == nullptr) return;
  const SimTime now = iface_.stack().scheduler().now();
  found->valid_until = now + lifetimes.valid;
  found->preferred_until = now + lifetimes.preferred;
  if (found->state == AddressState::Deprecated && found->preferred_until > now) {
    found->state = AddressState::Preferred;
  }
  settle();
}

Ipv6IfAddress* Ipv6If::entry(const Ipv6Address& address) {
  for (Ipv6IfAddress& each : addresses_) {
    if (each.address() == address) return &each;
  }
  return nullptr;
}

const Ipv6IfAddress* Ipv6If::find(const Ipv6Address& address) const {
  for (const Ipv6IfAddress& each : addresses_) {
    if (each.address() == address) return &each;
  }
  return nullptr;
}

const Ipv6IfAddress* Ipv6If::link_local() const {
  for (const Ipv6IfAddress& each : addresses_) {
    if (each.is_preferred() && each.address().is_link_local()) return &each;
  }
  return nullptr;
}

const Ipv6IfAddress* Ipv6If::first_global() const {
  for (const Ipv6IfAddress& each : addresses_) {
    if (each.is_preferred() && !each.address().is_link_local()) return &each;
  }
  return nullptr;
}

// ---- duplicate address detection (RFC 4862 section 5.4)

bool Ipv6If::needs_dad() const {
  return config_.dad && iface_.has_nd();
}

void Ipv6If::probe(Ipv6IfAddress& address) {
  address.state = AddressState::Tentative;
  address.probe_ends = iface_.stack().scheduler().now() + config_.dad_timeout;
  iface_.stack().v6()->nd.send_probe(iface_, address.address());
}

void Ipv6If::end_probe(Ipv6IfAddress& address) {
  address.probe_ends = kNever;
  address.state = AddressState::Preferred;
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6DadSucceed, &iface_, address.address());
}

bool Ipv6If::duplicate_found(const Ipv6Address& address) {
  Ipv6IfAddress* found = entry(address);
  if (found == nullptr || found->state != AddressState::Tentative) return false;
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6DadFailed, &iface_, address);
  remove(static_cast<std::size_t>(found - addresses_.data()));
  return true;
}

// ---- up and down

void Ipv6If::start() {
  for (Ipv6IfGroup& group : groups_) report(group);
  static_cast<void>(addr_add({Ipv6Address::link_local_of(iface_.link_address()), 64},
                             AddressType::Autoconf));  // null: no room, which it has recorded
  if (needs_dad()) {
    for (Ipv6IfAddress& address : addresses_) {
      if (address.probe_ends == kNever) probe(address);
    }
  }
  settle();
}

void Ipv6If::stop() {
  for (std::size_t i = addresses_.size(); i-- > 0;) {
    Ipv6IfAddress& address = addresses_[i];
    address.probe_ends = kNever;  // it is checked anew when the iface comes up
    if (address.type == AddressType::Autoconf) static_cast<void>(addr_rm(address.address()));
  }
  for (Ipv6IfGroup& group : groups_) group.joined = false;
  settle();
}

// ---- groups

void Ipv6If::join_groups_of(const Ipv6Address& address) {
  for (const Ipv6Address& group : {Ipv6Address::all_nodes(), address.solicited_node()}) {
    if (group == Ipv6Address::all_nodes() && is_member(group)) continue;
    const Status joined = join(group);
    if (joined.ok()) continue;
    iface_.stack().tracer().event(
        iface_.subject(), "group_refused",
        {Attr::of("address", IpAddress(group)), Attr::of("errno", joined.code())});
  }
}

Status Ipv6If::join(const Ipv6Address& group) {
  if (!group.is_multicast()) return Errc::Einval;
  for (Ipv6IfGroup& each : groups_) {
    if (each.address != group) continue;
    ++each.users;
    report(each);  // it may have left, see leave_groups()
    return Status();
  }
  if (!config_get().ok() || groups_.size() >= config_.multicast_limit) return Errc::Enomem;
  Ipv6IfGroup& added = groups_.emplace_back(Ipv6IfGroup{group, 1, false});
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6MaddrAdd, &iface_, group);
  report(added);
  return Status();
}

// Places are counted, as a handler in the notifier's turn may change the table.
void Ipv6If::leave_groups() {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (!groups_[i].joined) continue;
    groups_[i].joined = false;
    iface_.stack().v6()->mld.leave(iface_, Ipv6Address(groups_[i].address));
  }
}

void Ipv6If::report(Ipv6IfGroup& group) {
  if (!iface_.is_up() || group.joined) return;
  group.joined = true;
  iface_.stack().v6()->mld.join(iface_, group.address);
}

Status Ipv6If::leave(const Ipv6Address& group) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].address != group) continue;
    if (--groups_[i].users > 0) return Status();
    const bool joined = groups_[i].joined;
    groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(i));
    iface_.stack().mgmt.notify(MgmtEvent::Ipv6MaddrDel, &iface_, group);
    if (joined && iface_.is_up()) iface_.stack().v6()->mld.leave(iface_, group);
    return Status();
  }
  return Errc::Enoent;
}

bool Ipv6If::is_member(const Ipv6Address& group) const {
  return std::any_of(groups_.begin(), groups_.end(),
                     [&](const Ipv6IfGroup& each) { return each.address == group; });
}

// ---- prefixes

Ipv6IfPrefix* Ipv6If::prefix_entry(const Ipv6Prefix& network) {
  for (Ipv6IfPrefix& each : prefixes_) {
    if (each.prefix == network) return &each;
  }
  return nullptr;
}

bool Ipv6If::prefix_add(const Ipv6Prefix& prefix) {
  const Ipv6Prefix network{prefix.network(), prefix.length};
  Ipv6IfPrefix* const present = prefix_entry(network);
  if (present == nullptr) return prefix_insert({network, kNever, true}, Duration{kNever.ns});
  *present = {network, kNever, true};
  settle();
  return true;
}

bool Ipv6If::prefix_heard(const Ipv6Prefix& prefix, Duration valid) {
  const Ipv6Prefix network{prefix.network(), prefix.length};
  const SimTime until = iface_.stack().scheduler().now() + valid;
  Ipv6IfPrefix* const present = prefix_entry(network);
  if (present != nullptr && present->configured) return true;
  if (valid == Duration{}) return present == nullptr || prefix_rm(network);
  if (present == nullptr) return prefix_insert({network, until}, valid);
  present->valid_until = until;
  settle();
  return true;
}

bool Ipv6If::prefix_insert(const Ipv6IfPrefix& added, Duration valid) {
  if (!config_get().ok() || prefixes_.size() >= config_.prefix_limit) return false;
  prefixes_.push_back(added);
  const Ipv6Prefix& network = added.prefix;
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6PrefixAdd, &iface_,
                             MgmtPrefix{network.address, network.length, lifetime_s(valid)});
  settle();
  return true;
}

bool Ipv6If::prefix_rm(const Ipv6Prefix& prefix) {
  const Ipv6Prefix network{prefix.network(), prefix.length};
  if (std::erase_if(prefixes_, [&](const auto& each) { return each.prefix == network; }) == 0) {
    return false;
  }
  iface_.stack().mgmt.notify(MgmtEvent::Ipv6PrefixDel, &iface_,
                             MgmtPrefix{network.address, network.length});
  for (std::size_t i = addresses_.size(); i-- > 0;) {
    const Ipv6IfAddress& each = addresses_[i];
    if (each.type != AddressType::Autoconf || each.address().is_link_local()) continue;
    if (network.contains(each.address())) static_cast<void>(addr_rm(each.address()));
  }
  settle();
  return true;
}

const Ipv6IfPrefix* Ipv6If::prefix_of(const Ipv6Address& address) const {
  const Ipv6IfPrefix* best = nullptr;
  for (const Ipv6IfPrefix& each : prefixes_) {
    if (!each.prefix.contains(address)) continue;
    if (best == nullptr || each.prefix.length > best->prefix.length) best = &each;
  }
  return best;
}

// ---- time

// Sets the timer to whatever ends first.
void Ipv6If::settle() {
  SimTime next = kNever;
  for (const Ipv6IfAddress& each : addresses_) {
    next = std::min({next, each.probe_ends, each.valid_until});
    if (each.is_preferred()) next = std::min(next, each.preferred_until);
  }
  for (const Ipv6IfPrefix& each : prefixes_) next = std::min(next, each.valid_until);
  if (next == kNever) {
    timer_.cancel();
  } else {
    timer_.start_at(next);
  }
}

// One thing at a time: whoever is told of it may change the tables.
void Ipv6If::on_time() {
  while (expire_address() || expire_prefix()) continue;
  settle();
}

bool Ipv6If::expire_address() {
  const SimTime now = iface_.stack().scheduler().now();
  for (Ipv6IfAddress& each : addresses_) {
    const Ipv6Address address = each.address();
    if (each.probe_ends <= now) {
      end_probe(each);
      return true;
    }
    if (each.valid_until <= now) {
      each.valid_until = kNever;
      static_cast<void>(addr_rm(address));
      return true;
    }
    if (each.is_preferred() && each.preferred_until <= now) {
      each.state = AddressState::Deprecated;
      iface_.stack().mgmt.notify(MgmtEvent::Ipv6AddrDeprecated, &iface_, address);
      return true;
    }
  }
  return false;
}

bool Ipv6If::expire_prefix() {
  const SimTime now = iface_.stack().scheduler().now();
  for (const Ipv6IfPrefix& each : prefixes_) {
    if (each.valid_until <= now) return prefix_rm(Ipv6Prefix(each.prefix));
  }
  return false;
}

}  // namespace flapjack
