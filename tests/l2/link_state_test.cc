// SPDX-License-Identifier: Apache-2.0
// Cutting a link, an end, a carrier: who sees what, and what happens to frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/link_world.h"

namespace flapjack {
namespace {

using test::LinkWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

enum class What { LinkUp, Present0, Carrier0, Present1, Carrier1 };

void set(Link& link, What what, bool on) {
  switch (what) {
    case What::LinkUp:
      return link.set_up(on);
    case What::Present0:
      return link.set_end_present(0, on);
    case What::Carrier0:
      return link.set_end_carrier(0, on);
    case What::Present1:
      return link.set_end_present(1, on);
    case What::Carrier1:
      return link.set_end_carrier(1, on);
  }
}

struct CarrierRow {
  const char* name;
  What off;
  bool follows;             // carrier_follows_peer of both ends
  bool carrier0, carrier1;  // as shown after switching `off` off
  bool peer0, peer1;
};

class LinkCarrier : public ::testing::TestWithParam<CarrierRow> {};

TEST_P(LinkCarrier, ShowsAndCarries) {
  const CarrierRow& row = GetParam();
  LinkWorld world({}, 0);
  world.add_end(false, row.follows);
  world.add_end(false, row.follows);
  std::vector<bool> peers0, peers1;
  world.link.watch_peer(0, [&](bool there) { peers0.push_back(there); });
  world.link.watch_peer(1, [&](bool there) { peers1.push_back(there); });
  world.at(0).medium.clear();
  world.at(1).medium.clear();

  set(world.link, row.off, false);
  EXPECT_EQ(world.link.medium_up(0), row.carrier0);
  EXPECT_EQ(world.link.medium_up(1), row.carrier1);
  EXPECT_EQ(world.link.peer_present(0), row.peer0);
  EXPECT_EQ(world.link.peer_present(1), row.peer1);
  EXPECT_EQ(world.at(0).medium, row.carrier0 ? std::vector<bool>{} : std::vector<bool>{false});
  EXPECT_EQ(world.at(1).medium, row.carrier1 ? std::vector<bool>{} : std::vector<bool>{false});
  EXPECT_EQ(peers0, row.peer0 ? std::vector<bool>{} : std::vector<bool>{false});
  EXPECT_EQ(peers1, row.peer1 ? std::vector<bool>{} : std::vector<bool>{false});
  world.send(0, 1, 1);
  world.send(1, 0, 2);
  EXPECT_THAT(world.drops(), ElementsAre("link_down", "link_down"));

  set(world.link, row.off, false);  // again: nothing new
  set(world.link, row.off, true);
  EXPECT_TRUE(world.link.medium_up(0) && world.link.medium_up(1));
  EXPECT_TRUE(world.link.peer_present(0) && world.link.peer_present(1));
  EXPECT_EQ(world.at(0).medium.size(), row.carrier0 ? 0u : 2u);
  EXPECT_EQ(peers1.size(), row.peer1 ? 0u : 2u);
  world.send(0, 1, 3);
  world.send(1, 0, 4);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(3));
  EXPECT_THAT(world.at(0).numbers(), ElementsAre(4));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LinkCarrier,
    ::testing::Values(
        CarrierRow{"link_down", What::LinkUp, true, false, false, false, false},
        CarrierRow{"link_down_apart", What::LinkUp, false, false, false, false, false},
        CarrierRow{"end0_vanishes", What::Present0, true, false, false, false, false},
        CarrierRow{"end0_vanishes_apart", What::Present0, false, false, true, false, false},
        CarrierRow{"end1_vanishes", What::Present1, true, false, false, false, false},
        CarrierRow{"end1_vanishes_apart", What::Present1, false, true, false, false, false},
        CarrierRow{"carrier0_down", What::Carrier0, true, false, true, true, true},
        CarrierRow{"carrier0_down_apart", What::Carrier0, false, false, true, true, true},
        CarrierRow{"carrier1_down", What::Carrier1, true, true, false, true, true}),
    [](const auto& info) { return info.param.name; });

class LinkCut : public ::testing::TestWithParam<What> {};

TEST_P(LinkCut, LosesWhatIsInFlightAtThatMoment) {
  LinkConfig config;
  config.rate = 8'000'000;
  config.delay = milliseconds(10);
  LinkWorld world(config);
  for (int i = 0; i < 3; ++i) world.send(0, 1, i);
  for (int i = 0; i < 2; ++i) world.send(1, 0, i);
  world.scheduler.run_until(SimTime{} + microseconds(50));
  set(world.link, GetParam(), false);
  EXPECT_EQ(world.drops(), std::vector<std::string>(5, "carrier_lost_in_flight"));
  EXPECT_EQ(world.sink.records.back().at, SimTime{} + microseconds(50));
  EXPECT_EQ(world.slab.in_use(), 0u);
  EXPECT_EQ(world.scheduler.pending_count(), 0u);
  set(world.link, GetParam(), true);
  world.send(0, 1, 7);  // the transmitter is free at once
  world.scheduler.run();
  ASSERT_THAT(world.at(1).numbers(), ElementsAre(7));
  EXPECT_EQ(world.at(1).arrivals[0].at.ns, 10'150'000);
}

INSTANTIATE_TEST_SUITE_P(Rows, LinkCut,
                         ::testing::Values(What::LinkUp, What::Present0, What::Carrier0,
                                           What::Present1, What::Carrier1));

TEST(LinkState, AWireWithOneEndHasNoCarrier) {
  LinkWorld world({}, 1);
  EXPECT_FALSE(world.link.medium_up(0));
  EXPECT_FALSE(world.link.peer_present(0));
  world.send(0, 1, 1);
  EXPECT_THAT(world.drops(), ElementsAre("link_down"));
  world.add_end();
  EXPECT_THAT(world.at(0).medium, ElementsAre(true));
  EXPECT_THAT(world.at(1).medium, ElementsAre(true));
}

TEST(LinkState, CausesOverlap) {
  LinkWorld world;
  world.link.set_up(false);
  world.link.set_end_carrier(0, false);
  world.link.set_up(true);
  EXPECT_FALSE(world.link.medium_up(0)) << "its own carrier is still down";
  EXPECT_TRUE(world.link.medium_up(1));
  world.link.set_end_carrier(0, true);
  EXPECT_TRUE(world.link.medium_up(0));
  EXPECT_THAT(world.at(0).medium, ElementsAre(true, false, true));
}

TEST(LinkState, WatchersAllRunAfterTheCarriersAndMayChangeTheLink) {
  LinkWorld world;
  std::vector<std::string> order;
  world.link.watch_peer(0, [&](bool there) {
    order.push_back(there ? "first on" : "first off");
    EXPECT_EQ(world.at(1).medium.back(), there) << "the peers' carriers come first";
    if (!there) world.link.set_end_present(1, true);  // a hand that puts it right back
  });
  world.link.watch_peer(0,
                        [&](bool there) { order.push_back(there ? "second on" : "second off"); });
  world.link.set_end_present(1, false);
  EXPECT_THAT(order, ElementsAre("first off", "second off", "first on", "second on"));
  EXPECT_TRUE(world.link.medium_up(0));
  EXPECT_THAT(world.at(0).medium, ElementsAre(true, false, true));
}

// Who watches the air hears of the end's own carrier and device, and of every peer.
TEST(LinkState, TheAirIsMoreThanWhetherThereIsAPeer) {
  LinkWorld world({}, 3);
  int told = 0, peers = 0;
  world.link.watch_air(0, [&] { ++told; });
  world.link.watch_peer(0, [&](bool) { ++peers; });
  EXPECT_EQ(world.link.peer_of(0), std::optional<std::size_t>(1));
  world.link.set_end_running(1, false);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(world.link.peer_of(0), std::optional<std::size_t>(2));
  EXPECT_FALSE(world.link.is_end_on_air(1));
  world.link.set_end_carrier(0, false);
  EXPECT_EQ(told, 2);
  EXPECT_EQ(peers, 0);
  world.link.set_end_present(2, false);
  EXPECT_EQ(told, 3);
  EXPECT_EQ(peers, 1);
  EXPECT_EQ(world.link.peer_of(0), std::nullopt);
  world.link.set_end_running(0, false);
  EXPECT_EQ(told, 4);
  world.link.set_end_carrier(2, false);  // another's cable
  EXPECT_EQ(told, 4);
}

TEST(LinkState, ADetachedEndLosesItsFrames) {
  LinkWorld world;
  world.send(0, 1, 1);
  world.link.detach(1);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).arrivals, IsEmpty());
  EXPECT_THAT(world.drops(), ElementsAre("link_down"));
  world.link.set_up(false);  // nobody there to be told
  EXPECT_EQ(world.link.end_by_name("s1"), 1u);
  EXPECT_EQ(world.link.end_by_name("s9"), std::nullopt);
}

