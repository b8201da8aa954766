// SPDX-License-Identifier: Apache-2.0
// Ifaces that stand on others: attach and detach, and whose state follows whose. VLANs stand for
// every kind with one lower; the bridge's tests have the kind with many.
#include "stack/net/if_stacking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "l2/vlan_l2.h"
#include "tests/support/two_node_world.h"

namespace flapjack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using test::TwoNodeOptions;
using test::TwoNodeWorld;

class Stacking : public ::testing::Test {
 protected:
  static TwoNodeOptions options() {
    TwoNodeOptions o;
    o.up = false;
    return o;
  }
  NetIf& add(VlanL2& l2, const std::string& name) {
    NetIf& iface = world.a.add_iface({.name = name});
    iface.bind_l2(l2);
    return iface;
  }
  /// net_mgmt events so far.
  std::vector<std::string> events() {
    std::vector<std::string> out;
    for (const std::string& line : world.story()) {
      if (line.find(" IF_") != std::string::npos) out.push_back(line);
    }
    world.sink.records.clear();
    return out;
  }

  TwoNodeWorld world{options()};
  VlanL2 l2{100}, other_l2{200};
  NetIf& vlan = add(l2, "vlan0");
};

TEST_F(Stacking, IsVirtualAndHasNoCarrierByItself) {
  EXPECT_FALSE(vlan.is_carrier_ok());
  EXPECT_TRUE(vlan.up().ok());
  EXPECT_EQ(vlan.oper_state(), OperState::LowerLayerDown);
}

TEST_F(Stacking, AttachRefuses) {
  NetIf& second = add(other_l2, "vlan1");
  NetIf& plain = world.a.add_iface({.name = "plain"});
  EXPECT_EQ(world.if_a.stacking().attach(vlan).code(), Errc::Einval) << "not virtual";
  EXPECT_EQ(vlan.stacking().attach(vlan).code(), Errc::Einval) << "on itself";
  EXPECT_EQ(vlan.stacking().attach(plain).code(), Errc::Einval) << "the L2 refuses";
  ASSERT_TRUE(vlan.stacking().attach(world.if_a).ok());
  EXPECT_EQ(vlan.stacking().attach(world.if_a).code(), Errc::Ealready);
  EXPECT_EQ(vlan.stacking().attach(plain).code(), Errc::Ealready) << "takes one only";
  EXPECT_EQ(second.stacking().attach(vlan).code(), Errc::Einval) << "a VLAN on a VLAN";
  EXPECT_EQ(second.stacking().detach(world.if_a).code(), Errc::Enoent);
  EXPECT_THAT(world.if_a.stacking().uppers(), ElementsAre(&vlan));
  EXPECT_TRUE(vlan.stacking().stands_on(world.if_a));
  EXPECT_FALSE(world.if_a.stacking().stands_on(vlan));
}

TEST_F(Stacking, TheStateOfTheLowerIsTheCarrierOfTheUpper) {
  ASSERT_TRUE(vlan.stacking().attach(world.if_a).ok());
  world.b.post_init();
  world.a.post_init();
  world.settle();
  EXPECT_EQ(vlan.oper_state(), OperState::Up);
  EXPECT_THAT(events(), ElementsAre("b.eth0 IF_ADMIN_UP", "b.eth0 IF_UP", "a.eth0 IF_ADMIN_UP",
                                    "a.eth0 IF_UP", "a.vlan0 IF_ADMIN_UP", "a.vlan0 IF_UP"));
  world.link.set_up(false);
  EXPECT_EQ(vlan.oper_state(), OperState::LowerLayerDown);
  EXPECT_THAT(events(), ElementsAre("a.eth0 IF_DOWN", "a.vlan0 IF_DOWN", "b.eth0 IF_DOWN"));
  world.link.set_up(true);
  EXPECT_THAT(events(), ElementsAre("a.eth0 IF_UP", "a.vlan0 IF_UP", "b.eth0 IF_UP"));
  EXPECT_TRUE(world.if_a.down().ok());
  EXPECT_EQ(vlan.oper_state(), OperState::LowerLayerDown);
  EXPECT_THAT(events(),
              ElementsAre("a.eth0 IF_ADMIN_DOWN", "a.eth0 IF_DOWN", "a.vlan0 IF_DOWN"));
}

