// SPDX-License-Identifier: Apache-2.0
#include "connmgr/station.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {

std::optional<std::string_view> station_config_error(const StationConfig& config) {
  constexpr std::uint64_t kOne = 1'000'000'000;
  std::uint32_t percent = 0;
  for (const StationPhase& phase : config.phases) percent += phase.percent;
  if (percent != 100) return "the shares of the phases are not 100 percent";
  if (config.fail_ppb > kOne) return "the probability of a failure exceeds 1";
  if (config.fatal_ppb > kOne) return "the probability of a fatal error exceeds 1";
  if (config.retry.first < kRetryDelayMin) return "the retry delay is below 1ms";
  if (config.retry.cap < config.retry.first) return "the retry delay's cap is below its start";
  if (config.detect < Duration{}) return "the detection delay is negative";
  if (config.grace < Duration{}) return "the grace is negative";
  if (config.sleep < Duration{}) return "the sleep is negative";
  if (config.self_retry != Duration{} && config.self_retry < kRetryDelayMin) {
    return "the device's own retry delay is below 1ms";
  }
  if (config.fatal_reason == 0) return "the fatal reason is 0";
  if (config.key.empty() || config.key.size() > kStationKeyMax) return "the key is no key";
  return std::nullopt;
}

Station::Station(Binding& binding, TechnologyUser& user, const StationConfig& config,
                 RadioMedium* medium)
    : binding_(binding),
      user_(user),
      config_(config),
      medium_(medium),
      durations_(stream("associate")),
      failures_(stream("fail")),
      fatals_(stream("fatal")),
      colds_(stream("cold")),
      phase_timer_(scheduler(), Lane::Frame, delegate<&Station::on_phase_end>(this)),
      detection_(scheduler(), Lane::Frame, delegate<&Station::on_peer_lost>(this)),
      self_retry_(scheduler(), Lane::Frame, delegate<&Station::on_self_retry>(this)) {
  assert(!config.phases.empty());
  if (config.credentials == Credentials::Good) key_ = config.key;
  if (config.credentials == Credentials::Wrong) key_ = config.key == "wrong" ? "other" : "wrong";
  if (key_.empty()) user.configured(false);
  if (medium == nullptr) return;
  set_joined(false);
  was_off_ = radio_off();
  was_absent_ = peer_absent();
  medium->watch_air([this] { on_air(); });
}

RandomStream Station::stream(std::string_view use) const {
  return binding_.stack().env().rng.stream(binding_.name() + "." + std::string(use));
}

Scheduler& Station::scheduler() const {
  return binding_.stack().scheduler();
}

RecordId Station::trace(std::string_view event, Attr attr) const {
  return binding_.stack().tracer().event(binding_.iface().subject(), event, {attr});
}

void Station::set_joined(bool joined) {
  associated_ = joined;
  if (medium_ != nullptr) medium_->set_joined(joined);
}

void Station::start() {
  if (associated_ || phase_timer_.running() || waiting_) return;
  begin();
}

// What a sub-attempt will need is drawn at once, so that nothing that happens meanwhile shifts a
// stream.
void Station::begin() {
  self_retry_.cancel();
  ++sub_attempts_;
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociating, Attr::of("attempt", sub_attempts_)));
  length_ = config_.associate.sample(durations_);
  if (fixed_length_) length_ = *fixed_length_;
  fails_ = failures_.chance(config_.fail_ppb);
  fatal_ = fatals_.chance(config_.fatal_ppb);
  peer_missed_ = peer_absent();
  cold_ = cold_ || radio_off();
  began_at_ = scheduler().now();
  phase_ = known_ ? 1 : 0;
  known_ = false;
  waiting_ = config_.waits_for_peer && peer_missed_ && !radio_off();
  if (waiting_) return;
  begin_phase();
}

void Station::begin_phase() {
  const StationPhase& phase = config_.phases[phase_];
  Duration length = length_ * phase.percent / 100;
  if (config_.phases.size() > 1) trace(conn_event::kPhase, Attr::of("phase", phase.name));
  if (phase_ == 0 && cold_ && !radio_off()) {
    length = length + config_.cold.sample(colds_);
    cold_ = false;
  }
  // The last one takes what rounding left over.
  if (phase_ + 1 == config_.phases.size()) {
    Duration before{};
    for (const StationPhase& p : config_.phases) before = before + length_ * p.percent / 100;
    length = length + (length_ - before);
  }
  muted_ = radio_off();
  phase_timer_.start(muted_ ? Duration{} : length);
}

void Station::on_phase_end() {
  if (radio_off()) return fail("radio_off");
  if (muted_) return begin_phase();  // switched on again at the same instant
  if (peer_missed_) return fail("peer_absent");  // at any time of the sub-attempt
  if (++phase_ < config_.phases.size()) return begin_phase();
  if (fatal_) {
    const CauseScope scope(scheduler(),
                           trace(conn_event::kAssociationFailed, Attr::of("reason", "fatal")));
    return user_.fatal(config_.fatal_reason);
  }
  if (key_ != config_.key) return fail("credentials");
  if (fails_) return fail("rejected");
  join();
}

void Station::join() {
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociated, Attr::of("attempt", sub_attempts_)));
  set_joined(true);
  associated_at_ = scheduler().now();
  if (medium_ != nullptr) peer_ = medium_->peer();
  sub_attempts_ = 0;
  set_address(true);
  user_.associated();
}

