// SPDX-License-Identifier: Apache-2.0
// Invariants: what must hold in every run whatever the scenario says; a violation is a bug of
// flapjack, not of the scenario. It watches the trace as it happens and looks once at the end.
//
//  packet_ended    a packet that was dropped or delivered to an app is not heard of again
//  running_is_up   an iface is running exactly while its oper state is up
//  up_down         IF_UP and IF_DOWN alternate on each iface, IF_ADMIN_UP and IF_ADMIN_DOWN too
//  justified       each of these four events comes with the state it tells of
//  ready_count     in the end the monitor counts as many ready ifaces as there are
//  late_callback   an engine does not call back for a call that has expired
//  pools_balance   a pool's count is that of the packets that are on it
#pragma once
#include <string>
#include <vector>

#include "scenarios/world.h"
#include "stack/trace/trace_sink.h"

namespace flapjack {

class Invariants : public TraceSink {
 public:
  /// Only the first kMost violations are kept. The World outlives it.
  explicit Invariants(World& world);
  static constexpr std::size_t kMost = 20;

  void record(const Tracer& tracer, const TraceRecord& record) override;
  /// Looks at the World once nothing is left to do at `now`.
  void finish();
  /// "up_down: dev.eth0 IF_UP twice in a row at 1.000s (record 15)".
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  enum class Last : std::uint8_t { Unknown, Up, Down };
  struct IfaceSeen {
    NetIf* iface = nullptr;
    Last oper = Last::Unknown, admin = Last::Unknown;
  };
  void see_event(const Tracer& tracer, const TraceRecord& record);
  void see_packet(const Tracer& tracer, const TraceRecord& record);
  void alternate(Last& last, bool up, const Tracer& tracer, const TraceRecord& record);
  IfaceSeen* iface_of(SubjectId subject);
  void finish_ifaces(const Stack& stack);
  void finish_monitor(const Node& node);
  void finish_pools(const Stack& stack);
  void violated(std::string_view invariant, const Tracer& tracer, const TraceRecord& record,
                std::string_view what);
  void violated(std::string text);

  World& world_;
  std::vector<IfaceSeen> ifaces_;  // by subject
  std::vector<bool> ended_;        // by packet id
  std::vector<std::string> violations_;
};

}  // namespace flapjack
