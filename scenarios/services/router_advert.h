// SPDX-License-Identifier: Apache-2.0
// RouterAdvert: the service "ra": advertises the node as a router of every IPv6 iface it has, with
// the prefixes of that iface (RFC 4861 section 6.2).
#pragma once
#include <memory>
#include <vector>

#include "scenarios/app.h"
#include "stack/net/router_advertiser.h"

namespace flapjack {

class RouterAdvert : public App {
 public:
  RouterAdvert(const AppEnv& env, const ServiceSpec&) : env_(env) {}
  void start() override;

 private:
  AppEnv env_;
  std::vector<std::unique_ptr<RouterAdvertiser>> advertisers_;
};

}  // namespace flapjack
