// SPDX-License-Identifier: Apache-2.0
// RouterAdvert: the service "ra": advertises the node as a router of one or every IPv6 iface it
// has, with the prefixes of that iface unless others are written (RFC 4861 section 6.2).
#pragma once
#include <memory>
#include <vector>

#include "scenarios/app.h"
#include "stack/net/router_advertiser.h"

namespace flapjack {

class RouterAdvert : public App {
 public:
  RouterAdvert(const AppEnv& env, const ServiceSpec& spec) : env_(env), spec_(spec.ra) {}
  void start() override;

 private:
  AppEnv env_;
  RaServiceSpec spec_;
  std::vector<std::unique_ptr<RouterAdvertiser>> advertisers_;
};

/// What is wrong with such a service on a node, and where.
std::optional<PlacedText> router_advert_error(const Stack& stack, const ServiceSpec& spec);
/// What its advertisers are made with.
RouterAdvertiserConfig router_advert_config(const RaServiceSpec& spec);

}  // namespace flapjack
