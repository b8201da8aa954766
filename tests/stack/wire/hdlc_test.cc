// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/hdlc.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes encode(Bytes content) {
  const std::size_t n = content.size();
  content.resize(hdlc_frame_bytes(content));
  hdlc_encode(content, n);
  return content;
}

HdlcContent decode(const Bytes& frame, Bytes* content = nullptr) {
  Bytes out(frame.size());
  const HdlcContent result = hdlc_decode(frame, out.data());
  out.resize(result.bytes);
  if (content != nullptr) *content = out;
  return result;
}

// The check value of CRC-16/X-25, which this sum is.
TEST(Hdlc, FcsOfAKnownText) {
  constexpr std::string_view kDigits = "123456789";
  EXPECT_EQ(hdlc_fcs(Bytes(kDigits.begin(), kDigits.end())), 0x906e);
}

TEST(Hdlc, KnownBytes) {
  // an LCP Configure-Request (id 1) without options, as pppd sends it with the default map
  const Bytes frame = encode({0xff, 0x03, 0xc0, 0x21, 0x01, 0x01, 0x00, 0x04});
  const Bytes begin = {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x21,
                       0x7d, 0x21, 0x7d, 0x20, 0x7d, 0x24};
  ASSERT_GE(frame.size(), begin.size() + 3);
  EXPECT_EQ(Bytes(frame.begin(), frame.begin() + static_cast<long>(begin.size())), begin);
  EXPECT_EQ(frame.back(), 0x7e);
}

struct EscapeRow {
  std::uint8_t byte;
  std::size_t bytes;
};

TEST(Hdlc, EscapesWhatTheDefaultMapAsksFor) {
  for (const EscapeRow& row : {EscapeRow{0x00, 2}, {0x1f, 2}, {0x20, 1}, {0x7c, 1}, {0x7d, 2},
                               {0x7e, 2}, {0x7f, 1}, {0x80, 1}, {0xff, 1}}) {
    const Bytes plain = {0x41};
    const Bytes with = {0x41, row.byte};
    // the FCS differs too, so compare the part in front of it
    const Bytes frame = encode(with);
    EXPECT_EQ(frame[1], 0x41);
    EXPECT_EQ(frame[2], row.bytes == 2 ? 0x7d : row.byte) << int{row.byte};
    if (row.bytes == 2) {
      EXPECT_EQ(frame[3], row.byte ^ 0x20) << int{row.byte};
    }
  }
}

TEST(Hdlc, ReadsWhatItWritesWhateverTheBytes) {
  RandomStream random = Rng(1).stream("hdlc");
  for (std::size_t n = 0; n < 300; ++n) {
    Bytes content(n);
    for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(random.next());
    const Bytes frame = encode(content);
    EXPECT_LE(frame.size(), hdlc_frame_bytes_max(n));
    Bytes back;
    EXPECT_EQ(decode(frame, &back).error, HdlcError::None) << n;
    EXPECT_EQ(back, content) << n;
    Bytes in_place = frame;
    EXPECT_EQ(hdlc_decode(in_place, in_place.data()).bytes, n);
  }
}

TEST(Hdlc, TheWorstCaseIsTheBound) {
  // all escaped, and an FCS of two control characters is possible at most
  const Bytes frame = encode(Bytes(10, 0x7e));
  EXPECT_GE(frame.size(), 2u + 20u + 2u);
  EXPECT_LE(frame.size(), hdlc_frame_bytes_max(10));
}

struct BadRow {
  const char* name;
  Bytes frame;
  HdlcError error;
};

class BadHdlc : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadHdlc, IsRefused) { EXPECT_EQ(decode(GetParam().frame).error, GetParam().error); }

Bytes damaged() {
  Bytes frame = encode({0xff, 0x03, 0x00, 0x21, 0x45});
  frame[1] ^= 0x40;
  return frame;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadHdlc,
    ::testing::Values(BadRow{"nothing", {}, HdlcError::BadFraming},
                      BadRow{"one_flag", {0x7e}, HdlcError::BadFraming},
                      BadRow{"two_flags", {0x7e, 0x7e}, HdlcError::BadFraming},
                      BadRow{"no_opening_flag", {0xff, 0x03, 0x7e}, HdlcError::BadFraming},
                      BadRow{"no_closing_flag", {0x7e, 0xff, 0x03}, HdlcError::BadFraming},
                      BadRow{"flag_within", {0x7e, 0x41, 0x7e, 0x41, 0x7e}, HdlcError::BadFraming},
                      BadRow{"aborted", {0x7e, 0x41, 0x41, 0x7d, 0x7e}, HdlcError::BadFraming},
                      BadRow{"too_short", {0x7e, 0x41, 0x7e}, HdlcError::BadFraming},
                      BadRow{"wrong_sum", {0x7e, 0x41, 0x42, 0x43, 0x7e}, HdlcError::BadFcs},
                      BadRow{"damaged", damaged(), HdlcError::BadFcs}),
    [](const auto& info) { return info.param.name; });

TEST(Hdlc, EverySingleBitErrorIsNoticed) {
  const Bytes good = encode({0xff, 0x03, 0x00, 0x21, 0x45, 0x00, 0x7e, 0x11, 0x7d});
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    Bytes bad = good;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ 1u << i % 8);
    EXPECT_NE(decode(bad).error, HdlcError::None) << i;
  }
}

}  // namespace
}  // namespace flapjack
