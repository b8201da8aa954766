// SPDX-License-Identifier: Apache-2.0
// Agents and the Connector that they listen to: JSON -> AgentSpec, ConnectorSpec.
#include <algorithm>

#include "scenarios/format_tables.h"
#include "scenarios/quantity.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kMostUsers = 1'000'000;
constexpr std::int64_t kMostBytes = 1'000'000'000;

Parsed<std::int64_t> parse_room(std::string_view text) {
  const Parsed<std::int64_t> bytes = parse_size(text);
  if (bytes.ok() && (bytes.value() < 1 || bytes.value() > kMostBytes)) {
    return UnitError{"F0207", in_quotes(text) + " is not between 1B and 1GB", {}, {}};
  }
  return bytes;
}

void bind_listen(LoadContext& ctx, const JsonMember& m, AgentSpec& agent) {
  const std::vector<std::string> known = names_of(ctx.vocabulary.agent_groups);
  const auto one = [&](const JsonValue& v) {
    if (auto group = read_word(ctx, v, "group", known)) agent.listen.push_back(*group);
  };
  if (!m.value.is(Type::Array)) return one(m.value);
  if (m.value.items.empty()) ctx.error("F0107", m.value.span, "an agent listens to something");
  for (const JsonValue& v : m.value.items) one(v);
}

// What an act waits for must be something that the agent hears.
void check_on(LoadContext& ctx, const AgentSpec& agent, const AgentActSpec& act,
              const JsonValue& v) {
  std::vector<std::string> known = {AgentActSpec::kGap};
  for (const auto& [event, group] : ctx.vocabulary.agent_events) {
    const bool heard = std::find(agent.listen.begin(), agent.listen.end(), group) !=
                       agent.listen.end();
    if (heard && event == act.on) return;
    if (heard) known.push_back(event);
  }
  if (act.on == AgentActSpec::kGap) return;
  for (const auto& [event, group] : ctx.vocabulary.agent_events) {
    if (event != act.on) continue;
    ctx.error("F0111", v.span, in_quotes(event) + " is not what this agent listens to",
              "add " + in_quotes(group) + " to its \"listen\"");
    return;
  }
  if (suggest(act.on, known).empty()) {  // one that another group brings is near enough
    for (const auto& [event, group] : ctx.vocabulary.agent_events) known.push_back(event);
  }
  report_unknown_word(ctx, v.span, act.on, "agent event", known, {});
}

void check_act_iface(LoadContext& ctx, const NodeSpec& node, const AgentActSpec& act,
                     const JsonValue& v) {
  const AgentActionWord* word = find_word(ctx.vocabulary.agent_actions, act.action);
  if (word == nullptr) return;
  const JsonMember* iface = v.find("iface");
  if (iface != nullptr && !word->of_iface) {
    ctx.error("F0108", iface->key_span, "\"iface\" does not go with " + in_quotes(word->name));
  } else if (iface != nullptr && node.find_iface(act.iface) == nullptr) {
    ctx.error("F0301", iface->value.span,
              "node " + in_quotes(node.name) + " has no interface " + in_quotes(act.iface));
  } else if (iface == nullptr && word->of_iface && act.on == AgentActSpec::kGap) {
    ctx.error("F0103", {v.span.begin, v.span.begin + 1},
              "a gap is about no interface, but " + in_quotes(word->name) + " needs one",
              "add an \"iface\"");
  }
}

}  // namespace

void check_agents(LoadContext& ctx, const JsonValue& agents, const NodeSpec& node) {
  for (const AgentSpec& agent : node.agents) {
    const JsonMember* written = agents.find(agent.name);
    const JsonMember* acts = written != nullptr ? written->value.find("act") : nullptr;
    if (acts == nullptr || acts->value.items.size() != agent.act.size()) continue;
    for (std::size_t i = 0; i < agent.act.size(); ++i) {
      const JsonValue& v = acts->value.items[i];
      const JsonMember* on = v.find("on");
      if (on != nullptr && on->value.is(Type::String)) {
        check_on(ctx, agent, agent.act[i], on->value);
      }
      check_act_iface(ctx, node, agent.act[i], v);
    }
  }
}

