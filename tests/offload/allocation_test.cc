// SPDX-License-Identifier: Apache-2.0
// In steady state an engine allocates nothing for a segment or a datagram, at
// either level.
#include "tests/offload/engine_rig.h"
#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

/// Allocations of the last of three equal rounds.
template <class Round> std::uint64_t steady_allocations(Round round) {
  round();
  round();
  const std::uint64_t before = test::allocation_count();
  round();
  return test::allocation_count() - before;
}

LinkConfig two_milliseconds() {
  LinkConfig config;
  config.delay = milliseconds(2);
  return config;
}

TEST(EngineAllocations, NoneForAStream) {
  EngineRig rig(make_lwip_engine, two_milliseconds());
  StreamPair pair(rig);
  std::vector<std::uint8_t> in(4000), out(3000);
  std::size_t received = 0;
  pair.server_user.then = [&](Readiness) {
    for (auto n = pair.server->recv(in, nullptr); n.ok();
         n = pair.server->recv(in, nullptr)) {
      received += n.value();
    }
  };
  EXPECT_EQ(steady_allocations([&] {
              for (int i = 0; i < 200; ++i) {
                static_cast<void>(pair.client->send(out, nullptr).ok());
                rig.run(milliseconds(1));
              }
            }),
            0u);
  EXPECT_GT(received, 1'000'000u);
}

TEST(EngineAllocations, NoneForDatagramsOfContexts) {
  EngineRig rig(make_lwip_engine, two_milliseconds());
  NetContext &server = rig.node(2).context(SocketType::Datagram);
  ASSERT_TRUE(server.bind({{}, 7}).ok());
  std::size_t received = 0;
  ASSERT_TRUE(server
                  .recv([&](NetContext &, PacketPtr, Status) { ++received; },
                        Timeout::no_wait())
                  .ok());
  NetContext &client = rig.node(1).context(SocketType::Datagram);
  ASSERT_TRUE(
      client.connect(rig.node(2).at(7), nullptr, Timeout::no_wait()).ok());
  const std::vector<std::uint8_t> bytes(64);
  EXPECT_EQ(steady_allocations([&] {
              for (int i = 0; i < 200; ++i) {
                static_cast<void>(
                    client.send(bytes, nullptr, Timeout::no_wait()).ok());
                rig.run(milliseconds(1));
              }
            }),
            0u);
  EXPECT_GE(received, 595u);
}

} // namespace
} // namespace flapjack
