// SPDX-License-Identifier: Apache-2.0
// Which iface, source address and next hop a destination gets.
#include "stack/net/route.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::net;
using test::NodeRig;

struct Choice {
  const char* what;
  std::vector<std::vector<const char*>> ifaces;  ///< addresses of x0, x1, ...
  int on;                                        ///< the iface asked about; -1: any
  const char* destination;
  const char* source;
  int iface;  ///< what iface_for() chooses; the default iface is x0
};
const Choice kChoices[] = {
    {"the longest equal network", {{"10.0.0.1/8"}, {"10.1.0.1/16"}}, -1, "10.1.2.3", "10.1.0.1", 1},
    {"the order does not matter", {{"10.1.0.1/16"}, {"10.0.0.1/8"}}, -1, "10.1.2.3", "10.1.0.1", 0},
    {"host bits of the own address do not count",
     {{"10.1.2.3/8"}, {"10.1.0.9/16"}},
     -1,
     "10.1.2.3",
     "10.1.0.9",
     1},
    {"of equals the later iface", {{"10.0.0.1/8"}, {"10.0.0.2/8"}}, -1, "10.1.2.3", "10.0.0.2", 1},
    {"of equals the later address",
     {{"10.0.0.1/8", "10.0.0.2/8"}, {}},
     -1,
     "10.1.2.3",
     "10.0.0.2",
     0},
    {"nothing equal: still the later one",
     {{"10.0.0.1/8"}, {"10.0.0.2/8"}},
     -1,
     "200.0.0.1",
     "10.0.0.2",
     1},
    {"mask 0 scores nothing", {{"192.0.2.1/24"}, {"192.0.2.2/0"}}, -1, "192.0.2.9", "192.0.2.1", 0},
    {"mask 0 wins against nothing but itself",
     {{"192.0.2.1/0"}, {"192.0.2.2/0"}},
     -1,
     "192.0.2.9",
     "192.0.2.2",
     1},
    {"link-local is no source for others",
     {{"169.254.0.1/16"}, {"10.0.0.1/8"}},
     -1,
     "169.253.0.9",
     "10.0.0.1",
     1},
    {"nothing but link-local, any iface", {{"169.254.0.1/16"}, {}}, -1, "10.1.2.3", "0.0.0.0", 0},
    {"nothing but link-local, asked iface",
     {{"169.254.0.1/16"}, {"10.0.0.1/8"}},
     0,
     "10.1.2.3",
     "169.254.0.1",
     1},
    {"global before link-local",
     {{"169.254.0.1/16", "10.0.0.1/8"}, {}},
     0,
     "200.0.0.1",
     "10.0.0.1",
     0},
    {"link-local destination, any iface: the default iface wins ties",
     {{"169.254.0.1/16"}, {"169.254.0.2/16"}},
     -1,
     "169.254.7.7",
     "169.254.0.1",
     0},
    {"link-local destination: the better match before the default",
     {{"169.254.0.1/16"}, {"169.254.7.1/24"}},
     -1,
     "169.254.7.7",
     "169.254.7.1",
     1},
    {"link-local destination on an iface without one",
     {{"10.0.0.1/8"}, {"169.254.0.2/16"}},
     0,
     "169.254.7.7",
     "10.0.0.1",
     1},
    {"the asked iface, whatever fits better elsewhere",
     {{"10.0.0.1/8"}, {"192.0.2.1/24"}},
     0,
     "192.0.2.9",
     "10.0.0.1",
     1},
    {"an iface without addresses", {{}, {"192.0.2.1/24"}}, 0, "192.0.2.9", "0.0.0.0", 1},
    {"no address anywhere", {{}, {}}, -1, "192.0.2.9", "0.0.0.0", 0},
};

TEST(Route, SourceAndIface) {
  for (const Choice& choice : kChoices) {
    NodeRig rig;
    for (std::size_t i = 0; i < choice.ifaces.size(); ++i) {
      NetIf& iface = rig.node.add_iface({.name = "x" + std::to_string(i)});
      for (const char* prefix : choice.ifaces[i]) iface.ipv4_addr_add(net(prefix));
    }
    const Ipv4Address to = ip(choice.destination);
    const NetIf* asked =
        choice.on < 0 ? nullptr : rig.node.ifaces()[static_cast<std::size_t>(choice.on)].get();
    EXPECT_EQ(to_text(rig.node.route().source(asked, to)), choice.source) << choice.what;
    EXPECT_EQ(rig.node.route().iface_for(to)->name(), "x" + std::to_string(choice.iface))
        << choice.what;
  }
}

TEST(Route, AnExplicitDefaultWinsTiesOfLinkLocal) {
  NodeRig rig;
  NetIf& x0 = rig.node.add_iface({.name = "x0"});
  NetIf& x1 = rig.node.add_iface({.name = "x1"});
  NetIf& x2 = rig.node.add_iface({.name = "x2"});
  for (NetIf* iface : {&x0, &x1, &x2}) {
    iface->ipv4_addr_add({{0xa9fe0000u + iface->index().value}, 16});
  }
  rig.node.set_default_iface(x1);
  EXPECT_EQ(rig.node.route().iface_for(ip("169.254.9.9")), &x1);
}

