// SPDX-License-Identifier: Apache-2.0
// A scenario after loading: plain values, every name resolved, every quantity an integer. Places
// say where in the file a thing was written, for messages at run time. Maps are vectors in the
// order of the file. No behaviour but small helpers; knows nothing of JSON.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/link_spec.h"
#include "scenarios/name_index.h"
#include "scenarios/pattern.h"
#include "scenarios/source.h"
#include "scenarios/spec_agent.h"
#include "scenarios/spec_call.h"
#include "scenarios/spec_conn_mgr.h"
#include "scenarios/spec_virtual.h"
#include "scenarios/units.h"
#include "scenarios/vocabulary.h"
#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

/// A resolved path. Node: `node`. Iface, App, Service, Agent, Pool, Queue: `node` and
/// `name`. Link: `name` alone. Text, Packet, Groups: `name` is the text.
struct TargetRef {
  TargetKind kind = TargetKind::Text;
  std::string node;
  std::string name;
  SourcePlace place;
  /// "dev", "dev.wifi0", "air".
  std::string path() const;
};

/// A node's "192.0.2.2/24".
struct Ipv4Spec {
  std::string text;              ///< "192.0.2.2", checked
  std::uint32_t value = 0;       ///< host order
  std::uint8_t prefix_len = 32;  ///< 0..32
  SourcePlace place;
};

/// An iface's "2001:db8::2/64".
struct Ipv6Spec {
  Ipv6Prefix prefix;  ///< checked
  SourcePlace place;
};

/// One DNS server of an iface or a node.
struct DnsServerSpec {
  IpAddress address;
  SourcePlace place;
};

/// What a DNS service says about a name.
struct ZoneEntrySpec {
  enum class Says : std::uint8_t { Addresses, Alias, Ignore, NxDomain, ServFail, Refused };
  std::string name;  ///< checked; "*" is every name without an entry
  Says says = Says::Addresses;
  std::vector<IpAddress> addresses;
  std::string alias;  ///< Alias: the canonical name, checked
  SourcePlace place;  ///< of the name
};

/// A connectivity implementation of an iface ("conn").
struct ConnSpec {
  std::string impl;                      ///< a name of Vocabulary::conn_impls
  bool has_impl = false;                 ///< it was written, perhaps a name that is none
  DistributionSpec associate;            ///< time of one successful or failing attempt
  bool has_associate = false;            ///< false: the implementation's own default
  std::int64_t fail_ppb = 0;             ///< an attempt fails
  std::int64_t fatal_ppb = 0;            ///< an attempt ends in a fatal error
  std::optional<DurationRange> retry;    ///< pause between attempts, doubling up to the cap
  std::int64_t timeout_s = 0;            ///< whole seconds as in Zephyr; 0: no timeout
  std::int64_t idle_timeout_s = 0;       ///< whole seconds; 0: none
  Duration init_takes;                   ///< its init blocks the connection manager that long
  bool persistent = false;
  bool auto_connect = true;              ///< false: CONN_MGR_IF_NO_AUTO_CONNECT
  bool auto_down = true;                 ///< false: CONN_MGR_IF_NO_AUTO_DOWN
  std::optional<Duration> detect;        ///< until a vanished peer is noticed
  std::optional<Duration> grace;         ///< until a loss is told
  std::optional<Duration> self_retry;    ///< the device tries again by itself
  std::optional<Duration> psm;           ///< a modem's sleep
  std::optional<Duration> dial;          ///< until a line has carrier
  std::optional<Duration> give_up;       ///< until a negotiation has failed
  std::optional<bool> einval;            ///< EINVAL for every wrong option
  std::string credentials;               ///< "good", "missing", "wrong"; empty: not written
  std::optional<Ipv4Spec> address;       ///< what the network assigns
  std::vector<PlacedText> script;        ///< what the scripted implementation answers, in order
  std::vector<WrittenKey> keys;          ///< all that are written, in order
  SourcePlace place;

  /// Where the value of `key` is; where it is not written, the whole object's place.
  SourcePlace value_place(std::string_view key) const;
};

