// SPDX-License-Identifier: Apache-2.0
#include "scenarios/agent.h"

#include <algorithm>
#include <cassert>

#include "scenarios/world.h"

namespace flapjack {

Agent::Agent(const AppEnv& env, const AgentSpec& spec, const Registry& registry)
    : App(env),
      env_(env),
      spec_(spec),
      busy_(env.node.stack.scheduler(), Lane::App, delegate<&Agent::readable>(this)) {
  for (const AgentActSpec& act : spec_.act) {
    const AgentActionEntry* entry = find_entry(registry.agent_actions, act.action);
    assert(entry != nullptr);
    acts_.push_back({&act, entry});
  }
}

void Agent::start() {
  CnSocketConfig config;
  if (spec_.queue) config.receive_bytes = static_cast<std::size_t>(*spec_.queue);
  config.on_readable = delegate<&Agent::readable>(this);
  Connector& connector = env_.node.stack.cn()->connector;
  auto opened = connector.open(config);
  if (!opened.ok()) return fail("open", opened.code(), connector.config().max_sockets);
  socket_ = std::move(opened.value());
  for (const std::string& name : spec_.listen) {
    const CnGroup* const group = find_cn_group(name);
    const Status joined = socket_->join(group->idx);
    if (!joined.ok()) fail("join", joined.code(), connector.groups(), group);
  }
}

// One datagram a turn: what an agent does may at once send it the next one.
void Agent::readable() {
  if (stalled_ || busy_.running() || waiting_) return;
  const auto got = socket_->recv();
  if (!got.ok()) return;
  const CauseScope scope(env_.node.stack.scheduler(), got.value().cause());
  CnMsgReader reader(got.value().bytes());
  while (reader.next()) hear(reader.header(), reader.data());
  busy_.start(spec_.handle);
}

bool Agent::set_stalled(bool on) {
  stalled_ = on;
  if (!on && socket_ != nullptr && !busy_.running() && !waiting_) busy_.start(Duration{});
  return true;
}

void Agent::hear(const CnMsgHeader& header, std::span<const std::uint8_t> data) {
  check_seq(header);
  ++events_;
  CnEventReader event(data);
  NetIf* const iface = env_.node.stack.iface(IfIndex{event.iface()});
  const std::string_view name = cn_event_name(header.id);
  std::vector<Attr> attrs = {Attr::of("event", name)};
  if (iface != nullptr) attrs.push_back(Attr::of("iface", iface->name()));
  CnFact fact;
  if (event.find("reason", fact)) {
    attrs.push_back(fact.type == CnFactType::Text ? Attr::of("reason", fact.text())
                                                  : Attr::of("reason", fact.number()));
  }
  for (const auto& [key, value] : {std::pair{"idx", header.id.idx}, {"val", header.id.val},
                                   {"seq", header.seq}}) {
    attrs.push_back(Attr::of(key, std::int64_t{value}));
  }
  const CauseScope scope(env_.node.stack.scheduler(), tell("agent_event", attrs));
  act(name, iface);
}

// The first message of an idx is where counting begins.
void Agent::check_seq(const CnMsgHeader& header) {
  const auto known = std::find_if(expected_.begin(), expected_.end(),
                                  [&](const Expected& e) { return e.idx == header.id.idx; });
  if (known == expected_.end()) {
    expected_.push_back({header.id.idx, header.seq + 1});
    return;
  }
  const std::uint32_t missed = header.seq - known->seq;
  known->seq = header.seq + 1;
  if (missed == 0) return;
  ++gaps_;
  missed_ += missed;
  std::string_view group = "?";
  for (const CnGroup& each : cn_groups()) {
    if (each.idx == header.id.idx) group = each.name;
  }
  const RecordId gap = env_.node.stack.tracer().event(
      subject(), "agent_gap",
      {Attr::of("group", group), Attr::of("missed", std::int64_t{missed})});
  const CauseScope scope(env_.node.stack.scheduler(), gap);
  act(AgentActSpec::kGap, nullptr);
}

void Agent::act(std::string_view on, NetIf* iface) {
  for (const Act& each : acts_) {
    if (each.spec->on != on) continue;
    NetIf* const of = each.spec->iface.empty()
                          ? iface
                          : env_.node.stack.iface_by_name(each.spec->iface);
    if (!waiting_ && !env_.node.conn_mgr.blocked()) {
      call(each, of);
      continue;
    }
    due_.push_back({&each, of, env_.node.stack.scheduler().cause()});
    if (waiting_) continue;
    waiting_ = true;
    env_.node.stack.fibers().spawn(std::string(env_.node.stack.tracer().path(subject())),
                                   [this] { call_all(); });
  }
}

// In a fiber: a lock of the connection manager is held. Like the program that it is, the agent
// reads nothing until its calls have returned.
void Agent::call_all() {
  for (std::size_t i = 0; i < due_.size(); ++i) {
    const Due due = due_[i];
    const CauseScope scope(env_.node.stack.scheduler(), due.cause);
    call(*due.act, due.iface);
  }
  due_.clear();
  waiting_ = false;
  if (!busy_.running()) busy_.start(Duration{});
}

void Agent::call(const Act& act, NetIf* iface) {
  const AgentActionWord& word = act.entry->word;
  std::vector<Attr> attrs = {Attr::of("do", word.name)};
  if (iface != nullptr && word.of_iface) attrs.push_back(Attr::of("iface", iface->name()));
  const CauseScope scope(env_.node.stack.scheduler(), tell("agent_acted", attrs));
  ++acted_;
  const Status result = word.of_iface && iface == nullptr ? Status(Errc::Einval)
                                                          : act.entry->call(env_.node, iface);
  if (result.ok()) return;
  attrs.push_back(Attr::of("errno", result.code()));
  tell("agent_refused", attrs);
}

std::optional<std::int64_t> Agent::counter(std::string_view name) const {
  if (name == "agent_events") return events_;
  if (name == "agent_gaps") return gaps_;
  if (name == "agent_missed") return missed_;
  if (name == "agent_acts") return acted_;
  return {};
}

// `limit`: sockets of the Connector, or its largest group.
void Agent::fail(std::string_view call, Errc error, std::size_t limit, const CnGroup* group) {
  std::vector<Attr> attrs = {Attr::of("call", call), Attr::of("errno", error)};
  if (group != nullptr) {
    attrs.push_back(Attr::of("group", group->name));
    attrs.push_back(Attr::of("number", std::int64_t{group->idx}));
  }
  attrs.push_back(Attr::of("limit", static_cast<std::int64_t>(limit)));
  tell("agent_failed", attrs);
}

RecordId Agent::tell(std::string_view event, std::span<const Attr> attrs) {
  Tracer& tracer = env_.node.stack.tracer();
  return tracer.wants(TraceKind::Event)
             ? tracer.record(TraceKind::Event, subject(), event, attrs)
             : RecordId{};
}

}  // namespace flapjack
