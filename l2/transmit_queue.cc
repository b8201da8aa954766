// SPDX-License-Identifier: Apache-2.0
#include "l2/transmit_queue.h"

#include <algorithm>

namespace flapjack {
namespace {

bool has_bands(QueueDiscipline discipline) {
  return discipline == QueueDiscipline::Priority || discipline == QueueDiscipline::Dscp;
}

}  // namespace

std::size_t band_of_priority(std::uint8_t priority) {
  assert(priority < kQueueBands);
  return priority < 2 ? 1u - priority : priority;
}

std::size_t band_of_dscp(std::span<const std::uint8_t> frame, Framing framing) {
  return traffic_class_in(frame, framing).value_or(0xff) >> 5;
}

std::size_t TransmitQueue::lowest() const {
  std::size_t band = 0;
  while (bands_[band].empty()) ++band;
  return band;
}

bool TransmitQueue::refuses(QueueDiscipline discipline, std::size_t band,
                            std::size_t limit) const {
  if (limit == 0 || size_ < limit || discipline == QueueDiscipline::HeadDrop) return false;
  return !has_bands(discipline) || band <= lowest();
}

PacketPtr TransmitQueue::push(QueueDiscipline discipline, std::size_t band, std::size_t limit,
                              PacketPtr frame) {
  assert(!refuses(discipline, band, limit));
  PacketPtr pushed_out;
  if (limit != 0 && size_ >= limit) {
    FlightList& from = bands_[lowest()];
    pushed_out = has_bands(discipline) ? from.pop_back() : from.pop_front();
    --size_;
  }
  frame->flight.starts = SimTime{++pushed_};  // a frame that waits here has no time yet
  bands_[has_bands(discipline) ? band : 0].push_back(std::move(frame));
  ++size_;
  return pushed_out;
}

std::vector<PacketPtr> TransmitQueue::take_all() {
  std::vector<PacketPtr> all;
  while (!empty()) all.push_back(pop());
  std::sort(all.begin(), all.end(), [](const PacketPtr& a, const PacketPtr& b) {
    return a->flight.starts < b->flight.starts;
  });
  return all;
}

PacketPtr TransmitQueue::pop() {
  assert(!empty());
  std::size_t band = kQueueBands - 1;
  while (bands_[band].empty()) --band;
  --size_;
  return bands_[band].pop_front();
}

}  // namespace flapjack
