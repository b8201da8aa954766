// SPDX-License-Identifier: Apache-2.0
// FaultModel: carries out a FaultSet on the frames of one direction; part of each end of a link and
// of each direction of a faulty driver. It records what it does: drops with the model that chose
// them (by=..., state=...), and the events corrupted and duplicated, which then are the cause of
// whatever else befalls the frame.
//
// Every fault draws from a random stream of its own, "<prefix><fault><suffix>", once for each frame
// that comes in while it is on, whatever the others say: what a fault does to the n-th frame
// depends on the seed and on n alone.
#pragma once
#include <string>
#include <string_view>

#include "l2/fault_set.h"
#include "l2/link_env.h"

namespace flapjack {

class FaultModel {
 public:
  /// `subject` is whose events and drops they are.
  FaultModel(const LinkEnv& env, SubjectId subject, const std::string& prefix,
             const std::string& suffix);

  /// From now on. States and counts go on from where they are; another trace begins anew.
  void set(const FaultSet& faults);
  const FaultSet& faults() const { return faults_; }

  /// What is left of a frame.
  struct Passed {
    PacketPtr frame;         ///< null: a fault took it, and the drop was recorded
    PacketPtr copy;          ///< a duplicate that follows it, or null
    bool overtakes = false;  ///< it is to be early
  };
  Passed pass(PacketPtr frame);

  /// `drawn`, or with the probability of the correlation what the frame before got.
  Duration correlate(Duration drawn);
  /// The delay is another now: the next frame repeats nothing.
  void forget_delay() { delayed_ = false; }
  bool in_bad_state() const { return bad_; }

 private:
  struct Loss {
    DropReason reason = DropReason::None;
    std::string_view by;
  };
  Loss decide_loss();
  bool random_loss();
  bool burst_loss();
  void damage(Packet& frame, std::uint64_t bit);
  PacketPtr copy_of(Packet& frame);
  bool overtakes();
  void drop(const Loss& loss, Packet& frame);

  LinkEnv env_;
  SubjectId subject_;
  FaultSet faults_;
  RandomStream loss_, loss_repeat_, burst_, fade_, corrupt_, duplicate_, reorder_, delay_repeat_;
  LossTraceCursor cursor_;
  std::uint64_t count_ = 0, in_order_ = 0;
  std::uint64_t last_draw_ = 0;
  Duration last_delay_;
  bool drawn_ = false, delayed_ = false;  // there is a last one
  bool bad_ = false;
};

}  // namespace flapjack
