// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_if.h"

#include "stack/contract/virtual_iface.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

// In Zephyr's order: IPv6, then IPv4, while the L2 still runs.
void leave_groups(NetIf& iface) {
  if (Ipv6If* ipv6 = iface.ipv6()) ipv6->leave_groups();
  if (Igmp* igmp = iface.stack().igmp().made()) igmp->leave_all(iface);
}

}  // namespace

std::span<const IfCounter> if_counters() {
  using I = const NetIf&;
  static constexpr std::array<IfCounter, 9> kCounters = {{
      {"tx_packets", [](I iface) { return iface.stats().tx_packets; }},
      {"tx_bytes", [](I iface) { return iface.stats().tx_bytes; }},
      {"tx_dropped", [](I iface) { return iface.losses().tx_dropped; }},
      {"rx_packets", [](I iface) { return iface.stats().rx_packets; }},
      {"rx_bytes", [](I iface) { return iface.stats().rx_bytes; }},
      {"rx_dropped", [](I iface) { return iface.losses().rx_dropped; }},
      {"rx_alloc_failed", [](I iface) { return iface.losses().rx_alloc_failed; }},
      {"up_count", [](I iface) -> std::uint64_t { return iface.stats().up_count; }},
      {"down_count", [](I iface) { return iface.down_count(); }},
  }};
  return kCounters;
}

NetIf::NetIf(Stack& stack, IfIndex index, const NetIfConfig& config)
    : stack_(stack),
      index_(index),
      subject_(stack.tracer().subject(stack.path_of(config.name))),
      mtu_(config.mtu),
      ipv4_(stack.config().if_unicast_ipv4 != 0 ? stack.config().if_unicast_ipv4
                                                : config.ipv4_limit),
      auto_start_(config.auto_start),
      is_wifi_(config.is_wifi),
      may_ipv4_(config.ipv4),
      ipv4_auto_(config.ipv4_auto),
      no_nd_(config.no_nd),
      no_mld_(config.no_mld),
      is_virtual_(config.is_virtual) {
  if (config.ipv6) rare().ipv6 = std::make_unique<Ipv6If>(*this, stack.config().ipv6);
}

// The driver last: what its L2 keeps may use it to the end.
NetIf::~NetIf() {
  if (rare_ != nullptr) rare_->ipv6 = nullptr;
  l2_context_ = nullptr;
  if (owns_driver_) delete driver_;
}

Arena* NetIf::arena() const { return stack_.arena(); }

std::string_view NetIf::path() const { return stack_.tracer().path(subject_); }
std::string_view NetIf::name() const { return path().substr(stack_.name().size() + 1); }

Status NetIf::set_link_address(const MacAddress& mac) {
  if (running_) return Errc::Eperm;
  link_address_ = mac;
  return Status();
}

void NetIf::bind_l2(L2& l2) {
  assert(l2_ == nullptr);
  l2_ = &l2;
  if (VirtualIface* const virtual_iface = l2.as_virtual()) {
    rare().virtual_iface = virtual_iface;
    is_virtual_ = true;
    carrier_ = false;  // until it stands on something
  }
  const L2Traits traits = l2.traits();
  has_send_ = traits.has_send;
  point_to_point_ = traits.point_to_point;
  stack_.routes_changed();
  l2_context_ = l2.attach(*this);
  kind_ = kind_of(traits);
}

Foresight NetIf::foresee_send() const {
  assert(front_of(*this, stats_) + sizeof stats_ <= kForeseen);
  prefetch(this, kForeseen);
  return foresight<&NetIf::foresee_lower>(this);
}

// The part of an L2's context that a packet meets is in its first line.
Foresight NetIf::foresee_lower() const {
  if (l2_context_ != nullptr) prefetch(l2_context_.get(), kCacheLine);
  if (driver_ == nullptr) return {};
  prefetch(driver_, kCacheLine);
  return foresight<&Driver::foresee_transmit>(driver_);
}

Foresight NetIf::foresee_frame() const {
  if (l2_context_ != nullptr) prefetch(l2_context_.get(), kCacheLine);
  stack_.prefetch();
  return foresight<&NetConnTable::foresee>(&stack_.conns);
}

std::uint16_t NetIf::virtual_mtu() const {
  return virtual_iface()->mtu(*this, mtu_);
}

void NetIf::bind_driver(Driver& driver) {
  assert(driver_ == nullptr);
  driver_ = &driver;
  if (link_address_.is_zero()) link_address_ = driver.caps().mac;
  driver.attach(*this);
}

void NetIf::own_driver(std::unique_ptr<Driver> driver) {
  owns_driver_ = true;
  bind_driver(*driver.release());
}

