// SPDX-License-Identifier: Apache-2.0
// HDLC-like framing of PPP on byte lines (RFC 1662): flags around the frame, bytes that could be
// taken for something else escaped, a 16-bit frame check sequence at the end.
//   7e | ff 03 protocol information FCS (2, low byte first), escaped | 7e
// Every byte below 0x20 is escaped, as the default async control character map asks (section 7.1).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace flapjack {

inline constexpr std::uint8_t kHdlcFlag = 0x7e;     // RFC 1662 section 3.1
inline constexpr std::uint8_t kHdlcEscape = 0x7d;   // section 4.2
inline constexpr std::size_t kHdlcFcsBytes = 2;
/// Address and control: all stations, unnumbered information (section 3.1).
inline constexpr std::uint8_t kHdlcAddress = 0xff, kHdlcControl = 0x03;
inline constexpr std::size_t kHdlcFieldBytes = 2;

/// The sum as it is sent: complemented (appendix C.2).
std::uint16_t hdlc_fcs(std::span<const std::uint8_t> content);

/// Bytes that the frame around `content` (address to information) has on the line.
std::size_t hdlc_frame_bytes(std::span<const std::uint8_t> content);
/// The most that `content_bytes` can become, whatever they are.
constexpr std::size_t hdlc_frame_bytes_max(std::size_t content_bytes) {
  return 2 + 2 * (content_bytes + kHdlcFcsBytes);
}
/// Turns the first `content_bytes` of `frame` into a frame, in place; frame.size() is
/// hdlc_frame_bytes() of them.
void hdlc_encode(std::span<std::uint8_t> frame, std::size_t content_bytes);

enum class HdlcError : std::uint8_t {
  None,
  BadFraming,  ///< no flag at an end, a flag or a broken escape within, no room for an FCS
  BadFcs,
};
struct HdlcContent {
  HdlcError error = HdlcError::None;
  std::size_t bytes = 0;  ///< of the content, without the FCS
};
/// Undoes hdlc_encode(). Writes the content to `out`, which has room for the whole frame and may be
/// the frame itself.
HdlcContent hdlc_decode(std::span<const std::uint8_t> frame, std::uint8_t* out);

/// Bytes of the content of what hdlc_encode() made, without the FCS, which is not looked at.
std::size_t hdlc_content_bytes(std::span<const std::uint8_t> frame);
/// The first bytes of that content, as many as `out` has room for; returns how many there are.
std::size_t hdlc_peek(std::span<const std::uint8_t> frame, std::span<std::uint8_t> out);

}  // namespace flapjack
