// SPDX-License-Identifier: Apache-2.0
// PlainConnectivity: a connectivity implementation written for the tests alone, without the shared
// policy, and with one fault of the reader's choice. Most faults are those of real implementations.
#pragma once
#include <vector>

#include "connmgr/binding.h"
#include "connmgr/technology.h"
#include "stack/net/stack.h"
#include "tests/connmgr/conform/plain_options.h"

namespace flapjack::test {

class PlainConnectivity : public Connectivity {
 public:
  PlainConnectivity(Planted planted, TechnologyFactory make)
      : planted_(planted), make_(std::move(make)) {}

  ConnectivityTraits traits() const override {
    const bool asked =
        planted_ == Planted::SaysUnconfigured || planted_ == Planted::NeverConfigured;
    return {.name = "plain", .has_connection_config = asked};
  }
  std::unique_ptr<BindingContext> attach(Binding& binding) override;
  void init(Binding& binding) override;
  Status connect(Binding& binding) override;
  Status disconnect(Binding& binding) override;
  Status set_option(Binding&, int, std::span<const std::uint8_t>) override;
  Status get_option(Binding&, int, std::span<std::uint8_t>, std::size_t& length) override;
  bool has_connection_config(Binding& binding) override;
  /// What it documents.
  Duration grace() const;
  bool partial_options() const { return planted_ == Planted::Defaults; }

 private:
  class Context;
  Duration grace_of(const Binding& binding) const;
  Planted planted_;
  TechnologyFactory make_;
  bool shared_wanted_ = false, shared_configured_ = true;
  PlainOptions options_{planted_};
  std::vector<Context*> all_;
};

}  // namespace flapjack::test
