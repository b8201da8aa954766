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

/// Its apps, services and frames are all with engines, which have threads of their own.
bool is_all_engine(const Node& node) {
  const auto& ifaces = node.stack.ifaces();
  return !ifaces.empty() && std::all_of(ifaces.begin(), ifaces.end(), [](const auto& iface) {
    return iface->is_offloaded();
  });
}

void check_stall(const StepSpec& step, const Node& node, DiagnosticSink& sink) {
  const StackConfig& config = node.stack.config();
  const std::string& queue = step.target.name;
  const bool direct = config.mgmt.delivery == NetMgmtConfig::Delivery::Direct;
  std::string help;
  if (queue == "rx_queue" && config.rx_classes == 0) help = "set NET_TC_RX_COUNT to 1";
  if (queue == "tx_queue" && config.tx_classes == 0) help = "set NET_TC_TX_COUNT to 1";
  if (queue == "net_mgmt" && direct) help = "leave out NET_MGMT_EVENT_DIRECT";
  if (!help.empty()) {
    sink.error("F0932", step.target.path() + " has no thread that could be stopped",
               step.target.place, std::move(help));
  } else if (queue != "net_mgmt" && is_all_engine(node)) {
    sink.error("F0932", "an engine works by itself: nothing passes " + step.target.path(),
               step.target.place, "stall a node that has an interface without \"offload\"");
  }
}

/// Zephyr does not build with more queues than packets, or with nine of them.
void check_shares(const NodeSpec& spec, const StackConfig& stack, DiagnosticSink& sink) {
  struct Way {
    const char* option;
    std::size_t classes, packets;
    bool skips;
  };
  for (const Way& way : {Way{"TX", stack.tx_classes, stack.tx_pool.packets, stack.tx_skip_high},
                         Way{"RX", stack.rx_classes, stack.rx_pool.packets, stack.rx_skip_high}}) {
    const std::size_t all = effective_classes(way.classes, way.skips);
    const std::string name = std::string("NET_TC_") + way.option;
    if (all > 8) {
      sink.error("F0936", "with those that skip them there are nine traffic classes", spec.place,
                 "lower " + name + "_COUNT to 7, or leave out " + name + "_SKIP_FOR_HIGH_PRIO");
    } else if (stack.class_shares && all > 1 && way.packets < all) {
      sink.error("F0936", "a share of " + std::to_string(way.packets) + " packets among " +
                              std::to_string(all) + " traffic classes is none", spec.place,
                 std::string("raise NET_PKT_") + way.option + "_COUNT or lower " + name + "_COUNT");
    }
  }
}

void check_suspend(const StepSpec& step, World& world, DiagnosticSink& sink) {
  const NetIf* iface = world.node(step.target.node)->stack.iface_by_name(step.target.name);
  if (iface == nullptr || !iface->is_offloaded()) return;
  sink.error("F0935", "an engine sends by itself: " + step.target.path() + " cannot be suspended",
             step.target.place, "for one that sends nothing, black_hole its link");
}

/// There is no peer to lose it. What stands on others refuses the step itself (ENOTSUP).
void check_vanish(const StepSpec& step, World& world, DiagnosticSink& sink) {
  const Stack& stack = world.node(step.target.node)->stack;
  const auto on_link = [&](const auto& iface) { return world.link_of(*iface) != nullptr; };
  bool vanishes = false;
  if (step.target.kind == TargetKind::Iface) {
    const NetIf* iface = stack.iface_by_name(step.target.name);
    vanishes = on_link(iface) || iface->virtual_iface() != nullptr;
  } else {
    vanishes = std::any_of(stack.ifaces().begin(), stack.ifaces().end(), on_link);
  }
  if (vanishes) return;
  sink.error("F0937", step.target.path() + " is on no link that it could vanish from",
             step.target.place, "name it in the \"between\" of a link, or write \"admin_down\"");
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

void check_work(const ScenarioSpec& spec, World& world, DiagnosticSink& sink) {
  for (const NodeSpec& node : spec.nodes) {
    check_shares(node, world.node(node.name)->stack.config(), sink);
    if (!node.cpu || !is_all_engine(*world.node(node.name))) continue;
    const CpuConfig& cpu = world.node(node.name)->stack.config().cpu;
    if (!cpu.rx.any() && !cpu.tx.any()) continue;
    sink.error("F0924", "an engine works by itself: nothing passes the queues of this node",
               node.cpu->place, "leave out \"rx\" and \"tx\", or the engine");
  }
  for (const StepSpec& step : spec.timeline) {
    if (step.verb == "suspend") check_suspend(step, world, sink);
    if (step.verb == "vanish") check_vanish(step, world, sink);
    if (step.verb == "stall" && step.target.kind == TargetKind::Queue) {
      check_stall(step, *world.node(step.target.node), sink);
    }
  }
}

}  // namespace flapjack
