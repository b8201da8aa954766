// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/router_advert.h"

#include <algorithm>

#include "scenarios/world.h"

namespace flapjack {

namespace {

// Advertisements come from a link-local address (RFC 4861 section 4.2); tunnels get none.
bool can_advertise(const NetIf& iface) {
  if (iface.ipv6() == nullptr) return false;
  const bool tunnel = iface.virtual_iface() != nullptr && iface.is_point_to_point();
  return !tunnel || iface.ipv6()->link_local() != nullptr;
}

}  // namespace

std::optional<PlacedText> router_advert_error(const Stack& stack, const ServiceSpec& spec) {
  constexpr const char* kNeeds = "has no link-local IPv6 address, which an advertisement needs";
  if (!spec.ra.iface) {
    const auto& all = stack.ifaces();
    const bool any = std::ranges::any_of(all, [](const auto& i) { return i->ipv6() != nullptr; });
    const bool can = std::ranges::any_of(all, [](const auto& i) { return can_advertise(*i); });
    if (!any || can) return {};
    return PlacedText{"the node " + std::string(kNeeds), spec.place};
  }
  const NetIf* iface = stack.iface_by_name(spec.ra.iface->text);
  if (iface != nullptr && can_advertise(*iface)) return {};
  const std::string name = "\"" + spec.ra.iface->text + "\"";
  const SourcePlace& place = spec.ra.iface->place;
  if (iface == nullptr) return PlacedText{"the node has no interface " + name, place};
  const std::string lacks = iface->ipv6() == nullptr ? "has no IPv6" : kNeeds;
  return PlacedText{"interface " + name + " " + lacks, place};
}

RouterAdvertiserConfig router_advert_config(const RaServiceSpec& spec) {
  RouterAdvertiserConfig config;
  config.lifetime = spec.lifetime.value_or(config.lifetime);
  config.max_interval = spec.interval.value_or(config.max_interval);
  config.valid = spec.valid.value_or(config.valid);
  config.preferred = std::min(spec.preferred.value_or(config.preferred), config.valid);
  config.on_link = spec.on_link;
  config.autonomous = spec.autonomous;
  config.mtu = static_cast<std::uint32_t>(spec.mtu.value_or(0));
  config.hop_limit = static_cast<std::uint8_t>(spec.hop_limit.value_or(config.hop_limit));
  for (const DnsServerSpec& server : spec.dns) config.dns.push_back(server.address.v6());
  for (const Ipv6Spec& each : spec.prefixes) config.prefixes.push_back(each.prefix);
  return config;
}

RouterAdvertiserConfig RouterAdvert::config() const {
  RouterAdvertiserConfig config = router_advert_config(spec_);
  for (const Active& each : changes_) {
    config.lifetime = each.change.lifetime.value_or(config.lifetime);
    config.valid = each.change.valid.value_or(config.valid);
    config.preferred = each.change.preferred.value_or(config.preferred);
  }
  config.preferred = std::min(config.preferred, config.valid);
  return config;
}

std::size_t RouterAdvert::apply(const RaChange& change) {
  changes_.push_back({++last_number_, change});
  update();
  return last_number_;
}

void RouterAdvert::remove(std::size_t number) {
  std::erase_if(changes_, [number](const Active& each) { return each.number == number; });
  update();
}

void RouterAdvert::update() {
  for (const auto& advertiser : advertisers_) advertiser->change(config());
}

bool RouterAdvert::set_down(bool down) {
  for (const auto& advertiser : advertisers_) {
    down ? advertiser->stop(farewell_) : advertiser->start();
  }
  farewell_ = false;
  return true;
}

void RouterAdvert::start() {
  Stack& stack = env_.node.stack;
  for (const auto& iface : stack.ifaces()) {
    const bool wanted = !spec_.iface || spec_.iface->text == iface->name();
    if (!can_advertise(*iface) || !wanted) continue;
    advertisers_.push_back(
        std::make_unique<RouterAdvertiser>(*iface, config()));
    advertisers_.back()->start();
  }
  if (advertisers_.empty()) {
    stack.tracer().event(subject(), "service_failed",
                         {Attr::of("call", "start"), Attr::of("errno", Errc::Enodev)});
  }
}

}  // namespace flapjack
