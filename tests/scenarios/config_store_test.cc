// SPDX-License-Identifier: Apache-2.0
#include "scenarios/config_store.h"

#include <gtest/gtest.h>

#include "scenarios/world.h"

namespace flapjack {
namespace {

struct Config {
  int size = 0;
  bool operator==(const Config&) const = default;
};

TEST(ConfigStore, GivesEqualConfigsOnce) {
  ConfigStore<Config> store;
  const Config& one = store.share({1});
  const Config& two = store.share({2});
  EXPECT_EQ(one.size, 1);
  EXPECT_EQ(two.size, 2);
  EXPECT_EQ(&store.share({1}), &one);
  EXPECT_EQ(&store.share({2}), &two);
}

TEST(ConfigStore, ComparesTheLatestAndKeepsAll) {
  ConfigStore<Config> store;
  const Config& first = store.share({0});
  for (int i = 1; i <= 7; ++i) static_cast<void>(store.share({i}));
  EXPECT_EQ(&store.share({0}), &first);
  static_cast<void>(store.share({8}));
  const Config& again = store.share({0});
  EXPECT_NE(&again, &first);
  EXPECT_EQ(again.size, 0);
  EXPECT_EQ(first.size, 0);
}

TEST(ConfigStore, NodesOfAWorldShareAConfigUntilOneDiffers) {
  World world;
  NodeConfig other;
  other.stack.max_contexts = 9;
  const Node& a = world.add_node("a");
  const Node& b = world.add_node("b");
  const Node& c = world.add_node("c", other);
  EXPECT_EQ(&a.stack.config(), &b.stack.config());
  EXPECT_EQ(c.stack.config().max_contexts, 9u);
  EXPECT_EQ(a.stack.config().max_contexts, 6u);
}

// What a script does to one link, or one end, is not done to those that are configured alike.
TEST(ConfigStore, ALinkThatIsChangedLeavesTheOthersAlone) {
  World world;
  LinkConfig slow;
  slow.rate = 1000;
  Link& one = world.add_link("one", slow);
  Link& two = world.add_link("two", slow);
  for (const char* name : {"a", "b"}) {
    Node& node = world.add_node(name);
    world.add_ethernet(node, {"eth0"}, one);
    world.add_ethernet(node, {"eth1"}, two);
  }
  EXPECT_EQ(&one.config(0), &two.config(0));
  LinkConfig fast = slow;
  fast.rate = 1'000'000;
  one.set_config(1, fast);
  EXPECT_EQ(one.config(0).rate, 1000u);
  EXPECT_EQ(one.config(1).rate, 1'000'000u);
  EXPECT_EQ(two.config(1).rate, 1000u);
  two.set_config(fast);
  EXPECT_EQ(two.config(0).rate, 1'000'000u);
  EXPECT_EQ(one.config(0).rate, 1000u);
}

}  // namespace
}  // namespace flapjack
