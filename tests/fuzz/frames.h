// SPDX-License-Identifier: Apache-2.0
// How the input of stack_input is cut into frames, and checksums put right, so that a change of a
// byte gets past them. Input: one byte of options (see stack_input_fuzz.cc), then for each frame
//   0 flags: bit 0 which iface, bit 1 leave checksums and numbers as they are, bits 4..7 wait
//   1 length (2), at most kFrameBytesMax; what is not there is left out  3 the frame
#pragma once
#include "stack/sim/time.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

inline constexpr std::size_t kFrameBytesMax = 1514;
inline constexpr std::size_t kFramesMax = 24;

struct ScriptedFrame {
  unsigned iface = 0;      ///< 0 or 1
  Duration wait;           ///< none, or 1 ms, 4 ms, 16 ms, ... to 4^14 ms (three days)
  bool untouched = false;  ///< neither fix_checksums() nor Conversation::answer()
  Buffer bytes;
};

struct ScriptedInput {
  std::uint8_t options = 0;
  std::vector<ScriptedFrame> frames;  ///< at most kFramesMax
};

ScriptedInput cut_frames(Bytes input);
/// Fills in the checksums of IPv4, ICMP, IGMP, UDP, TCP and ICMPv6 in an Ethernet frame where they
/// can be found.
void fix_checksums(std::span<std::uint8_t> frame);

}  // namespace flapjack::fuzz
