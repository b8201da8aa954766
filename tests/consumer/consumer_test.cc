// SPDX-License-Identifier: Apache-2.0
// What a user of the installed package writes: a GoogleTest test of two nodes on a wire.
#include <gtest/gtest.h>

#include "scenarios/world.h"

namespace {

using namespace flapjack;

TEST(Consumer, AWorldOfTwoNodesBootsAndLosesItsCarrier) {
  World world(7);
  Link& wire = world.add_link("wire");
  Node& near = world.add_node("near");
  Node& far = world.add_node("far");
  NetIf& eth0 = world.add_ethernet(
      near, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.1/24")}, wire);
  world.add_ethernet(far, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.2/24")}, wire);
  world.boot();
  world.run_for(seconds(1));
  EXPECT_EQ(eth0.oper_state(), OperState::Up);

  wire.set_up(false);
  world.run_for(seconds(1));
  EXPECT_NE(eth0.oper_state(), OperState::Up);
  EXPECT_EQ(world.now().ns, 2'000'000'000);
}

// The example of README.md, line by line.
TEST(Consumer, TheReadmesExample) {
  flapjack::World world(7);
  auto& wire = world.add_link("wire");
  auto& dev = world.add_node("dev");
  auto& srv = world.add_node("srv");
  auto& eth0 = world.add_ethernet(dev, {"eth0", *Ipv4Prefix::parse("192.0.2.2/24"), {}}, wire);
  world.add_ethernet(srv, {"eth0", *Ipv4Prefix::parse("192.0.2.1/24"), {}}, wire);
  world.boot();
  wire.set_up(false);
  EXPECT_FALSE(eth0.is_up());
}

}  // namespace