// ---- more than two ends

TEST(LinkBus, UnicastGoesToItsAddressAndThePromiscuous) {
  LinkWorld world({}, 3);
  world.add_end(true);
  world.send(0, 2, 1);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), IsEmpty());
  EXPECT_THAT(world.at(2).numbers(), ElementsAre(1));
  EXPECT_THAT(world.at(3).numbers(), ElementsAre(1));
  EXPECT_THAT(world.at(0).numbers(), IsEmpty());
  EXPECT_TRUE(world.at(2).parents[0].valid()) << "each receiver but the last has a copy";
  EXPECT_FALSE(world.at(3).parents[0].valid());
}

TEST(LinkBus, PromiscuityComesAndGoes) {
  LinkWorld world({}, 4);
  const auto heard_by = [&](std::size_t end) {
    const std::size_t before = world.at(end).numbers().size();
    world.send(0, 2, 1);
    world.scheduler.run();
    return world.at(end).numbers().size() - before;
  };
  EXPECT_EQ(heard_by(1), 0u);
  world.link.set_end_promiscuous(1, true);
  world.link.set_end_promiscuous(1, true);
  world.link.set_end_promiscuous(2, true);
  EXPECT_EQ(heard_by(1), 1u);
  EXPECT_EQ(heard_by(2), 1u) << "once, though it is for it as well";
  EXPECT_EQ(heard_by(3), 0u);
  world.link.set_end_promiscuous(1, false);
  EXPECT_EQ(heard_by(1), 0u);
  EXPECT_EQ(heard_by(2), 1u);
}

