// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/fiber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

using testing::ElementsAre;

class FiberTest : public testing::Test {
 protected:
  // Runs `body` in a fiber until nothing is left to do.
  void run(std::function<void()> body) {
    host.spawn("test", std::move(body));
    scheduler.run();
  }
  void note(const std::string& what) { log.push_back(what + "@" + to_text(scheduler.now())); }

  Scheduler scheduler;
  FiberHost host{scheduler};
  std::vector<std::string> log;
};

// A destructor that tells.
struct Guard {
  std::vector<std::string>& log;
  std::string name;
  ~Guard() { log.push_back(name); }
};

TEST_F(FiberTest, SleepTakesSimulatedTime) {
  run([&] {
    EXPECT_TRUE(host.sleep(milliseconds(250)).ok());
    note("a");
    EXPECT_TRUE(host.sleep(Duration{}).ok());
    EXPECT_TRUE(host.sleep(Duration{-5}).ok());
    note("b");
    EXPECT_TRUE(host.sleep(seconds(3)).ok());
    note("c");
  });
  EXPECT_THAT(log, ElementsAre("a@0.250s", "b@0.250s", "c@3.250s"));
  EXPECT_EQ(host.current(), nullptr);
}

TEST_F(FiberTest, BlockingOutsideAFiberIsRefused) {
  Semaphore semaphore(host, "sem", 1);
  EXPECT_EQ(host.sleep(seconds(1)).code(), Errc::Edeadlk);
  EXPECT_TRUE(semaphore.take(Timeout::forever()).ok()) << "no wait was needed";
  EXPECT_EQ(semaphore.take(Timeout::no_wait()).code(), Errc::Eagain);
  EXPECT_EQ(semaphore.take(Timeout::forever()).code(), Errc::Edeadlk);
  EXPECT_EQ(semaphore.take(Timeout::after(seconds(1))).code(), Errc::Edeadlk);
  EXPECT_EQ(scheduler.pending_count(), 0u);
}

TEST_F(FiberTest, TakeWaitsAsLongAsItsTimeoutSays) {
  Semaphore semaphore(host, "sem");
  host.spawn("giver", [&] {
    (void)host.sleep(milliseconds(300));
    semaphore.give();
  });
  run([&] {
    EXPECT_EQ(semaphore.take(Timeout::no_wait()).code(), Errc::Eagain);
    EXPECT_EQ(semaphore.take(Timeout::after(milliseconds(100))).code(), Errc::Eagain);
    note("timeout");
    EXPECT_TRUE(semaphore.take(Timeout::forever()).ok());
    note("given");
    EXPECT_EQ(semaphore.take(Timeout::after(milliseconds(50))).code(), Errc::Eagain);
    note("timeout");
  });
  EXPECT_THAT(log, ElementsAre("timeout@0.100s", "given@0.300s", "timeout@0.350s"));
}

TEST_F(FiberTest, AGiveAtTheInstantOfTheTimeoutCountsOnce) {
  Semaphore semaphore(host, "sem");
  struct Giver {
    Semaphore* semaphore;
    void run() { semaphore->give(); }
  } giver{&semaphore};
  Errc early{}, late{};
  host.spawn("early", [&] { early = semaphore.take(Timeout::after(Duration{10})).code(); });
  host.spawn("late", [&] { late = semaphore.take(Timeout::after(Duration{20})).code(); });
  scheduler.at(SimTime{10}, Lane::World, delegate<&Giver::run>(&giver));   // before the expiry
  scheduler.at(SimTime{20}, Lane::Settle, delegate<&Giver::run>(&giver));  // after it
  scheduler.run();
  EXPECT_EQ(early, Errc::Ok);
  EXPECT_EQ(late, Errc::Eagain);
  EXPECT_EQ(semaphore.count(), 1u);
}

TEST_F(FiberTest, ATimeoutNearTheEndOfTimeDoesNotWrap) {
  Semaphore semaphore(host, "sem");
  scheduler.run_until(SimTime{5});
  host.spawn("waiter", [&] {
    (void)semaphore.take(Timeout::after(Duration{std::numeric_limits<std::int64_t>::max()}));
    note("woken");
  });
  scheduler.run_until(SimTime{seconds(1000).ns});
  EXPECT_EQ(host.blocked().size(), 1u);
  semaphore.give();
  scheduler.run_until(SimTime{seconds(1000).ns});
  EXPECT_THAT(log, ElementsAre("woken@1000.000s"));
}

