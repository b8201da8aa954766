// SPDX-License-Identifier: Apache-2.0
// Station: the simulated technology of a device that looks for a peer (access point, base station,
// switch) and joins it in phases. A sub-attempt takes a random time, of which each phase has its
// share; it can succeed only while the peer is there all the time, and can fail anyway, for a while
// or for good. Once associated, a peer that stays away longer than the detection delay is a loss,
// for a device that roams also while it hears another one.
//
// It does not read the iface's state; the medium tells when the radio is switched off, which ends
// the association at once. Owned by a binding's context; config and medium outlive it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connmgr/policy_conn.h"
#include "connmgr/radio_medium.h"
#include "stack/sim/rng.h"
#include "stack/trace/tracer.h"
#include "stack/wire/address.h"

namespace flapjack {

/// A step of a sub-attempt and its share of the time; the shares of all add up to 100.
struct StationPhase {
  std::string_view name;
  std::uint32_t percent = 100;
};

/// What the device knows of the network's key.
enum class Credentials : std::uint8_t { Good, Missing, Wrong };

/// How long joining takes and what can go wrong; see station_config_error().
struct StationConfig {
  DurationDistribution associate{};  ///< length of a sub-attempt
  DurationDistribution cold{};       ///< before it, when the device was off
  std::vector<StationPhase> phases{{"associate", 100}};
  std::uint64_t fail_ppb = 0;   ///< a sub-attempt fails; parts in 10^9
  std::uint64_t fatal_ppb = 0;  ///< a sub-attempt ends in a fatal error; parts in 10^9
  int fatal_reason = Status(Errc::Eio).to_int();
  RetryDelay retry{};     ///< 1 s, as a supplicant's reconnect work does
  Duration grace{};       ///< see RetryPolicy
  Duration detect{};      ///< until a vanished peer is noticed
  Duration self_retry{};  ///< it tries again by itself after so long; zero: never
  Duration sleep{};       ///< power saving: it notices only once in so long; zero: always awake
  bool waits_for_peer = false;  ///< without a peer a sub-attempt waits instead of failing
  bool wired = false;           ///< without a carrier of its own it has no peer
  /// Its peer can be lost while there is another one, which it then has to join.
  bool roams = false;
  /// Switched off, it stays so until asked to connect again (TechnologyUser::switched_off()).
  bool off_is_final = false;
  Credentials credentials = Credentials::Good;
  std::string key = "flapjack";  ///< the network's, for kStationKey
  /// What the network assigns: added before the iface goes up, removed before it goes down.
  std::optional<Ipv4Prefix> address{};
};
/// What is wrong with a configuration; nothing when it can be used.
std::optional<std::string_view> station_config_error(const StationConfig& config);

/// Option: the key, text of at most 64 bytes; none: the configuration is missing.
inline constexpr int kStationKey = 0;
inline constexpr std::size_t kStationKeyMax = 64;

class Station : public Technology {
 public:
  Station(Binding& binding, TechnologyUser& user, const StationConfig& config, RadioMedium* medium);

  void start() override;
  void stop() override;
  bool has_config() const override { return !key_.empty(); }
  Status set_option(int option, std::span<const std::uint8_t> value) override;
  Status get_option(int option, std::span<std::uint8_t> value, std::size_t& length) override;

 protected:
  /// The device starts anew: the association is gone, the next sub-attempt begins cold.
  void reset();
  /// Length of the sub-attempts to come, instead of the drawn one.
  void set_fixed_length(Duration length) { fixed_length_ = length; }
  Duration fixed_length() const { return *fixed_length_; }

 private:
  RandomStream stream(std::string_view use) const;
  Scheduler& scheduler() const;
  RecordId trace(std::string_view event, Attr attr) const;
  bool radio_off() const { return medium_ != nullptr && !medium_->radio_on(); }
  bool peer_absent() const;
  /// The peer that it has joined is gone, whatever else is there.
  bool peer_gone() const;
  void begin();
  void begin_phase();
  void on_phase_end();
  void join();
  void set_joined(bool joined);
  void fail(std::string_view reason);
  void on_air();
  void switch_off();
  void follow_peer();
  void on_peer(bool present);
  void on_peer_lost() { lose(peer_absent() ? "peer_lost" : "roam"); }
  void lose(std::string_view reason);
  void on_self_retry();
  void set_address(bool on);
  Duration until_noticed() const;

  Binding& binding_;
  TechnologyUser& user_;
  const StationConfig& config_;
  RadioMedium* medium_;
  RandomStream durations_, failures_, fatals_, colds_;
  std::string key_;
  std::optional<Duration> fixed_length_;
  bool associated_ = false, peer_missed_ = false, cold_ = true, waiting_ = false;
  bool was_off_ = false, was_absent_ = false;  // when the medium last said something
  std::size_t peer_ = 0;                       // that it has joined
  bool muted_ = false;  // its phase began with the radio off
  bool known_ = false;  // the network was joined a moment ago: no need to scan
  bool fails_ = false, fatal_ = false, has_address_ = false;
  std::size_t phase_ = 0;
  Duration length_;
  std::uint32_t sub_attempts_ = 0;
  SimTime began_at_, associated_at_;
  Timer phase_timer_, detection_, self_retry_;
};

/// Makes the Station of each binding; `config` and `medium` outlive it.
TechnologyFactory station_factory(const StationConfig& config, RadioMedium* medium);

/// A PolicyConn above a Station; owns the configuration.
class StationConnectivity : public PolicyConn {
 public:
  /// `config` must be free of errors; `name` outlives the object. Without a medium the peer is
  /// always there; with one, it outlives every binding.
  StationConnectivity(std::string_view name, StationConfig config, RadioMedium* medium);

 protected:
  const StationConfig& config() const { return config_; }
  RadioMedium* medium() const { return medium_; }

 private:
  StationConfig config_;
  RadioMedium* medium_;
};

}  // namespace flapjack
