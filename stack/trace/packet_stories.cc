// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/packet_stories.h"

namespace flapjack {

void PacketStory::begin(PacketId packet) {
  packet_ = packet;
  steps_ = 0;
}

// The tail is a ring behind the head.
void PacketStory::add(const StoryStep& step) {
  const std::size_t place = steps_ < kHead ? steps_ : kHead + (steps_ - kHead) % kTail;
  place_[place] = step;
  ++steps_;
}

std::vector<StoryStep> PacketStory::kept() const {
  std::vector<StoryStep> steps;
  for (std::size_t i = 0; i < std::min(steps_, kHead); ++i) steps.push_back(place_[i]);
  for (std::size_t i = kHead + forgotten(); i < steps_; ++i) {
    steps.push_back(place_[kHead + (i - kHead) % kTail]);
  }
  return steps;
}

const StoryStep& PacketStory::last() const {
  assert(steps_ > 0);
  const std::size_t i = steps_ - 1;
  return place_[i < kHead ? i : kHead + (i - kHead) % kTail];
}

void PacketStories::record(const Tracer&, const TraceRecord& record) {
  if (record.frame == nullptr) return;
  const std::size_t slot = record.frame->slot();
  if (slot >= stories_.size()) stories_.resize(2 * slot + 1);
  PacketStory& story = stories_[slot];
  if (story.packet_ != record.packet) story.begin(record.packet);
  story.add({record.at, record.subject, record.name, record.seq});
}

const PacketStory* PacketStories::of(std::uint32_t slot, PacketId id) const {
  return slot < stories_.size() && stories_[slot].packet_ == id ? &stories_[slot] : nullptr;
}

}  // namespace flapjack