TEST_F(FiberTest, WaitersAreServedFirstComeFirstServed) {
  Semaphore semaphore(host, "sem");
  for (const char* name : {"a", "b", "c"}) {
    host.spawn(name, [&, name] {
      EXPECT_TRUE(semaphore.take(Timeout::forever()).ok());
      note(name);
    });
  }
  host.spawn("giver", [&] {
    for (int i = 0; i < 3; ++i) {
      (void)host.sleep(seconds(1));
      semaphore.give();
    }
    semaphore.give();
    semaphore.give();
  });
  scheduler.run();
  EXPECT_THAT(log, ElementsAre("a@1.000s", "b@2.000s", "c@3.000s"));
  EXPECT_EQ(semaphore.count(), 2u);
}

TEST_F(FiberTest, GiveCountsUpToTheLimit) {
  Semaphore semaphore(host, "sem", 0, 2);
  for (int i = 0; i < 5; ++i) semaphore.give();
  EXPECT_EQ(semaphore.count(), 2u);
}

TEST_F(FiberTest, ResetWakesEveryWaiterWithEcanceled) {
  Semaphore semaphore(host, "sem", 0, 5);
  std::vector<Errc> results;
  for (int i = 0; i < 3; ++i) {
    host.spawn("w", [&] { results.push_back(semaphore.take(Timeout::after(seconds(9))).code()); });
  }
  scheduler.run_until(SimTime{1000});
  semaphore.give();   // the first one is served already
  semaphore.reset();  // before it runs
  scheduler.run();
  EXPECT_THAT(results, ElementsAre(Errc::Ok, Errc::Ecanceled, Errc::Ecanceled));
  EXPECT_EQ(scheduler.now(), SimTime{1000}) << "no timeout is left behind";
  semaphore.give();
  semaphore.reset();
  EXPECT_EQ(semaphore.count(), 0u);
}

TEST_F(FiberTest, BlockedNamesWhoWaitsForWhatSinceWhen) {
  Semaphore semaphore(host, "recv on dev.wifi0"), unnamed(host, "");
  host.spawn("app", [&] {
    (void)host.sleep(seconds(2));
    (void)semaphore.take(Timeout::forever());
  });
  host.spawn("other", [&] { (void)host.sleep(seconds(60)); });
  host.spawn("third", [&] { (void)unnamed.take(Timeout::forever()); });
  EXPECT_TRUE(host.blocked().empty()) << "not started yet";
  scheduler.run_until(SimTime{seconds(3).ns});
  const std::vector<BlockedCall> calls = host.blocked();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[0].fiber, "app");
  EXPECT_EQ(calls[0].waits_for, "recv on dev.wifi0");
  EXPECT_EQ(calls[0].since, SimTime{seconds(2).ns});
  EXPECT_EQ(calls[1].fiber, "other");
  EXPECT_EQ(calls[1].waits_for, "sleep");
  EXPECT_EQ(calls[2].waits_for, "");
  host.cancel_all();
  EXPECT_TRUE(host.blocked().empty());
}

TEST_F(FiberTest, CancelAllRunsDestructorsAndSkipsTheRestOfTheBody) {
  Semaphore semaphore(host, "sem");
  for (const char* name : {"a", "b"}) {
    host.spawn(name, [&, name] {
      Guard outer{log, std::string(name) + " outer"};
      Guard inner{log, std::string(name) + " inner"};
      (void)semaphore.take(Timeout::after(seconds(5)));
      log.push_back("not reached");
    });
  }
  scheduler.run_until(SimTime{10});
  host.spawn("never started", [&] { log.push_back("not reached"); });
  host.cancel_all();
  EXPECT_THAT(log, ElementsAre("b inner", "b outer", "a inner", "a outer"));
  EXPECT_EQ(scheduler.pending_count(), 0u);
  scheduler.run();
  EXPECT_EQ(log.size(), 4u);
}

TEST_F(FiberTest, ADestructorThatBlocksDuringCancelGetsEcanceled) {
  Semaphore semaphore(host, "sem");
  Errc seen{}, slept{};
  struct Closer {
    Semaphore& semaphore;
    FiberHost& host;
    Errc &seen, &slept;
    ~Closer() {
      seen = semaphore.take(Timeout::forever()).code();
      slept = host.sleep(seconds(1)).code();
    }
  };
  host.spawn("app", [&] {
    Closer closer{semaphore, host, seen, slept};
    (void)semaphore.take(Timeout::forever());
  });
  scheduler.run();
  host.cancel_all();
  EXPECT_EQ(seen, Errc::Ecanceled);
  EXPECT_EQ(slept, Errc::Ecanceled);
}

