// SPDX-License-Identifier: Apache-2.0
// What an iface is called and the modes it can be in beside up and down: promiscuous, suspended.
#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

// ---- names (NET_INTERFACE_NAME)

IfKind NetIf::kind_of(const L2Traits& traits) const {
  if (traits.name == "ethernet") return is_wifi_ ? IfKind::Wifi : IfKind::Ethernet;
  if (traits.name == "vlan") return IfKind::Vlan;
  if (traits.name == "dummy") return IfKind::Dummy;
  if (traits.name == "ppp") return IfKind::Ppp;
  return IfKind::Other;
}

std::string NetIf::name_as(std::size_t number) const {
  static constexpr std::array<std::string_view, kIfKinds> kPrefixes = {"eth",  "wlan", "vlan",
                                                                       "dummy", "ppp", "net"};
  if (rare_ != nullptr && rare_->if_name != nullptr) return *rare_->if_name;
  return std::string(kPrefixes[static_cast<std::size_t>(kind_)]) + std::to_string(number);
}

Result<std::string> NetIf::if_name(std::size_t room) const {
  if (!stack_.config().sockets.if_names) return Errc::Enotsup;
  const auto before = stack_.ifaces().first(index_.value - 1);
  const auto number = std::count_if(before.begin(), before.end(),
                                    [&](const auto& other) { return other->kind() == kind_; });
  std::string name = name_as(static_cast<std::size_t>(number));
  if (name.size() > room) return Errc::Erange;
  return name;
}

Status NetIf::set_if_name(std::string_view name) {
  const SocketConfig& built = stack_.config().sockets;
  if (!built.if_names) return Errc::Enotsup;
  if (name.empty()) return Errc::Einval;
  if (name.size() > built.if_name_max) return Errc::Enametoolong;
  const Result<IfIndex> other = stack_.index_by_name(name);
  if (other.ok() && other.value() != index_) return Errc::Ealready;
  rare().if_name = std::make_unique<std::string>(name);
  return Status();
}

Result<IfIndex> Stack::index_by_name(std::string_view name) const {
  if (!config().sockets.if_names) return Errc::Enotsup;
  if (name.empty()) return Errc::Einval;
  std::array<std::size_t, kIfKinds> numbers{};
  for (const auto& iface : ifaces_) {
    std::size_t& number = numbers[static_cast<std::size_t>(iface->kind())];
    if (iface->name_as(number++) == name) return iface->index();
  }
  return Errc::Enoent;
}

// ---- the default iface

NetIf* Stack::chosen_default() const {
  const auto first = [&](auto&& fits) {
    const auto found = std::find_if(ifaces_.begin(), ifaces_.end(),
                                    [&](const auto& iface) { return fits(*iface); });
    return found != ifaces_.end() ? found->get() : ifaces_.front().get();
  };
  const auto of_kind = [&](IfKind kind) {
    return first([kind](const NetIf& iface) { return iface.kind() == kind; });
  };
  switch (config().sockets.default_iface) {
    case DefaultIface::First: break;
    case DefaultIface::Up: return first([](const NetIf& iface) { return iface.is_admin_up(); });
    case DefaultIface::Ethernet:
      return first([](const NetIf& iface) {
        return iface.kind() == IfKind::Ethernet || iface.kind() == IfKind::Wifi;
      });
    case DefaultIface::Wifi: return of_kind(IfKind::Wifi);
    case DefaultIface::Offload:
      return first([](const NetIf& iface) { return iface.is_ip_offloaded(); });
    case DefaultIface::OffloadedNetdev:
      return first([](const NetIf& iface) { return iface.is_socket_offloaded(); });
    case DefaultIface::Dummy: return of_kind(IfKind::Dummy);
    case DefaultIface::Ppp: return of_kind(IfKind::Ppp);
  }
  return ifaces_.front().get();
}

// ---- promiscuous mode (NET_PROMISCUOUS_MODE)

Status NetIf::switch_promiscuous(bool on) {
  const bool built = stack_.config().sockets.promiscuous;
  const bool able = driver_ != nullptr && driver_->caps().promiscuous;
  if (!built || l2_ == nullptr || !l2_->traits().promiscuous || !able) return Errc::Enotsup;
  return driver_->set_promiscuous(on);
}

Status NetIf::set_promiscuous() {
  if (promiscuous_) return Errc::Ealready;
  const Status switched = switch_promiscuous(true);
  if (!switched.ok()) return switched;
  promiscuous_ = true;
  stack_.tracer().event(subject_, "promiscuous", {Attr::of("on", 1)});
  return Status();
}

void NetIf::unset_promiscuous() {
  if (!promiscuous_ || !switch_promiscuous(false).ok()) return;
  promiscuous_ = false;
  stack_.tracer().event(subject_, "promiscuous", {Attr::of("on", 0)});
}

// ---- suspension (NET_POWER_MANAGEMENT)

Status NetIf::suspend() {
  if (stack_.tx_queue.queued_of(index_) > 0) return Errc::Ebusy;
  if (suspended_) return Errc::Ealready;
  suspended_ = true;
  stack_.tracer().event(subject_, "suspended", {});
  return Status();
}

Status NetIf::resume() {
  if (!suspended_) return Errc::Ealready;
  suspended_ = false;
  stack_.tracer().event(subject_, "resumed", {});
  return Status();
}

Status NetIf::queue_frame(PacketPtr packet) {
  if (!packet->meta.l2_ready) return queue_tx(std::move(packet));
  stack_.tx_queue.submit(std::move(packet));
  return Status();
}

}  // namespace flapjack