struct IfaceSpec {
  std::string name;
  std::string technology;               ///< default: the first of the vocabulary
  bool has_technology = false;          ///< it was written, perhaps a name that is none
  std::string l2;                       ///< default: the technology's
  std::string engine;                   ///< "offload"; default: the first of the vocabulary
  std::optional<std::int64_t> mtu;      ///< bytes of the largest IP packet; 68..65535
  std::string mac;                      ///< "02:00:5e:00:53:01" in lower case; empty: assigned
  std::vector<Ipv4Spec> ipv4;
  bool has_ipv6 = false;                ///< "ipv6" is written, be it only "auto"
  bool ipv6_auto = false;               ///< "auto" is written, perhaps beside addresses
  std::vector<Ipv6Spec> ipv6;           ///< its static addresses
  bool ipv4_auto = false;               ///< "auto": a link-local address (RFC 3927)
  bool dhcp = false;                    ///< "dhcp" among them: a DHCPv4 client
  std::optional<Ipv4Spec> gateway;      ///< prefix_len 32
  std::vector<DnsServerSpec> dns;       ///< servers that this iface alone reaches
  bool auto_start = true;               ///< false: NET_IF_NO_AUTO_START
  bool ignore = false;                  ///< not looked at by the connection monitor
  bool promiscuous = false;             ///< from the start
  std::string checksum_offload;         ///< of its device: "tx", "rx", "both"; empty: none
  std::string if_name;                  ///< what the device calls it; empty: by kind and number
  std::optional<std::int64_t> queue;    ///< limit of the driver's transmit queue, packets
  std::optional<DeviceFaults> faults;   ///< its driver is wrapped in a faulty one
  /// Set when the file has "conn", or the technology has a default implementation.
  std::optional<ConnSpec> conn;
  std::optional<VirtualSpec> virt;      ///< it stands on other ifaces; empty: it has a driver
  std::optional<PppSpec> ppp;           ///< for an L2 of that name
  SourcePlace place, queue_place, checksum_place;  ///< of the name; of keys
};

/// One "node:port" of an app.
struct PeerSpec {
  std::string node;           ///< empty when the file gives an address
  std::optional<Ipv6Address> ipv6;  ///< when the file gives one: "[2001:db8::2]:7"
  Ipv4Spec address;           ///< one on a subnet of the app's own node if there is one
  std::uint16_t port = 0;     ///< 1..65535
  SourcePlace place;
};

/// What an app sets on its socket; empty: as the node has it.
struct AppSocketSpec {
  std::optional<std::int64_t> ttl;   ///< 1..255, of IPv6 the hop limit; of groups, too
  std::optional<std::int64_t> tos;   ///< 0..255: DSCP and ECN
  std::optional<std::int64_t> port;  ///< its own, 1..65535
  std::optional<std::int64_t> priority;  ///< 0..7, of its packets (SO_PRIORITY)
  bool reuse = false;                ///< SO_REUSEADDR and SO_REUSEPORT
};

/// Options are empty when not written; the app has its own defaults.
struct AppSpec {
  std::string name;
  std::string kind;                     ///< a name of Vocabulary::apps
  std::vector<PeerSpec> peers;          ///< AppValue::Peers: at least one, in the order to try
  std::vector<PlacedText> names;        ///< AppValue::Names: at least one
  std::string type;                     ///< of DNS records: "A" or "AAAA"; empty when not written
  std::optional<std::int64_t> send;     ///< payload bytes, at least 1
  std::optional<Duration> every;        ///< interval, above 0
  std::optional<SimTime> from;          ///< first action
  std::optional<SimTime> until;         ///< no action from here on
  std::optional<std::int64_t> count;    ///< actions at most, at least 1
  std::optional<Duration> wait;         ///< for an answer
  std::optional<Duration> timeout;      ///< for a connection, above 0
  AppSocketSpec socket;
  SourcePlace place;                    ///< of the name
};

/// "10.0.0.10..10.0.0.99": the first and the last address.
struct Ipv4RangeSpec {
  std::uint32_t first = 0, last = 0;
  SourcePlace place;
};

/// What a DHCP service is told when it is an object; empty: its own choice.
struct DhcpServiceSpec {
  struct Reservation {
    MacAddress client;
    IpAddress address;
    SourcePlace place;
  };
  std::optional<PlacedText> iface;
  std::optional<Ipv4RangeSpec> pool;
  std::optional<Duration> lease, renewal, rebinding;  ///< whole seconds; each below the one before
  std::vector<Ipv4Spec> routers;        ///< at most kDhcpListMost; each on the server's network
  std::vector<DnsServerSpec> dns;       ///< the same; IPv4
  std::vector<Reservation> reservations;  ///< no client and no address twice
  SourcePlace place;
};
inline constexpr std::size_t kDhcpListMost = 8;  // Dhcpv4Addresses

/// What a router's advertisements say when the service is an object; empty: RFC 4861's default.
struct RaServiceSpec {
  std::optional<PlacedText> iface;      ///< empty: every IPv6 iface
  std::optional<Duration> lifetime;     ///< whole seconds, at most 65535; 0: no default router
  std::optional<Duration> interval;     ///< the longest between two; 4 s to 1800 s
  std::optional<Duration> valid, preferred;  ///< of the prefixes; preferred <= valid
  bool on_link = true, autonomous = true;
  std::optional<std::int64_t> mtu;      ///< 1280 to 65535
  std::optional<std::int64_t> hop_limit;  ///< 0 (not said) to 255
  std::vector<DnsServerSpec> dns;       ///< IPv6
  std::vector<Ipv6Spec> prefixes;       ///< empty: the on-link prefixes of the iface
  SourcePlace place;
};

