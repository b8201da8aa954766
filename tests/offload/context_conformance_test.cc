// SPDX-License-Identifier: Apache-2.0
// The context level of every engine: when callbacks come, what timeouts do, which codes.
#include "tests/offload/engine_rig.h"

namespace flapjack {
namespace {

class EngineContexts : public testing::TestWithParam<EngineUnderTest> {
 protected:
  static LinkConfig near() {
    LinkConfig config;
    config.delay = microseconds(100);
    return config;
  }
  EngineRig rig{GetParam().make, near()};
  const Timeout no_wait = Timeout::no_wait(), forever = Timeout::forever();
  std::vector<std::string> log;

  RecvCallback receiver(std::string who = "recv") {
    return [this, who](NetContext&, PacketPtr packet, Status status) {
      std::string what = packet != nullptr ? text_of(packet->bytes()) : "end";
      if (!status.ok()) what = errc_name(status.code());
      log.push_back(who + ":" + what);
    };
  }
  ConnectCallback connected(std::string who = "connect") {
    return [this, who](NetContext&, Status status) {
      log.push_back(who + ":" + std::string(errc_name(status.code())));
    };
  }
  SendCallback sent(std::string who = "sent") {
    return [this, who](NetContext&, Result<std::size_t> n) {
      log.push_back(who + ":" +
                    (n.ok() ? std::to_string(n.value()) : std::string(errc_name(n.code()))));
    };
  }
  std::string code(Errc c) { return std::string(errc_name(c)); }
  NetContext& bound(SocketType type, std::uint16_t port) {
    NetContext& context = rig.node(2).context(type);
    EXPECT_TRUE(context.bind({{}, port}).ok());
    return context;
  }
  NetContext& listening(std::uint16_t port) {
    NetContext& context = bound(SocketType::Stream, port);
    EXPECT_TRUE(context.listen(4).ok());
    return context;
  }
  using Log = std::vector<std::string>;
};
INSTANTIATE_TEST_SUITE_P(Engines, EngineContexts, testing::ValuesIn(engines_under_test()),
                         engine_name);

TEST_P(EngineContexts, GetRefusals) {
  EngineNode& node = rig.node(1);
  ContextOffload& engine = node.engine->context();
  NetContext& context = node.context(SocketType::Datagram);
  EXPECT_EQ(engine.get(context, Family::Inet6, SocketType::Stream, Protocol::Default).code(),
            Errc::Epfnosupport);
  EXPECT_EQ(engine.get(context, Family::Inet, SocketType::Raw, Protocol::Default).code(),
            Errc::Eprotonosupport);
  EXPECT_EQ(engine.get(context, Family::Inet, SocketType::Stream, Protocol::Udp).code(),
            Errc::Eprotonosupport);
  node.engine->power_cut();
  EXPECT_EQ(node.stack.contexts.get(Family::Inet, SocketType::Stream, Protocol::Tcp).code(),
            Errc::Enetdown);
}

TEST_P(EngineContexts, DatagramsByRegistration) {
  NetContext& server = bound(SocketType::Datagram, 7);
  ASSERT_TRUE(server.recv(receiver(), no_wait).ok());
  NetContext& client = rig.node(1).context(SocketType::Datagram);
  ASSERT_TRUE(client.connect(rig.node(2).at(7), connected(), no_wait).ok());
  EXPECT_EQ(client.send(bytes_of("one"), sent(), no_wait).value_or(0), 3u);
  EXPECT_EQ(log, Log{}) << "callbacks come later";
  rig.run(milliseconds(1));
  EXPECT_EQ(log, (Log{"connect:OK", "sent:3", "recv:one"}));
  EXPECT_TRUE(client.send(bytes_of("two"), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(log.back(), "recv:two") << "one registration is enough";
  ASSERT_TRUE(server.recv(receiver("other"), no_wait).ok());
  EXPECT_TRUE(client.send(bytes_of("three"), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(log.back(), "other:three") << "the last one counts";
}

TEST_P(EngineContexts, SendtoOverridesThePeer) {
  NetContext& seven = bound(SocketType::Datagram, 7);
  NetContext& eight = bound(SocketType::Datagram, 8);
  ASSERT_TRUE(seven.recv(receiver("seven"), no_wait).ok());
  ASSERT_TRUE(eight.recv(receiver("eight"), no_wait).ok());
  NetContext& client = rig.node(1).context(SocketType::Datagram);
  EXPECT_EQ(client.send(bytes_of("x"), nullptr, no_wait).code(), Errc::Edestaddrreq);
  ASSERT_TRUE(client.connect(rig.node(2).at(7), nullptr, no_wait).ok());
  EXPECT_TRUE(client.sendto(bytes_of("a"), rig.node(2).at(8), nullptr, no_wait).ok());
  EXPECT_TRUE(client.send(bytes_of("b"), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(log, (Log{"eight:a", "seven:b"}));
}

TEST_P(EngineContexts, ReceivedPacketsNameThePeerAndBelongToTheRxPool) {
  NetContext& server = bound(SocketType::Datagram, 7);
  Stack& stack = rig.node(2).stack;
  Endpoint from;
  std::size_t counted = 0;
  ASSERT_TRUE(server
                  .recv(
                      [&](NetContext&, PacketPtr packet, Status) {
                        from = packet->meta.source;
                        counted = stack.rx_pool.in_use();
                      },
                      no_wait)
                  .ok());
  NetContext& client = rig.node(1).context(SocketType::Datagram);
  ASSERT_TRUE(client.bind({rig.node(1).address, 4242}).ok());
  EXPECT_TRUE(client.sendto(bytes_of("x"), rig.node(2).at(7), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(from, rig.node(1).at(4242));
  EXPECT_EQ(counted, 1u);
  EXPECT_EQ(stack.rx_pool.in_use(), 0u);
}

TEST_P(EngineContexts, ForeverCallsBackBeforeItReturns) {
  NetContext& listener = listening(7);
  NetContext* server = nullptr;
  rig.fibers.spawn("server", [&] {
    const Status status = listener.accept(
        [&](NetContext& accepted, const Endpoint& peer) {
          EXPECT_EQ(peer.address, rig.node(1).address);
          server = &accepted;
        },
        forever);
    log.push_back("accept returned " + code(status.code()));
    EXPECT_TRUE(server->recv(receiver("server"), forever).ok());
    log.push_back("recv returned");
    EXPECT_TRUE(server->send(bytes_of("pong"), sent("server"), forever).ok());
    log.push_back("send returned");
  });
  NetContext& client = rig.node(1).context(SocketType::Stream);
  const bool ended = rig.in_fiber([&] {
    EXPECT_TRUE(client.connect(rig.node(2).at(7), connected(), forever).ok());
    log.push_back("connect returned");
    EXPECT_EQ(client.state(), ContextState::Connected);
    EXPECT_EQ(client.send(bytes_of("ping"), sent(), forever).value_or(0), 4u);
    EXPECT_TRUE(client.recv(receiver(), forever).ok());
  });
  EXPECT_TRUE(ended);
  EXPECT_EQ(log, (Log{"connect:OK", "connect returned", "sent:4", "accept returned OK",
                      "server:ping", "recv returned", "server:4", "send returned", "recv:pong"}));
}

TEST_P(EngineContexts, AnExpiredTimeoutNeverCallsBack) {
  NetContext& listener = listening(7);
  NetContext& server = bound(SocketType::Datagram, 8);
  NetContext& client = rig.node(1).context(SocketType::Stream);
  const Timeout half_second = Timeout::after(milliseconds(500));
  const bool ended = rig.in_fiber([&] {
    const SimTime start = rig.scheduler.now();
    EXPECT_EQ(
        listener.accept([&](NetContext&, const Endpoint&) { log.push_back("accept"); }, half_second)
            .code(),
        Errc::Etimedout);
    EXPECT_EQ(server.recv(receiver(), half_second).code(), Errc::Etimedout);
    EXPECT_EQ(client.connect({Ipv4Address{0x0a000063}, 7}, connected(), half_second).code(),
              Errc::Etimedout);
    EXPECT_EQ((rig.scheduler.now() - start).ns, milliseconds(1500).ns);
  });
  EXPECT_TRUE(ended);
  NetContext& sender = rig.node(1).context(SocketType::Datagram);
  EXPECT_TRUE(sender.sendto(bytes_of("late"), rig.node(2).at(8), nullptr, no_wait).ok());
  rig.run(seconds(100));
  EXPECT_EQ(log, Log{});
  EXPECT_EQ(client.state(), ContextState::Unconnected);
  EXPECT_TRUE(rig.in_fiber([&] {
    EXPECT_TRUE(client.connect(rig.node(2).at(7), connected(), half_second).ok())
        << "it can be tried again";
    EXPECT_TRUE(server.recv(receiver(), half_second).ok()) << "what came waits";
  }));
  EXPECT_EQ(log, (Log{"connect:OK", "recv:late"}));
}

TEST_P(EngineContexts, OutsideAFiberWaitingIsADeadlock) {
  NetContext& listener = listening(7);
  NetContext& server = bound(SocketType::Datagram, 8);
  NetContext& client = rig.node(1).context(SocketType::Stream);
  EXPECT_EQ(listener.accept({}, forever).code(), Errc::Edeadlk);
  EXPECT_EQ(server.recv(receiver(), Timeout::after(seconds(1))).code(), Errc::Edeadlk);
  EXPECT_EQ(client.connect(rig.node(2).at(7), connected(), forever).code(), Errc::Edeadlk);
  rig.run(seconds(1));
  EXPECT_EQ(log, Log{});
}

TEST_P(EngineContexts, ConnectRefusedAndTriedAgain) {
  NetContext& client = rig.node(1).context(SocketType::Stream);
  EXPECT_TRUE(rig.in_fiber([&] {
    EXPECT_EQ(client.connect(rig.node(2).at(7), connected(), forever).code(), Errc::Econnrefused);
  }));
  EXPECT_EQ(client.state(), ContextState::Unconnected);
  EXPECT_TRUE(client.connect(rig.node(2).at(7), connected(), no_wait).ok());
  rig.run(milliseconds(1));
  listening(7);
  EXPECT_TRUE(client.connect(rig.node(2).at(7), connected(), no_wait).ok());
  EXPECT_EQ(client.connect(rig.node(2).at(7), connected(), no_wait).code(), Errc::Ealready);
  rig.run(milliseconds(1));
  EXPECT_EQ(log, (Log{"connect:ECONNREFUSED", "connect:ECONNREFUSED", "connect:OK"}));
}

TEST_P(EngineContexts, AcceptByRegistrationTakesEveryConnection) {
  NetContext& listener = listening(7);
  std::vector<NetContext*> accepted;
  ASSERT_TRUE(
      listener
          .accept([&](NetContext& context, const Endpoint&) { accepted.push_back(&context); },
                  no_wait)
          .ok());
  NetContext& first = rig.node(1).context(SocketType::Stream);
  NetContext& second = rig.node(1).context(SocketType::Stream);
  EXPECT_TRUE(first.connect(rig.node(2).at(7), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_TRUE(second.connect(rig.node(2).at(7), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  ASSERT_EQ(accepted.size(), 2u);
  EXPECT_TRUE(accepted[1]->recv(receiver(), no_wait).ok());
  EXPECT_TRUE(second.send(bytes_of("hi"), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(log, Log{"recv:hi"});
  EXPECT_EQ(rig.node(1).context(SocketType::Stream).accept({}, no_wait).code(), Errc::Einval);
}

TEST_P(EngineContexts, NoContextLeftForAConnection) {
  NetContext& listener = listening(7);
  ASSERT_TRUE(listener.accept([](NetContext&, const Endpoint&) {}, no_wait).ok());
  while (rig.node(2).stack.contexts.in_use() < 6) rig.node(2).context(SocketType::Datagram);
  NetContext& client = rig.node(1).context(SocketType::Stream);
  EXPECT_TRUE(client.connect(rig.node(2).at(7), nullptr, no_wait).ok());
  EXPECT_TRUE(client.recv(receiver(), no_wait).ok());
  rig.run(milliseconds(10));
  EXPECT_EQ(rig.count("accept_refused"), 1u);
  EXPECT_EQ(log, Log{"recv:end"});
}

TEST_P(EngineContexts, EndAndErrorsEndARegistration) {
  NetContext& listener = listening(7);
  NetContext* server = nullptr;
  ASSERT_TRUE(listener.accept([&](NetContext& c, const Endpoint&) { server = &c; }, no_wait).ok());
  NetContext& client = rig.node(1).context(SocketType::Stream);
  EXPECT_TRUE(client.connect(rig.node(2).at(7), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  EXPECT_TRUE(client.recv(receiver("client"), no_wait).ok());
  EXPECT_TRUE(server->recv(receiver("server"), no_wait).ok());
  rig.node(1).engine->reset();
  EXPECT_TRUE(server->send(bytes_of("?"), nullptr, no_wait).ok());
  rig.run(seconds(2));
  EXPECT_EQ(log, (Log{"client:ECONNRESET", "server:ECONNRESET"}));
  EXPECT_EQ(server->send(bytes_of("?"), nullptr, no_wait).code(), Errc::Econnreset);
}

TEST_P(EngineContexts, BackpressureOfAStream) {
  NetContext& listener = listening(7);
  NetContext* server = nullptr;
  ASSERT_TRUE(listener.accept([&](NetContext& c, const Endpoint&) { server = &c; }, no_wait).ok());
  NetContext& client = rig.node(1).context(SocketType::Stream);
  EXPECT_TRUE(client.connect(rig.node(2).at(7), nullptr, no_wait).ok());
  rig.run(milliseconds(1));
  const std::string text(1000, 'x');
  std::size_t accepted = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto n = client.send(bytes_of(text), nullptr, no_wait);
    accepted += n.value_or(0);
    rig.run(milliseconds(20));
    if (!n.ok()) {
      EXPECT_EQ(n.code(), Errc::Eagain);
    }
  }
  EXPECT_TRUE(rig.in_fiber([&] {
    const auto n = client.send(bytes_of(text), sent(), Timeout::after(milliseconds(100)));
    EXPECT_EQ(n.code(), Errc::Etimedout);
  }));
  std::size_t received = 0;
  EXPECT_TRUE(server
                  ->recv([&](NetContext&, PacketPtr packet,
                             Status) { received += packet != nullptr ? packet->size() : 0; },
                         no_wait)
                  .ok());
  EXPECT_TRUE(rig.in_fiber([&] {
    const auto n = client.send(bytes_of(text), sent("blocked"), forever);
    EXPECT_EQ(n.value_or(0), 1000u);
  }));
  rig.run(seconds(10));
  EXPECT_EQ(received, accepted + 1000);
  EXPECT_EQ(log, Log{"blocked:1000"});
}

TEST_P(EngineContexts, AStarvedRxPoolDelaysAndLosesNothing) {
  NetContext& server = bound(SocketType::Datagram, 7);
  ASSERT_TRUE(server.recv(receiver(), no_wait).ok());
  rig.node(2).stack.rx_pool.set_limit(0);
  NetContext& client = rig.node(1).context(SocketType::Datagram);
  EXPECT_TRUE(client.sendto(bytes_of("x"), rig.node(2).at(7), nullptr, no_wait).ok());
  rig.run(seconds(1));
  EXPECT_EQ(log, Log{});
  rig.node(2).stack.rx_pool.set_limit(1);
  rig.run(milliseconds(20));
  EXPECT_EQ(log, Log{"recv:x"});
}

TEST_P(EngineContexts, PutInsideACallbackAndWhileWaiting) {
  NetContext& server = bound(SocketType::Datagram, 7);
  ASSERT_TRUE(server
                  .recv(
                      [&](NetContext& self, PacketPtr, Status) {
                        log.push_back("recv");
                        EXPECT_TRUE(self.put().ok());
                      },
                      no_wait)
                  .ok());
  NetContext& client = rig.node(1).context(SocketType::Datagram);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(client.sendto(bytes_of("x"), rig.node(2).at(7), nullptr, no_wait).ok());
  }
  rig.run(milliseconds(1));
  EXPECT_EQ(log, Log{"recv"});
  NetContext& waiting = bound(SocketType::Datagram, 8);
  rig.fibers.spawn("waits", [&] { log.push_back(code(waiting.recv(receiver(), forever).code())); });
  rig.run(milliseconds(1));
  EXPECT_TRUE(waiting.put().ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(log.back(), "EBADF");
}

TEST_P(EngineContexts, TheWorldMayEndWithFibersBlocked) {
  NetContext& listener = listening(7);
  NetContext& server = bound(SocketType::Datagram, 8);
  NetContext& client = rig.node(1).context(SocketType::Stream);
  rig.fibers.spawn("accepts", [&] { static_cast<void>(listener.accept({}, forever).ok()); });
  rig.fibers.spawn("receives", [&] { static_cast<void>(server.recv({}, forever).ok()); });
  rig.fibers.spawn("connects", [&] {
    static_cast<void>(client.connect({Ipv4Address{0x0a000063}, 7}, {}, forever).ok());
  });
  rig.run(milliseconds(1));
  EXPECT_EQ(rig.fibers.blocked().size(), 3u);
}

}  // namespace
}  // namespace flapjack
