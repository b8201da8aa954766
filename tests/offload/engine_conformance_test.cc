// SPDX-License-Identifier: Apache-2.0
// What every engine's socket level does, over a real link.
#include "tests/offload/engine_rig.h"

namespace flapjack {
namespace {

class EngineSockets : public testing::TestWithParam<EngineUnderTest> {
 protected:
  EngineRig rig{GetParam().make};
};
INSTANTIATE_TEST_SUITE_P(Engines, EngineSockets, testing::ValuesIn(engines_under_test()),
                         engine_name);

TEST_P(EngineSockets, SupportsIpv4DatagramsAndStreams) {
  const struct {
    SocketSpec spec;
    bool supported;
  } rows[] = {
      {{Family::Inet, SocketType::Stream, Protocol::Default}, true},
      {{Family::Inet, SocketType::Stream, Protocol::Tcp}, true},
      {{Family::Inet, SocketType::Stream, Protocol::Udp}, false},
      {{Family::Inet, SocketType::Datagram, Protocol::Default}, true},
      {{Family::Inet, SocketType::Datagram, Protocol::Udp}, true},
      {{Family::Inet, SocketType::Datagram, Protocol::Tcp}, false},
      {{Family::Inet, SocketType::Datagram, Protocol::Icmp}, false},
      {{Family::Inet, SocketType::Raw, Protocol::Default}, false},
      {{Family::Inet6, SocketType::Stream, Protocol::Default}, false},
      {{Family::Packet, SocketType::Raw, Protocol::Default}, false},
  };
  RecordingUser user;
  SocketOffload& sockets = rig.node(1).engine->sockets();
  for (const auto& row : rows) {
    EXPECT_EQ(sockets.supports(row.spec), row.supported);
    const auto opened = sockets.open(row.spec, user);
    EXPECT_EQ(opened.code(), row.supported ? Errc::Ok : Errc::Eprotonosupport);
  }
}

TEST_P(EngineSockets, SocketsAreLimitedAndGivenBack) {
  RecordingUser user;
  std::vector<std::unique_ptr<OffloadSocket>> sockets;
  for (int i = 0; i < 8; ++i) {
    sockets.push_back(
        open_socket(rig.node(1), i % 2 ? SocketType::Stream : SocketType::Datagram, user));
  }
  SocketOffload& offload = rig.node(1).engine->sockets();
  EXPECT_EQ(offload.open({}, user).code(), Errc::Enobufs);
  sockets.pop_back();
  EXPECT_EQ(offload.open({}, user).code(), Errc::Ok);
}

TEST_P(EngineSockets, DatagramsTravelBothWays) {
  RecordingUser a_user, b_user;
  const auto a = open_socket(rig.node(1), SocketType::Datagram, a_user);
  const auto b = open_socket(rig.node(2), SocketType::Datagram, b_user);
  ASSERT_TRUE(b->bind({{}, 7}).ok());
  EXPECT_EQ(a->send(bytes_of("x"), nullptr).code(), Errc::Edestaddrreq);
  const Endpoint to = rig.node(2).at(7);
  EXPECT_EQ(a->send(bytes_of("ping"), &to).value_or(0), 4u);
  EXPECT_EQ(read_text(*b), "EAGAIN");
  rig.run(milliseconds(1));
  EXPECT_TRUE(b_user.readable);
  Endpoint from;
  EXPECT_EQ(read_text(*b, &from), "ping");
  EXPECT_EQ(from.address, rig.node(1).address);
  EXPECT_EQ(b->send(bytes_of("pong"), &from).value_or(0), 4u);
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*a, &from), "pong");
  EXPECT_EQ(from, to);
  EXPECT_EQ(a->listen(1).code(), Errc::Eopnotsupp);
  EXPECT_EQ(a->accept(a_user, from).code(), Errc::Eopnotsupp);
}

TEST_P(EngineSockets, ConnectOfADatagramSetsThePeerAndSendtoOverridesIt) {
  RecordingUser user;
  const auto a = open_socket(rig.node(1), SocketType::Datagram, user);
  const auto seven = open_socket(rig.node(2), SocketType::Datagram, user);
  const auto eight = open_socket(rig.node(2), SocketType::Datagram, user);
  ASSERT_TRUE(seven->bind({{}, 7}).ok());
  ASSERT_TRUE(eight->bind({{}, 8}).ok());
  EXPECT_EQ(a->connect({{}, 7}).code(), Errc::Einval);
  ASSERT_TRUE(a->connect(rig.node(2).at(7)).ok());
  EXPECT_TRUE(a->send(bytes_of("to seven"), nullptr).ok());
  const Endpoint other = rig.node(2).at(8);
  EXPECT_TRUE(a->send(bytes_of("to eight"), &other).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*seven), "to seven");
  EXPECT_EQ(read_text(*eight), "to eight");
}

