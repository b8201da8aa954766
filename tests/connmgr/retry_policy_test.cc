// SPDX-License-Identifier: Apache-2.0
// The persistence and timeout rules. Numbers in the test names' comments are those of the
// checklist for implementations in connmgr/README.md.
#include "connmgr/retry_policy.h"

#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

// A technology that only notes what it is told; the test reports for it.
class NotingTechnology : public Technology {
 public:
  explicit NotingTechnology(NetIf& iface) : iface_(iface) {}
  void start() override { note("START"); }
  void stop() override { note("STOP"); }

 private:
  void note(std::string_view name) { iface_.stack().tracer().event(iface_.subject(), name); }
  NetIf& iface_;
};

class Policy : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(a.up().ok());
    policy.init();
    node.run(Duration{});
    node.forget();
  }
  // "1.000s NAME" of everything since the last call.
  Names take() {
    Names out;
    for (const KeptRecord& r : node.sink.records) out.push_back(to_text(r.at) + " " + r.name);
    node.forget();
    return out;
  }
  void at(int second) { node.scheduler.run_until(SimTime{} + seconds(second)); }
  void after_all() { at(100'000); }

  TestNode node;
  NetIf& a = node.add("a");
  TestConnectivity impl;
  LockOrder locks;
  Binding binding{a, impl, locks};
  NotingTechnology technology{a};
  RetryPolicy policy{binding, technology, {seconds(2), seconds(7)}};
  Names starts_;
};

TEST_F(Policy, InitIsDormant) {  // 1
  EXPECT_TRUE(a.is_dormant());
  EXPECT_EQ(policy.state(), RetryPolicy::State::Idle);
}

TEST_F(Policy, SuccessEndsTheCountdown) {  // 3, 4
  binding.set_timeout_s(5);
  policy.connect();
  at(4);
  EXPECT_TRUE(policy.associated());
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "4.000s IF_UP"}));
}

TEST_F(Policy, NoTimeoutGoesOnForEver) {  // 8, 12
  for (const int none : {0, -3}) {
    binding.set_timeout_s(none);
    policy.connect();
    after_all();
    EXPECT_EQ(policy.state(), RetryPolicy::State::Attempting);
    EXPECT_EQ(take().size(), 1u);
    policy.disconnect();
    node.forget();
  }
}

TEST_F(Policy, TimeoutStopsOnceAndForAll) {  // 9, 10
  for (const bool persistent : {false, true}) {
    const std::int64_t start = node.scheduler.now().ns / 1'000'000'000;
    binding.set_flag(ConnFlag::Persistent, persistent);
    binding.set_timeout_s(5);
    policy.connect();
    node.run(seconds(1000));
    const std::string begin = to_text(SimTime{} + seconds(start));
    const std::string end = to_text(SimTime{} + seconds(start + 5));
    EXPECT_EQ(take(), (Names{begin + " START", end + " STOP", end + " CONN_IF_TIMEOUT"}));
    EXPECT_EQ(policy.state(), RetryPolicy::State::Idle);
  }
}

TEST_F(Policy, SubAttemptsRepeatWithDoublingPauseUntilTheTimeout) {  // 11, 14, 15
  binding.set_timeout_s(20);
  policy.connect();
  for (int second = 0; second <= 30; ++second) {
    at(second);
    if (!node.sink.records.empty() && node.sink.records.back().name == "START") {
      for (const std::string& line : take()) starts_.push_back(line);
      policy.sub_attempt_failed();
      policy.sub_attempt_failed();  // told twice, counted once
    }
  }
  // Pauses 2, 4, 7 (the cap), 7 would be 20: the timeout was armed first and wins.
  EXPECT_EQ(starts_, (Names{"0.000s START", "2.000s START", "6.000s START", "13.000s START"}));
  EXPECT_EQ(take(), (Names{"20.000s STOP", "20.000s CONN_IF_TIMEOUT"}));
}

TEST_F(Policy, EachAttemptBeginsWithTheShortPause) {
  binding.set_flag(ConnFlag::Persistent, true);
  policy.connect();
  policy.sub_attempt_failed();
  at(2);
  policy.sub_attempt_failed();
  at(6);
  EXPECT_EQ(policy.sub_attempts(), 3u);
  EXPECT_TRUE(policy.associated());
  policy.lost();
  EXPECT_EQ(policy.sub_attempts(), 1u);
  policy.sub_attempt_failed();
  at(8);
  EXPECT_EQ(policy.sub_attempts(), 2u);
}

TEST_F(Policy, PersistentLossIsANewAttemptWithAFreshCountdown) {  // 16, 17
  binding.set_flag(ConnFlag::Persistent, true);
  binding.set_timeout_s(5);
  policy.connect();
  at(3);
  EXPECT_TRUE(policy.associated());
  at(10);
  policy.lost();
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "3.000s IF_UP", "10.000s IF_DOWN", "10.000s START",
                           "15.000s STOP", "15.000s CONN_IF_TIMEOUT"}));
}

