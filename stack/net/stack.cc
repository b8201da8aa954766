// SPDX-License-Identifier: Apache-2.0
#include "stack/net/stack.h"

#include <algorithm>
#include <limits>

#include "stack/base/prefetch.h"

namespace flapjack {
namespace {

constexpr std::size_t kFewIfaces = 8;  // up to here a walk is as quick as a search

bool name_less(const NetIf* a, const NetIf* b) { return a->name() < b->name(); }

// What the traffic classes of a direction share; without shares each may hold all that there is.
std::size_t slots(const StackConfig& config, std::size_t packets) {
  return config.class_shares ? packets : std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

Stack::Stack(const StackEnv& env, std::string_view name, NodeId id, const StackConfig& config)
    : Stack(env, name, id, std::make_unique<const StackConfig>(config), nullptr) {}

Stack::Stack(const StackEnv& env, std::string_view name, NodeId id, const StackConfig* config)
    : Stack(env, name, id, nullptr, config) {}

Stack::Stack(const StackEnv& env, std::string_view name, NodeId id,
             std::unique_ptr<const StackConfig> own, const StackConfig* shared)
    : fibers_(env.fibers),
      rng_(env.rng),
      own_config_(std::move(own)),
      id_(id),
      cpu(env.scheduler, shared != nullptr ? shared->cpu : own_config_->cpu),
      scheduler_(env.scheduler),
      tracer_(env.tracer),
      config_(shared != nullptr ? *shared : *own_config_),
      subject_(env.tracer.subject(name)),
      tx_pool(env.slab, config().tx_pool, subject_),
      rx_pool(env.slab, config().rx_pool, subject_),
      tx_queue(*this, TrafficClass::Direction::Tx,
               {config().tx_classes, slots(config(), config().tx_pool.packets),
                config().priority_map, config().tx_skip_high}),
      rx_queue(*this, TrafficClass::Direction::Rx,
               {config().rx_classes, slots(config(), config().rx_pool.packets),
                config().priority_map, config().rx_skip_high}),
      parts_(*this),
      pmtu(*this),
      conns(*this),
      contexts(*this),
      routes(*this),
      mgmt(*this),
      routers(*this) {}

StackParts::StackParts(Stack& stack)
    : route_tables(stack),
      acd(stack),
      autoconf(stack),
      ipv4_fragment(stack),
      igmp(stack),
      icmp(stack),
      v6(stack),
      promiscuous(stack),
      dns(stack),
      dhcpv4(stack),
      cn(stack) {}

std::string Stack::path_of(std::string_view part) const {
  return std::string(name()).append(1, '.').append(part);
}

// Contexts first, which may have groups to leave, then ifaces: both use the parts. These let go of
// mgmt.
Stack::~Stack() {
  contexts.put_all();
  ifaces_.clear();
  parts_.end();
}

NetIf& Stack::add_iface(NetIfConfig config) {
  assert(iface_by_name(config.name) == nullptr);
  const IfIndex index{static_cast<std::uint32_t>(ifaces_.size() + 1)};
  NetIf& iface = *ifaces_.emplace_back(make_in<NetIf>(arena(), *this, index, std::move(config)));
  routes_changed();
  return iface;
}

// Many are mostly added before somebody asks.
const std::vector<NetIf*>& Stack::by_name() const {
  std::vector<NetIf*>& all = parts().by_name;
  const std::size_t known = all.size();
  const bool one = ifaces_.size() == known + 1;
  for (std::size_t i = known; i < ifaces_.size(); ++i) {
    NetIf* const iface = ifaces_[i].get();
    all.insert(one ? std::upper_bound(all.begin(), all.end(), iface, name_less) : all.end(), iface);
  }
  if (!one && all.size() > known) std::sort(all.begin(), all.end(), name_less);
  return all;
}

NetIf* Stack::iface_by_name(std::string_view name) const {
  if (ifaces_.size() <= kFewIfaces) {
    const auto found = std::find_if(ifaces_.begin(), ifaces_.end(),
                                    [&](const auto& iface) { return iface->name() == name; });
    return found != ifaces_.end() ? found->get() : nullptr;
  }
  const std::vector<NetIf*>& all = by_name();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name,
                       [](const NetIf* iface, std::string_view n) { return iface->name() < n; });
  return found != all.end() && (*found)->name() == name ? *found : nullptr;
}

NetIf* Stack::default_iface() const {
  if (default_iface_ != nullptr) return default_iface_;
  if (ifaces_.empty()) return nullptr;
  const bool first = config_.sockets.default_iface == DefaultIface::First;
  return first ? ifaces_.front().get() : chosen_default();
}

bool Stack::take_ipv4_config() {
  const std::size_t limit = config_.max_ipv4_configs;
  if (limit != 0 && ipv4_configs_ >= limit) return false;
  ++ipv4_configs_;
  return true;
}

bool Stack::take_ipv6_config() {
  const std::size_t limit = config_.max_ipv6_configs;
  if (limit != 0 && ipv6_configs_ >= limit) return false;
  ++ipv6_configs_;
  return true;
}

// Zephyr: the only hint, a warning at boot.
void Stack::warn_of_few_configs(std::string_view event, std::size_t ifaces, std::size_t limit) {
  if (limit == 0 || ifaces <= limit) return;
  tracer().event(subject_, event, {Attr::of("ifaces", static_cast<std::int64_t>(ifaces)),
                                   Attr::of("limit", static_cast<std::int64_t>(limit))});
}

void Stack::prefetch() const {
  // from the line that ifaces_ is in to what every packet needs of conns
  const std::size_t bytes =
      front_of(*this, conns) + 5 * sizeof(std::uint32_t) - front_of(*this, ifaces_);
  flapjack::prefetch(&ifaces_, bytes);
}

void Stack::post_init() {
  CnParts* const heard = cn().made();
  if (!booted_ && heard != nullptr) heard->start();
  booted_ = true;
  const auto with_ipv6 = static_cast<std::size_t>(
      std::count_if(ifaces_.begin(), ifaces_.end(),
                    [](const auto& iface) { return iface->ipv6() != nullptr; }));
  warn_of_few_configs("ipv4_configs_short", ifaces_.size(), config_.max_ipv4_configs);
  warn_of_few_configs("ipv6_configs_short", with_ipv6, config_.max_ipv6_configs);
  for (const auto& iface : ifaces_) {
    if (!iface->auto_start() || iface->is_admin_up()) continue;
    const Status up = iface->up();
    if (!up.ok()) {
      tracer().event(iface->subject(), "if_up_failed", {Attr::of("errno", up.code())});
    }
  }
}

}  // namespace flapjack
