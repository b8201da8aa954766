// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/group_record.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::hex;

TEST(GroupTimes, AboveALimitTheyAreFloatingPoint) {
  struct Row {
    std::uint8_t code;
    std::uint32_t value;
  };
  // RFC 3376 section 4.1.1: (mantissa | 0x10) << (exponent + 3)
  for (const Row& row : {Row{0, 0}, Row{127, 127}, Row{128, 128}, Row{0x8f, 248}, Row{0x90, 256},
                         Row{0xff, 31744}}) {
    EXPECT_EQ(decode_time8(row.code), row.value);
    EXPECT_EQ(encode_time8(row.value), row.code);
  }
  // RFC 3810 section 5.1.3: (mantissa | 0x1000) << (exponent + 3)
  EXPECT_EQ(decode_time16(32767), 32767u);
  EXPECT_EQ(decode_time16(0x8000), 32768u);
  EXPECT_EQ(decode_time16(0xffff), 8387584u);
  EXPECT_EQ(encode_time16(8387584), 0xffff);
  EXPECT_EQ(encode_time16(10000), 10000);
}

TEST(GroupTimes, EncodingRoundsDownAndStopsAtTheLargest) {
  EXPECT_EQ(decode_time8(encode_time8(255)), 248u);
  EXPECT_EQ(encode_time8(31745), 0xff);
  EXPECT_EQ(encode_time8(0xffffffff), 0xff);
  EXPECT_EQ(encode_time16(0xffffffff), 0xffff);
  for (unsigned code = 0; code < 256; ++code) {
    EXPECT_EQ(encode_time8(decode_time8(static_cast<std::uint8_t>(code))), code);
  }
  for (unsigned code = 0; code < 65536; ++code) {
    ASSERT_EQ(encode_time16(decode_time16(static_cast<std::uint16_t>(code))), code);
  }
}

TEST(GroupRecords, SkipAuxiliaryDataAndWhatIsBehind) {
  const Bytes bytes = hex("04000000 efffffff  06020001 e8010101 c0000201 deadbeef deadbeef  99");
  const auto records = GroupRecords<Ipv4Address>::parse(bytes, 2);
  ASSERT_TRUE(records);
  EXPECT_EQ(records->size(), 2u);
  EXPECT_EQ(to_text(*records), "to_exclude 239.255.255.255 {}, block 232.1.1.1 {192.0.2.1}");
  EXPECT_FALSE(GroupRecords<Ipv4Address>::parse(bytes, 3));
  EXPECT_EQ(GroupRecords<Ipv4Address>::parse(bytes, 1)->size(), 1u);
  EXPECT_EQ(to_text(*GroupRecords<Ipv4Address>::parse({}, 0)), "");
}

TEST(GroupRecords, CutAnywhereTheyDoNotFit) {
  const Bytes bytes = hex("04000000 efffffff  06020001 e8010101 c0000201 deadbeef deadbeef");
  at_every_length(bytes, [&](std::span<const std::uint8_t> b) {
    EXPECT_EQ(GroupRecords<Ipv4Address>::parse(b, 2).has_value(), b.size() == bytes.size());
  });
  const Bytes many = hex("0400ffff efffffff");  // 65,535 sources of which none is there
  EXPECT_FALSE(GroupRecords<Ipv4Address>::parse(many, 1));
}

TEST(GroupRecords, WhatIsEmittedIsRead) {
  const std::vector<Ipv6Address> sources = {test::ip6("2001:db8::1"), test::ip6("::")};
  Bytes out(GroupRecord<Ipv6Address>::bytes(2), 0x55);
  GroupRecord<Ipv6Address>::emit(out.data(), GroupRecordType::AllowNewSources, test::ip6("ff05::9"),
                                 sources);
  auto records = GroupRecords<Ipv6Address>::parse(out, 1);
  ASSERT_TRUE(records);
  EXPECT_EQ(to_text(*records), "allow ff05::9 {2001:db8::1 ::}");
  GroupRecord<Ipv6Address> record;
  ASSERT_TRUE(records->next(record));
  EXPECT_TRUE(record.sources.contains(test::ip6("::")));
  EXPECT_FALSE(record.sources.contains(test::ip6("::1")));
  EXPECT_FALSE(records->next(record));
}

TEST(GroupRecords, TypesHaveNames) {
  const char* names[] = {"type 0",     "is_include", "is_exclude", "to_include",
                         "to_exclude", "allow",      "block",      "type 7"};
  for (std::uint8_t type = 0; type < 8; ++type) {
    EXPECT_EQ(to_text(static_cast<GroupRecordType>(type)), names[type]);
  }
}

}  // namespace
}  // namespace flapjack
