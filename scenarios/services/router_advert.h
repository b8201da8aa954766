// SPDX-License-Identifier: Apache-2.0
// RouterAdvert: the service "ra": advertises the node as a router of one or every IPv6 iface it
// has, with the prefixes of that iface unless others are written (RFC 4861 section 6.2). During a
// run it can end, silently or with a farewell, and be told other lifetimes.
#pragma once
#include <memory>
#include <vector>

#include "scenarios/app.h"
#include "stack/net/router_advertiser.h"

namespace flapjack {

/// Other lifetimes than those of the service; the latest change of each kind counts.
struct RaChange {
  std::optional<Duration> lifetime, valid, preferred;
};

class RouterAdvert : public App {
 public:
  RouterAdvert(const AppEnv& env, const ServiceSpec& spec) : App(env), env_(env), spec_(spec.ra) {}
  void start() override;
  bool set_down(bool down) override;
  /// The next time it goes down, a last advertisement takes the router back (section 6.2.5).
  void prepare_farewell() { farewell_ = true; }

  /// Puts a change in force, which is advertised at once; the number takes it back. A prefix is
  /// preferred no longer than it is valid.
  std::size_t apply(const RaChange& change);
  void remove(std::size_t number);

 private:
  struct Active {
    std::size_t number;
    RaChange change;
  };
  RouterAdvertiserConfig config() const;
  void update();

  AppEnv env_;
  RaServiceSpec spec_;
  std::vector<Active> changes_;
  std::size_t last_number_ = 0;
  bool farewell_ = false;
  std::vector<std::unique_ptr<RouterAdvertiser>> advertisers_;
};

/// What is wrong with such a service on a node, and where.
std::optional<PlacedText> router_advert_error(const Stack& stack, const ServiceSpec& spec);
/// What its advertisers are made with.
RouterAdvertiserConfig router_advert_config(const RaServiceSpec& spec);

}  // namespace flapjack
