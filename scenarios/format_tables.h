// SPDX-License-Identifier: Apache-2.0
// The field tables of the whole format, built for one vocabulary. Private to the loader; each kind
// of object has its own spec_*.cc.
#pragma once
#include <string>
#include <vector>

#include "scenarios/field_table.h"

namespace flapjack {

/// A link while its keys are read.
struct LinkDraft {
  LinkSpec link;
  LinkPatch both;
  LinkPatch up;
  LinkPatch down;
};

/// The object form of a link's "queue".
struct LinkQueueSpec {
  std::optional<std::int64_t> limit;
  std::optional<QueueDiscipline> discipline;
};

/// The faults of a device while their keys are read.
struct DeviceFaultsDraft {
  LinkPatch tx, rx;
};

struct FormatTables {
  explicit FormatTables(const Vocabulary& vocabulary);
  FormatTables(const FormatTables&) = delete;
  FormatTables& operator=(const FormatTables&) = delete;

  const Vocabulary& vocabulary;
  FieldTable<ConnSpec> conn{"conn", "How an interface gets connected."};
  FieldTable<VirtualSpec> vlan{"vlan", "What carries a VLAN, and its number."};
  FieldTable<VirtualSpec> tunnel{"tunnel", "What carries a tunnel, and where it ends."};
  FieldTable<VirtualSpec> bridge{"bridge", "The ports of a bridge, and what it remembers."};
  FieldTable<PppSpec> ppp{"ppp", "One end of a PPP link."};
  FieldTable<IfaceSpec> iface{"iface", "A network interface of a node."};
  FieldTable<AppSpec> app{"app", "An application on a node.", "app"};
  FieldTable<DhcpServiceSpec> dhcp_service{"dhcp_service", "What a DHCP service gives."};
  FieldTable<RaServiceSpec> ra_service{"ra_service", "What a router advertises."};
  FieldTable<ServiceSpec> service{"service", "A server on a node.", "service"};
  FieldTable<ConnectorSpec> connector{"connector", "The Connector of a node."};
  FieldTable<AgentActSpec> agent_act{"agent_act", "When an agent does what."};
  FieldTable<AgentSpec> agent{"agent", "Who listens to the Connector of a node."};
  FieldTable<AppSocketSpec> socket{"socket", "What an app sets on its socket."};
  FieldTable<EchoServiceSpec> echo_service{"echo_service", "An echo of datagrams."};
  FieldTable<CpuSpec> cpu{"cpu", "What the node's work takes."};
  FieldTable<IcmpErrorsSpec> icmp_errors{"icmp_errors", "How many ICMP errors a node sends."};
  FieldTable<OnlineCheckSpec> online_check{"online_check", "Who must answer, and how often."};
  FieldTable<ConnMgrSpec> conn_mgr{"conn_mgr", "How the node's connection manager behaves."};
  FieldTable<NodeSpec> node{"node", "One simulated machine."};
  FieldTable<LossSpec> loss{"loss", "How frames of a link are lost.", "loss"};
  FieldTable<GilbertElliott> gilbert_elliott{"gilbert_elliott", "Losses in bursts."};
  FieldTable<CorrelationSpec> correlation{"correlation", "How draws depend on those before."};
  FieldTable<ReorderSpec> reorder{"reorder", "Which frames overtake, and by how much."};
  FieldTable<LinkQueueSpec> link_queue{"link_queue", "Frames that wait for transmission."};
  FieldTable<LinkPatch> direction{"direction", "What differs in one direction of a link."};
  FieldTable<LinkPatch> device_direction{"device_direction",
                                         "What goes wrong in one direction of a device."};
  FieldTable<DeviceFaultsDraft> device_faults{"device_faults", "What goes wrong in a device."};
  FieldTable<LinkDraft> link{"link", "The medium between two or more interfaces."};
  FieldTable<CallArgsSpec> call_args{"call_args", "What a step hands to a call."};
  FieldTable<StepSpec> step{"step", "What happens when: a time or event, and one verb.", "action"};
  FieldTable<SequenceItem> item{"item", "One item of a sequence.", "item"};
  FieldTable<ExpectSpec> expect{"expectation", "What must hold.", "expectation"};
  FieldTable<ScenarioSpec> top{"scenario", "A flapjack scenario."};

