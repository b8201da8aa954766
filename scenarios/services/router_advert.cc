// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/router_advert.h"

#include "scenarios/world.h"

namespace flapjack {

void RouterAdvert::start() {
  Stack& stack = env_.node.stack;
  for (const auto& iface : stack.ifaces()) {
    if (iface->ipv6() == nullptr) continue;
    advertisers_.push_back(
        std::make_unique<RouterAdvertiser>(*iface, RouterAdvertiserConfig{}));
    advertisers_.back()->start();
  }
  if (advertisers_.empty()) {
    stack.tracer().event(env_.subject, "service_failed",
                         {Attr::of("call", "start"), Attr::of("errno", Errc::Enodev)});
  }
}

}  // namespace flapjack