TEST_P(EngineSockets, DatagramsAreCutCountedAndMayBeEmpty) {
  RecordingUser user;
  const auto a = open_socket(rig.node(1), SocketType::Datagram, user);
  const auto b = open_socket(rig.node(2), SocketType::Datagram, user);
  ASSERT_TRUE(b->bind({{}, 7}).ok());
  ASSERT_TRUE(a->connect(rig.node(2).at(7)).ok());
  EXPECT_TRUE(a->send(bytes_of("0123456789"), nullptr).ok());
  EXPECT_TRUE(a->send({}, nullptr).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*b, nullptr, 4), "0123");
  EXPECT_EQ(read_text(*b), "");
  EXPECT_EQ(read_text(*b), "EAGAIN");
  const std::vector<std::uint8_t> huge(65508);
  EXPECT_EQ(a->send(huge, nullptr).code(), Errc::Emsgsize);
  // Beyond the MTU: fragments, put together again.
  const std::vector<std::uint8_t> big(5000, 'x');
  EXPECT_EQ(a->send(big, nullptr).value_or(0), 5000u);
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*b, nullptr, 8000).size(), 5000u);
}

TEST_P(EngineSockets, AFullDatagramQueueDropsTheNewestAndSaysSo) {
  RecordingUser user;
  const auto a = open_socket(rig.node(1), SocketType::Datagram, user);
  const auto b = open_socket(rig.node(2), SocketType::Datagram, user);
  ASSERT_TRUE(b->bind({{}, 7}).ok());
  ASSERT_TRUE(a->connect(rig.node(2).at(7)).ok());
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(a->send(bytes_of(std::to_string(i)), nullptr).ok());
    rig.run(milliseconds(1));
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(read_text(*b), std::to_string(i));
  EXPECT_EQ(read_text(*b), "EAGAIN");
  EXPECT_EQ(rig.count("dropped"), 2u);
  EXPECT_EQ(rig.trace.records.back().attr("reason"), "queue_full");
}

TEST_P(EngineSockets, BindRefusals) {
  RecordingUser user;
  for (const SocketType type : {SocketType::Datagram, SocketType::Stream}) {
    const auto a = open_socket(rig.node(1), type, user);
    const auto b = open_socket(rig.node(1), type, user);
    EXPECT_EQ(a->bind(rig.node(2).at(7)).code(), Errc::Eaddrnotavail);
    EXPECT_TRUE(a->bind(rig.node(1).at(7)).ok());
    EXPECT_EQ(b->bind({{}, 7}).code(), Errc::Eaddrinuse);
    EXPECT_EQ(a->bind({{}, 8}).code(), Errc::Einval);
    EXPECT_TRUE(b->bind({{}, 0}).ok());
  }
}

TEST_P(EngineSockets, StreamEchoAndEnd) {
  StreamPair pair(rig);
  EXPECT_EQ(read_text(*pair.server), "EAGAIN");
  EXPECT_EQ(pair.client->send(bytes_of("hello"), nullptr).value_or(0), 5u);
  rig.run(milliseconds(1));
  EXPECT_TRUE(pair.server_user.readable);
  Endpoint from;
  EXPECT_EQ(read_text(*pair.server, &from, 2), "he");
  EXPECT_EQ(from.address, rig.node(1).address);
  EXPECT_EQ(read_text(*pair.server), "llo");
  EXPECT_TRUE(pair.server->send(bytes_of("world"), nullptr).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*pair.client), "world");
  pair.client.reset();
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*pair.server), "");
  EXPECT_EQ(read_text(*pair.server), "") << "the end of a stream stays";
  EXPECT_TRUE(pair.server->take_error().ok());
}

TEST_P(EngineSockets, EachDirectionClosesOnItsOwn) {
  StreamPair pair(rig);
  EXPECT_TRUE(pair.client->shutdown(Shutdown::Write).ok());
  EXPECT_TRUE(pair.client->shutdown(Shutdown::Write).ok()) << "again is no error";
  EXPECT_EQ(pair.client->send(bytes_of("x"), nullptr).code(), Errc::Epipe);
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*pair.server), "");
  EXPECT_TRUE(pair.server->send(bytes_of("still here"), nullptr).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*pair.client), "still here");
  EXPECT_TRUE(pair.server->shutdown(Shutdown::Both).ok());
  rig.run(seconds(300));  // beyond TIME_WAIT: nothing of it may be touched any more
  EXPECT_EQ(read_text(*pair.client), "");
  EXPECT_EQ(pair.client->send(bytes_of("x"), nullptr).code(), Errc::Epipe);
  EXPECT_EQ(read_text(*pair.server), "");
  EXPECT_TRUE(pair.client->take_error().ok());
}