Status NetIf::up() {
  if (admin_up_ || changing_admin_) return Errc::Ealready;
  if (rare_ != nullptr) rare_->stacking.take_lowers_up();
  const Status switched = switch_device(true);
  if (!switched.ok()) return switched;
  admin_up_ = true;
  stack_.mgmt.notify(MgmtEvent::IfAdminUp, this);
  update_oper_state();
  return Status();
}

Status NetIf::down() {
  if (!admin_up_ || changing_admin_) return Errc::Ealready;
  if (is_up() && starts_ip()) leave_groups(*this);
  stack_.tx_queue.finish_of(index_);
  if (!admin_up_) return Errc::Ealready;  // somebody who heard of that was first
  const Status switched = switch_device(false);
  if (!switched.ok()) return switched;
  admin_up_ = false;
  stack_.mgmt.notify(MgmtEvent::IfAdminDown, this);
  update_oper_state();
  return Status();
}

// The L2 first, then the driver; when the driver refuses, the L2 is put back.
Status NetIf::switch_device(bool on) {
  if (on && l2_ != nullptr && !device_ready_) return Errc::Enxio;
  if (refuses_admin_) return Errc::Eio;
  changing_admin_ = true;
  evaluation_owed_ = false;
  if (on && driver_ != nullptr) checksum_ = driver_->caps().checksum;
  Status status = l2_ != nullptr ? l2_->enable(*this, on) : Status();
  if (status.ok() && driver_ != nullptr) {
    status = driver_->set_running(on);
    if (!status.ok() && l2_ != nullptr) static_cast<void>(l2_->enable(*this, !on).ok());
  }
  changing_admin_ = false;
  if (!status.ok() && evaluation_owed_) update_oper_state();
  return status;
}

void NetIf::set_flag(bool& flag, bool on) {
  if (flag == on) return;
  flag = on;
  update_oper_state();
}

// The L2 first: what it gives up with the carrier is gone when IF_DOWN is raised.
void NetIf::set_carrier(bool on) {
  if (carrier_ == on) return;
  carrier_ = on;
  if (l2_ != nullptr) l2_->on_carrier(*this, on);
  update_oper_state();
}

void NetIf::update_oper_state() {
  if (changing_admin_) {
    evaluation_owed_ = true;
    return;
  }
  const OperState before = oper_state_;
  oper_state_ =
      flapjack::oper_state({admin_up_, device_ready_, carrier_, is_dormant(), is_virtual_});
  oper_changed_at_ = stack_.scheduler().now();
  if (oper_state_ == OperState::Up && before != OperState::Up) return notify_up();
  if (oper_state_ != OperState::Up && before == OperState::Up) return notify_down();
}

void NetIf::notify_up() {
  assert(is_offloaded() || l2_ == nullptr || !l2_->traits().needs_link_address ||
         !link_address_.is_zero());
  running_ = true;
  ++stats_.up_count;
  stack_.mgmt.notify(MgmtEvent::IfUp, this);
  if (rare_ != nullptr) rare_->stacking.tell_uppers(true);
  if (starts_ip()) start_ip();
}

// In Zephyr's order: IPv6, then IPv4.
void NetIf::start_ip() {
  if (ipv6() != nullptr) {
    own_ipv6()->start();
    stack_.v6()->router_discovery.start(*this);
  }
  start_ipv4();
}

// Zephyr: nothing of this for offloaded and for point-to-point ifaces.
bool NetIf::starts_ip() const {
  return !is_offloaded() && l2_ != nullptr && !point_to_point_;
}

bool NetIf::has_nd() const {
  return ipv6() != nullptr && !no_nd_ && !point_to_point_ && has_link_addresses();
}

bool NetIf::has_link_addresses() const {
  return l2_ != nullptr && l2_->traits().needs_link_address;
}

bool NetIf::has_address(const IpAddress& address) const {
  if (address.is_v4()) return ipv4_.find(address.v4()) != nullptr;
  return own_ipv6() != nullptr && own_ipv6()->find(address.v6()) != nullptr;
}

void NetIf::notify_down() {
  running_ = false;
  stack_.mgmt.notify(MgmtEvent::IfDown, this);
  if (rare_ != nullptr) rare_->stacking.tell_uppers(false);
  stack_.route().forget_redirects(*this);
  Ipv6Parts* const v6 = ipv6() != nullptr ? stack_.v6().made() : nullptr;
  if (v6 != nullptr) v6->nd.iface_down(*this, DropReason::IfaceDown);
  if (starts_ip()) stop_ip();
}

