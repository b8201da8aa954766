// SPDX-License-Identifier: Apache-2.0
#include "scenarios/node_names.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(NodeNames, KnowsWhoHasAnAddress) {
  NodeNames names;
  EXPECT_EQ(names.find(*Ipv4Address::parse("10.0.0.1")), "");
  names.add(*Ipv4Address::parse("10.0.0.1"), "a");
  names.add(*Ipv4Address::parse("10.0.0.1"), "b");
  EXPECT_EQ(names.find(*Ipv4Address::parse("10.0.0.1")), "b");
  const MacAddress mac{{2, 0, 0, 0, 0, 1}};
  EXPECT_EQ(names.find(mac), "");
  names.add(mac, "a");
  EXPECT_EQ(names.find(mac), "a");
}

}  // namespace
}  // namespace flapjack