TEST_P(EngineSockets, ReadShutdownDiscardsAndNeverStalls) {
  StreamPair pair(rig);
  const std::vector<std::uint8_t> bytes(1000, 'x');
  EXPECT_TRUE(pair.client->send(bytes, nullptr).ok());
  rig.run(milliseconds(1));
  EXPECT_TRUE(pair.server->shutdown(Shutdown::Read).ok());
  EXPECT_EQ(read_text(*pair.server), "");
  std::size_t sent = 0;
  for (int i = 0; i < 500; ++i) {
    sent += pair.client->send(bytes, nullptr).value_or(0);
    rig.run(milliseconds(1));
  }
  EXPECT_EQ(sent, 500'000u) << "more than any window";
}

TEST_P(EngineSockets, StreamCallsInTheWrongState) {
  RecordingUser user;
  Endpoint peer;
  const auto fresh = open_socket(rig.node(1), SocketType::Stream, user);
  EXPECT_EQ(fresh->send(bytes_of("x"), nullptr).code(), Errc::Enotconn);
  EXPECT_EQ(read_text(*fresh), "ENOTCONN");
  EXPECT_EQ(fresh->shutdown(Shutdown::Write).code(), Errc::Enotconn);
  EXPECT_EQ(fresh->accept(user, peer).code(), Errc::Einval);
  EXPECT_EQ(fresh->connect({{}, 7}).code(), Errc::Einval);
  EXPECT_EQ(fresh->connect({Ipv4Address{0xffffffff}, 7}).code(), Errc::Eaddrnotavail);
  EXPECT_EQ(fresh->connect(rig.node(2).at(9)).code(), Errc::Einprogress);
  EXPECT_EQ(fresh->connect(rig.node(2).at(9)).code(), Errc::Ealready);
  EXPECT_EQ(fresh->send(bytes_of("x"), nullptr).code(), Errc::Eagain);
  EXPECT_EQ(read_text(*fresh), "EAGAIN");
  EXPECT_EQ(fresh->listen(1).code(), Errc::Einval);
  StreamPair pair(rig);
  EXPECT_EQ(pair.client->connect(rig.node(2).at(7)).code(), Errc::Eisconn);
  EXPECT_EQ(pair.listener->connect(rig.node(1).at(7)).code(), Errc::Eopnotsupp);
  EXPECT_EQ(pair.listener->accept(user, peer).code(), Errc::Eagain);
  EXPECT_EQ(pair.listener->listen(1).code(), Errc::Einval);
}

TEST_P(EngineSockets, ConnectRefused) {
  RecordingUser user;
  const auto client = open_socket(rig.node(1), SocketType::Stream, user);
  EXPECT_EQ(client->connect(rig.node(2).at(9)).code(), Errc::Einprogress);
  rig.run(milliseconds(1));
  EXPECT_TRUE(user.error);
  EXPECT_EQ(client->take_error().code(), Errc::Econnrefused);
  EXPECT_TRUE(client->take_error().ok()) << "taken";
  EXPECT_EQ(client->send(bytes_of("x"), nullptr).code(), Errc::Econnrefused);
}

TEST_P(EngineSockets, ConnectToNobodyTimesOut) {
  RecordingUser user;
  const auto client = open_socket(rig.node(1), SocketType::Stream, user);
  EXPECT_EQ(client->connect({Ipv4Address{0x0a000063}, 7}).code(), Errc::Einprogress);
  rig.run(seconds(10));
  EXPECT_FALSE(user.error);
  rig.run(seconds(60));
  EXPECT_TRUE(user.error);
  EXPECT_EQ(client->take_error().code(), Errc::Etimedout);
}

TEST_P(EngineSockets, NoRouteAndNoLink) {
  RecordingUser user;
  const auto stream = open_socket(rig.node(1), SocketType::Stream, user);
  const auto datagram = open_socket(rig.node(1), SocketType::Datagram, user);
  const Endpoint far{Ipv4Address{0xc0000201}, 7}, near = rig.node(2).at(7);
  EXPECT_EQ(stream->connect(far).code(), Errc::Enetunreach);
  EXPECT_EQ(datagram->send(bytes_of("x"), &far).code(), Errc::Enetunreach);
  rig.node(1).engine->set_link(false);
  EXPECT_EQ(stream->connect(near).code(), Errc::Enetdown);
  EXPECT_EQ(datagram->send(bytes_of("x"), &near).code(), Errc::Enetdown);
  rig.node(1).engine->set_link(true);
  EXPECT_EQ(stream->connect(near).code(), Errc::Einprogress) << "as good as new";
  EXPECT_TRUE(datagram->send(bytes_of("x"), &near).ok());
  ASSERT_TRUE(rig.node(1).engine->set_enabled(false).ok());
  EXPECT_EQ(datagram->send(bytes_of("x"), &near).code(), Errc::Enetdown);
}

TEST_P(EngineSockets, AGatewayIsANextHop) {
  EngineConfig config;
  config.gateway = {0x0a000002};
  EngineRig routed(GetParam().make, {}, 1, config);
  RecordingUser user;
  const auto datagram = open_socket(routed.node(1), SocketType::Datagram, user);
  const Endpoint far{Ipv4Address{0xc0000201}, 7};
  EXPECT_TRUE(datagram->send(bytes_of("x"), &far).ok());
}

TEST_P(EngineSockets, UnreadDataAtCloseResetsThePeer) {
  StreamPair pair(rig);
  EXPECT_TRUE(pair.client->send(bytes_of("x"), nullptr).ok());
  rig.run(milliseconds(1));
  pair.server.reset();
  rig.run(milliseconds(1));
  EXPECT_TRUE(pair.client_user.error);
  EXPECT_EQ(pair.client->take_error().code(), Errc::Econnreset);
  EXPECT_EQ(read_text(*pair.client), "ECONNRESET");
  EXPECT_EQ(pair.client->send(bytes_of("x"), nullptr).code(), Errc::Econnreset);
}

TEST_P(EngineSockets, AListenerThatClosesResetsWhomItDidNotAccept) {
  StreamPair pair(rig);
  RecordingUser user;
  const auto second = open_socket(rig.node(1), SocketType::Stream, user);
  EXPECT_EQ(second->connect(rig.node(2).at(7)).code(), Errc::Einprogress);
  rig.run(milliseconds(1));
  EXPECT_TRUE(user.writable);
  pair.listener.reset();
  rig.run(milliseconds(1));
  EXPECT_EQ(second->take_error().code(), Errc::Econnreset);
  EXPECT_TRUE(pair.client->send(bytes_of("x"), nullptr).ok()) << "the accepted one lives on";
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*pair.server), "x");
}