TEST(Route, LooksAtNoState) {
  NodeRig rig;
  NetIf& x0 = rig.add({.name = "x0"}, "10.0.0.1/8");
  NetIf& x1 = rig.add({.name = "x1"}, "10.1.0.1/16");
  ASSERT_TRUE(x1.down().ok());
  EXPECT_TRUE(x0.is_up());
  EXPECT_EQ(rig.node.route().iface_for(ip("10.1.2.3")), &x1) << "no failover, as in Zephyr";
  EXPECT_EQ(rig.node.route().source(nullptr, ip("10.1.2.3")), ip("10.1.0.1"));
}

TEST(Route, IfaceOfAnAddress) {
  NodeRig rig;
  NetIf& x0 = rig.node.add_iface({.name = "x0"});
  NetIf& x1 = rig.node.add_iface({.name = "x1"});
  x0.ipv4_addr_add(net("10.0.0.1/8"));
  x1.ipv4_addr_add(net("192.0.2.1/24"));
  EXPECT_EQ(rig.node.route().iface_of(ip("10.0.0.1")), &x0);
  EXPECT_EQ(rig.node.route().iface_of(ip("192.0.2.1")), &x1);
  EXPECT_EQ(rig.node.route().iface_of(ip("192.0.2.2")), nullptr);
  EXPECT_EQ(rig.node.route().iface_of({}), nullptr);
}

TEST(Route, WithoutAnyIfaceThereIsNone) {
  NodeRig rig;
  EXPECT_EQ(rig.node.route().iface_for(ip("10.0.0.1")), nullptr);
  EXPECT_TRUE(rig.node.route().source(nullptr, ip("10.0.0.1")).is_any());
}

struct NextHop {
  const char* destination;
  const char* with_gateway;
  const char* without;
};
constexpr NextHop kNextHops[] = {
    {"192.0.2.9", "192.0.2.9", "192.0.2.9"},
    {"192.0.2.255", "192.0.2.255", "192.0.2.255"},
    {"255.255.255.255", "255.255.255.255", "255.255.255.255"},
    {"224.0.0.5", "224.0.0.5", "224.0.0.5"},
    {"169.254.1.1", "169.254.1.1", "169.254.1.1"},
    {"198.51.100.1", "192.0.2.254", "0.0.0.0"},
};

TEST(Route, NextHops) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x"});
  iface.ipv4_addr_add(net("192.0.2.1/24"));
  for (const NextHop& row : kNextHops) {
    iface.set_gateway({});
    EXPECT_EQ(to_text(rig.node.route().next_hop(iface, ip(row.destination))), row.without);
    iface.set_gateway(ip("192.0.2.254"));
    EXPECT_EQ(to_text(rig.node.route().next_hop(iface, ip(row.destination))), row.with_gateway);
  }
}

// ---- the cache of an iface

struct TwoNets {
  NodeRig rig;
  NetIf& x0 = rig.add({.name = "x0"}, "10.0.0.1/8");
  NetIf& x1 = rig.add({.name = "x1"}, "192.0.2.1/24");
  const Route route = rig.node.route();
  // Twice, as only then it is kept.
  void remember(NetIf& iface, Ipv4Address to) {
    for (int i = 0; i < 2; ++i) route.iface_for(to, &iface);
  }
};

TEST(RouteCache, KeepsWhatRouteAnswers) {
  TwoNets world;
  world.x1.set_gateway(ip("192.0.2.254"));
  for (const char* to : {"192.0.2.9", "192.1.0.1"}) {
    ASSERT_EQ(world.route.iface_for(ip(to)), &world.x1);
    const Ipv4Address hop = world.route.next_hop(world.x1, ip(to));
    world.remember(world.x1, ip(to));
    const RouteCache* kept = world.route.cached(world.x1, ip(to));
    ASSERT_NE(kept, nullptr) << to;
    EXPECT_EQ(kept->source, ip("192.0.2.1"));
    EXPECT_EQ(kept->next_hop, hop);
    EXPECT_EQ(world.route.iface_for(ip(to), &world.x1), &world.x1);
    EXPECT_EQ(world.route.next_hop(world.x1, ip(to)), hop);
    EXPECT_EQ(world.route.cached(world.x0, ip(to)), nullptr);
    EXPECT_EQ(world.route.cached(world.x1, ip("192.0.2.10")), nullptr);
  }
}

