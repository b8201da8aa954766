// SPDX-License-Identifier: Apache-2.0
// ScriptedConnectivity: does what a script says and nothing else, so that any trace can be had,
// also one that no honest implementation would give: success after a disconnect, both timeout and
// fatal error, errors for no reason. Persistence and timeout are not looked at; a script without
// "disconnect" entries does not disconnect.
//
// Connecting forgets what is pending of the last disconnect and connect, and the other way round;
// "lost" and "found" forget nothing. Without entries for them, options are Enoprotoopt.
// A script without "init" entries puts the iface dormant at init, as a good implementation does.
#pragma once
#include <memory>
#include <vector>

#include "connmgr/binding.h"
#include "connmgr/connectivity_script.h"
#include "connmgr/radio_medium.h"

namespace flapjack {

class ScriptedConnectivity : public Connectivity {
 public:
  /// Without a medium nothing is ever lost or found; with one, it outlives every binding.
  explicit ScriptedConnectivity(std::vector<ScriptEntry> script, RadioMedium* medium = nullptr)
      : script_(std::move(script)), medium_(medium) {}

  ConnectivityTraits traits() const override;
  std::unique_ptr<BindingContext> attach(Binding& binding) override;
  void init(Binding& binding) override;
  Status connect(Binding& binding) override;
  Status disconnect(Binding& binding) override;
  Status set_option(Binding& binding, int option, std::span<const std::uint8_t> value) override;
  Status get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                    std::size_t& length) override;

 private:
  class Player;
  std::vector<ScriptEntry> script_;
  RadioMedium* medium_;
};

}  // namespace flapjack
