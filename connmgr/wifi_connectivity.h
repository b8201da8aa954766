// SPDX-License-Identifier: Apache-2.0
// WifiConnectivity: joins an access point. One sub-attempt stands for scan, authentication and
// association; it takes a random time and can then fail, for a while or for good. It can only
// succeed when the access point is there all the time. Once associated, an access point that stays
// away longer than the detection delay is a loss.
//
// It does not read the iface's admin state; the medium tells when the radio is switched off, which
// ends the association at once. It has no options.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "connmgr/radio_medium.h"
#include "connmgr/retry_policy.h"
#include "stack/sim/rng.h"

namespace flapjack {

/// How long joining takes and what can go wrong with it; see wifi_config_error().
struct WifiConfig {
  /// Length of a sub-attempt. Estimate: association with 4-way handshake takes 0.3 s to 4 s.
  DurationDistribution associate{
      DurationDistribution::Kind::Normal, milliseconds(1200), milliseconds(300), 0, {}};
  std::uint64_t fail_ppb = 0;   ///< a sub-attempt fails; parts in 10^9
  std::uint64_t fatal_ppb = 0;  ///< a sub-attempt ends in a fatal error; parts in 10^9
  int fatal_reason = Status(Errc::Eio).to_int();
  RetryDelay retry{};  ///< 1 s, as a supplicant's reconnect work does
  Duration detect{};   ///< until a vanished access point is noticed
};
/// What is wrong with a configuration; nothing when it can be used.
std::optional<std::string_view> wifi_config_error(const WifiConfig& config);

class WifiConnectivity : public Connectivity {
 public:
  /// `config` must be free of errors. Without a medium the access point is always there; with one,
  /// it outlives every binding.
  explicit WifiConnectivity(WifiConfig config, RadioMedium* medium = nullptr);

  ConnectivityTraits traits() const override;
  std::unique_ptr<BindingContext> attach(Binding& binding) override;
  void init(Binding& binding) override;
  Status connect(Binding& binding) override;
  Status disconnect(Binding& binding) override;
  Status set_option(Binding& binding, int option, std::span<const std::uint8_t> value) override;
  Status get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                    std::size_t& length) override;

 private:
  class Station;
  WifiConfig config_;
  RadioMedium* medium_;
};

}  // namespace flapjack
