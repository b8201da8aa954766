// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_stack.h"

#include "offload/lwip_tcp_socket.h"
#include "offload/lwip_udp_socket.h"
#include "tests/offload/engine_rig.h"

namespace flapjack {
namespace {

struct Owner : LwipStackUser {
  void on_link(bool up) override { links.push_back(up); }
  RecordId on_crash(const char* assertion) override {
    crash = assertion;
    return {};
  }
  std::vector<bool> links;
  std::string crash;
};

// A bare stack as third node on the rig's link.
struct LwipStackTest : testing::Test {
  LwipStackTest() {
    config.address = {{0x0a000003}, 16};
    stack = std::make_unique<LwipStack>(iface, driver, config, owner);
    EXPECT_TRUE(stack->set_running(true).ok());
  }
  EngineRig rig{make_lwip_engine};
  NetIf& iface = rig.node(1).stack.add_iface(EngineNode::named("x0"));
  SimDriver driver{rig.link, "n1.x0", {EngineNode::mac(3), false, {}, {}}};
  Owner owner;
  LwipStackConfig config;
  std::unique_ptr<LwipStack> stack;
};

TEST_F(LwipStackTest, AnAssertionIsACrashOfThisInstanceAlone) {
  RecordingUser user;
  auto socket = std::move(LwipUdpSocket::open(*stack, user).value());
  EXPECT_FALSE(stack->run([] { throw LwipCrash("out of luck"); }));
  EXPECT_EQ(owner.crash, "out of luck");
  EXPECT_FALSE(stack->is_powered());
  EXPECT_EQ(owner.links, (std::vector<bool>{true, false}));
  rig.run(milliseconds(1));
  EXPECT_EQ(socket->take_error().code(), Errc::Econnreset);
  EXPECT_FALSE(stack->run([] {})) << "off";
  StreamPair others(rig);
  stack->power_on();
  EXPECT_EQ(owner.links, (std::vector<bool>{true, false, true}));
  EXPECT_TRUE(LwipUdpSocket::open(*stack, user).ok());
}

TEST_F(LwipStackTest, SocketsOutliveTheirStack) {
  RecordingUser user;
  auto datagram = std::move(LwipUdpSocket::open(*stack, user).value());
  auto stream = std::move(LwipTcpSocket::open(*stack, user).value());
  stack.reset();
  rig.run(milliseconds(1));
  EXPECT_TRUE(user.error);
  EXPECT_EQ(datagram->connect(rig.node(2).at(7)).code(), Errc::Enetdown);
  EXPECT_EQ(stream->connect(rig.node(2).at(7)).code(), Errc::Econnreset);
  EXPECT_EQ(stream->bind({{}, 7}).code(), Errc::Einval);
}

TEST_F(LwipStackTest, FramesInFlightThroughLwipAreFreedAtAPowerCut) {
  RecordingUser user;
  auto sink = std::move(LwipUdpSocket::open(*stack, user).value());
  ASSERT_TRUE(sink->bind({{}, 7}).ok());
  const auto source = open_socket(rig.node(2), SocketType::Datagram, user);
  const Endpoint to{Ipv4Address{0x0a000003}, 7};
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(source->send(bytes_of("x"), &to).ok());
    rig.run(milliseconds(1));
  }
  const std::size_t held = rig.slab.in_use();
  EXPECT_GE(held, 5u);
  stack->power_off();
  EXPECT_EQ(rig.slab.in_use(), held - 5);
}

TEST_F(LwipStackTest, IdleTimersAreOneEvent) {
  const std::size_t before = rig.scheduler.pending_count();
  RecordingUser user;
  std::vector<std::unique_ptr<OffloadSocket>> clients;
  for (std::uint16_t port = 1; port <= 5; ++port) {
    clients.push_back(std::move(LwipTcpSocket::open(*stack, user).value()));
    static_cast<void>(clients.back()->connect({Ipv4Address{0x0a000063}, port}).code());
  }
  rig.run(milliseconds(10));
  EXPECT_LE(rig.scheduler.pending_count(), before + 1);
}

TEST_F(LwipStackTest, ListenersRefuseWhenTheModemIsOutOfSockets) {
  RecordingUser user, client_user;
  std::vector<std::unique_ptr<OffloadSocket>> sockets;
  sockets.push_back(std::move(LwipTcpSocket::open(*stack, user).value()));
  ASSERT_TRUE(sockets[0]->bind({{}, 7}).ok());
  ASSERT_TRUE(sockets[0]->listen(4).ok());
  while (stack->has_socket_left()) {
    sockets.push_back(std::move(LwipUdpSocket::open(*stack, user).value()));
  }
  const auto client = open_socket(rig.node(2), SocketType::Stream, client_user);
  EXPECT_EQ(client->connect({Ipv4Address{0x0a000003}, 7}).code(), Errc::Einprogress);
  rig.run(milliseconds(10));
  EXPECT_EQ(client->take_error().code(), Errc::Econnreset) << "after the handshake";
  EXPECT_EQ(rig.count("accept_refused"), 1u);
}

TEST_F(LwipStackTest, TheDriversHardwareMayDoChecksums) {
  SimDriver lazy(rig.link, "n1.y0",
                 {EngineNode::mac(4), false, {.fill = false, .verify = false}, {}});
  NetIf& other = rig.node(1).stack.add_iface(EngineNode::named("y0"));
  LwipStackConfig wrong = config;
  wrong.address = {{0x0a000004}, 16};
  Owner user;
  LwipStack unfilled(other, lazy, wrong, user);
  ASSERT_TRUE(unfilled.set_running(true).ok());
  RecordingUser ready;
  auto sink = std::move(LwipUdpSocket::open(*stack, ready).value());
  ASSERT_TRUE(sink->bind({{}, 7}).ok());
  auto source = std::move(LwipUdpSocket::open(unfilled, ready).value());
  const Endpoint to{Ipv4Address{0x0a000003}, 7};
  EXPECT_TRUE(source->send(bytes_of("x"), &to).ok());
  rig.run(milliseconds(5));
  EXPECT_EQ(read_text(*sink), "EAGAIN") << "nobody filled the IPv4 checksum in";
}

}  // namespace
}  // namespace flapjack
