// SPDX-License-Identifier: Apache-2.0
#include "connmgr/lte_connectivity.h"

namespace flapjack {
namespace {

class Modem : public Station {
 public:
  using Station::Station;

  Status set_option(int option, std::span<const std::uint8_t> value) override {
    if (option != kLteReset) return Station::set_option(option, value);
    if (value.size() > sizeof(std::uint32_t)) return Errc::Enobufs;
    reset();
    return Status();
  }
};

}  // namespace

StationConfig lte_defaults() {
  using Kind = DurationDistribution::Kind;
  StationConfig config;
  config.associate = {Kind::Uniform, seconds(1), seconds(3), 0, {}};
  config.cold = {Kind::Uniform, seconds(2), seconds(27), 0, {}};
  config.phases = {{"modem_on", 5}, {"search", 45}, {"register", 35}, {"pdn", 15}};
  config.detect = seconds(10);
  config.off_is_final = true;
  return config;
}

LteConnectivity::LteConnectivity(StationConfig config, RadioMedium* medium)
    : StationConnectivity("lte", std::move(config), medium) {
  set_technology([this](Binding& binding, TechnologyUser& user) {
    return std::make_unique<Modem>(binding, user, this->config(), this->medium());
  });
}

}  // namespace flapjack
