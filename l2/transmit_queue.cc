// SPDX-License-Identifier: Apache-2.0
#include "l2/transmit_queue.h"

#include "stack/wire/ethernet.h"

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

std::size_t band_of_dscp(std::span<const std::uint8_t> frame, std::size_t header_bytes) {
  constexpr std::size_t kHighest = kQueueBands - 1;
  if (frame.size() < header_bytes + 2) return kHighest;
  if (header_bytes == kEthernetHeaderBytes) {
    const std::uint16_t type = EthernetHeader::parse(frame)->type;
    if (type != kEtherTypeIpv4 && type != kEtherTypeIpv6) return kHighest;
  }
  const std::uint8_t* ip = frame.data() + header_bytes;
  const int version = ip[0] >> 4;
  if (version == 4) return ip[1] >> 5;           // RFC 791: TOS is the second byte
  if (version == 6) return (ip[0] & 0x0f) >> 1;  // RFC 8200: the class begins in bit 4
  return kHighest;
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
  bands_[has_bands(discipline) ? band : 0].push_back(std::move(frame));
  ++size_;
  return pushed_out;
}

PacketPtr TransmitQueue::pop() {
  assert(!empty());
  std::size_t band = kQueueBands - 1;
  while (bands_[band].empty()) --band;
  --size_;
  return bands_[band].pop_front();
}

}  // namespace flapjack
