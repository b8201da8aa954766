// SPDX-License-Identifier: Apache-2.0
// The IPv4 side of a NetIf: its configuration, addresses and their checks.
#include "stack/contract/arp_port.h"
#include "stack/net/stack.h"

namespace flapjack {

void NetIf::set_gateway(Ipv4Address gateway) {
  ipv4_.set_gateway(gateway);
  stack_.routes_changed();
}

ArpPort* NetIf::arp_port() const {
  return l2_context_ != nullptr ? l2_context_->arp_port() : nullptr;
}

void NetIf::on_arp(const ArpHeader& arp) {
  if (Ipv4Acd* acd = stack_.acd().made()) acd->input(*this, arp);
}

Status NetIf::ipv4_config_get() {
  if (!may_ipv4_) return Errc::Enotsup;
  if (!has_ipv4_config_) has_ipv4_config_ = stack_.take_ipv4_config();
  return has_ipv4_config_ ? Status() : Status(Errc::Esrch);
}

Status NetIf::ipv4_config_put() {
  if (!may_ipv4_) return Errc::Enotsup;
  if (!has_ipv4_config_) return Errc::Ealready;
  while (!ipv4_.addresses().empty()) ipv4_addr_rm(ipv4_.addresses().back().prefix.address);
  set_gateway({});
  stack_.give_ipv4_config();
  has_ipv4_config_ = false;
  return Status();
}

const Ipv4IfAddress* NetIf::ipv4_addr_add(Ipv4Prefix prefix, AddressType type) {
  if (!ipv4_config_get().ok()) return nullptr;
  const Ipv4IfAddress* known = ipv4_.find(prefix.address);
  if (known != nullptr) return known;
  if (type == AddressType::Dhcp) remove_overridable();
  Ipv4IfAddress* added = ipv4_.add(prefix, type);
  if (added == nullptr) return nullptr;
  const bool checked = Ipv4Acd::applies(*this, prefix.address);
  const bool late = checked || stack_.config().addr_add_before_preferred;
  added->state = late ? AddressState::Tentative : AddressState::Preferred;
  stack_.addresses_changed();
  stack_.mgmt.notify(MgmtEvent::Ipv4AddrAdd, this, prefix.address);
  if (checked) {
    stack_.acd()->start(*this, prefix.address);
  } else {
    set_ipv4_addr_state(prefix.address, AddressState::Preferred);
  }
  return ipv4_.find(prefix.address);
}

// Zephyr: an address that DHCP gives takes the place of one that was only put there until then.
void NetIf::remove_overridable() {
  for (const Ipv4IfAddress& entry : ipv4_.addresses()) {
    if (entry.type != AddressType::Overridable) continue;
    ipv4_addr_rm(Ipv4Address(entry.prefix.address));
    return;
  }
}

bool NetIf::ipv4_addr_rm(Ipv4Address address) {
  if (!ipv4_.remove(address)) return false;
  stack_.addresses_changed();
  if (Ipv4Acd* acd = stack_.acd().made()) acd->stop(*this, address);
  stack_.mgmt.notify(MgmtEvent::Ipv4AddrDel, this, address);
  return true;
}

void NetIf::set_ipv4_addr_state(Ipv4Address address, AddressState state) {
  if (Ipv4IfAddress* entry = ipv4_.find(address)) entry->state = state;
  stack_.addresses_changed();
}

// Zephyr: notify_iface_up() and _down(), for ifaces that are native and not point-to-point.
void NetIf::start_ipv4() {
  if (Igmp* igmp = stack_.igmp().made()) igmp->iface_up(*this);
  if (stack_.config().acd.enabled) stack_.acd()->iface_up(*this);
  if (ipv4_auto_ || stack_.config().ipv4_auto) stack_.autoconf()->start(*this);
}

void NetIf::stop_ipv4() {
  if (Igmp* igmp = stack_.igmp().made()) igmp->iface_down(*this);
  if (Ipv4Autoconf* autoconf = stack_.autoconf().made()) autoconf->reset(*this);
  if (Ipv4Acd* acd = stack_.acd().made()) acd->iface_down(*this);
}

}  // namespace flapjack
