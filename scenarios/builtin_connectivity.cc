// SPDX-License-Identifier: Apache-2.0
// The ways to get connected that "conn" can name: from its keys to a configuration, with the keys
// that each of them takes.
#include <algorithm>
#include <array>

#include "connmgr/ethernet_connectivity.h"
#include "connmgr/lte_connectivity.h"
#include "connmgr/nsos_connectivity.h"
#include "connmgr/ppp_connectivity.h"
#include "connmgr/scripted_connectivity.h"
#include "connmgr/thread_connectivity.h"
#include "connmgr/wifi_connectivity.h"
#include "scenarios/builtin_parts.h"
#include "scenarios/suggest.h"

namespace flapjack {
namespace {

// The keys of "conn" beyond those that every implementation takes.
constexpr std::array<std::string_view, 13> kKeys = {
    "associate", "fail",        "fatal",   "retry", "detect", "grace",  "self_retry",
    "psm",       "credentials", "address", "dial",  "give_up", "einval",
};
using Names = std::vector<std::string>;

bool among(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ConnectivityResult failure(std::string error, SourcePlace place, std::string help = {}) {
  return {nullptr, std::move(error), place, true, std::move(help)};
}

// The error about the first key that this implementation does not take.
std::optional<ConnectivityResult> refused(const ConnSpec& spec, const Names& taken) {
  if (!spec.script.empty()) {
    return failure("\"script\" belongs to \"impl\": \"scripted\"", spec.script.front().place);
  }
  for (const WrittenKey& key : spec.keys) {
    if (!among(kKeys, key.name) || among(taken, key.name)) continue;
    const std::string impl = "\"impl\": " + in_quotes(spec.impl);
    return failure(impl + " does not take " + in_quotes(key.name), key.place,
                   "it takes " + join(taken));
  }
  return std::nullopt;
}

// Of what a configuration can have wrong, a file can write the pauses.
SourcePlace wrong_pause(const ConnSpec& spec, const RetryDelay& retry) {
  const bool is_retry = retry.first < kRetryDelayMin || retry.cap < retry.first;
  return spec.value_place(is_retry ? "retry" : "self_retry");
}

void apply(const ConnSpec& spec, StationConfig& config) {
  if (spec.has_associate) config.associate = spec.associate;
  config.fail_ppb = static_cast<std::uint64_t>(spec.fail_ppb);
  config.fatal_ppb = static_cast<std::uint64_t>(spec.fatal_ppb);
  if (spec.retry) config.retry = {spec.retry->from, spec.retry->cap};
  if (spec.detect) config.detect = *spec.detect;
  if (spec.grace) config.grace = *spec.grace;
  if (spec.self_retry) config.self_retry = *spec.self_retry;
  if (spec.psm) config.sleep = *spec.psm;
  if (spec.credentials == "missing") config.credentials = Credentials::Missing;
  if (spec.credentials == "wrong") config.credentials = Credentials::Wrong;
  if (spec.address) config.address = {{spec.address->value}, spec.address->prefix_len};
}

template <class Impl>
ConnectivityResult make_station(const ConnSpec& spec, RadioMedium* radio, StationConfig config,
                                const Names& taken) {
  if (auto error = refused(spec, taken)) return std::move(*error);
  apply(spec, config);
  if (const auto wrong = station_config_error(config)) {
    return failure(std::string(*wrong), wrong_pause(spec, config.retry));
  }
  return {std::make_unique<Impl>(std::move(config), radio), {}, {}};
}

ConnectivityResult make_wifi(const ConnSpec& spec, RadioMedium* radio) {
  return make_station<WifiConnectivity>(
      spec, radio, wifi_defaults(),
      {"associate", "fail", "fatal", "retry", "detect", "grace", "self_retry", "credentials"});
}
ConnectivityResult make_lte(const ConnSpec& spec, RadioMedium* radio) {
  StationConfig config = lte_defaults();
  if (spec.has_associate) config.cold = {};  // then that is all the time it takes
  return make_station<LteConnectivity>(
      spec, radio, std::move(config),
      {"associate", "fail", "fatal", "retry", "detect", "grace", "self_retry", "address", "psm"});
}
ConnectivityResult make_ethernet(const ConnSpec& spec, RadioMedium* radio) {
  return make_station<EthernetConnectivity>(spec, radio, ethernet_defaults(),
                                            {"associate", "detect", "grace"});
}
ConnectivityResult make_thread(const ConnSpec& spec, RadioMedium* radio) {
  return make_station<ThreadConnectivity>(
      spec, radio, thread_defaults(),
      {"associate", "fail", "fatal", "retry", "detect", "grace", "self_retry"});
}

ConnectivityResult make_nsos(const ConnSpec& spec, RadioMedium*) {
  if (auto error = refused(spec, {"associate", "einval"})) return std::move(*error);
  NsosConfig config;
  config.einval = spec.einval.value_or(false);
  if (spec.has_associate) {
    if (spec.associate.kind != DurationDistribution::Kind::Fixed) {
      return failure("\"nsos\" connects after a fixed time", spec.value_place("associate"));
    }
    config.delay = spec.associate.a;
  }
  return {std::make_unique<NsosConnectivity>(config), {}, {}};
}

ConnectivityResult make_ppp(const ConnSpec& spec, RadioMedium*) {
  if (auto error = refused(spec, {"retry", "grace", "dial", "give_up"})) return std::move(*error);
  PppConnConfig config;
  if (spec.retry) config.retry = {spec.retry->from, spec.retry->cap};
  if (spec.grace) config.grace = *spec.grace;
  if (spec.dial) config.dial = *spec.dial;
  if (spec.give_up) config.give_up = *spec.give_up;
  if (const auto wrong = ppp_conn_config_error(config)) {
    return failure(std::string(*wrong), wrong_pause(spec, config.retry));
  }
  return {std::make_unique<PppConnectivity>(config), {}, {}};
}

ConnectivityResult wrong_entry(const PlacedText& entry, const ScriptError& error) {
  const std::string word = entry.text.substr(error.offset, error.length);
  const SourcePlace place = place_within(entry, error.offset, error.offset + error.length);
  const std::string near = suggest(word, error.known);
  return failure(error.message, place,
                 near.empty() ? "" : "did you mean " + in_quotes(near) + "?");
}

ConnectivityResult make_scripted(const ConnSpec& spec, RadioMedium* radio) {
  if (spec.script.empty()) {
    return failure("\"impl\": \"scripted\" needs a \"script\"", spec.place);
  }
  for (const WrittenKey& key : spec.keys) {
    if (!among(kKeys, key.name)) continue;
    return failure("a scripted implementation takes its times from \"script\" alone", key.place,
                   "leave " + in_quotes(key.name) + " out");
  }
  std::vector<ScriptEntry> entries;
  bool has_init = false;  // then the script alone says how the iface begins
  for (const PlacedText& text : spec.script) {
    ScriptError error;
    const auto entry = parse_script_entry(text.text, error);
    if (!entry) return wrong_entry(text, error);
    has_init = has_init || entry->trigger == ScriptTrigger::Init;
    entries.push_back(*entry);
  }
  return {std::make_unique<ScriptedConnectivity>(std::move(entries), radio), {}, {}, !has_init};
}

template <class Impl>
std::unique_ptr<Connectivity> above(TechnologyFactory technology, Duration grace) {
  auto impl = std::make_unique<Impl>();
  impl->set_technology(std::move(technology));
  impl->set_grace(grace);
  return impl;
}

}  // namespace

std::vector<ConnectivityEntry> builtin_connectivities() {
  return {
      {{"wifi", "associates with an access point, notices when it is gone"},
       make_wifi,
       above<WifiConnectivity>},
      {{"ethernet", "waits for a cable and lets both ends negotiate"},
       make_ethernet,
       above<EthernetConnectivity>},
      {{"lte", "a modem that registers and opens a data network, which may give an address"},
       make_lte,
       above<LteConnectivity>},
      {{"thread", "a mesh node that attaches slowly; IPv6 only"},
       make_thread,
       above<ThreadConnectivity>,
       false},
      {{"nsos", "Zephyr's simulator: connected after a delay"}, make_nsos, above<NsosConnectivity>},
      {{"ppp", "dials a PPP line and waits for the negotiation"}, make_ppp, above<PppConnectivity>},
      {{"scripted", "does what \"script\" says, lies included"}, make_scripted},
  };
}

}  // namespace flapjack
