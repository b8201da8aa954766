// SPDX-License-Identifier: Apache-2.0
#include "connmgr/nsos_connectivity.h"

#include <cstring>

namespace flapjack {
namespace {

class Delay : public Station {
 public:
  Delay(Binding& binding, TechnologyUser& user, const StationConfig& config, const NsosConfig& nsos)
      : Station(binding, user, config, nullptr), nsos_(nsos) {
    set_fixed_length(nsos.delay);
  }

  Status set_option(int option, std::span<const std::uint8_t> value) override {
    std::int64_t ns = 0;
    if (option != kNsosDelay) return unknown();
    if (value.size() > sizeof ns) return nsos_.einval ? Errc::Einval : Errc::Enobufs;
    if (value.size() < sizeof ns) return Errc::Einval;
    std::memcpy(&ns, value.data(), sizeof ns);
    if (ns < 0) return Errc::Einval;  // K_FOREVER would never connect
    set_fixed_length({ns});
    return Status();
  }
  Status get_option(int option, std::span<std::uint8_t> value, std::size_t& length) override {
    const std::int64_t ns = fixed_length().ns;
    length = 0;
    if (option != kNsosDelay) return unknown();
    if (value.size() < sizeof ns) return nsos_.einval ? Errc::Einval : Errc::Enobufs;
    if (value.size() > sizeof ns && nsos_.einval) return Errc::Einval;
    std::memcpy(value.data(), &ns, sizeof ns);
    length = sizeof ns;
    return Status();
  }

 private:
  Status unknown() const { return nsos_.einval ? Errc::Einval : Errc::Enoprotoopt; }
  const NsosConfig& nsos_;
};

}  // namespace

NsosConnectivity::NsosConnectivity(NsosConfig config)
    : StationConnectivity("nsos", StationConfig{}, nullptr), nsos_(config) {
  set_technology([this](Binding& binding, TechnologyUser& user) {
    return std::make_unique<Delay>(binding, user, this->config(), nsos_);
  });
}

}  // namespace flapjack
