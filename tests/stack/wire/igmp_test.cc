// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/igmp.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::hex;
using test::ip4;

const Bytes kQuery2 = hex("11640e96 e0000005");
const Bytes kQuery3 = hex("11c86fb4 efffffff 0a7d0002 c0000201 c0000202");
const Bytes kReport3 =
    hex("2200a059 00000002 04000000efffffff 01010001 e8010101 c0000201 deadbeef");

TEST(Igmp, QueryOfVersion2) {
  ASSERT_TRUE(IgmpHeader::parse(kQuery2));
  const auto m = IgmpQuery::parse(kQuery2);
  ASSERT_TRUE(m);
  EXPECT_EQ(to_text(*m), "query v2 224.0.0.5 within 10000ms");
  Bytes out(8);
  m->emit(out);
  EXPECT_EQ(out, kQuery2);
}

TEST(Igmp, QueryOfVersion1HasNoTimeAndMeansTenSeconds) {
  Bytes out(8, 0x55);
  IgmpQuery m;
  m.version = 1;
  m.emit(out);
  ASSERT_TRUE(IgmpHeader::parse(out));
  EXPECT_EQ(to_text(*IgmpQuery::parse(out)), "query v1 all within 10000ms");
}

TEST(Igmp, QueryOfVersion3) {
  ASSERT_TRUE(IgmpHeader::parse(kQuery3));
  const auto m = IgmpQuery::parse(kQuery3);
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->suppress);
  EXPECT_EQ(m->robustness, 2);
  EXPECT_EQ(m->interval_s(), 125u);
  // code 0xc8: exponent 4, mantissa 8: 24 << 7 tenths
  EXPECT_EQ(to_text(*m), "query v3 239.255.255.255 within 307200ms suppress {192.0.2.1 192.0.2.2}");
  Bytes out = kQuery3;
  std::fill_n(out.begin(), IgmpQuery::kBytes3, std::uint8_t{0});
  m->emit(out);
  EXPECT_EQ(out, kQuery3);
}

TEST(Igmp, ReportsAndLeave) {
  struct Row {
    IgmpType type;
    const char* text;
  };
  for (const Row& row :
       {Row{IgmpType::Report1, "report v1 239.1.1.1"},
        Row{IgmpType::Report2, "report v2 239.1.1.1"}, Row{IgmpType::Leave, "leave 239.1.1.1"},
        Row{static_cast<IgmpType>(0x13), "type 19"}}) {
    const IgmpHeader h{row.type, 0, ip4("239.1.1.1")};
    Bytes out(8, 0x55);
    h.emit(out);
    EXPECT_EQ(IgmpHeader::parse(out), h);
    EXPECT_EQ(to_text(h), row.text);
    EXPECT_FALSE(IgmpQuery::parse(out));
    EXPECT_FALSE(IgmpReport3::parse(out));
  }
}

TEST(Igmp, ReportOfVersion3) {
  ASSERT_TRUE(IgmpHeader::parse(kReport3));
  const auto m = IgmpReport3::parse(kReport3);
  ASSERT_TRUE(m);
  EXPECT_EQ(to_text(*m),
            "report v3 to_exclude 239.255.255.255 {}, is_include 232.1.1.1 {192.0.2.1}");
  Bytes out = kReport3;
  std::fill_n(out.begin(), kIgmpHeaderBytes, std::uint8_t{0});
  IgmpReport3::emit(out, 2);
  EXPECT_EQ(out, kReport3);
}

TEST(Igmp, TheChecksumCoversEveryByte) {
  for (std::size_t i = 0; i < kReport3.size(); ++i) {
    Bytes bad = kReport3;
    bad[i] ^= 0x20;
    EXPECT_FALSE(IgmpHeader::parse(bad)) << i;
    EXPECT_TRUE(IgmpHeader::parse(bad, ChecksumPolicy{true, false})) << i;
  }
}

TEST(Igmp, LengthsTellTheVersionOrThatItIsNone) {
  struct Row {
    std::size_t size;
    int version;  // 0: not a query
  };
  // RFC 3376 section 7.1
  for (const Row& row : {Row{7, 0}, Row{8, 2}, Row{9, 0}, Row{11, 0}, Row{12, 3}, Row{20, 3}}) {
    Bytes bytes = kQuery3;
    bytes.resize(row.size);
    if (row.size == 12) bytes[11] = 0;  // no sources
    const auto m = IgmpQuery::parse(bytes);
    EXPECT_EQ(m ? m->version : 0, row.version) << row.size;
  }
}

TEST(Igmp, WhatDoesNotFitIsRefused) {
  Bytes bytes = kQuery3;
  bytes[11] = 3;
  EXPECT_FALSE(IgmpQuery::parse(bytes));
  bytes = kReport3;
  bytes[7] = 3;
  EXPECT_FALSE(IgmpReport3::parse(bytes));
  at_every_length(kReport3, [](std::span<const std::uint8_t> b) {
    EXPECT_EQ(IgmpReport3::parse(b).has_value(), b.size() == kReport3.size());
    EXPECT_EQ(IgmpHeader::parse(b, {true, false}).has_value(), b.size() >= kIgmpHeaderBytes);
  });
}

}  // namespace
}  // namespace flapjack
