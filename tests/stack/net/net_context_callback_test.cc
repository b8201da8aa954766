// SPDX-License-Identifier: Apache-2.0
// What a receiver's callback may do to the context that calls it: receive by another, stop, put the
// context, and send so that it is called again before it returns.
#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;

const Timeout kNoWait = Timeout::no_wait();

// Large enough for a block of its own; whoever runs it when it is gone writes rubbish.
struct Captured {
  std::string name;
  std::shared_ptr<int> alive;
};

class Callback : public testing::Test {
 protected:
  static StackConfig direct() {
    StackConfig config;
    config.tx_classes = config.rx_classes = 0;  // a packet to oneself arrives within its send
    return config;
  }
  void arrive(std::string_view text) {
    rig.receive(eth0, test::udp_bytes({ip("192.0.2.2"), 5000}, {ip("192.0.2.1"), 7}, text));
  }
  static std::string text_of(const PacketPtr& packet) { return test::text_of(packet->bytes()); }
  RecvCallback writes(std::string name) {
    return [this, name](NetContext&, PacketPtr packet, Status) {
      log.push_back(name + ":" + text_of(packet));
    };
  }
  void tell(NetContext& from, std::uint16_t port, std::string_view text) {
    EXPECT_TRUE(
        from.sendto(test::text_bytes(text), {ip("192.0.2.1"), port}, {}, kNoWait).ok());
  }
  /// Its callback says what it has captured after `during`, which it is given.
  void receive(NetContext& context, std::function<void(NetContext&)> during) {
    Captured captured{"first", std::make_shared<int>(1)};
    alive = captured.alive;
    const Status receiving = context.recv(
        [this, captured, during](NetContext& self, PacketPtr packet, Status) {
          during(self);
          log.push_back(captured.name + ":" + text_of(packet) +
                        (alive.expired() ? " too late" : ""));
        },
        kNoWait);
    EXPECT_TRUE(receiving.ok());
  }

  NodeRig rig{direct()};
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  NetContext& context = rig.bound(7);
  std::weak_ptr<int> alive;  // of what the callback of receive() has captured
  Lines log;
};

TEST_F(Callback, MayRegisterAnotherAndRunsOn) {
  receive(context, [this](NetContext& self) {
    EXPECT_TRUE(self.recv(writes("second"), kNoWait).ok());
  });
  arrive("a");
  EXPECT_TRUE(alive.expired()) << "it went when it had returned";
  arrive("b");
  EXPECT_EQ(log, (Lines{"first:a", "second:b"}));
}

TEST_F(Callback, MayEndReceiving) {
  receive(context, [](NetContext& self) { EXPECT_TRUE(self.recv({}, kNoWait).ok()); });
  arrive("a");
  EXPECT_TRUE(alive.expired());
  arrive("b");
  EXPECT_EQ(log, Lines{"first:a"});
  EXPECT_EQ(rig.drops(), Lines{"conn_refused"});
}

TEST_F(Callback, MayPutItsContextForTheNextToUse) {
  receive(context, [this](NetContext& self) {
    EXPECT_TRUE(self.put().ok());
    NetContext& next = rig.bound(7);
    EXPECT_EQ(&next, &self);
    EXPECT_TRUE(next.recv(writes("next"), kNoWait).ok());
  });
  arrive("a");
  EXPECT_TRUE(alive.expired());
  arrive("b");
  EXPECT_EQ(log, (Lines{"first:a", "next:b"}));
}

TEST_F(Callback, IsCalledAgainWhileItRuns) {
  NetContext& other = rig.bound(8);
  EXPECT_TRUE(other
                  .recv(
                      [&](NetContext& self, PacketPtr packet, Status) {
                        log.push_back("other:" + text_of(packet));
                        tell(self, 7, "inner");
                      },
                      kNoWait)
                  .ok());
  int depth = 0;
  receive(context, [&](NetContext& self) {
    if (++depth == 1) tell(self, 8, "outer");
  });
  arrive("a");
  EXPECT_EQ(log, (Lines{"other:outer", "first:inner", "first:a"}));
  EXPECT_FALSE(alive.expired());
}

TEST_F(Callback, MayBeReplacedByOneThatIsCalledWhileItRuns) {
  NetContext& other = rig.bound(8);
  EXPECT_TRUE(other
                  .recv(
                      [&](NetContext& self, PacketPtr, Status) {
                        EXPECT_TRUE(context.recv(writes("second"), kNoWait).ok());
                        tell(self, 7, "inner");
                        EXPECT_TRUE(self.put().ok());
                      },
                      kNoWait)
                  .ok());
  receive(context, [&](NetContext& self) { tell(self, 8, "outer"); });
  arrive("a");
  EXPECT_EQ(log, (Lines{"second:inner", "first:a"}));
  EXPECT_TRUE(alive.expired());
  arrive("b");
  EXPECT_EQ(log.back(), "second:b");
}

TEST_F(Callback, OfOneWordIsCopiedWithWhatItKnows) {
  EXPECT_TRUE(context
                  .recv(
                      [this](NetContext& self, PacketPtr packet, Status) {
                        EXPECT_TRUE(self.recv(writes("second"), kNoWait).ok());
                        log.push_back("first:" + text_of(packet));
                      },
                      kNoWait)
                  .ok());
  arrive("a");
  arrive("b");
  EXPECT_EQ(log, (Lines{"first:a", "second:b"}));
}

}  // namespace
}  // namespace flapjack