TEST_F(Stacking, TheUpperGoesDownBecauseTheLowerDid) {
  ASSERT_TRUE(vlan.stacking().attach(world.if_a).ok());
  world.a.post_init();
  world.sink.records.clear();
  world.link.set_up(false);
  const KeptRecord* lower = nullptr;
  const KeptRecord* upper = nullptr;
  for (const KeptRecord& r : world.sink.records) {
    if (r.name != "IF_DOWN") continue;
    if (r.subject == "a.eth0") lower = &r;
    if (r.subject == "a.vlan0") upper = &r;
  }
  ASSERT_TRUE(lower != nullptr && upper != nullptr);
  EXPECT_EQ(upper->cause, lower->seq);
}

TEST_F(Stacking, TakingTheUpperUpTakesTheLowerUp) {
  ASSERT_TRUE(vlan.stacking().attach(world.if_a).ok());
  EXPECT_TRUE(vlan.up().ok());
  EXPECT_TRUE(world.if_a.is_up());
  EXPECT_TRUE(vlan.is_up());
  EXPECT_TRUE(vlan.down().ok());
  EXPECT_TRUE(world.if_a.is_up()) << "but not down: others may stand on it";
}

TEST_F(Stacking, OnceBootedAttachTakesUpWhatStartsByItself) {
  world.a.post_init();
  NetIf& lazy = world.a.add_iface({.name = "lazy", .auto_start = false});
  lazy.bind_l2(other_l2);
  EXPECT_TRUE(vlan.down().ok());
  events();
  ASSERT_TRUE(vlan.stacking().attach(world.if_a).ok());
  ASSERT_TRUE(lazy.stacking().attach(world.if_a).ok());
  EXPECT_TRUE(vlan.is_up());
  EXPECT_FALSE(lazy.is_admin_up());
  EXPECT_TRUE(lazy.is_carrier_ok());
}

TEST_F(Stacking, DetachTakesDown) {
  ASSERT_TRUE(vlan.stacking().attach(world.if_a).ok());
  world.a.post_init();
  events();
  ASSERT_TRUE(vlan.stacking().detach(world.if_a).ok());
  EXPECT_THAT(events(), ElementsAre("a.vlan0 IF_ADMIN_DOWN", "a.vlan0 IF_DOWN"));
  EXPECT_FALSE(vlan.is_carrier_ok());
  EXPECT_THAT(world.if_a.stacking().uppers(), IsEmpty());
  EXPECT_TRUE(vlan.stacking().attach(world.if_a).ok()) << "and on again";
}

TEST(StackingInTheNotifiersTurn, OneThatIsTakenAwayDoesNotHideTheNext) {
  TwoNodeOptions options;
  options.a.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
  TwoNodeWorld world(options);
  VlanL2 l2s[] = {VlanL2(1), VlanL2(2), VlanL2(3)};
  std::vector<NetIf*> vlans;
  for (VlanL2& l2 : l2s) {
    vlans.push_back(&world.a.add_iface({.name = "v" + std::to_string(vlans.size())}));
    vlans.back()->bind_l2(l2);
    ASSERT_TRUE(vlans.back()->stacking().attach(world.if_a).ok());
    ASSERT_TRUE(vlans.back()->is_up());
  }
  MgmtCallback callback{mgmt_mask(MgmtEvent::IfDown), [&](const MgmtNotice& notice) {
                          if (notice.iface != vlans[0]) return;
                          EXPECT_TRUE(vlans[0]->stacking().detach(world.if_a).ok());
                        }};
  world.a.mgmt.add(callback);
  world.link.set_up(false);
  for (const NetIf* vlan : vlans) EXPECT_FALSE(vlan->is_up()) << vlan->name();
  EXPECT_THAT(world.if_a.stacking().uppers(), ElementsAre(vlans[1], vlans[2]));
  world.a.mgmt.remove(callback);
}

}  // namespace
}  // namespace flapjack