 private:
  void build_conn();
  void build_conn_device();
  void build_iface();
  void build_iface_addresses();
  void build_iface_ipv6();
  void build_iface_device();
  void build_virtual();
  void build_tunnel();
  void build_bridge();
  void build_ppp();
  void build_app();
  void build_dhcp_service();
  void build_ra_service();
  void build_service();
  void build_services();
  void build_agent();
  void build_agents();
  void build_cpu();
  void build_online_check();
  void build_conn_mgr();
  void build_conn_mgr_releases();
  void build_socket();
  void build_echo_service();
  void build_icmp_errors();
  void build_node();
  void build_loss();
  void build_link_parts();
  void build_link_fields();
  void build_device_faults();
  void build_links();
  void build_step_times();
  void build_fault_steps();
  void build_step();
  void build_step_lease();
  void build_step_ra();
  void build_step_call();
  void build_step_option();
  void build_item();
  void build_expect();
  void build_expect_kinds();
  void build_top();
};

/// Most packets that a queue of a link or an interface may hold.
inline constexpr std::int64_t kLongestQueue = 1'000'000;

/// F0108 when an object of link keys has both a jitter and a distribution of its own.
void check_jitter(LoadContext& ctx, const JsonValue& v, const LinkPatch& patch);
/// Reads the groups of a partition; links must be loaded.
void bind_groups(LoadContext& ctx, const JsonMember& m, StepSpec& step);
std::string schema_groups();
/// What only makes sense with something else on the same link, there or in a step; F0111.
void check_link_needs(LoadContext& ctx);
/// The same for a direction of a device, where there is no rate and no step.
void check_device_needs(LoadContext& ctx, const LinkPatch& patch);

/// What virtual ifaces stand on must be there, and not the iface itself; nodes must be complete.
void check_virtual_ifaces(LoadContext& ctx);
/// Fills in the addresses of all apps' peers; nodes must be complete.
void resolve_peers(LoadContext& ctx);
/// An address of `peer`: the first that is on a subnet of `own`, else the first of all; null when
/// it has none.
const Ipv4Spec* address_for(const NodeSpec& own, const NodeSpec& peer);
/// Fills in the addresses of the hosts that online checks ask; nodes must be complete.
void resolve_online_checks(LoadContext& ctx);
/// The keys of "routes", and their schema.
void bind_routes(LoadContext& ctx, const JsonMember& m, NodeSpec& node);
std::string routes_schema();
/// Finds the interface of each route; nodes must be complete.
void resolve_routes(LoadContext& ctx);
/// F0108 for every key of `object` in `keys`: it does not go with `with`.
void refuse_keys(LoadContext& ctx, const JsonValue& object, const std::vector<std::string>& keys,
                 std::string_view with);

/// What the agents of a node wait for and act on must be there; `agents` is what the file says.
void check_agents(LoadContext& ctx, const JsonValue& agents, const NodeSpec& node);
/// True when "x" is free among the interfaces, apps and services of its node; else F0303.
bool claim_name(LoadContext& ctx, const NodeSpec& node, const std::string& name, SourceSpan span);
/// Appends the DNS servers of `v`, an address or a list of them.
void read_dns_servers(LoadContext& ctx, const JsonValue& v, std::vector<DnsServerSpec>& out);
std::string dns_servers_schema();
/// A domain name, in words F0110 what is wrong with it.
bool check_domain_name(LoadContext& ctx, SourceSpan span, const std::string& name);

/// "192.0.2.2/24", or "192.0.2.2" when there is to be no prefix length.
std::optional<Ipv4Spec> read_ipv4(LoadContext& ctx, const JsonValue& v, bool with_prefix);
/// "2001:db8::2/64", or "2001:db8::2" when there is to be no prefix length.
std::optional<Ipv6Spec> read_ipv6(LoadContext& ctx, const JsonValue& v, bool with_prefix);
/// F0110: an interface has this address, "auto" or "dhcp" twice.
void already_there(LoadContext& ctx, const JsonValue& v, std::string_view what);
/// F0207 when an ra step makes prefixes preferred for longer than they are valid.
void check_ra_step(LoadContext& ctx, const JsonValue& v, const StepSpec& step);
/// "10.0.0.10..10.0.0.99": two addresses of hosts, the lower one first, not too many between.
std::optional<Ipv4RangeSpec> read_ipv4_range(LoadContext& ctx, const JsonValue& v);
/// Whole seconds: Zephyr keeps connectivity timeouts as an int of seconds.
Parsed<std::int64_t> parse_whole_seconds(std::string_view text);
/// "02:00:5e:00:53:01" in lower case, no group; or why not.
Parsed<std::string> parse_mac(std::string_view text);
/// The address in dotted text, strictly: four decimals, no leading zeros.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);

/// The key "priority" of what has a socket, and its value: 0 to 7.
FieldInfo priority_field();
std::optional<std::int64_t> read_priority(LoadContext& ctx, const JsonValue& v);

}  // namespace flapjack
