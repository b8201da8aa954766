// SPDX-License-Identifier: Apache-2.0
#include "l2/bridge_table.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

constexpr IfIndex kOne{1}, kTwo{2};

MacAddress mac(std::uint8_t last) { return {{2, 0, 0, 0, 0, last}}; }
SimTime at(std::int64_t s) { return SimTime{seconds(s).ns}; }

TEST(BridgeTable, LearnsWhereAnAddressIs) {
  BridgeTable table(seconds(300), 10);
  EXPECT_FALSE(table.find(mac(1), at(0)).valid());
  EXPECT_TRUE(table.learn(mac(1), kOne, at(0)));
  EXPECT_EQ(table.find(mac(1), at(1)), kOne);
  EXPECT_TRUE(table.learn(mac(1), kTwo, at(2))) << "it moved";
  EXPECT_EQ(table.find(mac(1), at(3)), kTwo);
  EXPECT_EQ(table.size(), 1u);
}

TEST(BridgeTable, ForgetsWhatIsNotHeardOf) {
  BridgeTable table(seconds(300), 10);
  table.learn(mac(1), kOne, at(0));
  table.learn(mac(2), kOne, at(0));
  EXPECT_EQ(table.find(mac(1), at(300)), kOne) << "just";
  EXPECT_TRUE(table.learn(mac(2), kOne, at(300)));
  EXPECT_FALSE(table.find(mac(1), SimTime{at(300).ns + 1}).valid());
  EXPECT_EQ(table.find(mac(2), at(600)), kOne) << "heard of again";
  EXPECT_EQ(table.size(), 1u);
}

TEST(BridgeTable, AFullOneLearnsNothingUntilSomethingIsOld) {
  BridgeTable table(seconds(10), 2);
  EXPECT_TRUE(table.learn(mac(1), kOne, at(0)));
  EXPECT_TRUE(table.learn(mac(2), kOne, at(5)));
  EXPECT_FALSE(table.learn(mac(3), kOne, at(6)));
  EXPECT_TRUE(table.learn(mac(2), kTwo, at(6))) << "what is known may move";
  EXPECT_TRUE(table.learn(mac(3), kOne, at(11))) << "the first is old now";
  EXPECT_FALSE(table.find(mac(1), at(11)).valid());
}

TEST(BridgeTable, IsSweptOnceASecondAtMost) {
  BridgeTable table(milliseconds(100), 1);
  table.learn(mac(1), kOne, at(0));
  EXPECT_TRUE(table.learn(mac(2), kOne, SimTime{milliseconds(200).ns}));
  EXPECT_FALSE(table.learn(mac(3), kOne, SimTime{milliseconds(900).ns})) << "old, but too soon";
  EXPECT_TRUE(table.learn(mac(3), kOne, SimTime{milliseconds(1200).ns}));
}

TEST(BridgeTable, FlushesAPort) {
  BridgeTable table(seconds(300), 10);
  table.learn(mac(1), kOne, at(0));
  table.learn(mac(2), kTwo, at(0));
  table.flush(kOne);
  EXPECT_FALSE(table.find(mac(1), at(0)).valid());
  EXPECT_EQ(table.find(mac(2), at(0)), kTwo);
}

}  // namespace
}  // namespace flapjack
