// SPDX-License-Identifier: Apache-2.0
// Every event, hop and counter that a pattern or an expectation may name. A test compares the lists
// with what the library's runs record.
#include "connmgr/event_names.h"
#include "l2/event_names.h"
#include "l2/ppp_session.h"
#include "offload/event_names.h"
#include "scenarios/builtin_parts.h"
#include "scenarios/services/dhcp_server.h"
#include "scenarios/suggest.h"
#include "stack/base/errc_names.h"
#include "stack/net/call_guard.h"
#include "scenarios/node_counters.h"
#include "stack/net/cn_feed.h"
#include "stack/net/dhcpv4_client.h"
#include "stack/net/dns_resolver.h"
#include "stack/net/net_mgmt.h"
#include "stack/trace/hop.h"

namespace flapjack {
namespace {

constexpr TargetSet kIface = only(TargetKind::Iface);
constexpr TargetSet kNode = only(TargetKind::Node);
constexpr TargetSet kApp = only(TargetKind::App);
constexpr TargetSet kAgent = only(TargetKind::Agent);
constexpr TargetSet kService = only(TargetKind::Service);
constexpr TargetSet kSender = TargetKind::Node | TargetKind::App |
                              static_cast<TargetSet>(TargetKind::Service);
constexpr TargetSet kAnywhere = TargetKind::Node | TargetKind::Iface | TargetKind::App |
                                static_cast<TargetSet>(TargetKind::Service | TargetKind::Link) |
                                static_cast<TargetSet>(TargetKind::Agent);

std::vector<std::string> loss_states() { return {"good", "bad"}; }

template <class Names, class Name>
std::vector<std::string> all_names(const Names& values, Name name) {
  std::vector<std::string> names;
  for (const auto value : values) names.emplace_back(name(value));
  return names;
}

void add_mgmt_events(std::vector<EventWord>& events) {
  for (const MgmtEvent event : mgmt_events()) {
    EventWord word{std::string(mgmt_event_name(event)), "net_mgmt event",
                   is_node_event(event) ? kNode : kIface, {}};
    for (const std::string_view key : mgmt_event_keys(event)) word.keys.emplace_back(key);
    events.push_back(std::move(word));
  }
  const auto names = all_names(mgmt_events(), mgmt_event_name);
  events.push_back({"mgmt_event_dropped", "the net_mgmt queue was full", kNode, {"event"},
                    {{"event", names}}});
  events.push_back({"mgmt_info_too_long", "an event carried more than net_mgmt can queue", kNode,
                    {"event", "bytes"}, {{"event", names}}});
}

void add_hops(std::vector<EventWord>& events) {
  for (std::size_t i = 0; i < kHops; ++i) {
    const Hop hop = static_cast<Hop>(i);
    const bool link = hop == Hop::LinkIn || hop == Hop::LinkOut;
    const bool app = hop == Hop::AppSend || hop == Hop::AppRecv;
    const bool node = hop == Hop::L4Out || hop == Hop::L4In || hop == Hop::ConnMatch;
    TargetSet subjects = kIface;
    if (link) subjects = only(TargetKind::Link);
    if (app) subjects = TargetKind::Node | TargetKind::App | TargetKind::Service;
    if (node) subjects = kNode;
    events.push_back({std::string(hop_name(hop)), "a packet's hop", subjects, {"len", "packet"}});
  }
  EventWord dropped{"dropped", "a packet was given up", kAnywhere,
                    {"reason", "len", "packet", "by", "state"}, {}};
  std::vector<std::string> reasons;
  for (std::size_t i = 1; i < kDropReasons; ++i) {
    reasons.emplace_back(drop_reason_name(static_cast<DropReason>(i)));
  }
  dropped.values.emplace_back("reason", std::move(reasons));
  dropped.values.emplace_back("by", std::vector<std::string>{"random", "every", "gilbert_elliott",
                                                             "trace", "fade"});
  dropped.values.emplace_back("state", loss_states());
  events.push_back(std::move(dropped));
}

void add_dhcp_events(std::vector<EventWord>& events) {
  std::vector<std::string> types;
  for (int i = 1; i <= 8; ++i) {
    types.emplace_back(dhcpv4_type_name(static_cast<Dhcpv4Type>(i)));
  }
  const auto self = [](std::string_view name) { return name; };
  const auto states = all_names(dhcpv4_states(), dhcpv4_state_name);
  const std::vector<EventWord> words = {
      {"dhcp_state", "the DHCP client goes to a state", kIface, {"state"}, {{"state", states}}},
      {"dhcp_sent", "it sends a message", kIface, {"type", "attempt"}, {{"type", types}}},
      {"dhcp_received", "it takes an answer", kIface, {"type"}, {{"type", types}}},
      {"dhcp_waits", "no packet is free for its message", kIface, {"type"}, {{"type", types}}},
      {"dhcp_ignored", "a message is of no use to it", kIface, {"reason"},
       {{"reason", all_names(dhcpv4_ignore_reasons(), self)}}},
      {"dhcp_failed", "an address could not be taken", kIface, {"reason"},
       {{"reason", all_names(dhcpv4_failure_reasons(), self)}}},
  };
  events.insert(events.end(), words.begin(), words.end());
  const auto reasons = all_names(dhcp_server_reasons(), self);
  const std::vector<EventWord> of_server = {
      {"dhcp_offer", "a DHCP service offers an address", kService, {"client", "address"}},
      {"dhcp_ack", "it gives or extends a lease", kService, {"client", "address", "lease"}},
      {"dhcp_nak", "it refuses a lease", kService, {"client", "reason"}, {{"reason", reasons}}},
      {"dhcp_silent", "it does not answer", kService, {"client", "reason"},
       {{"reason", reasons}}},
      {"dhcp_release", "a client gives its address back", kService, {"client", "address"}},
      {"dhcp_decline", "a client found its address in use", kService, {"client", "address"}},
      {"dhcp_inform", "a client wants the rest only", kService, {"client", "address"}},
      {"dhcp_start_failed", "a DHCP client could not be started", kIface, {"errno"}},
  };
  events.insert(events.end(), of_server.begin(), of_server.end());
}

// A row of a folder's own list of events.
template <class Info>
EventWord word_of(const Info& info, TargetSet subjects) {
  EventWord word{std::string(info.name), std::string(info.about), subjects, {}};
  for (const std::string_view key : info.attrs) {
    if (!key.empty()) word.keys.emplace_back(key);
  }
  return word;
}

void add_conn_events(std::vector<EventWord>& events) {
  std::vector<std::string> results = errc_names();
  results.emplace_back("OK");
  for (const ConnEventInfo& info : kConnEvents) {
    EventWord word = word_of(info, info.of_node ? kNode : kIface);
    for (std::size_t i = 0; i < word.keys.size(); ++i) {
      const auto words = split_words(info.values[i]);
      std::vector<std::string> values(words.begin(), words.end());
      if (word.keys[i] == "result") values = results;
      if (!values.empty()) word.values.emplace_back(word.keys[i], std::move(values));
    }
    events.push_back(std::move(word));
  }
}

void add_ppp_events(std::vector<EventWord>& events) {
  std::vector<std::string> phases, protocols;
  for (const PppPhase phase : {PppPhase::Dead, PppPhase::Establish, PppPhase::Network,
                               PppPhase::Running, PppPhase::Terminate}) {
    phases.emplace_back(ppp_phase_name(phase));
  }
  for (const PppProtocol protocol : {PppProtocol::Lcp, PppProtocol::Ipcp, PppProtocol::Ipv6cp}) {
    protocols.emplace_back(ppp_protocol_name(protocol));
  }
  for (const PppEventInfo& info : kPppEventInfos) {
    EventWord word = word_of(info, kIface);
    if (info.attrs[0] == "phase") word.values.emplace_back("phase", phases);
    if (info.attrs[0] == "protocol") word.values.emplace_back("protocol", protocols);
    events.push_back(std::move(word));
  }
}

template <class Infos>
void add_infos(std::vector<EventWord>& events, const Infos& infos) {
  for (const auto& info : infos) events.push_back(word_of(info, kIface));
}

void add_link_events(std::vector<EventWord>& events) {
  for (const LinkEventInfo& info : kLinkEvents) {
    EventWord word = word_of(info, info.of_drivers ? TargetKind::Link | TargetKind::Iface
                                                   : only(TargetKind::Link));
    for (const std::string_view key : info.attrs) {
      if (key == "state") word.values.emplace_back("state", loss_states());
    }
    events.push_back(std::move(word));
  }
}

void add_ip_events(std::vector<EventWord>& events) {
  const std::vector<EventWord> words = {
      {"icmpv6_not_sent", "no packet for an ICMPv6 message", kIface, {"errno"}},
      {"group_refused", "the iface has no room for a multicast group", kIface,
       {"address", "errno"}},
      {"router_refused", "the router table is full", kIface, {"address"}},
      {"prefix_refused", "the iface has no room for an advertised prefix", kIface,
       {"address", "len"}},
      {"prefix_ignored", "a prefix that is no /64, or preferred longer than valid, gave no address",
       kIface, {"address", "len"}},
      {"address_refused", "the iface has no room for an IPv6 address", kIface, {"address"}},
      {"fragmented", "a datagram was split", kIface, {"id", "fragments"}},
      {"fragmentation_failed", "a datagram left whole: no packets for its parts", kIface,
       {"errno"}},
      {"reassembled", "a datagram is whole again", kIface, {"id", "fragments"}},
      {"icmp_error", "ICMP said what became of a datagram of this node", kIface,
       {"from", "errno"}},
      {"icmp_error_ignored", "an ICMP error about a datagram that is not of this node", kIface,
       {"from", "errno"}},
      {"icmp_error_limited", "an ICMP error was not sent: too many of them", kIface,
       {"type", "code"}},
      {"icmp_error_lost", "an ICMP error was not sent: no packet was free", kIface,
       {"type", "code"}},
      {"path_error", "a context was told what ICMP said", kSender, {"errno"}},
      {"redirected", "a router told of a better first hop", kIface, {"from", "gateway"}},
      {"redirect_ignored", "a redirect that is not believed", kIface, {"from", "gateway"}},
      {"igmp_failed", "no packet was free for a report", kIface, {"errno"}},
      {"ipv4_auto_failed", "no place for a link-local address", kIface, {"errno"}},
      {"ipv4_configs_short", "more ifaces than may have IPv4 addresses", kNode,
       {"ifaces", "limit"}},
      {"ipv6_configs_short", "more IPv6 ifaces than may have addresses", kNode,
       {"ifaces", "limit"}},
      {"nd_no_source", "no address to ask a known IPv6 neighbour from", kIface, {"address"}},
      {"arp_failed", "no packet was free for an ARP probe or announcement", kIface, {"errno"}},
  };
  events.insert(events.end(), words.begin(), words.end());
}

void add_dns_events(std::vector<EventWord>& events) {
  std::vector<std::string> codes, types, rcodes;
  for (const DnsStatus status : dns_statuses()) codes.emplace_back(dns_status_name(status));
  for (const DnsType type : {DnsType::A, DnsType::Aaaa}) types.emplace_back(dns_type_name(type));
  for (int rcode = 0; rcode <= static_cast<int>(DnsRcode::Refused); ++rcode) {
    rcodes.emplace_back(dns_rcode_name(static_cast<DnsRcode>(rcode)));
  }
  std::vector<std::string> refusals = errc_names();
  refusals.insert(refusals.end(), codes.begin(), codes.end());
  const std::vector<EventWord> words = {
      {"dns_query", "a query goes to a server", kNode, {"name", "type", "server"},
       {{"type", types}}},
      {"dns_server_failed", "a server could not be asked", kNode, {"server", "errno"}, {}},
      {"dns_server_refused", "one server more than there is room for", kNode,
       {"server", "errno"}, {}},
      {"dns_done", "a query has ended", kNode, {"name", "code", "rcode"},
       {{"code", codes}, {"rcode", rcodes}}},
      {"dns_ignored", "a packet at a resolver's port was no answer it waits for", kNode,
       {"reason"}, {}},
      {"resolved", "a query brought addresses", kApp, {"name", "address", "addresses", "rtt"}, {}},
      {"resolve_failed", "a query was refused or brought none", kApp, {"name", "code"},
       {{"code", refusals}}},
      {"dns_answered", "a name server answers", kService, {"name", "type", "rcode", "answers"},
       {{"type", types}, {"rcode", rcodes}}},
      {"dns_silent", "a name server does not answer", kService, {"name"}, {}},
  };
  events.insert(events.end(), words.begin(), words.end());
}

void add_connector_events(std::vector<EventWord>& events) {
  std::vector<std::string> groups, actions, heard;
  for (const Word& group : builtin_agent_groups()) groups.push_back(group.name);
  for (const AgentActionEntry& action : builtin_agent_actions()) {
    actions.push_back(action.word.name);
  }
  for (const auto& event : builtin_agent_events()) heard.push_back(event.first);
  const std::vector<EventWord> words = {
      {"cn_overrun", "the receive queue of a Connector's socket was full", kNode,
       {"port", "idx", "val", "seq"}},
      {"cn_no_memory", "the Connector had no memory for a datagram", kNode, {"bytes"}},
      {"cn_malformed", "the Connector got what is no message", kNode, {"port", "len"}},
      {"cn_undelivered", "a message to the Connector reached no callback", kNode,
       {"port", "idx", "val", "errno"}},
      {"cn_from_outside", "a process outside sent to the Connector", kNode, {"port", "len"}},
      {"cn_control_failed", "the Connector's control callback could not be registered", kNode,
       {"errno"}},
      {"agent_event", "an agent reads a message", kAgent,
       {"event", "iface", "reason", "idx", "val", "seq"}, {{"event", heard}}},
      {"agent_gap", "an agent notices what it missed", kAgent, {"group", "missed"},
       {{"group", groups}}},
      {"agent_acted", "an agent calls something", kAgent, {"do", "iface"}, {{"do", actions}}},
      {"agent_refused", "the call of an agent returned an error", kAgent,
       {"do", "iface", "errno"}, {{"do", actions}}},
      {"agent_failed", "an agent could not listen: no socket left, or a group above the limit",
       kAgent, {"call", "errno", "group", "number", "limit"},
       {{"call", {"open", "join"}}, {"group", groups}}},
  };
  events.insert(events.end(), words.begin(), words.end());
}

}  // namespace

std::vector<EventWord> builtin_events() {
  std::vector<EventWord> events;
  add_mgmt_events(events);
  add_hops(events);
  add_dhcp_events(events);
  add_link_events(events);
  add_ip_events(events);
  add_dns_events(events);
  add_conn_events(events);
  add_connector_events(events);
  add_infos(events, kOffloadEvents);
  add_ppp_events(events);
  const std::vector<std::string> pools = {"tx", "rx"};
  const std::vector<std::string> calls = {"accept", "bind", "emit",  "get",  "join", "listen",
                                          "parse",  "queue", "recv", "send", "start"};
  const std::vector<EventWord> others = {
      {"if_up_failed", "an iface could not be brought up at boot", kIface, {"errno"}},
      {"conn_mgr_failed", "the connection manager could not boot", kNode, {"errno"}},
      {"step_refused", "the call behind a step returned an error", kAnywhere,
       {"verb", "errno", "undo"}, {{"undo", {"1"}}}},
      {"copy_lost", "no packet was free for a raw, packet or promiscuous socket's copy", kIface,
       {"errno"}},
      {"promiscuous", "the iface takes frames for others from now on, or no longer", kIface,
       {"on"}},
      {"suspended", "power management: the iface sends nothing from now on", kIface, {}},
      {"resumed", "it sends again", kIface, {}},
      {"flood_copy_lost", "a bridge had no packet for a copy to this port", kIface, {}},
      {"send_refused", "no packet was free for a send", TargetKind::Node | TargetKind::App |
                                                             TargetKind::Service, {"errno"}},
      {std::string(kLateCallback), "an engine called back for a call that had expired", kSender,
       {"call"}, {{"call", {"accept", "connect", "send", "recv"}}}},
      {"alloc_wait", "nothing free in a pool: somebody waits for a packet", kNode, {"pool"},
       {{"pool", pools}}},
      {"alloc_failed", "no packet in time", kNode, {"pool", "errno"}, {{"pool", pools}}},
      {"sent", "a message was handed to the stack", kApp, {"seq"}},
      {"acked", "its answer came back", kApp, {"seq", "rtt"}},
      {"lost", "its answer did not come in time", kApp, {"seq"}},
      {"skipped", "a message was due without a connection", kApp, {"seq"}},
      {"send_failed", "the stack refused a message", kApp, {"seq", "errno"}},
      {"connecting", "a connection attempt begins", kApp, {"peer"}},
      {"connected", "the connection is there", kApp, {"peer"}},
      {"connect_failed", "the attempt failed", kApp, {"peer", "errno"}},
      {"connection_lost", "the connection was given up", kApp, {"reason"}},
      {"accepted", "a connection was accepted", kService, {"peer"}},
      {"service_failed", "a call of the service was refused", kService, {"call", "errno"},
       {{"call", calls}}},
  };
  events.insert(events.end(), others.begin(), others.end());
  const std::vector<std::string> codes = errc_names();
  for (EventWord& event : events) {
    for (const std::string& key : event.keys) {
      if (key == "errno") event.values.emplace_back(key, codes);
    }
  }
  add_value_kinds(events);
  return events;
}

std::vector<CounterWord> builtin_counters() {
  std::vector<CounterWord> counters;
  for (const IfCounter& counter : if_counters()) {
    counters.push_back({std::string(counter.name), "counter of an iface", kIface});
  }
  for (CounterWord& counter : counters) {
    if (counter.name == "rx_alloc_failed") {
      counter.subjects = TargetKind::Node | TargetKind::Iface;
    }
  }
  counters.push_back({"sent", "messages an app was due to send", kApp});
  counters.push_back({"delivered", "of these, answered", kApp});
  counters.push_back({"agent_events", "messages an agent has read", kAgent});
  counters.push_back({"agent_gaps", "gaps in the seq of a group that it has noticed", kAgent});
  counters.push_back({"agent_missed", "messages that it knows to have missed", kAgent});
  counters.push_back({"agent_acts", "calls it has made", kAgent});
  for (const NodeCounter& counter : node_counters()) {
    const std::string name(counter.name);
    if (find_word(counters, name) == nullptr) {
      counters.push_back({name, std::string(counter.about), kNode});
    }
  }
  return counters;
}

}  // namespace flapjack
