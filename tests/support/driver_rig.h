// SPDX-License-Identifier: Apache-2.0
// RecordingUser: a driver's user that notes what it gets. DriverRig: the parts drivers need.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "l2/link.h"
#include "stack/contract/driver.h"
#include "stack/trace/memory_sink.h"

namespace flapjack::test {

class RecordingUser : public DriverUser {
 public:
  explicit RecordingUser(Scheduler& scheduler) : scheduler_(scheduler) {}
  void on_frame(PacketPtr frame) override {
    turns.push_back(scheduler_.executed());
    times.push_back(scheduler_.now());
    frames.emplace_back(frame->data(), frame->data() + frame->size());
    damaged.push_back(frame->meta.damaged);
  }
  void on_carrier(bool up) override { carriers.push_back(up); }

  std::vector<std::uint64_t> turns;
  std::vector<SimTime> times;
  std::vector<std::vector<std::uint8_t>> frames;
  std::vector<bool> damaged;  // by a fault, as their meta data say
  std::vector<bool> carriers;

 private:
  Scheduler& scheduler_;
};

struct DriverRig {
  explicit DriverRig(std::uint64_t seed = 1) : rng(seed) { tracer.add_sink(sink); }
  LinkEnv env() { return {scheduler, tracer, slab, rng}; }
  PacketPtr frame(std::uint8_t fill, std::size_t bytes = 60) {
    PacketPtr packet = pool.allocate();
    std::memset(packet->append(bytes), fill, bytes);
    return packet;
  }
  std::size_t drops(DropReason reason) const {
    std::size_t n = 0;
    for (const KeptRecord& r : sink.records) {
      n += r.kind == TraceKind::Drop && r.attr("reason") == drop_reason_name(reason);
    }
    return n;
  }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  MemorySink sink;
  PacketSlab slab;
  Rng rng;
  const PoolLimits limits{1000};
  PacketPool pool{slab, limits};
};

}  // namespace flapjack::test
