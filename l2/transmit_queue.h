// SPDX-License-Identifier: Apache-2.0
// TransmitQueue: frames that wait for the transmitter of one end, where plain arithmetic cannot say
// in advance when each is sent: a later frame may go first, or push an earlier one out.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "l2/flight_list.h"
#include "l2/framing.h"

namespace flapjack {

/// Which waiting frame is sent next, and which one is dropped when there are too many.
enum class QueueDiscipline : std::uint8_t {
  Fifo,      ///< the oldest is sent; a newcomer is dropped
  HeadDrop,  ///< the oldest is sent; the oldest is dropped
  Priority,  ///< the highest packet priority is sent; of the lowest the newest is dropped
  Dscp,      ///< the same by the class of the DSCP
};

inline constexpr std::size_t kQueueBands = 8;

/// The band of a packet priority 0..7, higher first: 0 is best effort and 1, background, lies below
/// it (IEEE 802.1Q-2018 table I-1; Zephyr: enum net_priority).
std::size_t band_of_priority(std::uint8_t priority);
/// The band of a frame by the three class bits of its DSCP (RFC 2474 section 4.2.2); 7 for a frame
/// that is not IP, as such frames keep the link going.
std::size_t band_of_dscp(std::span<const std::uint8_t> frame, Framing framing);

class TransmitQueue {
 public:
  /// True when a newcomer of `band` would be dropped itself. `limit` 0: never.
  bool refuses(QueueDiscipline discipline, std::size_t band, std::size_t limit) const;
  /// Adds a frame that is not refused, and gives back the one it pushes out; null: none.
  PacketPtr push(QueueDiscipline discipline, std::size_t band, std::size_t limit,
                 PacketPtr frame);
  /// The next to send; the queue must not be empty.
  PacketPtr pop();
  /// All of them, in the order in which they were pushed.
  std::vector<PacketPtr> take_all();

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Takes every frame out for which `gone(const Packet&)` and hands it to `give_up(PacketPtr)`.
  template <class Gone, class GiveUp>
  void remove(Gone gone, GiveUp give_up) {
    for (FlightList& band : bands_) {
      size_ -= band.size();
      band.remove(gone, give_up);
      size_ += band.size();
    }
  }

 private:
  std::size_t lowest() const;

  std::array<FlightList, kQueueBands> bands_;
  std::size_t size_ = 0;
  std::int64_t pushed_ = 0;
};

}  // namespace flapjack