TEST(RouteCache, KeepsNothingThatIsDifferentElsewhereOrMayChange) {
  TwoNets world;
  for (const char* to : {"0.0.0.0", "224.0.0.5", "255.255.255.255", "192.0.2.255", "127.0.0.1",
                         "169.254.3.4", "192.0.2.1", "10.0.0.9"}) {  // the last: by x0
    world.remember(world.x1, ip(to));
    EXPECT_EQ(world.route.cached(world.x1, ip(to)), nullptr) << to;
  }
  NodeRig bare;
  NetIf& only = bare.add({.name = "x0"});
  ASSERT_EQ(bare.node.route().iface_for(ip("192.0.2.9")), &only);
  for (int i = 0; i < 2; ++i) bare.node.route().iface_for(ip("192.0.2.9"), &only);
  EXPECT_EQ(bare.node.route().cached(only, ip("192.0.2.9")), nullptr) << "the default iface's";
}

TEST(RouteCache, KeepsADestinationThatIsAskedForTwiceInARow) {
  TwoNets world;
  const Ipv4Address a = ip("192.0.2.9"), b = ip("192.0.2.10");
  for (int i = 0; i < 3; ++i) {
    world.route.iface_for(a, &world.x1);
    EXPECT_EQ(world.route.cached(world.x1, a), nullptr);
    world.route.iface_for(b, &world.x1);
    EXPECT_EQ(world.route.cached(world.x1, b), nullptr);
  }
  world.route.iface_for(b, &world.x1);
  EXPECT_NE(world.route.cached(world.x1, b), nullptr);
  world.route.iface_for(a, &world.x1);
  EXPECT_NE(world.route.cached(world.x1, b), nullptr) << "one of the other does not end it";
}

TEST(RouteCache, IsVoidAfterEveryChangeOfWhatRouteGoesBy) {
  struct Change {
    const char* what;
    void (*make)(TwoNets& world);
  };
  const Change changes[] = {
      {"an address more", [](TwoNets& w) { w.x0.ipv4_addr_add(net("192.0.2.8/30")); }},
      {"an address less", [](TwoNets& w) { w.x1.ipv4_addr_rm(ip("192.0.2.1")); }},
      {"another state of one",
       [](TwoNets& w) { w.x1.set_ipv4_addr_state(ip("192.0.2.1"), AddressState::Deprecated); }},
      {"a gateway", [](TwoNets& w) { w.x1.set_gateway(ip("192.0.2.254")); }},
      {"no configuration any more",
       [](TwoNets& w) { EXPECT_TRUE(w.x1.ipv4_config_put().ok()); }},
      {"a static route",
       [](TwoNets& w) {
         EXPECT_TRUE(w.rig.node.routes.add({ip("192.0.2.9"), 32, &w.x0, ip("10.0.0.2")}).ok());
       }},
      {"a redirect",
       [](TwoNets& w) { w.route.redirect(w.x1, ip("192.0.2.9"), ip("192.0.2.7")); }},
      {"the default iface", [](TwoNets& w) { w.rig.node.set_default_iface(w.x0); }},
      {"an iface more", [](TwoNets& w) { w.rig.add_down({.name = "x2"}, "192.0.2.8/30"); }},
  };
  for (const Change& change : changes) {
    TwoNets world;
    world.remember(world.x1, ip("192.0.2.9"));
    ASSERT_NE(world.route.cached(world.x1, ip("192.0.2.9")), nullptr);
    change.make(world);
    EXPECT_EQ(world.route.cached(world.x1, ip("192.0.2.9")), nullptr) << change.what;
  }
}

TEST(RouteCache, IsVoidOnceAnL2IsBound) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x0"});
  iface.ipv4_addr_add(net("192.0.2.1/24"));
  iface.set_gateway(ip("192.0.2.254"));
  const Ipv4Address far = ip("198.51.100.9");
  for (int i = 0; i < 2; ++i) rig.node.route().iface_for(far, &iface);
  ASSERT_EQ(rig.node.route().next_hop(iface, far), ip("192.0.2.254"));
  rig.other_l2.l2_traits.point_to_point = true;
  iface.bind_l2(rig.other_l2);
  EXPECT_EQ(rig.node.route().next_hop(iface, far), far);
}

// The answers that went by a static route or a redirect are kept, and end with them.
TEST(RouteCache, EndsWithTheRouteOrRedirectItWentBy) {
  TwoNets world;
  const Ipv4Address to = ip("192.0.2.9");
  world.route.redirect(world.x1, to, ip("192.0.2.7"));
  world.remember(world.x1, to);
  EXPECT_EQ(world.route.next_hop(world.x1, to), ip("192.0.2.7"));
  world.route.forget_redirects(world.x1, ip("192.0.2.7"));
  EXPECT_EQ(world.route.next_hop(world.x1, to), to);

  ASSERT_TRUE(world.rig.node.routes.add({to, 32, &world.x0, ip("10.0.0.2")}).ok());
  world.remember(world.x0, to);
  ASSERT_NE(world.route.cached(world.x0, to), nullptr);
  EXPECT_EQ(world.route.next_hop(world.x0, to), ip("10.0.0.2"));
  ASSERT_TRUE(world.rig.node.routes.remove(to, 32, world.x0).ok());
  EXPECT_EQ(world.route.iface_for(to, &world.x0), &world.x1);
}

}  // namespace
}  // namespace flapjack