void NetIf::stop_ip() {
  if (ipv6() != nullptr) {
    if (Ipv6Parts* v6 = stack_.v6().made()) {
      v6->router_discovery.stop(*this);
      v6->mld.stop(*this);
    }
    own_ipv6()->stop();
  }
  stop_ipv4();
}

Status NetIf::drop_tx(PacketPtr packet, DropReason reason, Errc status) {
  ++losses().tx_dropped;
  stack_.tracer().drop(reason, subject_, *packet);
  const bool unresolved =
      reason == DropReason::ArpTimeout || reason == DropReason::NeighborTimeout;
  if (packet->meta.forwarded && unresolved) stack_.forward().unresolved(*packet);
  stack_.contexts.on_sent(packet->meta.context, packet->meta.id, status);
  return status;
}

Status NetIf::send_data(PacketPtr packet) {
  if (!carrier_ || suspended_) {
    const DropReason reason = carrier_ ? DropReason::Suspended : DropReason::CarrierDown;
    return drop_tx(std::move(packet), reason, Errc::Enetdown);
  }
  if (!has_send_) {
    return drop_tx(std::move(packet), DropReason::NoL2, Errc::Eio);
  }
  if (packet->meta.next_hop.is_v6()) {  // Zephyr: net_ipv6_prepare_for_send
    switch (stack_.v6()->nd.prepare(*this, packet)) {
      case Verdict::Ok:
        return Status();
      case Verdict::Drop:
        return Errc::Eio;
      case Verdict::Continue:
        break;
    }
  }
  return queue_tx(std::move(packet));
}

Status NetIf::queue_tx(PacketPtr packet) {
  if (stack_.config().l2_order == L2Order::BeforeQueue) {
    stack_.tracer().hop(Hop::L2Out, subject_, *packet);
    return l2_->send(*this, std::move(packet));
  }
  stack_.tx_queue.submit(std::move(packet));
  return Status();
}

// The tx thread's work on one packet. Carrier is tested again: it may have gone while the packet
// waited, and the app has been told success long ago. Zephyr tests nothing else here: what waited
// still leaves a dormant iface, and of one that is admin-down the device says what it can do.
void NetIf::tx(PacketPtr packet) {
  if (packet->meta.l2_ready) {
    const Status sent = transmit(std::move(packet));
    static_cast<void>(sent);  // reported through the context's send callback
    return;
  }
  if (!carrier_) {
    static_cast<void>(drop_tx(std::move(packet), DropReason::CarrierDown, Errc::Enetdown).ok());
    return;
  }
  stack_.tracer().hop(Hop::L2Out, subject_, *packet);
  const Status sent = l2_->send(*this, std::move(packet));
  static_cast<void>(sent);
}

Status NetIf::output_frame(PacketPtr frame) {
  const CauseScope scope(stack_.scheduler());
  frame->meta.l2_ready = true;
  frame->meta.iface = index_;
  if (stack_.config().l2_order == L2Order::BeforeQueue) {
    stack_.tx_queue.submit(std::move(frame));
    return Status();
  }
  return transmit(std::move(frame));
}

Status NetIf::transmit(PacketPtr frame) {
  if (!carrier_ || (driver_ == nullptr && virtual_iface() == nullptr)) {
    return drop_tx(std::move(frame), DropReason::CarrierDown, Errc::Enetdown);
  }
  if (suspended_) {  // what its L2 and the ifaces above send does not pass send_data()
    return drop_tx(std::move(frame), DropReason::Suspended, Errc::Enetdown);
  }
  const std::uint16_t context = frame->meta.context;
  const PacketId id = frame->meta.id;
  const std::size_t payload = frame->meta.payload_bytes;
  const std::size_t bytes = frame->size();
  frame->meta.context = 0;
  stack_.tracer().hop(Hop::DriverTx, subject_, *frame);
  const Status sent = driver_ != nullptr ? driver_->transmit(std::move(frame))
                                         : virtual_iface()->output(*this, std::move(frame));
  if (sent.ok()) {
    ++stats_.tx_packets;
    stats_.tx_bytes += bytes;
    note_used();
  } else {
    ++losses().tx_dropped;
  }
  stack_.contexts.on_sent(context, id, sent.ok() ? Result<std::size_t>(payload)
                                                 : Result<std::size_t>(sent.code()));
  return sent;
}

void NetIf::on_frame(PacketPtr frame) {
  stack_.tracer().hop(Hop::DriverRx, subject_, *frame);
  const Status received = stack_.core().recv_data(*this, std::move(frame));
  static_cast<void>(received);  // every refusal has been recorded as a drop
}

}  // namespace flapjack
