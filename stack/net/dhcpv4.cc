// SPDX-License-Identifier: Apache-2.0
#include "stack/net/dhcpv4.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

Dhcpv4::Dhcpv4(Stack& stack) : stack_(stack) {
  iface_events_.mask = mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown);
  iface_events_.handler = [this](const MgmtNotice& notice) { on_iface_event(notice); };
  acd_events_.mask = mgmt_mask(MgmtEvent::Ipv4AcdFailed, MgmtEvent::Ipv4AcdConflict);
  acd_events_.handler = [this](const MgmtNotice& notice) { on_acd_event(notice); };
}

Dhcpv4::~Dhcpv4() {
  stack_.mgmt.remove(iface_events_);
  stack_.mgmt.remove(acd_events_);
  if (is_listed()) static_cast<void>(stack_.conns.remove(this).ok());
}

Status Dhcpv4::start(NetIf& iface) { return start(iface, true); }

Status Dhcpv4::start(NetIf& iface, bool delayed) {
  if (iface.is_offloaded()) return Errc::Eopnotsupp;
  if (iface.link_address().is_zero()) return Errc::Einval;
  Dhcpv4Client* client = find(iface);
  if (client != nullptr && client->is_running()) return Errc::Ealready;
  const Status listening = listen();
  if (!listening.ok()) return listening;
  if (client == nullptr) {
    client = clients_.emplace_back(std::make_unique<Dhcpv4Client>(stack_, iface)).get();
  }
  client->start(delayed);
  return Status();
}

Status Dhcpv4::stop(NetIf& iface) {
  Dhcpv4Client* client = find(iface);
  if (client == nullptr || !client->is_running()) return Errc::Ealready;
  client->stop();
  const bool others = std::any_of(clients_.begin(), clients_.end(),
                                  [](const auto& each) { return each->is_running(); });
  if (!others) listen_no_more();
  return Status();
}

Status Dhcpv4::restart(NetIf& iface) {
  const Status stopped = stop(iface);
  return stopped.ok() ? start(iface, false) : stopped;
}

Dhcpv4State Dhcpv4::state(const NetIf& iface) const {
  const Dhcpv4Client* client = find(iface);
  return client != nullptr ? client->state() : Dhcpv4State::Disabled;
}

const Dhcpv4Lease* Dhcpv4::lease(const NetIf& iface) const {
  const Dhcpv4Client* client = find(iface);
  return client != nullptr && client->has_address() ? &client->lease() : nullptr;
}

Dhcpv4Client* Dhcpv4::find(const NetIf& iface) const {
  const auto found = std::find_if(clients_.begin(), clients_.end(), [&iface](const auto& each) {
    return &each->iface() == &iface;
  });
  return found != clients_.end() ? found->get() : nullptr;
}

Status Dhcpv4::listen() {
  if (is_listed()) return Status();
  ConnTuple tuple;
  tuple.local.port = kDhcpv4ClientPort;
  tuple.remote.port = kDhcpv4ServerPort;
  const Status added = stack_.conns.add(*this, tuple);
  if (!added.ok()) return added;
  stack_.mgmt.add(iface_events_);
  stack_.mgmt.add(acd_events_);
  return Status();
}

void Dhcpv4::listen_no_more() {
  static_cast<void>(stack_.conns.remove(this).ok());
  stack_.mgmt.remove(iface_events_);
  stack_.mgmt.remove(acd_events_);
}

bool Dhcpv4::on_packet(PacketPtr& packet) {
  const NetIf* iface = stack_.iface(packet->meta.iface);
  Dhcpv4Client* client = iface != nullptr ? find(*iface) : nullptr;
  if (client == nullptr || !client->is_running() || !client->input(packet->bytes())) return false;
  packet.reset();
  return true;
}

// In the layout of numbered commands a mask of several events lets others through, too.
void Dhcpv4::on_iface_event(const MgmtNotice& notice) {
  if (!notice.is(MgmtEvent::IfUp) && !notice.is(MgmtEvent::IfDown)) return;
  Dhcpv4Client* client = find(*notice.iface);
  if (client == nullptr || !client->is_running()) return;
  notice.is(MgmtEvent::IfUp) ? client->on_if_up() : client->on_if_down();
}

void Dhcpv4::on_acd_event(const MgmtNotice& notice) {
  if (!notice.is(MgmtEvent::Ipv4AcdFailed) && !notice.is(MgmtEvent::Ipv4AcdConflict)) return;
  Dhcpv4Client* client = find(*notice.iface);
  const auto address = notice.info.address();
  if (client == nullptr || !address || !address->is_v4()) return;
  client->on_conflict(address->v4());
}

}  // namespace flapjack