void FormatTables::build_agent() {
  connector.word("ack", "How an answer's ack is made: the request's ack + 1 or its seq + 1.",
                 "rule",
                 {{"ack+1", "as Linux's process events"}, {"seq+1", "as its 1-wire master"}}, {},
                 &ConnectorSpec::ack);
  connector.whole("users", "CN_NETLINK_USERS: groups go up to 15 more.", 1, kMostUsers,
                  &ConnectorSpec::users, "11");
  connector.quantity({"memory", "Bytes for the receive queues of all sockets.", schema_size()},
                     &parse_room, "64kB", &ConnectorSpec::memory);

  FieldInfo on{"on", "An event that the agent hears, \"dropped\", or \"gap\".", schema_string(),
               true};
  agent_act.add(std::move(on), [](LoadContext& ctx, const JsonMember& m, AgentActSpec& a) {
    if (auto v = read_string(ctx, m.value)) a.on = *v;
  });
  std::vector<Word> actions;
  for (const AgentActionWord& word : vocabulary.agent_actions) {
    actions.push_back({word.name, word.doc});
  }
  FieldInfo what{"do", "What it calls.", schema_enum(actions), true};
  agent_act.add(std::move(what), [](LoadContext& ctx, const JsonMember& m, AgentActSpec& a) {
    const auto known = names_of(ctx.vocabulary.agent_actions);
    if (auto v = read_word(ctx, m.value, "action", known)) a.action = *v;
  });
  agent_act.add({"iface", "Of which interface; default: the event's.", schema_string()},
                [](LoadContext& ctx, const JsonMember& m, AgentActSpec& a) {
                  if (auto v = read_string(ctx, m.value)) a.iface = *v;
                });

  const std::string group = schema_enum(vocabulary.agent_groups);
  FieldInfo listen{"listen", "The groups that it joins.",
                   schema_any_of({group, schema_array(group, 1)}), true};
  agent.add(std::move(listen), &bind_listen);
  agent.quantity({"queue", "Bytes of its receive queue.", schema_size()}, &parse_room, "2kB",
                 &AgentSpec::queue);
  agent.quantity({"handle", "How long it is busy with each message.", schema_duration()},
                 &parse_duration, "5ms", &AgentSpec::handle);
  agent.add({"act", "What it does when it hears something.",
             schema_array(schema_ref(agent_act.name()))},
            [this](LoadContext& ctx, const JsonMember& m, AgentSpec& a) {
              if (!expect_type(ctx, m.value, Type::Array)) return;
              for (const JsonValue& v : m.value.items) {
                AgentActSpec act;
                act.place = ctx.place({v.span.begin, v.span.begin + 1});
                agent_act.bind(ctx, v, act);
                a.act.push_back(std::move(act));
              }
            });
}

void FormatTables::build_agents() {
  node.add({"connector", "The node's Connector.", schema_ref(connector.name())},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             connector.bind(ctx, m.value, n.connector);
           });
  node.add({"agents", "Who listens to the node's Connector, by name.",
            schema_map(schema_ref(agent.name()))},
           [this](LoadContext& ctx, const JsonMember& m, NodeSpec& n) {
             for_each_named(ctx, m.value, [&](const JsonMember& member) {
               AgentSpec spec;
               spec.name = member.key;
               spec.place = ctx.place(member.key_span);
               agent.bind(ctx, member.value, spec);
               if (claim_name(ctx, n, spec.name, member.key_span)) {
                 n.agents.push_back(std::move(spec));
               }
             });
             if (m.value.is(Type::Object)) check_agents(ctx, m.value, n);
           });
}

}  // namespace flapjack
