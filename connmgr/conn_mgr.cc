// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conn_mgr.h"

#include <algorithm>
#include <mutex>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::string_view kByApp = "app";

void keep_first(Status& first, Status status) {
  if (first.ok()) first = status;
}

}  // namespace

// The first binding of the iface decides, even when its implementation does not exist.
Binding* ConnMgr::if_get_binding(const NetIf& iface) const {
  const auto all = bindings();
  const auto it = std::find_if(all.begin(), all.end(),
                               [&](const auto& b) { return &b->iface() == &iface; });
  if (it == all.end() || !(*it)->impl().traits().exists) return nullptr;
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
  const Status waited = wait_for(*binding, "connect");
  if (!waited.ok()) return waited;
  if (lacks_config(*binding)) {
    stack_.mgmt.notify(MgmtEvent::ConnIfNoConfiguration, &iface);
    return config_.no_configuration;
  }
  const std::lock_guard guard(*binding);
  if (!iface.is_admin_up()) {
    const Status up_status = up(iface);
    if (!up_status.ok()) return up_status;
  }
  binding->set_flag(ConnFlag::Disconnecting, false);
  return binding->connect();
}

bool ConnMgr::lacks_config(Binding& binding) const {
  return config_.config_check && !binding.flag(ConnFlag::Persistent) &&
         binding.impl().traits().has_connection_config &&
         !binding.impl().has_connection_config(binding);
}

Status ConnMgr::disconnect(NetIf& iface, std::string_view by, bool idle) {
  const Status status = call_disconnect(iface, idle);
  stack_.tracer().event(iface.subject(), conn_event::kDisconnect,
                        {Attr::of("by", by), Attr::of("result", status.code())});
  return status;
}

// An idle one is not the application's wish: a persistent implementation connects again.
Status ConnMgr::call_disconnect(NetIf& iface, bool idle) {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !binding->impl().traits().has_disconnect) return Errc::Enotsup;
  Status status = wait_for(*binding, "disconnect");
  if (!status.ok()) return status;
  if (iface.is_admin_up()) {
    const std::lock_guard guard(*binding);
    const bool meant = !idle && !config_.legacy_sync_autodown;
    if (meant) binding->set_flag(ConnFlag::Disconnecting, true);
    status = binding->disconnect();
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
  const Status waited = wait_for(*binding, "set_opt");
  if (!waited.ok()) return waited;
  const std::lock_guard guard(*binding);
  return binding->impl().set_option(*binding, option, value);
}

Status ConnMgr::if_get_opt(NetIf& iface, int option, std::span<std::uint8_t> value,
                           std::size_t* length) {
  const Status status = length == nullptr ? Errc::Einval : get_opt(iface, option, value, *length);
  const auto written = static_cast<std::int64_t>(length == nullptr ? 0 : *length);
  stack_.tracer().event(iface.subject(), conn_event::kGetOpt,
                        {Attr::of("option", option), Attr::of("result", status.code()),
                         Attr::of("length", written)});
  return status;
}

Status ConnMgr::get_opt(NetIf& iface, int option, std::span<std::uint8_t> value,
                        std::size_t& length) {
  const std::size_t room = std::min(length, value.size());
  length = 0;
  if (value.data() == nullptr) return Errc::Einval;
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr || !binding->impl().traits().has_get_option) return Errc::Enotsup;
  const Status waited = wait_for(*binding, "get_opt");
  if (!waited.ok()) return waited;
  length = room;
  const std::lock_guard guard(*binding);
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
    status = wait_for(*binding, "set_flag");
    if (status.ok()) binding->set_flag(flag, value);
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
  const Status status = binding == nullptr ? Errc::Enotsup : wait_for(*binding, "set_timeout");
  if (status.ok()) {
    const std::lock_guard guard(*binding);
    binding->set_timeout_s(seconds);
  }
  stack_.tracer().event(iface.subject(), conn_event::kSetTimeout,
                        {Attr::of("seconds", seconds), Attr::of("result", status.code())});
  return status;
}