/// An echo of datagrams beyond its port.
struct EchoServiceSpec {
  std::optional<std::int64_t> port;  ///< 1..65535
  std::vector<IpAddress> groups;     ///< it joins them
  std::optional<std::int64_t> priority;  ///< 0..7, of its answers (SO_PRIORITY)
  bool reuse = false;                ///< SO_REUSEADDR and SO_REUSEPORT
};

struct ServiceSpec {
  std::string name;  ///< in the list form the kind
  std::string kind;  ///< a name of Vocabulary::services
  std::uint16_t port = 0;  ///< ServiceWord::takes_port
  std::vector<ZoneEntrySpec> zone;         ///< ServiceValue::Zone
  DhcpServiceSpec dhcp;                    ///< ServiceValue::Dhcp
  RaServiceSpec ra;                        ///< ServiceValue::Ra
  EchoServiceSpec echo;                    ///< ServiceValue::Echo
  std::optional<DistributionSpec> delay;   ///< before an answer; empty: none
  SourcePlace place;
};

/// A static route: `network` by the router `via`, or over `iface` without one.
struct RouteSpec {
  IpAddress network;            ///< no bits behind the prefix
  std::uint8_t prefix_len = 0;
  std::optional<IpAddress> via; ///< of the same family
  std::string iface;            ///< after loading always there
  SourcePlace place;            ///< of the network
  SourcePlace via_place;        ///< of the router or interface
};

/// What a node's work takes ("cpu").
struct CpuSpec {
  std::vector<Duration> rx, tx;  ///< a packet, by traffic class; the last one for all above
  Duration rx_byte, tx_byte;     ///< each byte of it
  Duration mgmt;                 ///< a call of a net_mgmt handler
  SourcePlace place, rx_place, tx_place;
};

/// How many ICMP errors a node sends ("icmp_errors").
struct IcmpErrorsSpec {
  std::int64_t rate = 0;    ///< a second, of each family; 0: as many as there are
  std::int64_t burst = 10;  ///< at once, before the rate counts
};

struct KconfigSpec {
  std::string name;        ///< a name of Vocabulary::kconfigs
  std::int64_t value = 0;  ///< booleans as 0 and 1
  bool is_word = false;    ///< it is written as true or false
  SourcePlace place;       ///< of the value
};

struct NodeSpec {
  std::string name;
  std::string profile;  ///< the scenario's unless the node has its own
  std::vector<KconfigSpec> kconfig;
  std::optional<CpuSpec> cpu;
  std::optional<ConnMgrSpec> conn_mgr;
  std::optional<IcmpErrorsSpec> icmp_errors;
  std::vector<IfaceSpec> ifaces;
  std::vector<AppSpec> apps;
  std::vector<ServiceSpec> services;
  ConnectorSpec connector;
  std::vector<AgentSpec> agents;
  bool router = false;  ///< forwards packets for others
  std::string dhcp_renewal;  ///< "attempts" or "until_expiry"; empty: the profile's
  std::optional<Duration> dhcp_decline_wait;  ///< none: the profile's
  std::vector<RouteSpec> routes;
  std::vector<DnsServerSpec> dns;  ///< servers that any iface may reach
  SourcePlace place;  ///< of the name
  const IfaceSpec* find_iface(std::string_view name) const;
  const AppSpec* find_app(std::string_view name) const;
  const ServiceSpec* find_service(std::string_view name) const;
  const AgentSpec* find_agent(std::string_view name) const;
};

struct LinkSpec {
  std::string name;
  std::vector<TargetRef> ends;  ///< ifaces, at least two; an iface is on one link at most
  LinkParams up;                ///< what the first end sends
  LinkParams down;              ///< what the other ends send
  LinkPatch written, written_up, written_down;  ///< the keys that both come from
  SourcePlace place;            ///< of the name
};

/// Directions of a link: what the first end sends, what the others send.
struct LinkDirections {
  bool up = true, down = true;
};

/// Nodes and ifaces that hear each other; `rest`: everything that no other group names.
struct PartitionGroup {
  std::vector<TargetRef> members;
  bool rest = false;
};

/// What an "ra" step changes; each in whole seconds.
struct RaChangeSpec {
  std::optional<Duration> lifetime;          ///< at most 65535 s
  std::optional<Duration> valid, preferred;  ///< of the prefixes
};

