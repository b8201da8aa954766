// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conn_mgr.h"

#include <algorithm>
#include <cassert>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::string_view kByApp = "app";

void keep_first(Status& first, Status status) {
  if (first.ok()) first = status;
}

}  // namespace

ConnMgr::ConnMgr(Stack& stack, ConnMgrConfig config)
    : stack_(stack), config_(config), monitor_(stack, config.monitor) {
  iface_callback_ = {mgmt_mask(MgmtEvent::IfAdminUp, MgmtEvent::IfDown),
                     [this](const MgmtNotice& notice) { on_iface(notice); }};
  self_callback_ = {mgmt_mask(MgmtEvent::ConnIfTimeout, MgmtEvent::ConnIfFatalError),
                    [this](const MgmtNotice& notice) { on_self(notice); }};
}

ConnMgr::~ConnMgr() {
  stack_.mgmt.remove(self_callback_);
  stack_.mgmt.remove(iface_callback_);
}

Binding& ConnMgr::bind(NetIf& iface, Connectivity& impl, BindingConfig config) {
  assert(!booted_ && &iface.stack() == &stack_);
  return *bindings_.emplace_back(std::make_unique<Binding>(iface, impl, config));
}

Status ConnMgr::boot() {
  if (booted_) return Errc::Ealready;
  if (!monitor_.fits()) return Errc::Erange;
  booted_ = true;
  for (const auto& binding : bindings_) {
    const ConnectivityTraits traits = binding->impl().traits();
    if (!traits.exists || !traits.has_init) continue;
    binding->reset_timeout();
    binding->impl().init(*binding);
  }
  stack_.mgmt.add(iface_callback_);
  stack_.mgmt.add(self_callback_);
  for (const auto& binding : bindings_) {
    const bool exists = binding->impl().traits().exists;
    if (exists && binding->iface().is_admin_up()) auto_connect(binding->iface());
  }
  // Registered last, the monitor's handlers run before those of control and of older apps.
  monitor_.start();
  return Status();
}

// The first binding of the iface decides, even when its implementation does not exist.
Binding* ConnMgr::if_get_binding(const NetIf& iface) const {
  const auto it = std::find_if(bindings_.begin(), bindings_.end(),
                               [&](const auto& b) { return &b->iface() == &iface; });
  if (it == bindings_.end() || !(*it)->impl().traits().exists) return nullptr;
  return it->get();
}

bool ConnMgr::if_is_bound(const NetIf& iface) const {
  return if_get_binding(iface) != nullptr;
}

Status ConnMgr::if_connect(NetIf& iface) {
  return connect(iface, kByApp);
}
Status ConnMgr::if_disconnect(NetIf& iface) {
  return disconnect(iface, kByApp);
}

Status ConnMgr::connect(NetIf& iface, std::string_view by) {
  const Status status = call_connect(iface);
  stack_.tracer().event(iface.subject(), conn_event::kConnect,
                        {Attr::of("by", by), Attr::of("result", status.code())});
  return status;
}

Status ConnMgr::call_connect(NetIf& iface) {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !binding->impl().traits().has_connect) return Errc::Enotsup;
  if (!iface.is_admin_up()) {
    const Status up = iface.up();
    if (!up.ok()) return up;
  }
  binding->set_flag(ConnFlag::Disconnecting, false);
  return binding->impl().connect(*binding);
}

Status ConnMgr::disconnect(NetIf& iface, std::string_view by) {
  const Status status = call_disconnect(iface);
  stack_.tracer().event(iface.subject(), conn_event::kDisconnect,
                        {Attr::of("by", by), Attr::of("result", status.code())});
  return status;
}

Status ConnMgr::call_disconnect(NetIf& iface) {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !binding->impl().traits().has_disconnect) return Errc::Enotsup;
  Status status;
  if (iface.is_admin_up()) {
    if (!config_.legacy_sync_autodown) binding->set_flag(ConnFlag::Disconnecting, true);
    status = binding->impl().disconnect(*binding);
  }
  if (config_.legacy_sync_autodown) auto_down(iface, "disconnect");
  return status;
}

Status ConnMgr::if_set_opt(NetIf& iface, int option, std::span<const std::uint8_t> value) {
  const Status status = set_opt(iface, option, value);
  stack_.tracer().event(iface.subject(), conn_event::kSetOpt,
                        {Attr::of("option", option), Attr::of("result", status.code())});
  return status;
}

Status ConnMgr::set_opt(NetIf& iface, int option, std::span<const std::uint8_t> value) {
  if (value.data() == nullptr) return Errc::Einval;
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !binding->impl().traits().has_set_option) return Errc::Enotsup;
  return binding->impl().set_option(*binding, option, value);
}

Status ConnMgr::if_get_opt(NetIf& iface, int option, std::span<std::uint8_t> value,
                           std::size_t* length) {
  const Status status = length == nullptr ? Errc::Einval : get_opt(iface, option, value, *length);
  stack_.tracer().event(iface.subject(), conn_event::kGetOpt,
                        {Attr::of("option", option), Attr::of("result", status.code())});
  return status;
}

Status ConnMgr::get_opt(NetIf& iface, int option, std::span<std::uint8_t> value,
                        std::size_t& length) {
  const std::size_t room = std::min(length, value.size());
  length = 0;
  if (value.data() == nullptr) return Errc::Einval;
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !binding->impl().traits().has_get_option) return Errc::Enotsup;
  length = room;
  return binding->impl().get_option(*binding, option, value.first(room), length);
}

