// SPDX-License-Identifier: Apache-2.0
#include "stack/net/dhcpv4.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

namespace {

// A message of the usual options with the headers above the link's: three of Zephyr's buffers.
constexpr std::size_t kPacketBytes = 328;

}  // namespace

Dhcpv4::Dhcpv4(Stack& stack)
    : stack_(stack),
      request_(kPacketBytes, delegate<&Dhcpv4::on_packet_granted>(this)),
      turn_(stack.scheduler(), Lane::Work, delegate<&Dhcpv4::send_posted>(this)) {
  iface_events_.mask = mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown);
  iface_events_.handler = [this](const MgmtNotice& notice) { on_iface_event(notice); };
}

Dhcpv4::~Dhcpv4() = default;

Status Dhcpv4::start(NetIf& iface) { return start(iface, true); }

Status Dhcpv4::start(NetIf& iface, bool delayed) {
  if (iface.is_offloaded()) return Errc::Eopnotsupp;
  if (iface.link_address().is_zero()) return Errc::Einval;
  Dhcpv4Client* client = find(iface);
  if (client != nullptr && client->is_running()) return Errc::Ealready;
  const Status listening = listen();
  if (!listening.ok()) return listening;
  if (client == nullptr) {
    client = clients_.emplace_back(std::make_unique<Dhcpv4Client>(*this, iface)).get();
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
  if (conn_ != nullptr) return Status();
  ConnTuple tuple;
  tuple.local.port = kDhcpv4ClientPort;
  tuple.remote.port = kDhcpv4ServerPort;
  const auto added = stack_.conns.add(
      tuple,
      [](void* self, PacketPtr& packet) { return static_cast<Dhcpv4*>(self)->on_packet(packet); },
      this);
  if (!added.ok()) return added.code();
  conn_ = added.value();
  stack_.mgmt.add(iface_events_);
  return Status();
}

void Dhcpv4::listen_no_more() {
  static_cast<void>(stack_.conns.remove(conn_).ok());
  conn_ = nullptr;
  stack_.mgmt.remove(iface_events_);
}

bool Dhcpv4::on_packet(PacketPtr& packet) {
  const NetIf* iface = stack_.iface(packet->meta.iface);
  Dhcpv4Client* client = iface != nullptr ? find(*iface) : nullptr;
  if (client == nullptr || !client->is_running() || !client->input(packet->bytes())) return false;
  packet.reset();
  return true;
}

void Dhcpv4::on_iface_event(const MgmtNotice& notice) {
  Dhcpv4Client* client = find(*notice.iface);
  if (client == nullptr || !client->is_running()) return;
  notice.is(MgmtEvent::IfUp) ? client->on_if_up() : client->on_if_down();
}

void Dhcpv4::post(Dhcpv4Client& client) {
  const auto same = [&client](const Posted& each) { return each.client == &client; };
  if (std::any_of(outbox_.begin(), outbox_.end(), same)) return;
  if (outbox_.empty()) {
    PacketPtr packet = stack_.tx_pool.allocate(kPacketBytes);
    if (packet != nullptr) return client.transmit(std::move(packet));
    stack_.tx_pool.wait(request_);
  }
  const RecordId waits =
      stack_.tracer().event(client.iface().subject(), "dhcp_waits",
                            {Attr::of("type", dhcpv4_type_name(client.next_type()))});
  outbox_.push_back({&client, waits});
}

void Dhcpv4::withdraw(Dhcpv4Client& client) {
  std::erase_if(outbox_, [&client](const Posted& each) { return each.client == &client; });
  if (!outbox_.empty()) return;
  stack_.tx_pool.cancel(request_);
  request_.packet.reset();
}

// Never from within the release of a packet: what is sent has a turn of its own.
void Dhcpv4::on_packet_granted() { turn_.start({}); }

void Dhcpv4::send_posted() {
  PacketPtr packet = std::move(request_.packet);
  while (!outbox_.empty()) {
    if (packet == nullptr) packet = stack_.tx_pool.allocate(kPacketBytes);
    if (packet == nullptr) return stack_.tx_pool.wait(request_);
    const Posted posted = outbox_.front();
    outbox_.erase(outbox_.begin());
    const CauseScope scope(stack_.scheduler(), posted.waits);
    posted.client->transmit(std::move(packet));
  }
}

}  // namespace flapjack
