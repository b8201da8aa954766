// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/mld.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::hex;
using test::ip6;

const Ipv6Address kFrom = ip6("fe80::1"), kGroup = ip6("ff02::1:3");
const Bytes kQuery1 = hex("82007d35 03e80000 ff020000000000000000000000010003");
const Bytes kQuery2 =
    hex("8200a7d5 a0010000 00000000000000000000000000000000 0a7d0001"
        "20010db8000000000000000000000005");
const Bytes kReport2 =
    hex("8f00420e 00000002 04000000 ff020000000000000000000000010003"
        "01010001 ff050000000000000000000000000009 20010db8000000000000000000000005 00000000");

TEST(Mld, QueryOfVersion1) {
  ASSERT_TRUE(Icmpv6Header::parse(kQuery1, kFrom, kGroup));
  const auto m = MldQuery::parse(kQuery1);
  ASSERT_TRUE(m);
  EXPECT_EQ(to_text(*m), "query v1 ff02::1:3 within 1000ms");
  Bytes out(kQuery1.size());
  m->emit(out, kFrom, kGroup);
  EXPECT_EQ(out, kQuery1);
}

TEST(Mld, QueryOfVersion2) {
  ASSERT_TRUE(Icmpv6Header::parse(kQuery2, kFrom, Ipv6Address::all_nodes()));
  const auto m = MldQuery::parse(kQuery2);
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->suppress);
  EXPECT_EQ(m->robustness, 2);
  EXPECT_EQ(m->interval_s(), 125u);
  EXPECT_EQ(m->max_response_ms(), (0x1000u | 1) << 5);  // code 0xa001: exponent 2, mantissa 1
  EXPECT_EQ(to_text(*m), "query v2 all within 131104ms suppress {2001:db8::5}");
  Bytes out = kQuery2;
  std::fill_n(out.begin(), MldQuery::kBytes2, std::uint8_t{0});
  m->emit(out, kFrom, Ipv6Address::all_nodes());
  EXPECT_EQ(out, kQuery2);
}

TEST(Mld, ReportAndDoneOfVersion1) {
  for (const Icmpv6Type type : {Icmpv6Type::MldReport, Icmpv6Type::MldDone}) {
    Bytes out(MldMessage::kBytes, 0x55);
    MldMessage{type, kGroup}.emit(out, kFrom, kGroup);
    ASSERT_TRUE(Icmpv6Header::parse(out, kFrom, kGroup));
    const auto m = MldMessage::parse(out);
    ASSERT_TRUE(m);
    EXPECT_EQ(m->type, type);
    EXPECT_EQ(m->group, kGroup);
    EXPECT_EQ(to_text(*m), (type == Icmpv6Type::MldDone ? "done " : "report ") + to_text(kGroup));
    EXPECT_FALSE(MldMessage::parse(std::span(out).first(23)));
    EXPECT_FALSE(MldQuery::parse(out));
  }
  EXPECT_FALSE(MldMessage::parse(kQuery1));
}

TEST(Mld, ReportOfVersion2) {
  const Ipv6Address routers = ip6("ff02::16");
  ASSERT_TRUE(Icmpv6Header::parse(kReport2, kFrom, routers));
  const auto m = MldReport2::parse(kReport2);
  ASSERT_TRUE(m);
  EXPECT_EQ(to_text(*m), "report to_exclude ff02::1:3 {}, is_include ff05::9 {2001:db8::5}");
  Bytes out = kReport2;
  std::fill_n(out.begin(), MldReport2::kBytes, std::uint8_t{0});
  MldReport2::emit(out, 2, kFrom, routers);
  EXPECT_EQ(out, kReport2);
}

TEST(Mld, LengthsTellTheVersionOrThatItIsNone) {
  struct Row {
    std::size_t size;
    int version;  // 0: not a query
  };
  // RFC 3810 section 8.1
  for (const Row& row : {Row{23, 0}, Row{24, 1}, Row{25, 0}, Row{27, 0}, Row{28, 2}, Row{44, 2}}) {
    Bytes bytes = kQuery2;
    bytes.resize(row.size);
    if (row.size == 28) bytes[27] = 0;  // no sources
    const auto m = MldQuery::parse(bytes);
    EXPECT_EQ(m ? m->version : 0, row.version) << row.size;
  }
}

TEST(Mld, WhatIsRefused) {
  Bytes bytes = kQuery2;
  bytes[27] = 2;  // two sources, one is there
  EXPECT_FALSE(MldQuery::parse(bytes));
  bytes = kQuery1;
  bytes[1] = 1;
  EXPECT_FALSE(MldQuery::parse(bytes));
  bytes = kReport2;
  bytes[1] = 1;
  EXPECT_FALSE(MldReport2::parse(bytes));
  bytes = kReport2;
  bytes[7] = 3;
  EXPECT_FALSE(MldReport2::parse(bytes));
  EXPECT_FALSE(MldReport2::parse(kQuery1));
}

TEST(Mld, CutAnywhereNothingIsReadBehindTheEnd) {
  at_every_length(kReport2, [](std::span<const std::uint8_t> b) {
    EXPECT_EQ(MldReport2::parse(b).has_value(), b.size() == kReport2.size());
  });
  at_every_length(kQuery2, [](std::span<const std::uint8_t> b) {
    if (const auto m = MldQuery::parse(b)) {
      EXPECT_FALSE(to_text(*m).empty());
    }
  });
}

}  // namespace
}  // namespace flapjack
