// SPDX-License-Identifier: Apache-2.0
// The names a scenario may use for things that are registered elsewhere: the composition root fills
// one Vocabulary and passes it to the front end, which has no list of its own of such things.
// Lists keep their order: it is the order of the schema and of suggestions.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flapjack {

/// A name and its one-line explanation, shown by editors and by `flapjack list`.
struct Word {
  std::string name;
  std::string doc;
};

/// What a path may stand for, and what else a verb may be about: free text, the packet that a step
/// waits for, groups of nodes and ifaces. Values are bits of a TargetSet.
enum class TargetKind : std::uint16_t { Node = 1, Iface = 2, App = 4, Service = 8, Link = 16,
                                       Text = 32, Packet = 64, Groups = 128,
                                        Pool = 256, Queue = 512,
                                       Agent = 1024 };
using TargetSet = std::uint16_t;
constexpr TargetSet operator|(TargetKind a, TargetKind b) {
  return static_cast<TargetSet>(static_cast<TargetSet>(a) | static_cast<TargetSet>(b));
}
constexpr TargetSet operator|(TargetSet a, TargetKind b) {
  return static_cast<TargetSet>(a | static_cast<TargetSet>(b));
}
constexpr TargetSet only(TargetKind k) { return static_cast<TargetSet>(k); }
constexpr bool has_target(TargetSet set, TargetKind k) {
  return (set & static_cast<TargetSet>(k)) != 0;
}
/// "node", "iface", "app", "service", "link", "text", "packet", "groups", "pool", "queue",
/// "agent".
std::string_view target_kind_name(TargetKind kind);
/// What every node has: its pools ("rx_pkts", "tx_pkts", "rx_bufs", "tx_bufs") and the queues whose
/// thread a script can stop ("rx_queue", "tx_queue", "net_mgmt").
std::span<const std::string_view> pool_names();
std::span<const std::string_view> queue_names();

/// An iface's technology and what an iface of it gets when its scenario says nothing.
struct TechnologyWord {
  std::string name;
  std::string doc;
  std::string default_l2;         ///< a name of Vocabulary::l2s
  std::string default_conn_impl;  ///< a name of Vocabulary::conn_impls; empty: no implementation
  std::string conn_impl = {};     ///< of a "conn" without "impl", if there is no default
};

/// A timeline verb. `keys` are the step keys it takes beside the common ones (at, on, after, times,
/// every, until, for): those of a link or a call, or direction, to, over, nth, leave, take. At
/// least one must be there, unless `keys_optional`, and all of `needs`.
struct VerbWord {
  std::string name;
  std::string doc;
  TargetSet targets = 0;  ///< Text, Packet and Groups stand alone
  bool undoable = true;   ///< may be combined with "for"
  std::vector<std::string> keys;
  std::vector<std::string> needs = {};
  bool keys_optional = false;
  /// Kinds of services it is for; empty: any.
  std::vector<std::string> services = {};
};

/// What stands behind an app's name: "node:port", or names that it asks for.
enum class AppValue : std::uint8_t { Peers, Names };

/// An app. `options` are the keys it takes, any of send, every, from, until, count, wait, timeout,
/// type.
struct AppWord {
  std::string name;
  std::string doc;
  std::vector<std::string> options;
  bool many_peers = false;       ///< the value may be a list, tried in order
  /// The peer must have one of these services; may be empty.
  std::vector<std::string> needs_service;
  AppValue value = AppValue::Peers;
  bool keeps = false;  ///< connected from its start on, also behind its last message
};

/// What stands behind a service's name when it is written as an object: {"dns": {...}}. Dhcp and Ra
/// are options, so that their services may be written as texts as well.
enum class ServiceValue : std::uint8_t { None, Zone, Dhcp, Ra, Echo };

/// A service. With `takes_port`, it is written "name:port", else "name" or, with a `value`, as an
/// object, whose other keys are `options`: any of delay.
struct ServiceWord {
  std::string name;
  std::string doc;
  bool takes_port = true;
  ServiceValue value = ServiceValue::None;
  std::vector<std::string> options = {};
};

/// Something an agent can do. `of_iface`: to an iface.
struct AgentActionWord {
  std::string name;
  std::string doc;
  bool of_iface = false;
};

/// What the values of a pattern's key are where they are no list of words. Integer: perhaps below
/// zero; Address: of any family; Locks: a cycle of the connection manager's locks.
enum class ValueKind : std::uint8_t {
  Text, Number, Integer, Bytes, Time, Ipv4, Ipv6, Address, Locks,
};

/// An event that the trace can contain, what its subject may be, and the keys a pattern may test.
struct EventWord {
  std::string name;
  std::string doc;
  TargetSet subjects = 0;
  std::vector<std::string> keys;
  /// What some of the keys may be, each with all its values.
  std::vector<std::pair<std::string, std::vector<std::string>>> values = {};
  /// What others are; those that are in neither list may be anything.
  std::vector<std::pair<std::string, ValueKind>> kinds = {};
};

/// A counter, written as the path of its owner and its name: "dev.eth0.rx_alloc_failed".
struct CounterWord {
  std::string name;
  std::string doc;
  TargetSet subjects = 0;
};

/// An attribute of packets that a pattern may test.
struct PacketKeyWord {
  std::string name;
  std::string doc;
  std::vector<std::string> values = {};     ///< all there are; empty: anything
  std::vector<std::string> protocols = {};  ///< of which packets; empty: of all
  std::int64_t most = -1;                   ///< it is a number from 0 to this; -1: it is none
  ValueKind kind = ValueKind::Text;         ///< of what has neither of these
};

struct Vocabulary {
  std::vector<Word> profiles;  ///< the first is the default
  std::vector<Word> l2s;
  std::vector<Word> engines;  ///< the first is the native path and the default
  std::vector<Word> conn_impls;
  std::vector<Word> kconfigs;  ///< modelled options, without CONFIG_
  std::vector<TechnologyWord> technologies;  ///< the first is the default
  std::vector<VerbWord> verbs;
  std::vector<AppWord> apps;
  std::vector<ServiceWord> services;
  std::vector<Word> agent_groups;  ///< what agents listen to
  std::vector<AgentActionWord> agent_actions;
  /// Events that agents hear, each with its group.
  std::vector<std::pair<std::string, std::string>> agent_events;
  std::vector<EventWord> events;
  std::vector<CounterWord> counters;
  /// Attributes that a packet pattern may test beside `len`, which is always there.
  std::vector<PacketKeyWord> packet_keys;
};

/// The entry of that name, or nullptr. Lists are short: linear.
template <class W>
const W* find_word(const std::vector<W>& words, std::string_view name) {
  for (const W& w : words) {
    if (w.name == name) return &w;
  }
  return nullptr;
}

}  // namespace flapjack
