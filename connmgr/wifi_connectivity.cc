// SPDX-License-Identifier: Apache-2.0
#include "connmgr/wifi_connectivity.h"

#include <cassert>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {

std::optional<std::string_view> wifi_config_error(const WifiConfig& config) {
  constexpr std::uint64_t kOne = 1'000'000'000;
  if (config.fail_ppb > kOne) return "the probability of a failure exceeds 1";
  if (config.fatal_ppb > kOne) return "the probability of a fatal error exceeds 1";
  if (config.retry.first < kRetryDelayMin) return "the retry delay is below 1ms";
  if (config.retry.cap < config.retry.first) return "the retry delay's cap is below its start";
  if (config.detect < Duration{}) return "the detection delay is negative";
  if (config.fatal_reason == 0) return "the fatal reason is 0";
  return std::nullopt;
}

// The state of one iface: a station as the technology knows it, and the policy above it.
class WifiConnectivity::Station : public BindingContext, private Technology {
 public:
  Station(Binding& binding, const WifiConfig& config, RadioMedium* medium)
      : binding_(binding),
        config_(config),
        medium_(medium),
        durations_(stream("associate")),
        failures_(stream("fail")),
        fatals_(stream("fatal")),
        association_(scheduler(), Lane::Frame, delegate<&Station::on_association_end>(this)),
        detection_(scheduler(), Lane::Frame, delegate<&Station::on_peer_lost>(this)),
        policy_(binding, *this, config.retry) {
    if (medium == nullptr) return;
    medium->watch([this](bool present) { on_peer(present); });
  }

  RetryPolicy& policy() { return policy_; }

 private:
  RandomStream stream(std::string_view use) const {
    return binding_.stack().env().rng.stream(binding_.name() + "." + std::string(use));
  }
  Scheduler& scheduler() const { return binding_.stack().scheduler(); }
  RecordId trace(std::string_view event, Attr attr) const {
    return binding_.stack().tracer().event(binding_.iface().subject(), event, {attr});
  }

  void start() override;
  void stop() override;
  void on_association_end();
  void on_peer(bool present);
  void on_peer_lost() { lose("peer_lost"); }
  void lose(std::string_view reason);

  Binding& binding_;
  const WifiConfig& config_;
  RadioMedium* medium_;
  RandomStream durations_, failures_, fatals_;
  bool associated_ = false, peer_missed_ = false;
  Timer association_, detection_;
  RetryPolicy policy_;
};

void WifiConnectivity::Station::start() {
  const CauseScope scope(
      scheduler(), trace(conn_event::kAssociating, Attr::of("attempt", policy_.sub_attempts())));
  const Duration length = config_.associate.sample(durations_);  // always drawn, as below
  const bool off = medium_ != nullptr && !medium_->radio_on();
  peer_missed_ = medium_ != nullptr && !medium_->peer_present();
  association_.start(off ? Duration{} : length);
}

void WifiConnectivity::Station::stop() {
  detection_.cancel();
  if (association_.cancel()) trace(conn_event::kAssociationFailed, Attr::of("reason", "stopped"));
  if (associated_) trace(conn_event::kDisassociated, Attr::of("reason", "left"));
  associated_ = false;
}

void WifiConnectivity::Station::on_association_end() {
  // Always drawn, so that the access point's whereabouts shift no stream.
  const bool fails = failures_.chance(config_.fail_ppb);
  const bool is_fatal = fatals_.chance(config_.fatal_ppb);
  const bool absent = peer_missed_;  // at any time of the sub-attempt
  if (!absent && !fails && !is_fatal) {
    const CauseScope scope(
        scheduler(), trace(conn_event::kAssociated, Attr::of("attempt", policy_.sub_attempts())));
    associated_ = true;
    policy_.associated();
    return;
  }
  const bool off = medium_ != nullptr && !medium_->radio_on();
  const std::string_view reason =
      off ? "radio_off" : absent ? "peer_absent" : is_fatal ? "fatal" : "rejected";
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociationFailed, Attr::of("reason", reason)));
  if (!absent && is_fatal) return policy_.fatal(config_.fatal_reason);
  policy_.sub_attempt_failed();
}

void WifiConnectivity::Station::on_peer(bool present) {
  peer_missed_ = peer_missed_ || !present;
  if (!present && !medium_->radio_on() && association_.cancel()) {
    const CauseScope scope(scheduler(), trace(conn_event::kAssociationFailed,
                                              Attr::of("reason", "radio_off")));
    return policy_.sub_attempt_failed();
  }
  if (present) {
    detection_.cancel();
  } else if (associated_ && !medium_->radio_on()) {
    lose("radio_off");
  } else if (associated_ && config_.detect > Duration{}) {
    detection_.start(config_.detect);
  } else if (associated_) {
    on_peer_lost();
  }
}

void WifiConnectivity::Station::lose(std::string_view reason) {
  detection_.cancel();
  associated_ = false;
  const CauseScope scope(scheduler(),
                         trace(conn_event::kDisassociated, Attr::of("reason", reason)));
  policy_.lost();
}

WifiConnectivity::WifiConnectivity(WifiConfig config, RadioMedium* medium)
    : config_(std::move(config)), medium_(medium) {
  assert(!wifi_config_error(config_));
}

ConnectivityTraits WifiConnectivity::traits() const {
  return {.name = "wifi"};
}

std::unique_ptr<BindingContext> WifiConnectivity::attach(Binding& binding) {
  return std::make_unique<Station>(binding, config_, medium_);
}

void WifiConnectivity::init(Binding& binding) {
  binding.context_as<Station>().policy().init();
}

Status WifiConnectivity::connect(Binding& binding) {
  binding.context_as<Station>().policy().connect();
  return Status();
}

Status WifiConnectivity::disconnect(Binding& binding) {
  binding.context_as<Station>().policy().disconnect();
  return Status();
}

Status WifiConnectivity::set_option(Binding&, int, std::span<const std::uint8_t>) {
  return Errc::Enoprotoopt;
}

Status WifiConnectivity::get_option(Binding&, int, std::span<std::uint8_t>, std::size_t& length) {
  length = 0;
  return Errc::Enoprotoopt;
}

}  // namespace flapjack
