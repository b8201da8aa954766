// SPDX-License-Identifier: Apache-2.0
#include "scenarios/node_work.h"

#include <algorithm>
#include <utility>

namespace flapjack {
namespace {

void apply_cpu(const CpuSpec& spec, StackConfig& stack, DiagnosticSink& sink) {
  stack.cpu.rx = {spec.rx, spec.rx_byte};
  stack.cpu.tx = {spec.tx, spec.tx_byte};
  stack.mgmt.handler_time = spec.mgmt;
  const auto check = [&](const CpuConfig::Cost& cost, std::size_t classes, const char* option,
                         const SourcePlace& list) {
    if (cost.any() && classes == 0) {
      sink.error("F0924", "without a queue there is no thread whose work could take time",
               spec.place, std::string("set ") + option + " to 1 or more");
    } else if (cost.packet.size() > std::max<std::size_t>(classes, 1)) {
      const std::string have =
          std::to_string(classes) + (classes == 1 ? " traffic class" : " traffic classes");
      sink.error("F0924", std::to_string(cost.packet.size()) + " service times, but " + have,
               list, std::string("raise ") + option + ", or write one time a class");
    }
  };
  check(stack.cpu.rx, stack.rx_classes, "NET_TC_RX_COUNT", spec.rx_place);
  check(stack.cpu.tx, stack.tx_classes, "NET_TC_TX_COUNT", spec.tx_place);
  if (spec.mgmt.ns > 0 && stack.mgmt.delivery == NetMgmtConfig::Delivery::Direct) {
    sink.error("F0924", "handlers that net_mgmt calls in the notifier's turn cannot take time",
             spec.place, "leave out \"mgmt\", or NET_MGMT_EVENT_DIRECT");
    stack.mgmt.handler_time = {};
  }
}

}  // namespace

void apply_work(const NodeSpec& spec, NodeConfig& config, DiagnosticSink& sink) {
  StackConfig& stack = config.stack;
  if (spec.cpu) apply_cpu(*spec.cpu, stack, sink);
  const std::size_t fewest = fewest_classes(stack.priority_map);
  if (std::min(stack.tx_classes, stack.rx_classes) >= fewest || fewest < 2) return;
  sink.error("F0916", "this priority map needs two traffic classes in both directions",
           spec.place, "raise NET_TC_TX_COUNT and NET_TC_RX_COUNT");
  stack.priority_map = PriorityMap::Strict;  // the node is still built, to find other errors
}

void check_stalls(const ScenarioSpec& spec, World& world, DiagnosticSink& sink) {
  for (const StepSpec& step : spec.timeline) {
    if (step.verb != "stall" || step.target.kind == TargetKind::Agent) continue;
    const Stack& stack = world.node(step.target.node)->stack;
    const std::string& queue = step.target.name;
    std::string help;
    if (queue == "rx_queue" && stack.config().rx_classes == 0) help = "set NET_TC_RX_COUNT to 1";
    if (queue == "tx_queue" && stack.config().tx_classes == 0) help = "set NET_TC_TX_COUNT to 1";
    const bool direct = stack.config().mgmt.delivery == NetMgmtConfig::Delivery::Direct;
    if (queue == "net_mgmt" && direct) help = "leave out NET_MGMT_EVENT_DIRECT";
    if (help.empty()) continue;
    sink.error("F0932", step.target.path() + " has no thread that could be stopped",
             step.target.place, std::move(help));
  }
}

}  // namespace flapjack
