// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ethernet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes untagged() {
  Bytes frame(kEthernetHeaderBytes + 4, 0xee);
  EthernetHeader{{{1, 2, 3, 4, 5, 6}}, {{7, 8, 9, 10, 11, 12}}, kEtherTypeIpv4}.emit(frame.data());
  return frame;
}

TEST(EthernetHeader, ReadsWhatItWrites) {
  const auto header = EthernetHeader::parse(untagged());
  ASSERT_TRUE(header);
  EXPECT_EQ(to_text(*header), "07:08:09:0a:0b:0c > 01:02:03:04:05:06 type 2048");
  EXPECT_FALSE(EthernetHeader::parse(Bytes(kEthernetHeaderBytes - 1)));
}

struct TagRow {
  const char* name;
  VlanTag tag;
  std::array<std::uint8_t, 2> control;
  const char* text;
};

class VlanTagBytes : public ::testing::TestWithParam<TagRow> {};

TEST_P(VlanTagBytes, GoInAndOut) {
  const TagRow& row = GetParam();
  Bytes frame(kVlanTagBytes, 0);
  const Bytes plain = untagged();
  frame.insert(frame.end(), plain.begin(), plain.end());
  row.tag.insert(frame.data());
  EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 12, frame.begin())) << "addresses first";
  const Bytes tag = {0x81, 0x00, row.control[0], row.control[1], 0x08, 0x00};
  EXPECT_EQ(Bytes(frame.begin() + 12, frame.begin() + 18), tag);

  const auto read = VlanTag::parse(frame);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, row.tag.id);
  EXPECT_EQ(read->priority, row.tag.priority);
  EXPECT_EQ(read->drop_eligible, row.tag.drop_eligible);
  EXPECT_EQ(to_text(*read), row.text);

  VlanTag::remove(frame.data());
  EXPECT_EQ(Bytes(frame.begin() + kVlanTagBytes, frame.end()), plain);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, VlanTagBytes,
    ::testing::Values(TagRow{"lowest", {0, false, 1}, {0x00, 0x01}, "vlan 1 priority 0"},
                      TagRow{"highest", {7, true, 4094}, {0xff, 0xfe},
                             "vlan 4094 priority 7 drop eligible"},
                      TagRow{"hundred", {5, false, 100}, {0xa0, 0x64}, "vlan 100 priority 5"},
                      TagRow{"priority_only", {3, false, 0}, {0x60, 0x00}, "vlan 0 priority 3"}),
    [](const auto& info) { return info.param.name; });

TEST(VlanTag, IsNotThere) {
  EXPECT_FALSE(VlanTag::parse(untagged())) << "another type";
  Bytes cut(kEthernetHeaderBytes + kVlanTagBytes - 1, 0);
  cut[12] = 0x81;
  EXPECT_FALSE(VlanTag::parse(cut)) << "the frame ends within it";
}

}  // namespace
}  // namespace flapjack
