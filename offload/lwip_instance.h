// SPDX-License-Identifier: Apache-2.0
// LwipInstance: one private lwIP among many in the process.
//
// All of lwIP's variables lie in one section of the program (lwip_port/lwstate.ld). An instance is
// a copy of that section; entering an instance copies its bytes in, and the bytes of whoever was
// there before back out, only when they are not there already.
//
//   instance A [bytes]  <--->  section lwstate  <--->  [bytes] instance B
//                              lwIP's code works on this
//
// Rules: one thread; no pointer into the section may be kept (netifs, PCBs and pbufs are on the
// heap and may); never from lwIP straight into another instance: frames travel as events.
#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "offload/lwip_heap.h"
#include "stack/sim/rng.h"
#include "stack/sim/scheduler.h"

namespace flapjack {

/// TCP of one instance; lwIP's TCP_WND, TCP_SND_BUF, TCP_MSS, TCP_RCV_SCALE, TCP_MAXRTX and
/// TCP_SYNMAXRTX.
struct LwipTcpSizes {
  std::uint32_t window = 65535;          ///< bytes; at most 65535 << window_scale
  std::uint32_t send_buffer = 65535;     ///< bytes; at least two segments
  std::uint16_t mss = 1460;              ///< 64..1460
  std::uint8_t window_scale = 0;         ///< 0..14 (RFC 7323)
  std::uint8_t max_retransmits = 12;     ///< 1..12
  std::uint8_t max_syn_retransmits = 6;  ///< 1..12
  /// The smallest window scale with which `window` can be announced.
  static LwipTcpSizes with_window(std::uint32_t bytes);
  bool valid() const;
};

/// A failed assertion in lwIP: the firmware has crashed. The instance may only be destroyed.
class LwipCrash : public std::exception {
 public:
  explicit LwipCrash(const char* message) : message_(message) {}
  const char* what() const noexcept override { return message_; }

 private:
  const char* message_;  // a literal of lwIP's
};

class LwipInstance {
 public:
  /// `clock` and `random` outlive it. Starts from the program's initial bytes, initialised.
  LwipInstance(const Scheduler& clock, RandomStream& random, const LwipTcpSizes& tcp,
               std::size_t heap_limit);
  /// Whatever lwIP still holds goes with it.
  ~LwipInstance();
  LwipInstance(const LwipInstance&) = delete;
  LwipInstance& operator=(const LwipInstance&) = delete;

  /// While it lives lwIP's functions work on the instance. Entries nest.
  class Entry {
   public:
    explicit Entry(LwipInstance& instance);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    LwipInstance* before_;
  };

  LwipHeap& heap() { return heap_; }
  /// lwIP's clock: simulated milliseconds, modulo 2^32.
  std::uint32_t now_ms() const { return static_cast<std::uint32_t>(clock_.now().ns / 1'000'000); }
  std::uint32_t random() { return static_cast<std::uint32_t>(random_.next() >> 32); }

  /// Size of the section.
  static std::size_t state_bytes();
  /// Copies made so far in the process, for benchmarks.
  static std::uint64_t switches();

 private:
  void load();

  const Scheduler& clock_;
  RandomStream& random_;
  const LwipTcpSizes tcp_;
  LwipHeap heap_;
  std::unique_ptr<std::uint8_t[]> image_;
};

}  // namespace flapjack
