// SPDX-License-Identifier: Apache-2.0
// PolicyConn: a connectivity implementation whose logic is RetryPolicy above some
// Technology. The implementations of this folder are this class with their names, their defaults
// and a technology of their own; set_technology() puts another one below the same logic.
#pragma once
#include <memory>
#include <string_view>
#include <utility>

#include "connmgr/retry_policy.h"

namespace flapjack {

/// What the shared logic needs to know of an implementation.
struct PolicyConfig {
  RetryDelay retry{};
  Duration grace{};  ///< how long a loss lasts before it is told
};

class PolicyConn : public Connectivity {
 public:
  /// `name` outlives the object. `make` is called once a binding.
  PolicyConn(std::string_view name, PolicyConfig config, TechnologyFactory make)
      : name_(name), policy_(config), make_(std::move(make)) {}

  /// For bindings to come.
  void set_technology(TechnologyFactory make) { make_ = std::move(make); }
  void set_grace(Duration grace) { policy_.grace = grace; }
  const PolicyConfig& policy() const { return policy_; }

  ConnectivityTraits traits() const override {
    return {.name = name_, .has_connection_config = true};
  }
  std::unique_ptr<BindingContext> attach(Binding& binding) override;
  void init(Binding& binding) override;
  Status connect(Binding& binding) override;
  Status disconnect(Binding& binding) override;
  bool has_connection_config(Binding& binding) override;
  Status set_option(Binding& binding, int option, std::span<const std::uint8_t> value) override;
  Status get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                    std::size_t& length) override;

 private:
  class Context;
  std::string_view name_;
  PolicyConfig policy_;
  TechnologyFactory make_;
};

}  // namespace flapjack
