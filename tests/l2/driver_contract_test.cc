// SPDX-License-Identifier: Apache-2.0
// What every driver owes its user (stack/contract/driver.h), asked of every registered driver, bare
// and in every registered wrapper, once and twice.
#include <gtest/gtest.h>

#include "l2/faulty_driver.h"
#include "l2/loopback_driver.h"
#include "l2/sim_driver.h"
#include "scenarios/builtin.h"
#include "tests/support/driver_rig.h"

namespace flapjack {
namespace {

using test::DriverRig;
using test::RecordingUser;

/// The driver under test, and who gets what it transmits.
struct Bench : DriverRig {
  RecordingUser user{scheduler}, peer_user{scheduler};
  std::unique_ptr<Link> link;
  std::unique_ptr<Driver> peer;  // none: the driver's own user gets the frames
  std::unique_ptr<Driver> driver;

  RecordingUser& receiver() { return peer != nullptr ? peer_user : user; }
  Driver& receiving() { return peer != nullptr ? *peer : *driver; }
  void start() {
    if (peer != nullptr) peer->attach(peer_user);
    driver->attach(user);
    if (peer != nullptr) {
      EXPECT_TRUE(peer->set_running(true).ok());
    }
    EXPECT_TRUE(driver->set_running(true).ok());
  }
};

DriverSite site(Bench& bench, bool on_link, const std::string& name, std::uint8_t last) {
  if (on_link && bench.link == nullptr) bench.link = make_in<Link>(nullptr, bench.env(), "wire");
  return {bench.env(), bench.link.get(), name, {{2, 0, 0, 0, 0, last}}, {}, false, false, {}};
}

struct DriverRow {
  std::string name;
  std::function<void(Bench&)> make;
};

std::vector<DriverRow> registered_drivers() {
  std::vector<DriverRow> rows;
  const Registry registry = builtin_registry();
  for (const DriverEntry& entry : registry.drivers) {
    const auto bare = [make = entry.make, on_link = entry.on_link](Bench& bench) {
      if (on_link) bench.peer = make(site(bench, true, "peer", 1)).driver;
      bench.driver = make(site(bench, on_link, "dev", 2)).driver;
    };
    rows.push_back({entry.word.name, bare});
    for (const WrapperEntry& wrapper : registry.wrappers) {
      for (int layers = 1; layers <= 2; ++layers) {
        const auto wrapped = [bare, layers, wrap = wrapper.wrap,
                              on_link = entry.on_link](Bench& bench) {
          bare(bench);
          for (int i = 0; i < layers; ++i) {
            bench.driver = wrap(site(bench, on_link, "w", 2), std::move(bench.driver), {});
          }
        };
        const std::string times = std::to_string(layers);
        rows.push_back({wrapper.word.name + times + "_" + entry.word.name, wrapped});
      }
    }
  }
  return rows;
}

class DriverContract : public ::testing::TestWithParam<DriverRow> {
 protected:
  DriverContract() { GetParam().make(bench); }
  ~DriverContract() override {
    bench.peer.reset();
    bench.driver.reset();
    bench.link.reset();
  }
  Bench bench;
};

TEST_P(DriverContract, ReportsCarrierOnceWhenAttached) {
  bench.driver->attach(bench.user);
  EXPECT_EQ(bench.user.carriers, std::vector<bool>{true});
}

TEST_P(DriverContract, DeliversLaterWholeAndInOrder) {
  bench.start();
  for (std::uint8_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(bench.driver->transmit(bench.frame(i, 60u + i)).ok());
  }
  EXPECT_TRUE(bench.receiver().frames.empty()) << "the user was called in transmit's turn";
  bench.scheduler.run();
  const auto& frames = bench.receiver().frames;
  ASSERT_EQ(frames.size(), 3u);
  for (std::uint8_t i = 0; i < 3; ++i) {
    EXPECT_EQ(frames[i], std::vector<std::uint8_t>(60u + i, i));
  }
  EXPECT_EQ(bench.slab.in_use(), 0u);
}

TEST_P(DriverContract, EachFrameHasAnEventOfItsOwn) {
  bench.start();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bench.driver->transmit(bench.frame(1)).ok());
  bench.scheduler.run();
  const auto& turns = bench.receiver().turns;
  ASSERT_EQ(turns.size(), 3u);
  EXPECT_TRUE(turns[0] != turns[1] && turns[1] != turns[2]);
}

TEST_P(DriverContract, FramesLeaveTheSendersPool) {
  bench.start();
  EXPECT_TRUE(bench.driver->transmit(bench.frame(1)).ok());
  EXPECT_EQ(bench.pool.in_use(), 0u);
  bench.scheduler.run();
}

TEST_P(DriverContract, RefusesBeforeItRuns) {
  bench.driver->attach(bench.user);
  EXPECT_EQ(bench.driver->transmit(bench.frame(1)).code(), Errc::Enetdown);
  EXPECT_EQ(bench.drops(DropReason::DriverRefused), 1u);
  EXPECT_EQ(bench.slab.in_use(), 0u) << "consumed, on an error too";
}

TEST_P(DriverContract, DeliversNothingOnceStoppedAndStartsAgain) {
  bench.start();
  EXPECT_TRUE(bench.driver->transmit(bench.frame(1)).ok());
  EXPECT_TRUE(bench.receiving().set_running(false).ok());
  bench.scheduler.run();
  EXPECT_TRUE(bench.receiver().frames.empty());
  EXPECT_EQ(bench.drops(DropReason::DriverRefused), 1u);
  EXPECT_TRUE(bench.receiving().set_running(true).ok());
  EXPECT_TRUE(bench.driver->transmit(bench.frame(2)).ok());
  bench.scheduler.run();
  EXPECT_EQ(bench.receiver().frames.size(), 1u);
}

TEST_P(DriverContract, CapsStayTheSame) {
  const DriverCaps before = bench.driver->caps();
  bench.start();
  EXPECT_EQ(bench.driver->caps().mac, before.mac);
  EXPECT_EQ(bench.driver->caps().promiscuous, before.promiscuous);
}

TEST_P(DriverContract, PromiscuousModeIsThereOrRefused) {
  bench.start();
  const bool able = bench.driver->caps().promiscuous;
  for (const bool on : {true, true, false, false}) {
    EXPECT_EQ(bench.driver->set_promiscuous(on).code(), able ? Errc::Ok : Errc::Enotsup);
  }
}

TEST_P(DriverContract, MayBeDestroyedWithFramesUnderWay) {
  bench.start();
  EXPECT_TRUE(bench.driver->transmit(bench.frame(1)).ok());
  bench.driver.reset();
  bench.peer.reset();
  bench.scheduler.run();
  EXPECT_TRUE(bench.user.frames.empty() && bench.peer_user.frames.empty());
}

INSTANTIATE_TEST_SUITE_P(All, DriverContract, ::testing::ValuesIn(registered_drivers()),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- what only some of them do

TEST(SimDriver, ReportsChangesOfItsMedium) {
  Bench bench;
  const auto wrapped = [&](const std::string& name, std::uint8_t last) {
    const DriverSite at = site(bench, true, name, last);
    auto bare =
        make_in<SimDriver>(nullptr, *at.link, name, SimDriverConfig{at.mac, false, {}, {}});
    return std::make_unique<FaultyDriver>(at.env, name, std::move(bare), FaultyDriverConfig{});
  };
  bench.peer = wrapped("peer", 1);
  bench.driver = wrapped("dev", 2);
  bench.start();
  bench.link->set_end_carrier(1, false);  // the driver's end
  EXPECT_EQ(bench.user.carriers, (std::vector<bool>{true, false}));
  EXPECT_EQ(bench.peer_user.carriers, (std::vector<bool>{true}));
  bench.link->set_up(false);
  bench.link->set_end_carrier(1, true);
  bench.link->set_up(true);
  EXPECT_EQ(bench.user.carriers, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(bench.peer_user.carriers, (std::vector<bool>{true, false, true}));
  bench.peer.reset();
  bench.driver.reset();
}

TEST(LoopbackDriver, ItsQueueIsBounded) {
  Bench bench;
  bench.driver = std::make_unique<LoopbackDriver>(bench.env(), "lo", 2);
  bench.start();
  EXPECT_TRUE(bench.driver->transmit(bench.frame(1)).ok());
  EXPECT_TRUE(bench.driver->transmit(bench.frame(2)).ok());
  EXPECT_EQ(bench.driver->transmit(bench.frame(3)).code(), Errc::Enobufs);
  EXPECT_EQ(bench.drops(DropReason::QueueFull), 1u);
  bench.scheduler.run();
  EXPECT_EQ(bench.user.frames.size(), 2u);
}

}  // namespace
}  // namespace flapjack
