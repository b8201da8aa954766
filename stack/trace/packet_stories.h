// SPDX-License-Identifier: Apache-2.0
// PacketStories: the way of every packet that is alive, for the question who holds it and how it
// got there. One story for each place in the packets' memory, begun anew with each packet that
// lives there: no more memory than the packets themselves, whatever the length of a run.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "stack/trace/tracer.h"

namespace flapjack {

/// One hop or drop of a packet.
struct StoryStep {
  SimTime at;
  SubjectId subject;
  std::string_view name;
  RecordId record;
};

/// A packet's steps; of a long way the first kHead and the last ones are kept.
class PacketStory {
 public:
  static constexpr std::size_t kHead = 4, kTail = 12;
  PacketId packet() const { return packet_; }
  std::size_t steps() const { return steps_; }
  /// Steps that are not kept any more.
  std::size_t forgotten() const { return steps_ > kHead + kTail ? steps_ - kHead - kTail : 0; }
  /// The kept ones, in order.
  std::vector<StoryStep> kept() const;
  /// The latest; there is one.
  const StoryStep& last() const;

 private:
  friend class PacketStories;
  void begin(PacketId packet);
  void add(const StoryStep& step);

  PacketId packet_;
  std::size_t steps_ = 0;
  std::array<StoryStep, kHead + kTail> place_;
};

class PacketStories : public TraceSink {
 public:
  static constexpr TraceMask kMask{TraceMask::of(TraceKind::Hop) | TraceMask::of(TraceKind::Drop)};
  void record(const Tracer& tracer, const TraceRecord& record) override;
  /// Of the packet `id` that lives, or lived last, at `slot`; null when nothing was recorded.
  const PacketStory* of(std::uint32_t slot, PacketId id) const;

 private:
  std::vector<PacketStory> stories_;  // by Packet::slot()
};

}  // namespace flapjack
