// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/hdlc.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace flapjack {
namespace {

constexpr std::uint16_t kPolynomial = 0x8408;  // RFC 1662 appendix C.2: x^16 + x^12 + x^5 + 1
constexpr std::uint16_t kInitialFcs = 0xffff, kGoodFcs = 0xf0b8;
constexpr std::uint8_t kFlip = 0x20;

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned v = byte;
    for (int bit = 0; bit < 8; ++bit) v = (v & 1) != 0 ? (v >> 1) ^ kPolynomial : v >> 1;
    table[byte] = static_cast<std::uint16_t>(v);
  }
  return table;
}
constexpr std::array<std::uint16_t, 256> kTable = make_table();

std::uint16_t sum(std::span<const std::uint8_t> bytes) {
  unsigned fcs = kInitialFcs;
  for (const std::uint8_t byte : bytes) fcs = (fcs >> 8) ^ kTable[(fcs ^ byte) & 0xff];
  return static_cast<std::uint16_t>(fcs);
}

constexpr bool needs_escape(std::uint8_t byte) {
  return byte < 0x20 || byte == kHdlcFlag || byte == kHdlcEscape;
}

// Writes bytes from the end of a frame towards its beginning.
class BackWriter {
 public:
  explicit BackWriter(std::span<std::uint8_t> frame) : frame_(frame), at_(frame.size()) {}
  void raw(std::uint8_t byte) { frame_[--at_] = byte; }
  void escaped(std::uint8_t byte) {
    const bool escape = needs_escape(byte);
    raw(escape ? byte ^ kFlip : byte);
    if (escape) raw(kHdlcEscape);
  }
  std::size_t left() const { return at_; }

 private:
  std::span<std::uint8_t> frame_;
  std::size_t at_;
};

}  // namespace

std::uint16_t hdlc_fcs(std::span<const std::uint8_t> content) {
  return static_cast<std::uint16_t>(~sum(content));
}

std::size_t hdlc_frame_bytes(std::span<const std::uint8_t> content) {
  const std::uint16_t fcs = hdlc_fcs(content);
  std::size_t bytes = 2 + content.size() + kHdlcFcsBytes;
  for (const std::uint8_t byte : content) bytes += needs_escape(byte) ? 1 : 0;
  bytes += needs_escape(static_cast<std::uint8_t>(fcs)) ? 1 : 0;
  return bytes + (needs_escape(static_cast<std::uint8_t>(fcs >> 8)) ? 1 : 0);
}

// From the back, so that no byte is overwritten before it was read: what is still to be read always
// lies in front of where is written.
void hdlc_encode(std::span<std::uint8_t> frame, std::size_t content_bytes) {
  const std::uint16_t fcs = hdlc_fcs(frame.first(content_bytes));
  BackWriter out(frame);
  out.raw(kHdlcFlag);
  out.escaped(static_cast<std::uint8_t>(fcs >> 8));
  out.escaped(static_cast<std::uint8_t>(fcs));
  for (std::size_t i = content_bytes; i > 0; --i) out.escaped(frame[i - 1]);
  out.raw(kHdlcFlag);
  assert(out.left() == 0);
}

std::size_t hdlc_content_bytes(std::span<const std::uint8_t> frame) {
  const auto escapes = std::count(frame.begin(), frame.end(), kHdlcEscape);
  const std::size_t others = static_cast<std::size_t>(escapes) + 2 + kHdlcFcsBytes;
  return frame.size() > others ? frame.size() - others : 0;
}

std::size_t hdlc_peek(std::span<const std::uint8_t> frame, std::span<std::uint8_t> out) {
  std::size_t n = 0;
  for (std::size_t i = 1; i + 1 < frame.size() && n < out.size(); ++i) {
    const bool escaped = frame[i] == kHdlcEscape;
    if (escaped) ++i;  // the closing flag stands behind: in range
    out[n++] = escaped ? frame[i] ^ kFlip : frame[i];
  }
  const std::size_t content = hdlc_content_bytes(frame);
  return n < content ? n : content;
}

HdlcContent hdlc_decode(std::span<const std::uint8_t> frame, std::uint8_t* out) {
  constexpr HdlcContent kBadFraming{HdlcError::BadFraming, 0};
  if (frame.size() < 2 || frame.front() != kHdlcFlag || frame.back() != kHdlcFlag) {
    return kBadFraming;
  }
  std::size_t n = 0;
  for (std::size_t i = 1; i + 1 < frame.size(); ++i) {
    std::uint8_t byte = frame[i];
    if (byte == kHdlcFlag) return kBadFraming;
    if (byte == kHdlcEscape) {
      ++i;  // the closing flag stands behind: in range
      if (frame[i] == kHdlcFlag) return kBadFraming;  // aborted (section 4.3)
      byte = frame[i] ^ kFlip;
    }
    out[n++] = byte;
  }
  if (n < kHdlcFcsBytes) return kBadFraming;
  if (sum({out, n}) != kGoodFcs) return {HdlcError::BadFcs, 0};
  return {HdlcError::None, n - kHdlcFcsBytes};
}

}  // namespace flapjack