bool ConnMgr::is_flag(ConnFlag flag) const {
  // The internal flag came with the asynchronous admin-down.
  const std::uint32_t count = config_.legacy_sync_autodown ? kConnFlagCount - 1 : kConnFlagCount;
  return static_cast<std::uint32_t>(flag) < count;
}

Status ConnMgr::if_set_flag(NetIf& iface, ConnFlag flag, bool value) {
  Binding* const binding = if_get_binding(iface);
  Status status;
  if (!is_flag(flag)) {
    status = Errc::Einval;
  } else if (binding == nullptr) {
    status = Errc::Enotsup;
  } else {
    binding->set_flag(flag, value);
  }
  stack_.tracer().event(iface.subject(), conn_event::kSetFlag,
                        {Attr::of("flag", conn_flag_name(flag)), Attr::of("value", value ? 1 : 0),
                         Attr::of("result", status.code())});
  return status;
}

bool ConnMgr::if_get_flag(const NetIf& iface, ConnFlag flag) const {
  const Binding* const binding = if_get_binding(iface);
  return binding != nullptr && is_flag(flag) && binding->flag(flag);
}

Status ConnMgr::if_set_timeout(NetIf& iface, int seconds) {
  Binding* const binding = if_get_binding(iface);
  const Status status = binding == nullptr ? Errc::Enotsup : Errc::Ok;
  if (binding != nullptr) binding->set_timeout_s(seconds);
  stack_.tracer().event(iface.subject(), conn_event::kSetTimeout,
                        {Attr::of("seconds", seconds), Attr::of("result", status.code())});
  return status;
}

int ConnMgr::if_get_timeout(const NetIf& iface) const {
  const Binding* const binding = if_get_binding(iface);
  return binding == nullptr ? kNoTimeout : binding->timeout_s();
}

bool ConnMgr::skipped(const NetIf& iface, bool skip_ignored) const {
  return skip_ignored && monitor_.is_iface_ignored(iface);
}

void ConnMgr::bulk_up(bool skip_ignored, std::string_view by, Status& first) {
  for (const auto& iface : stack_.ifaces()) {
    if (iface->is_admin_up() || skipped(*iface, skip_ignored)) continue;
    const Status status = iface->up();
    keep_first(first, status);
    if (status.ok()) continue;
    stack_.tracer().event(iface->subject(), conn_event::kUpFailed,
                          {Attr::of("by", by), Attr::of("result", status.code())});
  }
}

Status ConnMgr::all_if_up(bool skip_ignored) {
  Status first;
  bulk_up(skip_ignored, "all_if_up", first);
  return first;
}

Status ConnMgr::all_if_down(bool skip_ignored) {
  Status first;
  for (const auto& iface : stack_.ifaces()) {
    if (!iface->is_admin_up() || skipped(*iface, skip_ignored)) continue;
    const Status status = iface->down();
    keep_first(first, status);
    if (status.ok()) continue;
    stack_.tracer().event(iface->subject(), conn_event::kDownFailed,
                          {Attr::of("by", "all_if_down"), Attr::of("result", status.code())});
  }
  return first;
}

Status ConnMgr::all_if_connect(bool skip_ignored) {
  Status first;
  bulk_up(skip_ignored, "all_if_connect", first);
  for (const auto& iface : stack_.ifaces()) {
    if (!if_is_bound(*iface) || skipped(*iface, skip_ignored)) continue;
    keep_first(first, connect(*iface, "all_if_connect"));
  }
  return first;
}

Status ConnMgr::all_if_disconnect(bool skip_ignored) {
  Status first;
  for (const auto& iface : stack_.ifaces()) {
    if (!if_is_bound(*iface) || skipped(*iface, skip_ignored)) continue;
    keep_first(first, disconnect(*iface, "all_if_disconnect"));
  }
  return first;
}

// Does not ask whether the iface is still admin-up: a stale event brings it up again, as in Zephyr.
void ConnMgr::auto_connect(NetIf& iface) {
  const Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || binding->flag(ConnFlag::NoAutoConnect)) return;
  const Status status = connect(iface, "auto_connect");
  static_cast<void>(status);  // recorded; there is nobody to return it to
}

void ConnMgr::auto_down(NetIf& iface, std::string_view reason) {
  const Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !config_.auto_if_down || binding->flag(ConnFlag::NoAutoDown)) return;
  if (!iface.is_admin_up()) return;
  const Status status = iface.down();
  stack_.tracer().event(iface.subject(), conn_event::kAutoDown,
                        {Attr::of("reason", reason), Attr::of("result", status.code())});
}

void ConnMgr::on_iface(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  if (notice.is(MgmtEvent::IfAdminUp)) return auto_connect(*notice.iface);
  if (notice.is(MgmtEvent::IfDown)) on_if_down(*notice.iface);
}

void ConnMgr::on_if_down(NetIf& iface) {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr) return;
  const bool meant = binding->flag(ConnFlag::Disconnecting) && !config_.legacy_sync_autodown;
  if (binding->flag(ConnFlag::Persistent) && !meant) return;
  binding->set_flag(ConnFlag::Disconnecting, false);
  auto_down(iface, "if_down");
}

void ConnMgr::on_self(const MgmtNotice& notice) {
  if (notice.iface == nullptr) return;
  if (notice.is(MgmtEvent::ConnIfTimeout)) return auto_down(*notice.iface, "timeout");
  if (notice.is(MgmtEvent::ConnIfFatalError)) auto_down(*notice.iface, "fatal");
}

}  // namespace flapjack
