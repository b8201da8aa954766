// SPDX-License-Identifier: Apache-2.0
#include "connmgr/binding.h"

#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

TEST(Binding, KeepsFlagsTimeoutAndContext) {
  TestNode node;
  NetIf& iface = node.add("wifi0");
  TestConnectivity impl;
  LockOrder locks;
  Binding binding(iface, impl, locks, {conn_flag_bit(ConnFlag::NoAutoDown), 9, 4});
  EXPECT_EQ(binding.name(), "dev.wifi0");
  EXPECT_EQ(&binding.stack(), &node.stack);
  EXPECT_EQ(binding.flags(), 0b100u);
  binding.set_flag(ConnFlag::Disconnecting, true);
  EXPECT_EQ(binding.flags(), 0b1100u);
  binding.set_flag(ConnFlag::NoAutoDown, false);
  EXPECT_EQ(binding.flags(), 0b1000u);
  binding.set_timeout_s(1);
  EXPECT_EQ(binding.timeout_s(), 1);
  binding.set_idle_timeout_s(2);
  binding.reset_timeouts();
  EXPECT_EQ(binding.timeout_s(), 9);
  EXPECT_EQ(binding.idle_timeout_s(), 4);
  EXPECT_EQ(binding.context_as<TestContext>().inits, 0);
}

TEST(Binding, FlagNames) {
  EXPECT_EQ(conn_flag_name(ConnFlag::Persistent), "persistent");
  EXPECT_EQ(conn_flag_name(ConnFlag::NoAutoConnect), "no_auto_connect");
  EXPECT_EQ(conn_flag_name(ConnFlag::NoAutoDown), "no_auto_down");
  EXPECT_EQ(conn_flag_name(ConnFlag::Disconnecting), "disconnecting");
  EXPECT_EQ(conn_flag_name(static_cast<ConnFlag>(99)), "?");
}

}  // namespace
}  // namespace flapjack::test
