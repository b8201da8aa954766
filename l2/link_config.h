// SPDX-License-Identifier: Apache-2.0
// What a Link is told: how the frames of an end travel (LinkConfig), who stands at an end
// (LinkEndConfig, LinkEnd), and who may choose frames to be lost (LinkFilter).
#pragma once
#include <cassert>
#include <cstdint>
#include <optional>
#include <string_view>

#include "l2/fault_set.h"
#include "l2/framing.h"
#include "l2/transmit_queue.h"
#include "stack/base/prefetch.h"
#include "stack/packet/packet.h"
#include "stack/sim/rng.h"
#include "stack/wire/address.h"

namespace flapjack {

/// A medium's rate in bit/s; 0: frames take no time to send. Where a byte takes whole nanoseconds,
/// as at 10 Mbit/s and 1 Gbit/s, their number is kept: a division for each frame is slow.
class LinkRate {
 public:
  constexpr LinkRate(std::uint64_t bits_a_second = 0)
      : bits_(bits_a_second),
        byte_ns_(bits_ != 0 && kByteNs % bits_ == 0 ? kByteNs / bits_ : 0) {}
  constexpr operator std::uint64_t() const { return bits_; }
  /// Time to send `bytes`, rounded up to a whole nanosecond.
  constexpr Duration time_of(std::uint64_t bytes) const {
    assert(bytes < ~std::uint64_t{0} / kByteNs);
    if (byte_ns_ != 0) return {static_cast<std::int64_t>(bytes * byte_ns_)};
    if (bits_ == 0) return {};
    return {static_cast<std::int64_t>((bytes * kByteNs + bits_ - 1) / bits_)};
  }

 private:
  static constexpr std::uint64_t kByteNs = 8ull * 1'000'000'000ull;  // at 1 bit/s
  std::uint64_t bits_, byte_ns_;
};

/// How one end's frames travel, and what goes wrong with them. Frame lengths count what the L2
/// made: a real Ethernet's preamble, FCS and gap (24 bytes a frame) only count when extra_bytes
/// says so. A frame that a fault takes is lost where it enters (as in Linux netem) and takes no
/// time of the transmitter; a duplicate does.
struct LinkConfig : FaultSet {
  LinkRate rate;                ///< bit/s; 0: frames take no time to send
  Duration delay;               ///< from the last bit sent to the last bit there; >= 0
  DurationDistribution jitter;  ///< drawn for each frame and added to `delay`; order is kept
  std::size_t queue = 100;      ///< frames that may wait for the transmitter; 0: no limit
  QueueDiscipline discipline = QueueDiscipline::Fifo;  ///< which of them is sent or dropped next
  std::size_t extra_bytes = 0;  ///< on the wire with every frame, >= 0
  /// Bytes of the largest packet in a frame, see packet_bytes(); larger ones are dropped (TooBig)
  /// and nobody is told. 0: no limit.
  std::size_t mtu = 0;
  std::size_t hold_limit = 10'000;  ///< frames of the end on a link that is held; more: QueueFull

  bool operator==(const LinkConfig&) const = default;
};

/// Whoever stands at an end of a link; implemented by drivers.
class LinkEnd {
 public:
  virtual ~LinkEnd() = default;
  /// The first step to what deliver() will need; the first line of the end itself is there.
  virtual Foresight foresee_deliver() const { return {}; }
  /// A frame arrived; consumed. Runs in an event of lane Frame.
  virtual void deliver(PacketPtr frame) = 0;
  /// The carrier this end sees changed; runs in the turn of whoever changed the link.
  virtual void on_medium(bool up) = 0;
};

/// Who stands at an end of a link.
struct LinkEndConfig {
  std::string_view name;     ///< "dev.eth0"; names its random streams: "<link>.loss.<name>"
  MacAddress mac;            ///< what a bus delivers unicast frames by
  bool promiscuous = false;  ///< a bus delivers every frame
  /// It needs a peer that is no station itself, such as an access point: other stations on the
  /// same medium do not count for its peer_present(), unless there are only stations.
  bool station = false;
  /// Whether carrier goes off when there is no other end. Default: on a wire yes, on a bus no.
  std::optional<bool> carrier_follows_peer;
  Framing framing = Framing::Ethernet;  ///< of its frames
};

/// Chooses frames to be lost; implemented by scripts.
class LinkFilter {
 public:
  virtual ~LinkFilter() = default;
  /// Asked once for each frame, right behind its hop link_in. True: the frame is dropped
  /// (Scripted). Must not change the link.
  virtual bool takes(SubjectId link, Packet& frame) = 0;
};

}  // namespace flapjack