TEST_F(FiberTest, CancelAllDuringAnExceptionOutsideStillUnwinds) {
  Semaphore semaphore(host, "sem");
  host.spawn("app", [&] {
    Guard guard{log, "unwound"};
    for (;;) (void)semaphore.take(Timeout::forever());
  });
  scheduler.run();
  struct Teardown {
    FiberHost& host;
    ~Teardown() { host.cancel_all(); }
  };
  EXPECT_THROW(
      {
        Teardown teardown{host};
        throw std::runtime_error("outside");
      },
      std::runtime_error);
  EXPECT_THAT(log, ElementsAre("unwound"));
}

TEST_F(FiberTest, AHostDestroyedWithBlockedFibersUnwindsThem) {
  {
    FiberHost inner(scheduler);
    Semaphore semaphore(inner, "sem");
    inner.spawn("app", [&] {
      Guard guard{log, "unwound"};
      const std::vector<int> memory(1000);  // the leak checker would see it
      (void)inner.sleep(seconds(1));
    });
    scheduler.run_until(SimTime{10});
  }
  EXPECT_THAT(log, ElementsAre("unwound"));
  scheduler.run();
}

TEST_F(FiberTest, AnExceptionOutOfABodyComesOutOfTheRun) {
  host.spawn("bad", [&] {
    (void)host.sleep(seconds(1));
    throw std::runtime_error("bad app");
  });
  host.spawn("good", [&] {
    (void)host.sleep(seconds(2));
    note("good");
  });
  EXPECT_THROW(scheduler.run(), std::runtime_error);
  EXPECT_EQ(host.current(), nullptr);
  scheduler.run();
  EXPECT_THAT(log, ElementsAre("good@2.000s"));
}

TEST_F(FiberTest, AFiberMayBlockInsideACatchBlock) {
  const auto body = [&](const std::string& name, Duration wait) {
    return [this, name, wait] {
      try {
        throw std::runtime_error(name);
      } catch (const std::runtime_error&) {
        (void)host.sleep(wait);
        try {
          throw;  // must be its own exception, not the one another fiber handles meanwhile
        } catch (const std::runtime_error& e) {
          note(name + "=" + e.what());
        }
      }
    };
  };
  host.spawn("a", body("a", seconds(1)));
  host.spawn("b", body("b", seconds(2)));
  host.spawn("c", body("c", milliseconds(1500)));
  scheduler.run();
  EXPECT_THAT(log, ElementsAre("a=a@1.000s", "c=c@1.500s", "b=b@2.000s"));
}

TEST_F(FiberTest, AFiberMaySpawnAndAThousandRunSideBySide) {
  int ended = 0;
  run([&] {
    for (int i = 0; i < 1000; ++i) {
      host.spawn("f", [&, i] {
        for (int n = 0; n < 3; ++n) (void)host.sleep(milliseconds(1 + i % 7));
        ++ended;
      });
    }
  });
  EXPECT_EQ(ended, 1000);
  EXPECT_EQ(scheduler.now(), SimTime{milliseconds(21).ns});
  EXPECT_TRUE(host.blocked().empty());
}

TEST_F(FiberTest, TheCauseOfAWokenFiberIsWhoeverWokeIt) {
  Semaphore semaphore(host, "sem");
  std::vector<std::uint64_t> causes;
  scheduler.set_cause(RecordId{1});
  host.spawn("waiter", [&] {
    causes.push_back(scheduler.cause().value);
    (void)semaphore.take(Timeout::after(seconds(9)));
    causes.push_back(scheduler.cause().value);
    scheduler.set_cause(RecordId{3});
    (void)host.sleep(seconds(1));
    causes.push_back(scheduler.cause().value);
  });
  scheduler.set_cause({});
  scheduler.run_until(SimTime{10});
  scheduler.set_cause(RecordId{2});
  semaphore.give();
  scheduler.run();
  EXPECT_THAT(causes, ElementsAre(1, 2, 3));
}

TEST_F(FiberTest, BlockingAllocatesNothing) {
  Semaphore ping(host, "ping"), pong(host, "pong");
  std::uint64_t allocated = 0;
  host.spawn("echo", [&] {
    while (ping.take(Timeout::after(seconds(1))).ok()) pong.give();
  });
  run([&] {
    const auto round = [&] {
      ping.give();
      EXPECT_TRUE(pong.take(Timeout::after(seconds(1))).ok());
      (void)host.sleep(Duration{1});
    };
    for (int i = 0; i < 10; ++i) round();
    const std::uint64_t before = test::allocation_count();
    for (int i = 0; i < 1000; ++i) round();
    allocated = test::allocation_count() - before;
  });
  EXPECT_EQ(allocated, 0u);
}

}  // namespace
}  // namespace flapjack