// Who listens to everything misses nothing because its receiver is gone.
TEST(LinkBus, AVanishedStationsFramesAreOverheard) {
  LinkConfig config;
  config.delay = milliseconds(10);
  for (const bool in_flight : {false, true}) {
    LinkWorld world(config, 3);
    world.add_end(true);
    if (in_flight) world.send(0, 1, 1);
    world.link.set_end_present(1, false);
    if (!in_flight) world.send(0, 1, 1);
    world.link.set_end_present(1, true);  // too late for it
    world.scheduler.run();
    EXPECT_THAT(world.at(3).numbers(), ElementsAre(1)) << in_flight;
    EXPECT_THAT(world.at(1).numbers(), IsEmpty());
    EXPECT_THAT(world.drops(), IsEmpty());
    world.link.set_end_present(1, false);
    world.send(3, 1, 2);  // its own frames it does not hear
    EXPECT_THAT(world.drops(), ElementsAre("link_down"));
    EXPECT_EQ(world.slab.in_use(), 0u);
  }
}

TEST(LinkBus, WithoutTheListenerTooAFrameIsLostInFlight) {
  LinkConfig config;
  config.delay = milliseconds(10);
  LinkWorld world(config, 3);
  world.add_end(true);
  world.send(0, 1, 1);
  world.link.set_end_present(1, false);
  EXPECT_THAT(world.drops(), IsEmpty());
  world.link.set_end_carrier(3, false);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("carrier_lost_in_flight"));
}

TEST(LinkBus, GroupFramesReachAllOthers) {
  LinkWorld world({}, 4);
  world.link.carry(1, world.frame(MacAddress::broadcast(), 9));
  world.scheduler.run();
  for (const std::size_t end : {0u, 2u, 3u}) EXPECT_THAT(world.at(end).numbers(), ElementsAre(9));
  EXPECT_THAT(world.at(1).numbers(), IsEmpty());
  EXPECT_EQ(world.slab.in_use(), 0u);
}

