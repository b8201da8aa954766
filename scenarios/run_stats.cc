// SPDX-License-Identifier: Apache-2.0
#include "scenarios/run_stats.h"

#include "scenarios/world.h"

namespace flapjack {
namespace {

constexpr std::int64_t kMicrosecond = 1000;

void add(std::vector<CounterValue>& values, const std::string& path, std::uint64_t value) {
  if (value != 0) values.push_back({path, static_cast<std::int64_t>(value)});
}

void add_classes(std::vector<CounterValue>& values, const std::string& path,
                 const std::array<ClassFlow, 8>& classes) {
  for (std::size_t cls = 0; cls < classes.size(); ++cls) {
    const ClassFlow& flow = classes[cls];
    const std::string name = path + "." + std::to_string(cls) + ".";
    add(values, name + "packets", flow.packets);
    add(values, name + "bytes", flow.bytes);
    if (flow.timed == 0) continue;
    const std::int64_t mean = flow.time.ns / static_cast<std::int64_t>(flow.timed);
    values.push_back({name + "time_us", mean / kMicrosecond});
  }
}

}  // namespace

RunStats::RunStats(World& world, bool wanted) : world_(world), wanted_(wanted) {
  if (!wanted) return;
  for (const auto& node : world.nodes()) sink_.watch(node->stack);
  world.tracer().add_sink(sink_, NetStatsSink::mask());
}

RunStats::~RunStats() {
  if (wanted_) world_.tracer().remove_sink(sink_);
}

std::vector<CounterValue> RunStats::values() const {
  std::vector<CounterValue> values;
  if (!wanted_) return values;
  for (const auto& node : world_.nodes()) {
    for (const auto& iface : node->stack.ifaces()) {
      const std::string path(iface->path());
      const NetStats& stats = sink_.of(*iface);
      for (const NetCounter& counter : net_counters()) {
        add(values, path + "." + std::string(counter.name), stats.*counter.field);
      }
      add_classes(values, path + ".tx_class", stats.tx_class);
      add_classes(values, path + ".rx_class", stats.rx_class);
    }
  }
  return values;
}

}  // namespace flapjack