TEST_P(EngineSockets, WhatCameBeforeAcceptIsThere) {
  RecordingUser user, server_user;
  const auto listener = open_socket(rig.node(2), SocketType::Stream, user);
  ASSERT_TRUE(listener->bind({{}, 7}).ok());
  ASSERT_TRUE(listener->listen(1).ok());
  auto client = open_socket(rig.node(1), SocketType::Stream, user);
  EXPECT_EQ(client->connect(rig.node(2).at(7)).code(), Errc::Einprogress);
  rig.run(milliseconds(1));
  EXPECT_TRUE(client->send(bytes_of("early"), nullptr).ok());
  client.reset();
  rig.run(milliseconds(1));
  Endpoint peer;
  auto server = std::move(listener->accept(server_user, peer).value());
  rig.run(milliseconds(1));
  EXPECT_TRUE(server_user.readable);
  EXPECT_EQ(read_text(*server), "early");
  EXPECT_EQ(read_text(*server), "");
}

TEST_P(EngineSockets, BacklogHoldsBackMoreConnections) {
  RecordingUser user;
  const auto listener = open_socket(rig.node(2), SocketType::Stream, user);
  ASSERT_TRUE(listener->bind({{}, 7}).ok());
  ASSERT_TRUE(listener->listen(1).ok());
  RecordingUser first_user, second_user;
  const auto first = open_socket(rig.node(1), SocketType::Stream, first_user);
  const auto second = open_socket(rig.node(1), SocketType::Stream, second_user);
  EXPECT_EQ(first->connect(rig.node(2).at(7)).code(), Errc::Einprogress);
  rig.run(milliseconds(1));
  EXPECT_EQ(second->connect(rig.node(2).at(7)).code(), Errc::Einprogress);
  rig.run(milliseconds(100));
  EXPECT_TRUE(first_user.writable);
  EXPECT_FALSE(second_user.writable);
  Endpoint peer;
  const auto server = listener->accept(user, peer);
  ASSERT_TRUE(server.ok());
  rig.run(seconds(10));
  EXPECT_TRUE(second_user.writable) << "its SYN was sent again";
}

TEST_P(EngineSockets, AUserMayCloseInsideOnReady) {
  StreamPair pair(rig);
  pair.server_user.then = [&](Readiness) { pair.server.reset(); };
  EXPECT_TRUE(pair.client->send(bytes_of("x"), nullptr).ok());
  rig.run(milliseconds(10));
  EXPECT_EQ(pair.server, nullptr);
  EXPECT_EQ(pair.client->take_error().code(), Errc::Econnreset);
}

}  // namespace
}  // namespace flapjack
