// SPDX-License-Identifier: Apache-2.0
// Registry: what a program can build worlds from: one table a kind, name -> factory, filled by one
// function (builtin.cc). Names are unique within a kind. It is also the front end's vocabulary.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connmgr/technology.h"
#include "l2/faulty_driver.h"
#include "scenarios/app.h"
#include "scenarios/vocabulary.h"
#include "scenarios/world.h"

namespace flapjack {

/// What the frames of an L2 or an engine are to other programs: numbers of tcpdump.org's list of
/// link types.
enum class LinkType : std::uint16_t { Ethernet = 1, Ppp = 9, RawIp = 101, Unlisted = 147 };

/// What an L2 may need to know; the engine is null on the native path, the iface outside scenarios.
struct L2Site {
  const NodeConfig& node;
  OffloadEngine* engine = nullptr;
  const IfaceSpec* iface = nullptr;
};
struct L2Entry {
  Word word;
  std::unique_ptr<L2> (*make)(const L2Site& site);
  LinkType frames = LinkType::Unlisted;
  bool is_virtual = false;  ///< its ifaces stand on others instead of a driver
};

/// Where a driver stands; the link is null for a driver that is a medium of its own.
struct DriverSite {
  LinkEnv env;
  Link* link = nullptr;
  std::string path;  ///< of the iface
  MacAddress mac;
  std::optional<bool> carrier_follows_peer;
  bool station = false;  ///< it looks for an access point or tower on its link
  bool promiscuous = false;  ///< it takes frames for everybody
  ChecksumPolicy checksum;   ///< what its stack does itself; the device does the rest
};
struct MadeDriver {
  std::unique_ptr<Driver> driver;
  std::size_t end = 0;  ///< its end of the link
};
struct DriverEntry {
  Word word;
  bool on_link = true;
  MadeDriver (*make)(const DriverSite& site);
};

/// A driver around another one.
struct WrapperEntry {
  Word word;
  std::unique_ptr<Driver> (*wrap)(const DriverSite& site, std::unique_ptr<Driver> inner,
                                  const FaultyDriverConfig& faults);
};

struct TechnologyEntry {
  TechnologyWord word;
  std::string_view driver;  ///< a name of Registry::drivers; empty: it stands on other ifaces
  std::uint16_t mtu = 1500;
};

struct EngineEntry {
  Word word;
  EngineFactory make = nullptr;  ///< null for the native path
  LinkType frames = LinkType::Unlisted;
};

/// A made implementation, or what is wrong with its "conn", where.
struct ConnectivityResult {
  std::unique_ptr<Connectivity> connectivity;
  std::string error;
  SourcePlace place;
  /// Its iface is dormant from the start, as a station's driver leaves it, so that nothing is up
  /// for an instant before the implementation's init.
  bool starts_dormant = true;
  std::string help = {};
};
struct ConnectivityEntry {
  Word word;
  ConnectivityResult (*make)(const ConnSpec& spec, RadioMedium* radio);
  /// Its logic above another technology, for the conformance bench; null: it has none.
  std::unique_ptr<Connectivity> (*make_above)(TechnologyFactory technology,
                                              Duration grace) = nullptr;
  bool carries_ipv4 = true;
};

struct AppEntry {
  AppWord word;
  std::unique_ptr<App> (*make)(const AppEnv& env, const AppSpec& spec, bool peer_is_stream);
};

struct ServiceEntry {
  ServiceWord word;
  bool stream = false;  ///< needs TCP
  std::unique_ptr<App> (*make)(const AppEnv& env, const ServiceSpec& spec);
  /// What is wrong with such a service on that node, and where; null: nothing ever is.
  std::optional<PlacedText> (*check)(const Stack& stack, const ServiceSpec& spec) = nullptr;
};

class VerbCall;
/// Takes a step's effect back and returns what the call behind that returned; empty when there is
/// nothing to take back.
using Undo = std::function<Status()>;
struct VerbEntry {
  VerbWord word;
  Undo (*apply)(VerbCall& call);
};

/// A named set of switches; `apply` changes the defaults.
struct ProfileEntry {
  Word word;
  void (*apply)(NodeConfig& config);
};

/// A Kconfig option; false when the value is out of range (`range` says which is right).
struct KconfigEntry {
  Word word;
  std::int64_t low, high;
  void (*apply)(NodeConfig& config, std::int64_t value);
  std::int64_t (*value)(const NodeConfig& config);  ///< what is set; 0, too, for "as needed"
  /// What holds without it where the node of a file may have another than the default.
  std::string_view unset = {};
};

/// Something an agent can do; `iface` is null unless the word says that it is for one.
struct AgentActionEntry {
  AgentActionWord word;
  Status (*call)(Node& node, NetIf* iface);
};

struct Registry {
  std::vector<ProfileEntry> profiles;
  std::vector<KconfigEntry> kconfigs;
  std::vector<TechnologyEntry> technologies;
  std::vector<L2Entry> l2s;
  std::vector<DriverEntry> drivers;
  std::vector<WrapperEntry> wrappers;
  std::vector<EngineEntry> engines;
  std::vector<ConnectivityEntry> connectivities;
  std::vector<AppEntry> apps;
  std::vector<ServiceEntry> services;
  std::vector<VerbEntry> verbs;
  std::vector<Word> agent_groups;
  std::vector<AgentActionEntry> agent_actions;
  std::vector<std::pair<std::string, std::string>> agent_events;  ///< and their groups
  std::vector<EventWord> events;
  std::vector<CounterWord> counters;
  std::vector<PacketKeyWord> packet_keys;

  /// The front end's view of all this.
  Vocabulary vocabulary() const;
};

/// The entry of that name in one of the tables; null when there is none.
template <class Entry>
const Entry* find_entry(const std::vector<Entry>& entries, std::string_view name) {
  for (const Entry& entry : entries) {
    if (entry.word.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace flapjack
