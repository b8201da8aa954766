// SPDX-License-Identifier: Apache-2.0
// The monitor and ifaces that belong to an engine; and a queue that is not empty because a handler
// takes its time.
#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

// Having one is all that matters here.
class NoEngine : public ContextOffload {
 public:
  Status get(NetContext&, Family, SocketType, Protocol) override { return Errc::Enotsup; }
  Status bind(NetContext&, const Endpoint&) override { return Errc::Enotsup; }
  Status listen(NetContext&, int) override { return Errc::Enotsup; }
  Status connect(NetContext&, const Endpoint&, ConnectCallback, Timeout) override {
    return Errc::Enotsup;
  }
  Status accept(NetContext&, AcceptCallback, Timeout) override { return Errc::Enotsup; }
  Result<std::size_t> send(NetContext&, PacketPtr, const Endpoint*, SendCallback,
                           Timeout) override {
    return Errc::Enotsup;
  }
  Status recv(NetContext&, RecvCallback, Timeout) override { return Errc::Enotsup; }
  Status put(NetContext&) override { return {}; }
};

TEST(MonitorIgnore, NullMeansOffloadedIfacesAlthoughTheyHaveAnL2) {
  TestNode node;
  NoEngine engine;
  NetIf& native = node.add("native");
  NetIf& offloaded = node.add("offloaded");
  offloaded.set_offload(&engine);
  ASSERT_TRUE(node.mgr.boot().ok());
  node.mgr.ignore_l2(nullptr);
  EXPECT_TRUE(node.mgr.is_iface_ignored(offloaded));
  EXPECT_FALSE(node.mgr.is_iface_ignored(native));
  node.mgr.watch_l2(nullptr);
  EXPECT_FALSE(node.mgr.is_iface_ignored(offloaded));
}

// A build with no IP of its own learns of addresses by events only.
TEST(MonitorBoot, ASwitchLeavesOffloadedIfacesOutOfTheSnapshot) {
  for (const bool scan : {true, false}) {
    ConnMgrConfig config;
    config.monitor.scan_offloaded = scan;
    TestNode node(config);
    NoEngine engine;
    NetIf& iface = node.add_with_address("a");
    iface.set_offload(&engine);
    ASSERT_TRUE(iface.up().ok());
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run();
    EXPECT_EQ(node.take_l4(), scan ? gain("a") : Names{});
    node.set_address(iface, false);
    node.run();
    node.set_address(iface, true);
    node.run();
    EXPECT_EQ(node.take_l4(), scan ? (Names{"L4_DISCONNECTED a", "L4_IPV4_DISCONNECTED a",
                                            "L4_CONNECTED a", "L4_IPV4_CONNECTED a"})
                                   : gain("a"));
  }
}

// The queue is drained only when the last handler has returned.
TEST(MonitorCoalescing, ThePassWaitsForHandlersThatTakeTime) {
  for (const auto& [policy, told] : {std::pair{Coalescing::EachEvent, std::size_t{4}},
                                     std::pair{Coalescing::QueueDrained, std::size_t{0}}}) {
    StackConfig stack;
    stack.mgmt.handler_time = milliseconds(1);
    TestNode node(with(policy), stack);
    NetIf& a = node.add_with_address("a");
    ASSERT_TRUE(node.mgr.boot().ok());
    node.run(milliseconds(50));
    node.forget();
    ASSERT_TRUE(a.up().ok());
    ASSERT_TRUE(a.down().ok());
    node.run(milliseconds(50));
    EXPECT_EQ(node.take_l4().size(), told);
  }
}

}  // namespace
}  // namespace flapjack::test