int ConnMgr::if_get_timeout(const NetIf& iface) const {
  Binding* const binding = if_get_binding(iface);
  if (binding == nullptr) return kNoTimeout;
  const std::lock_guard guard(*binding);
  return binding->timeout_s();
}

Status ConnMgr::if_set_idle_timeout(NetIf& iface, int seconds) {
  Binding* const binding = config_.idle_timeout ? if_get_binding(iface) : nullptr;
  const Status status =
      binding == nullptr ? Errc::Enotsup : wait_for(*binding, "set_idle_timeout");
  if (status.ok()) {
    const std::lock_guard guard(*binding);
    binding->set_idle_timeout_s(seconds);
  }
  stack_.tracer().event(iface.subject(), conn_event::kSetIdleTimeout,
                        {Attr::of("seconds", seconds), Attr::of("result", status.code())});
  return status;
}

int ConnMgr::if_get_idle_timeout(const NetIf& iface) const {
  Binding* const binding = config_.idle_timeout ? if_get_binding(iface) : nullptr;
  if (binding == nullptr) return kNoTimeout;
  const std::lock_guard guard(*binding);
  return binding->idle_timeout_s();
}

void ConnMgr::if_used(NetIf& iface) {
  Binding* const binding = config_.idle_timeout ? if_get_binding(iface) : nullptr;
  if (binding != nullptr) binding->used();
}

bool ConnMgr::skipped(const NetIf& iface, bool skip_ignored) const {
  return skip_ignored && monitor_.is_iface_ignored(iface);
}

void ConnMgr::bulk_up(bool skip_ignored, std::string_view by, Status& first) {
  for (const auto& iface : stack_.ifaces()) {
    if (iface->is_admin_up() || skipped(*iface, skip_ignored)) continue;
    const Status status = up(*iface);
    keep_first(first, status);
    if (status.ok()) continue;
    stack_.tracer().event(iface->subject(), conn_event::kUpFailed,
                          {Attr::of("by", by), Attr::of("result", status.code())});
  }
}

Status ConnMgr::all_if_up(bool skip_ignored) {
  Status first = wait_for_monitor("all_if_up", skip_ignored);
  if (first.ok()) bulk_up(skip_ignored, "all_if_up", first);
  return first;
}

Status ConnMgr::all_if_down(bool skip_ignored) {
  Status first = wait_for_monitor("all_if_down", skip_ignored);
  if (!first.ok()) return first;
  for (const auto& iface : stack_.ifaces()) {
    if (!iface->is_admin_up() || skipped(*iface, skip_ignored)) continue;
    const Status status = down(*iface);
    keep_first(first, status);
    if (status.ok()) continue;
    stack_.tracer().event(iface->subject(), conn_event::kDownFailed,
                          {Attr::of("by", "all_if_down"), Attr::of("result", status.code())});
  }
  return first;
}

Status ConnMgr::all_if_connect(bool skip_ignored) {
  Status first = wait_for_monitor("all_if_connect", skip_ignored);
  if (!first.ok()) return first;
  bulk_up(skip_ignored, "all_if_connect", first);
  for (const auto& iface : stack_.ifaces()) {
    if (!if_is_bound(*iface) || skipped(*iface, skip_ignored)) continue;
    keep_first(first, connect(*iface, "all_if_connect"));
  }
  return first;
}

Status ConnMgr::all_if_disconnect(bool skip_ignored) {
  Status first = wait_for_monitor("all_if_disconnect", skip_ignored);
  if (!first.ok()) return first;
  for (const auto& iface : stack_.ifaces()) {
    if (!if_is_bound(*iface) || skipped(*iface, skip_ignored)) continue;
    keep_first(first, disconnect(*iface, "all_if_disconnect"));
  }
  return first;
}

}  // namespace flapjack