void Station::fail(std::string_view reason) {
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociationFailed, Attr::of("reason", reason)));
  if (config_.self_retry > Duration{}) self_retry_.start(config_.self_retry);
  user_.sub_attempt_failed();
}

void Station::stop() {
  detection_.cancel();
  self_retry_.cancel();
  const bool busy = phase_timer_.cancel() || waiting_;
  waiting_ = known_ = false;
  sub_attempts_ = 0;
  if (busy) trace(conn_event::kAssociationFailed, Attr::of("reason", "stopped"));
  if (!associated_) return;
  set_joined(false);
  const CauseScope scope(scheduler(),
                         trace(conn_event::kDisassociated, Attr::of("reason", "left")));
  set_address(false);
}

bool Station::peer_absent() const {
  if (medium_ == nullptr) return false;
  return !medium_->peer_present() || (config_.wired && !medium_->carrier());
}

bool Station::peer_gone() const {
  return peer_absent() || (config_.roams && medium_ != nullptr && !medium_->hears(peer_));
}

// What the medium says, as far as it is new.
void Station::on_air() {
  const bool off = radio_off(), absent = peer_absent();
  const bool switched_off = off && !was_off_;
  const bool peer_changed = absent != std::exchange(was_absent_, absent);
  was_off_ = off;
  cold_ = cold_ || off;
  if (switched_off && config_.off_is_final) return switch_off();
  if (peer_changed) return on_peer(!absent);
  if (associated_) follow_peer();
}

void Station::switch_off() {
  peer_missed_ = true;
  if (associated_) return lose("radio_off");
  if (phase_timer_.cancel() || waiting_) {
    waiting_ = false;
    trace(conn_event::kAssociationFailed, Attr::of("reason", "radio_off"));
  }
  user_.switched_off();
}

void Station::on_peer(bool present) {
  const bool off = radio_off();
  // Back at the very instant at which the sub-attempt began: nothing was missed.
  peer_missed_ = !present || (peer_missed_ && scheduler().now() != began_at_);
  if (off && waiting_) {
    waiting_ = false;
    return fail("radio_off");
  }
  if (off && phase_timer_.cancel()) return fail("radio_off");
  if (present && waiting_) {
    waiting_ = peer_missed_ = false;
    return begin_phase();
  }
  if (associated_) follow_peer();
}

void Station::follow_peer() {
  if (!peer_gone()) {
    detection_.cancel();
  } else if (radio_off()) {
    lose("radio_off");
  } else if (until_noticed() == Duration{}) {
    on_peer_lost();
  } else if (!detection_.running()) {
    detection_.start(until_noticed());
  }
}

// A sleeping device first has to wake up; the periods are counted from the association.
Duration Station::until_noticed() const {
  if (config_.sleep == Duration{}) return config_.detect;
  const Duration age = scheduler().now() - associated_at_;
  const Duration in_period{age.ns % config_.sleep.ns};
  return config_.sleep - in_period + config_.detect;
}

void Station::lose(std::string_view reason) {
  detection_.cancel();
  set_joined(false);
  known_ = config_.grace > Duration{} && config_.phases.size() > 1;
  if (config_.self_retry > Duration{}) self_retry_.start(config_.self_retry);
  const CauseScope scope(scheduler(),
                         trace(conn_event::kDisassociated, Attr::of("reason", reason)));
  set_address(false);
  config_.off_is_final && radio_off() ? user_.switched_off() : user_.lost();
}

void Station::reset() {
  cold_ = true;
  known_ = false;
  waiting_ = false;
  if (phase_timer_.cancel()) return fail("reset");
  if (associated_) lose("reset");
}

void Station::on_self_retry() {
  if (associated_ || phase_timer_.running() || waiting_) return;
  begin();
  user_.restarted();
}

void Station::set_address(bool on) {
  if (!config_.address || on == has_address_) return;
  has_address_ = on;
  NetIf& iface = binding_.iface();
  if (on) {
    has_address_ = iface.ipv4_addr_add(*config_.address) != nullptr;
    return;
  }
  iface.ipv4_addr_rm(config_.address->address);
}

Status Station::set_option(int option, std::span<const std::uint8_t> value) {
  if (option != kStationKey) return Errc::Enoprotoopt;
  if (value.size() > kStationKeyMax) return Errc::Enobufs;
  key_.assign(value.begin(), value.end());
  user_.configured(!key_.empty());
  return Status();
}

Status Station::get_option(int option, std::span<std::uint8_t> value, std::size_t& length) {
  length = 0;
  if (option != kStationKey) return Errc::Enoprotoopt;
  if (value.size() < key_.size()) return Errc::Enobufs;
  std::copy(key_.begin(), key_.end(), value.begin());
  length = key_.size();
  return Status();
}

TechnologyFactory station_factory(const StationConfig& config, RadioMedium* medium) {
  return [&config, medium](Binding& binding, TechnologyUser& user) {
    return std::make_unique<Station>(binding, user, config, medium);
  };
}

StationConnectivity::StationConnectivity(std::string_view name, StationConfig config,
                                         RadioMedium* medium)
    : PolicyConn(name, {config.retry, config.grace}, {}),
      config_(std::move(config)),
      medium_(medium) {
  assert(!station_config_error(config_));
  set_technology(station_factory(config_, medium_));
}

}  // namespace flapjack