/// One timeline step: when (at, or on; perhaps every), and one verb with its target.
struct StepSpec {
  std::optional<SimTime> at;         ///< the first instant; also set when "every" has no "at" (0)
  std::optional<Pattern> on;
  std::optional<Duration> after;     ///< behind the match of `on`; 0 differs from absent
  std::optional<std::int64_t> times; ///< matches of `on` that count, at least 1
  std::optional<Duration> every;     ///< repeat from `at`, above 0
  std::optional<SimTime> until;      ///< last instant of a repetition (exclusive)
  std::optional<Duration> hold;      ///< "for": undo after that
  std::string verb;                  ///< a name of Vocabulary::verbs
  TargetRef target;                  ///< Text: the note
  std::optional<std::int64_t> leave; ///< exhaust: what of the pool may be in use
  std::optional<std::int64_t> take;  ///< exhaust: what of the pool may not
  LinkPatch both;                    ///< set_link: for both directions, before the two below
  LinkPatch up, down;
  LinkDirections direction;          ///< of a link, that the verb is about
  std::int64_t to_ppb = 0;           ///< fade: the share that is lost in the end
  Duration over;                     ///< fade: how long it takes, above 0
  std::int64_t nth = 1;              ///< drop: the first match that counts, from 1
  std::vector<PartitionGroup> groups;  ///< partition: at least two
  std::string answer;                ///< lease: "normal", "nak" or "ignore"; empty: as before
  std::optional<Ipv4RangeSpec> pool; ///< lease
  RaChangeSpec ra;                   ///< ra
  bool farewell = false;             ///< service_down of an ra: with a last word
  std::string key;                   ///< set_key: the network's key; empty: none
  CallArgsSpec args;                 ///< of calls of the node
  SourcePlace place;                 ///< of the step's opening brace
  SourcePlace verb_place;            ///< of the verb's key
  SourcePlace when_place;            ///< of the value of at, on or every
  SourcePlace amount_place;          ///< of the value of leave or take
};

/// The group of a partition that each end of the link is in, from 1; 0: in none.
std::vector<std::uint8_t> groups_of_ends(const StepSpec& step, const LinkSpec& link);

/// An end of a window: a time, or the first match of a pattern; `plus` later.
struct WindowEdge {
  std::optional<Pattern> pattern;
  SimTime time;   ///< when there is no pattern
  Duration plus;  ///< only with a pattern
  PlacedText written;
};

/// Both ends inclusive; default 0 and the scenario's `until`.
struct WindowSpec {
  std::optional<WindowEdge> from;
  std::optional<WindowEdge> to;  ///< "to" or "by"
};

enum class ExpectKind { Sequence, Never, Eventually, Whenever, Counter, Delivered };
std::string_view expect_kind_name(ExpectKind kind);

struct SequenceEvent {
  Pattern pattern;
  std::optional<TimeMargin> at;  ///< when it must happen
};

struct SequenceItem {
  std::vector<SequenceEvent> events;  ///< one, or with any_order at least one in any order
  bool any_order = false;
  bool next = false;  ///< no other event between this item and the one before
  SourcePlace place;
};

struct ExpectSpec {
  ExpectKind kind = ExpectKind::Never;
  std::vector<SequenceItem> sequence;  ///< Sequence
  Pattern pattern;                     ///< Never, Eventually; Whenever: the cause
  Pattern then;                        ///< Whenever
  Duration within;                     ///< Whenever
  TargetRef subject;                   ///< Counter, Delivered: whose
  std::string counter;                 ///< Counter: a name of Vocabulary::counters
  Bound is;                            ///< Counter (count), Delivered (percent or count)
  WindowSpec window;
  std::string text;   ///< one line for people: `eventually "dev L4_CONNECTED" from 18s by 25s`
  SourcePlace place;  ///< of the key that says the kind
};

struct ScenarioSpec {
  std::string file_name;
  std::string about;
  std::vector<std::string> tags;
  std::string profile;     ///< default: the first of the vocabulary
  std::uint64_t seed = 1;
  SimTime until;           ///< required, above 0
  SourcePlace until_place;
  bool allow_leaks = false;  ///< "allow": ["leaks"]: packets that leak do not fail the run
  std::vector<NodeSpec> nodes;
  std::vector<LinkSpec> links;
  std::vector<StepSpec> timeline;
  std::vector<ExpectSpec> expect;
  const NodeSpec* find_node(std::string_view name) const { return node_index.find(nodes, name); }
  const LinkSpec* find_link(std::string_view name) const { return link_index.find(links, name); }
  mutable NameIndex node_index = {}, link_index = {};
};

}  // namespace flapjack
