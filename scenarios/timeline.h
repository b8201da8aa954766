// SPDX-License-Identifier: Apache-2.0
// Timeline: carries out the scripted steps. A step `at` a time, `every` interval or `on` an event
// happens in lane World, before anything else of its instant; one that follows an event without
// "after" waits until everything the event caused at that instant is done (lane Settle).
//
// Each carried-out step is a record of kind Step: its subject is the target, its cause the event it
// waited for, and whatever it does is caused by it.
//
// A step about a packet cannot wait for the record of the packet: it is asked by the link, right
// behind the hop link_in.
#pragma once
#include <memory>
#include <vector>

#include "scenarios/record_view.h"
#include "scenarios/verbs.h"

namespace flapjack {

/// A step that waited in vain.
struct IdleStep {
  const StepSpec* step = nullptr;
  std::string why;  ///< "nothing was \"a > b UDP\""
};

/// "the step \"drop\" never happened: ..."
std::string idle_step_text(const IdleStep& idle);

class Timeline : private LinkFilter, private LateCalls {
 public:
  /// `names` tells packet patterns whose addresses are whose.
  Timeline(World& world, const ScenarioSpec& spec, const Registry& registry,
           const NodeNames& names);
  ~Timeline() override;

  /// Schedules what has a time; before the World boots, so that a step at 0 finds it booted.
  void start();
  /// Shows a record to the steps that wait for an event.
  void see(const RecordView& view, const TraceRecord& record);
  /// The kinds of records that it must be shown.
  TraceMask kinds() const;
  /// Steps carried out so far, undos not counted.
  std::uint64_t carried_out() const { return carried_out_; }
  /// Steps with "on" that were never carried out, and why, in the order of the file.
  std::vector<IdleStep> idle() const;

 private:
  struct Step {
    const StepSpec* spec;
    const VerbEntry* verb;
    std::int64_t matches = 0;
    bool carried_out = false;
  };
  struct Pending {
    std::size_t step = 0;
    Undo undo;
  };
  void fire(std::uint64_t index);
  void repeat(std::uint64_t index);
  bool takes(SubjectId link, Packet& frame) override;
  void call_later(const StepSpec& step, bool undo, std::function<Status()> call) override;
  RecordId record_step(const StepSpec& step, SubjectId subject);
  VerbCall carry_out(std::size_t index, RecordId record);
  void take_back(std::uint64_t slot);
  void refused(SubjectId subject, const StepSpec& step, Status result, bool undo);
  SubjectId subject_of(const StepSpec& step);
  std::string source_of(const StepSpec& step) const;

  World& world_;
  const ScenarioSpec& spec_;
  HoldBook holds_;
  ValueBook values_;
  LinkBook links_;
  PoolBook pools_;
  std::vector<Step> steps_;
  const NodeNames& names_;
  std::vector<std::size_t> waiting_;  // steps with "on"
  std::vector<std::size_t> picking_;  // of these, the ones about a packet
  std::vector<Pending> pending_;
  std::vector<std::size_t> free_;  // places in pending_
  std::uint64_t carried_out_ = 0;
};

}  // namespace flapjack