TEST(LinkBus, NobodysAddressIsDropped) {
  LinkWorld world({}, 3);
  world.send(0, 77, 1);
  world.send(0, 0, 2);  // one's own address: the medium never gives a frame back
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("not_for_us", "not_for_us"));
}

TEST(LinkBus, AnEndThatVanishesTakesOnlyItsOwnFramesAlong) {
  LinkConfig config;
  config.delay = milliseconds(10);
  LinkWorld world(config, 3);
  world.send(0, 1, 1);
  world.send(0, 2, 2);
  world.link.carry(0, world.frame(MacAddress::broadcast(), 3));
  world.send(1, 2, 4);
  world.link.set_end_present(1, false);
  EXPECT_EQ(world.drops(), std::vector<std::string>(2, "carrier_lost_in_flight"));
  world.link.set_end_present(1, true);  // back before the broadcast arrives: it has missed it
  world.scheduler.run();
  EXPECT_THAT(world.at(2).numbers(), ElementsAre(2, 3));
  EXPECT_THAT(world.at(1).numbers(), IsEmpty());
}

TEST(LinkBus, AWireThatBecomesOneKeepsWhatIsInFlight) {
  LinkConfig config;
  config.delay = milliseconds(10);
  LinkWorld world(config, 2);
  world.link.set_end_carrier(1, false);
  world.link.set_end_carrier(1, true);
  world.send(0, 1, 1);
  world.add_end();
  world.link.carry(0, world.frame(MacAddress::broadcast(), 2));
  world.link.set_end_carrier(2, false);
  world.link.set_end_carrier(2, true);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(1, 2));
  EXPECT_THAT(world.at(2).numbers(), IsEmpty());
}

TEST(LinkBus, CarrierStaysWithoutPeersUnlessItFollowsThem) {
  LinkWorld world({}, 3);
  world.add_end(false, true);
  for (std::size_t end = 0; end < 3; ++end) world.link.set_end_present(end, false);
  EXPECT_FALSE(world.link.medium_up(3)) << "follows its peers";
  EXPECT_FALSE(world.link.peer_present(3));
  world.link.set_end_present(0, true);
  world.link.set_end_present(3, false);
  EXPECT_TRUE(world.link.medium_up(0)) << "alone on a bus";
  world.link.carry(0, world.frame(MacAddress::broadcast(), 1));
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("link_down"));
}

// A station that has joined no network: cut off, though nobody's carrier or peer changes.
TEST(LinkJoined, NothingPassesToOrFromAStationThatHasNotJoined) {
  LinkWorld world;
  world.link.set_end_joined(1, false);
  EXPECT_TRUE(world.link.medium_up(1) && world.link.peer_present(0) && world.link.peer_present(1));
  world.send(0, 1, 1);
  world.send(1, 0, 2);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("not_associated", "not_associated"));
  EXPECT_EQ(world.slab.in_use(), 0u);
  world.link.set_end_joined(1, true);
  world.send(0, 1, 3);
  world.send(1, 0, 4);
  world.scheduler.run();
  EXPECT_THAT(world.at(1).numbers(), ElementsAre(3));
  EXPECT_THAT(world.at(0).numbers(), ElementsAre(4));
}

TEST(LinkJoined, AFrameToAGroupPassesItBy) {
  LinkWorld world({}, 4);
  world.link.set_end_joined(1, false);
  world.link.set_end_joined(2, false);
  const auto to_all = [&](int number) {
    world.link.carry(0, world.frame(MacAddress::broadcast(), number));
    world.scheduler.run();
  };
  to_all(1);
  EXPECT_THAT(world.drops(), IsEmpty());
  EXPECT_THAT(world.at(3).numbers(), ElementsAre(1));
  world.link.set_end_joined(3, false);
  to_all(2);  // nobody is left: one record says so
  EXPECT_THAT(world.drops(), ElementsAre("not_associated"));
  world.send(0, 2, 3);
  world.scheduler.run();
  EXPECT_THAT(world.drops(), ElementsAre("not_associated", "not_associated"));
  for (const std::size_t i : {1, 2}) EXPECT_THAT(world.at(i).numbers(), IsEmpty());
  EXPECT_EQ(world.slab.in_use(), 0u);
}

}  // namespace
}  // namespace flapjack