TEST_F(Policy, LossWithoutPersistenceEnds) {  // 18
  binding.set_timeout_s(5);
  policy.connect();
  EXPECT_TRUE(policy.associated());
  at(1);
  policy.lost();
  at(2);
  EXPECT_FALSE(policy.associated());  // the technology came back by itself
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "0.000s IF_UP", "1.000s IF_DOWN", "1.000s STOP",
                           "2.000s STOP"}));
}

TEST_F(Policy, PersistenceIsReadAtTheLoss) {  // 19
  policy.connect();
  EXPECT_TRUE(policy.associated());
  binding.set_flag(ConnFlag::Persistent, true);
  policy.lost();
  EXPECT_EQ(policy.state(), RetryPolicy::State::Attempting);
  EXPECT_TRUE(policy.associated());
  binding.set_flag(ConnFlag::Persistent, false);
  policy.lost();
  EXPECT_EQ(policy.state(), RetryPolicy::State::Idle);
}

TEST_F(Policy, TimeoutChangedDuringAnAttemptCountsForTheNext) {  // 20
  binding.set_timeout_s(5);
  policy.connect();
  binding.set_timeout_s(1);
  at(4);
  EXPECT_EQ(policy.state(), RetryPolicy::State::Attempting);
  at(5);
  node.forget();
  policy.connect();
  after_all();
  EXPECT_EQ(take().back(), "6.000s CONN_IF_TIMEOUT");
}

TEST_F(Policy, DisconnectWhileConnected) {  // 21, 23
  binding.set_flag(ConnFlag::Persistent, true);
  policy.connect();
  EXPECT_TRUE(policy.associated());
  at(1);
  policy.disconnect();
  policy.lost();  // what the technology says next is of no interest
  EXPECT_FALSE(policy.associated());
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "0.000s IF_UP", "1.000s STOP", "1.000s IF_DOWN",
                           "1.000s STOP"}));
}

TEST_F(Policy, DisconnectWhileConnecting) {  // 22
  binding.set_timeout_s(5);
  policy.connect();
  policy.sub_attempt_failed();
  at(1);
  policy.disconnect();
  EXPECT_FALSE(policy.associated());
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "1.000s STOP", "1.000s STOP"}));
  EXPECT_TRUE(a.is_dormant());
}

TEST_F(Policy, DisconnectWhileIdleIsNothing) {  // 24
  policy.disconnect();
  after_all();
  EXPECT_EQ(take(), Names{});
}

TEST_F(Policy, RepeatedConnectIsOneAssociation) {  // 25, 26
  policy.connect();
  policy.connect();
  EXPECT_TRUE(policy.associated());
  policy.connect();
  EXPECT_TRUE(policy.associated());
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "0.000s IF_UP"}));
}

TEST_F(Policy, LastCommandOfAnInstantWins) {  // 27
  policy.connect();
  EXPECT_TRUE(policy.associated());
  policy.disconnect();
  policy.connect();
  EXPECT_EQ(policy.state(), RetryPolicy::State::Attempting);
  policy.disconnect();
  EXPECT_EQ(policy.state(), RetryPolicy::State::Idle);
  policy.connect();
  EXPECT_TRUE(policy.associated());
  EXPECT_TRUE(a.is_up());
}

TEST_F(Policy, FatalEndsTheAttemptWithoutATimeout) {  // 32, 33
  binding.set_flag(ConnFlag::Persistent, true);
  binding.set_timeout_s(5);
  policy.connect();
  policy.sub_attempt_failed();
  at(1);
  policy.fatal(-5);
  policy.fatal(-5);
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "1.000s CONN_IF_FATAL_ERROR", "1.000s STOP"}));
}

TEST_F(Policy, FatalWhileConnectedTakesItDown) {  // 32
  binding.set_flag(ConnFlag::Persistent, true);
  policy.connect();
  EXPECT_TRUE(policy.associated());
  at(1);
  node.forget();
  policy.fatal(-5);
  EXPECT_EQ(node.sink.records.front().attr("reason"), "-5");
  after_all();
  EXPECT_EQ(take(), (Names{"1.000s CONN_IF_FATAL_ERROR", "1.000s STOP", "1.000s IF_DOWN"}));
  policy.connect();
  EXPECT_EQ(policy.state(), RetryPolicy::State::Attempting);
}

TEST_F(Policy, AssociationAtTheInstantOfTheTimeoutCounts) {
  struct Late {
    RetryPolicy& policy;
    void run() { EXPECT_TRUE(policy.associated()); }
  } late{policy};
  binding.set_timeout_s(5);
  policy.connect();
  node.scheduler.after(seconds(5), Lane::Frame, delegate<&Late::run>(&late));
  after_all();
  EXPECT_EQ(take(), (Names{"0.000s START", "5.000s IF_UP"}));
}

