// SPDX-License-Identifier: Apache-2.0
#include "scenarios/invariants.h"

#include <algorithm>

#include "stack/net/call_guard.h"

namespace flapjack {
namespace {

constexpr std::string_view kAppRecv = "app_recv";

}  // namespace

Invariants::Invariants(World& world) : world_(world) {
  for (const auto& node : world.nodes()) {
    for (const auto& iface : node->stack.ifaces()) {
      const std::size_t place = iface->subject().value;
      if (ifaces_.size() <= place) ifaces_.resize(place + 1);
      ifaces_[place].iface = iface.get();
    }
  }
}

void Invariants::record(const Tracer& tracer, const TraceRecord& record) {
  if (record.kind == TraceKind::Event) return see_event(tracer, record);
  if (record.kind == TraceKind::Hop || record.kind == TraceKind::Drop) {
    see_packet(tracer, record);
  }
}

Invariants::IfaceSeen* Invariants::iface_of(SubjectId subject) {
  if (subject.value >= ifaces_.size()) return nullptr;
  IfaceSeen& seen = ifaces_[subject.value];
  return seen.iface != nullptr ? &seen : nullptr;
}

void Invariants::see_event(const Tracer& tracer, const TraceRecord& record) {
  if (record.name == kLateCallback) {
    violated("late_callback", tracer, record,
             "for " + std::string(record.attrs.front().text) + ", which had expired");
    return;
  }
  const bool oper = record.name == "IF_UP" || record.name == "IF_DOWN";
  const bool admin = record.name == "IF_ADMIN_UP" || record.name == "IF_ADMIN_DOWN";
  if (!oper && !admin) return;
  IfaceSeen* seen = iface_of(record.subject);
  if (seen == nullptr) return;
  const bool up = record.name.ends_with("UP");
  alternate(oper ? seen->oper : seen->admin, up, tracer, record);
  const NetIf& iface = *seen->iface;
  const bool state = oper ? iface.oper_state() == OperState::Up : iface.is_admin_up();
  if (state != up) violated("justified", tracer, record, "without the state it tells of");
  if (oper && iface.is_up() != (iface.oper_state() == OperState::Up)) {
    violated("running_is_up", tracer, record, "but running and oper state differ");
  }
}

void Invariants::alternate(Last& last, bool up, const Tracer& tracer, const TraceRecord& record) {
  const Last now = up ? Last::Up : Last::Down;
  const bool first_down = last == Last::Unknown && !up;
  if (last == now) violated("up_down", tracer, record, "twice in a row");
  if (first_down) violated("up_down", tracer, record, "before it was ever up");
  last = now;
}

void Invariants::see_packet(const Tracer& tracer, const TraceRecord& record) {
  const std::size_t id = record.packet.value;
  if (id >= ended_.size()) ended_.resize(std::max(id + 1, ended_.size() * 2));
  if (ended_[id]) {
    violated("packet_ended", tracer, record,
             "of packet " + std::to_string(id) + ", which had ended");
  }
  if (record.kind == TraceKind::Drop || record.name == kAppRecv) ended_[id] = true;
}

void Invariants::violated(std::string_view invariant, const Tracer& tracer,
                          const TraceRecord& record, std::string_view what) {
  violated(std::string(invariant) + ": " + std::string(tracer.path(record.subject)) + " " +
           std::string(record.name) + " " + std::string(what) + " at " + to_text(record.at) +
           " (record " + std::to_string(record.seq.value) + ")");
}

void Invariants::violated(std::string text) {
  if (violations_.size() < kMost) violations_.push_back(std::move(text));
}

void Invariants::finish() {
  for (const auto& node : world_.nodes()) {
    finish_ifaces(node->stack);
    finish_monitor(*node);
    finish_pools(node->stack);
  }
}

void Invariants::finish_ifaces(const Stack& stack) {
  for (const auto& iface : stack.ifaces()) {
    if (iface->is_up() == (iface->oper_state() == OperState::Up)) continue;
    violated("running_is_up: " + std::string(iface->path()) +
             ": running and oper state differ in the end");
  }
}

// Only once the monitor has heard of everything there was.
void Invariants::finish_monitor(const Node& node) {
  const Monitor& monitor = node.conn_mgr.monitor();
  if (!node.stack.mgmt.idle() || !monitor.settled()) return;
  std::size_t ready = 0;
  for (const auto& iface : node.stack.ifaces()) {
    const std::uint16_t word = monitor.if_state(*iface);
    if (word != conn_state::kInvalid && (word & conn_state::kReady) != 0) ++ready;
  }
  if (monitor.ready_count() == ready) return;
  violated("ready_count: " + std::string(node.stack.name()) + " counts " +
           std::to_string(monitor.ready_count()) + " ready ifaces of " + std::to_string(ready));
}

void Invariants::finish_pools(const Stack& stack) {
  const std::size_t exist = world_.slab().in_use();
  for (const PacketPool* pool : {&stack.tx_pool, &stack.rx_pool}) {
    if (pool->in_use() <= exist) continue;
    violated("pools_balance: " + std::string(stack.name()) + " counts " +
             std::to_string(pool->in_use()) + " packets, but only " + std::to_string(exist) +
             " exist");
  }
}

}  // namespace flapjack
