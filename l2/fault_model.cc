// SPDX-License-Identifier: Apache-2.0
#include "l2/fault_model.h"

#include <array>
#include <cassert>

namespace flapjack {

FaultModel::FaultModel(const LinkEnv& env, SubjectId subject, const std::string& prefix,
                       const std::string& suffix)
    : env_(env),
      subject_(subject),
      loss_(env.rng.stream(prefix + "loss" + suffix)),
      loss_repeat_(env.rng.stream(prefix + "loss_repeat" + suffix)),
      burst_(env.rng.stream(prefix + "burst" + suffix)),
      fade_(env.rng.stream(prefix + "fade" + suffix)),
      corrupt_(env.rng.stream(prefix + "corrupt" + suffix)),
      duplicate_(env.rng.stream(prefix + "duplicate" + suffix)),
      reorder_(env.rng.stream(prefix + "reorder" + suffix)),
      delay_repeat_(env.rng.stream(prefix + "delay_repeat" + suffix)) {}

void FaultModel::set(const FaultSet& faults) {
  if (faults.loss_trace != faults_.loss_trace) cursor_.rewind();
  faults_ = faults;
}

FaultModel::Passed FaultModel::pass(PacketPtr frame) {
  assert(frame != nullptr);
  const Loss loss = decide_loss();
  // The draws of the others come before the verdict, so that none depends on it.
  const bool corrupts = faults_.corrupt_ppb != 0 && corrupt_.chance(faults_.corrupt_ppb) &&
                        frame->size() > 0;
  const std::uint64_t bit = corrupts ? corrupt_.below(frame->size() * 8) : 0;
  const bool duplicates = faults_.duplicate_ppb != 0 && duplicate_.chance(faults_.duplicate_ppb);
  const bool early = faults_.reorder_ppb != 0 && overtakes();
  if (loss.reason != DropReason::None) {
    drop(loss, *frame);
    return {};
  }
  Passed passed{std::move(frame), nullptr, early};
  if (corrupts) damage(*passed.frame, bit);
  if (duplicates) passed.copy = copy_of(*passed.frame);
  return passed;
}

FaultModel::Loss FaultModel::decide_loss() {
  const FaultSet& f = faults_;
  const bool random = f.loss_ppb != 0 && random_loss();
  const bool counted = f.every_nth != 0 && ++count_ % f.every_nth == 0;
  const bool burst = f.gilbert_elliott && burst_loss();
  const bool traced = f.loss_trace != nullptr &&
                      cursor_.next(*f.loss_trace, env_.scheduler.now());
  const bool faded = f.fade.active() && fade_.chance(f.fade.ppb_at(env_.scheduler.now()));
  if (f.black_hole) return {DropReason::BlackHole, {}};
  if (random) return {DropReason::Loss, "random"};
  if (counted) return {DropReason::Loss, "every"};
  if (burst) return {DropReason::Loss, "gilbert_elliott"};
  if (traced) return {DropReason::Loss, "trace"};
  if (faded) return {DropReason::Loss, "fade"};
  return {};
}

bool FaultModel::random_loss() {
  const std::uint64_t fresh = loss_.below(kCertain);
  const bool again = faults_.loss_correlation_ppb != 0 &&
                     loss_repeat_.chance(faults_.loss_correlation_ppb) && drawn_;
  if (!again) last_draw_ = fresh;
  drawn_ = true;
  return last_draw_ < faults_.loss_ppb;
}

bool FaultModel::burst_loss() {
  const GilbertElliott& ge = *faults_.gilbert_elliott;
  const bool moves = burst_.chance(bad_ ? ge.leave_ppb : ge.enter_ppb);
  if (moves) {
    bad_ = !bad_;
    env_.tracer.event(subject_, "loss_state", {Attr::of("state", bad_ ? "bad" : "good")});
  }
  return burst_.chance(bad_ ? ge.bad_ppb : ge.good_ppb);
}

void FaultModel::damage(Packet& frame, std::uint64_t bit) {
  frame.data()[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  frame.meta.damaged = true;
  env_.tracer.packet_event(subject_, "corrupted", frame,
                           {Attr::of("bit", static_cast<std::int64_t>(bit))});
}

PacketPtr FaultModel::copy_of(Packet& frame) {
  PacketPtr copy = env_.slab.clone(frame);
  copy->meta.context = 0;  // the app is told once
  const auto id = static_cast<std::int64_t>(copy->meta.id.value);
  const RecordId event =
      env_.tracer.packet_event(subject_, "duplicated", frame, {Attr::of("copy", id)});
  if (event.valid()) copy->meta.cause = event;
  return copy;
}

bool FaultModel::overtakes() {
  if (++in_order_ < faults_.reorder_gap || !reorder_.chance(faults_.reorder_ppb)) return false;
  in_order_ = 0;
  return true;
}

Duration FaultModel::correlate(Duration drawn) {
  if (faults_.delay_correlation_ppb == 0) return drawn;
  const bool again = delay_repeat_.chance(faults_.delay_correlation_ppb) && delayed_;
  if (!again) last_delay_ = drawn;
  delayed_ = true;
  return last_delay_;
}

void FaultModel::drop(const Loss& loss, Packet& frame) {
  const std::array more = {Attr::of("by", loss.by), Attr::of("state", bad_ ? "bad" : "good")};
  const std::size_t count = loss.by.empty() ? 0 : loss.by == "gilbert_elliott" ? 2 : 1;
  env_.tracer.drop(loss.reason, subject_, frame, std::span(more).first(count));
}

}  // namespace flapjack