TEST_F(Policy, WaitsForConfiguration) {  // 28, 29
  policy.configured(false);
  policy.connect();
  at(10);
  EXPECT_EQ(policy.state(), RetryPolicy::State::Attempting);
  policy.configured(true);
  EXPECT_EQ(take(), (Names{"10.000s START"}));
  policy.configured(true);  // another one: the sub-attempt under way goes on
  policy.sub_attempt_failed();
  policy.configured(true);  // but a pause ends
  EXPECT_EQ(take(), (Names{"10.000s START"}));
}

TEST_F(Policy, MissingConfigurationHasATimeout) {  // 30
  binding.set_timeout_s(5);
  policy.configured(false);
  policy.connect();
  after_all();
  EXPECT_EQ(take(), (Names{"5.000s STOP", "5.000s CONN_IF_TIMEOUT"}));
}

TEST_F(Policy, TechnologyThatRestartsByItself) {  // 18, 23
  policy.restarted();
  EXPECT_EQ(take(), (Names{"0.000s STOP"}));
  policy.connect();
  policy.sub_attempt_failed();
  policy.restarted();  // this is the next sub-attempt
  at(10);
  EXPECT_EQ(take(), (Names{"0.000s START"}));
}

// Switched off it is idle, whatever it did, and tells nothing.
TEST_F(Policy, SwitchedOffIsTheEndOfIt) {
  binding.set_flag(ConnFlag::Persistent, true);
  binding.set_timeout_s(5);
  policy.connect();
  at(1);
  take();
  policy.switched_off();
  EXPECT_EQ(policy.state(), RetryPolicy::State::Idle);
  at(50);
  EXPECT_EQ(take(), (Names{"1.000s STOP"}));
  policy.connect();
  EXPECT_TRUE(policy.associated());
  take();
  policy.switched_off();
  after_all();
  EXPECT_EQ(take(), (Names{"50.000s STOP", "50.000s IF_DOWN"}));
}

class GracePolicy : public Policy {
 protected:
  void connect_and_lose(bool persistent) {
    binding.set_flag(ConnFlag::Persistent, persistent);
    graceful.connect();
    EXPECT_TRUE(graceful.associated());
    node.forget();
    at(1);
    graceful.lost();
  }
  RetryPolicy graceful{binding, technology, {seconds(2), seconds(7)}, seconds(3)};
};

TEST_F(GracePolicy, BackInTimeIsNoLoss) {  // 7
  connect_and_lose(false);
  at(2);
  EXPECT_TRUE(graceful.associated());
  after_all();
  EXPECT_EQ(take(), Names{});
  EXPECT_TRUE(a.is_up());
}

TEST_F(GracePolicy, ThenItIsToldAndTheAttemptGoesOn) {  // 6, 16
  binding.set_timeout_s(10);
  connect_and_lose(true);
  after_all();
  EXPECT_EQ(take(), (Names{"1.000s START", "4.000s IF_DOWN", "11.000s STOP",
                           "11.000s CONN_IF_TIMEOUT"}));
}

TEST_F(GracePolicy, NotPersistentJustEnds) {  // 18
  connect_and_lose(false);
  after_all();
  EXPECT_EQ(take(), (Names{"4.000s IF_DOWN", "4.000s STOP"}));
}

TEST_F(GracePolicy, ConnectWithinTheGraceIsAnAttempt) {
  connect_and_lose(false);
  at(2);
  graceful.connect();
  at(10);
  EXPECT_EQ(take(), (Names{"2.000s START", "4.000s IF_DOWN"}));
  EXPECT_EQ(graceful.state(), RetryPolicy::State::Attempting);
}

TEST_F(GracePolicy, TimeoutWithinTheGraceTakesItDown) {  // 17
  binding.set_timeout_s(2);
  connect_and_lose(true);
  after_all();
  EXPECT_EQ(take(), (Names{"1.000s START", "3.000s STOP", "3.000s IF_DOWN",
                           "3.000s CONN_IF_TIMEOUT"}));
}

TEST_F(Policy, IdleDisconnectOfAPersistentBinding) {  // 44
  for (const bool persistent : {true, false}) {
    binding.set_flag(ConnFlag::Persistent, persistent);
    policy.connect();
    EXPECT_TRUE(policy.associated());
    node.forget();
    binding.set_tells_idle(true);
    policy.disconnect();
    EXPECT_EQ(policy.state(),
              persistent ? RetryPolicy::State::Attempting : RetryPolicy::State::Idle);
    policy.disconnect();  // while it tries again
    EXPECT_TRUE(policy.associated() || !persistent);
    binding.set_flag(ConnFlag::Disconnecting, true);
    policy.disconnect();  // a user's
    EXPECT_EQ(policy.state(), RetryPolicy::State::Idle);
    binding.set_flag(ConnFlag::Disconnecting, false);
  }
}

}  // namespace
}  // namespace flapjack::test
