// SPDX-License-Identifier: Apache-2.0
// An agent's socket: membership, ports, its bounded queue and the gap that a full one leaves.
#include "stack/net/cn_socket.h"

#include <gtest/gtest.h>

#include "tests/stack/net/cn_rig.h"
#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

using test::CnBus;
using test::cn_message;

constexpr CnId kId{10, 1};

TEST(CnSocket, GroupsEndAtUsersAndFifteen) {
  struct Row {
    std::uint32_t users, group;
    Errc result;
  };
  const Row rows[] = {{11, 0, Errc::Einval},  {11, 1, Errc::Ok},       {11, 26, Errc::Ok},
                      {11, 27, Errc::Einval}, {11, 12345, Errc::Einval}, {12345, 12345, Errc::Ok},
                      {11, ~0u, Errc::Einval}};
  for (const Row& row : rows) {
    CnBus bus({.users = row.users});
    EXPECT_EQ(bus.open()->join(row.group), Status(row.result)) << row.users << " " << row.group;
    EXPECT_EQ(bus.open()->leave(row.group), Status(row.result)) << row.users << " " << row.group;
  }
}

TEST(CnSocket, SocketOptions) {
  struct Row {
    int level, option, drop_option;
    Errc result;
    bool member_after;  // it was one of group 10 and the option names group 10
  };
  const Row rows[] = {{270, 1, 2, Errc::Ok, true},           {270, 2, 2, Errc::Ok, false},
                      {270, 0, 0, Errc::Ok, false},          {270, 0, 2, Errc::Enoprotoopt, true},
                      {1, 2, 2, Errc::Enoprotoopt, true}};
  for (const Row& row : rows) {
    CnBus bus({.drop_option = row.drop_option});
    const auto socket = bus.open();
    ASSERT_TRUE(socket->set_option(270, 1, 10).ok());
    EXPECT_EQ(socket->set_option(row.level, row.option, 10), Status(row.result));
    EXPECT_EQ(socket->is_member(10), row.member_after);
  }
}

TEST(CnSocket, OnlyMembersHear) {
  CnBus bus;
  const auto a = bus.open(), b = bus.open();
  ASSERT_TRUE(a->join(10).ok() && b->join(11).ok());
  EXPECT_TRUE(bus.connector.send_mult(cn_message(kId), {0, 10, {}}).ok());
  EXPECT_EQ(bus.connector.poll(), std::vector<CnSocket*>{a.get()});
  EXPECT_EQ(a->queued(), 1u);
  EXPECT_EQ(b->queued(), 0u);
  ASSERT_TRUE(a->leave(10).ok());
  EXPECT_EQ(bus.connector.send_mult(cn_message(kId), {0, 10, {}}), Errc::Esrch);
}

TEST(CnSocket, Ports) {
  CnBus bus({.max_sockets = 3});
  const auto a = bus.open({.portid = 2}), b = bus.open();
  EXPECT_EQ(b->portid(), 1u);
  EXPECT_EQ(bus.connector.open({.portid = 2}).code(), Errc::Eaddrinuse);
  const auto c = bus.open();
  EXPECT_EQ(c->portid(), 3u);
  EXPECT_EQ(bus.connector.open().code(), Errc::Enomem);
}

TEST(CnSocket, AgentsTalkToOneAnother) {
  CnBus bus;
  const auto a = bus.open(), b = bus.open({.receive_bytes = 50});
  EXPECT_EQ(a->send(cn_message(kId, 3), {b->portid(), 0}), Status());
  EXPECT_EQ(a->send(cn_message(kId, 4), {b->portid(), 0}), Status());
  EXPECT_EQ(a->send(cn_message(kId, 5), {b->portid(), 0}), Errc::Eagain);  // its queue is full
  EXPECT_EQ(a->send(cn_message(kId), {99, 0}), Errc::Econnrefused);
  EXPECT_EQ(b->recv().value().from(), a->portid());
  ASSERT_TRUE(a->join(12).ok() && b->join(12).ok());
  EXPECT_EQ(a->send(cn_message(kId, 6), {0, 12}), Status());
  EXPECT_EQ(a->queued(), 0u);  // not to itself
  EXPECT_EQ(b->queued(), 2u);
  EXPECT_EQ(a->send(test::CnBytes(16385), {0, 12}), Errc::Emsgsize);
}

TEST(CnSocket, TheSenderIsNotToldWhatBecomesOfItsMessage) {
  CnBus bus;
  EXPECT_EQ(bus.open()->send(cn_message({99, 1})), Status());
  EXPECT_EQ(bus.open()->send({}), Status());
  EXPECT_EQ(bus.events("cn_undelivered"), 1u);
  EXPECT_EQ(bus.events("cn_malformed"), 1u);
}

// The queue loses the newest, the sender is told nothing, the seq shows it.
TEST(CnSocket, AFullQueueLeavesAGap) {
  CnBus bus;
  const auto slow = bus.open({.receive_bytes = 3 * 24}), quick = bus.open();
  ASSERT_TRUE(slow->join(10).ok() && quick->join(10).ok());
  for (std::uint32_t seq = 1; seq <= 5; ++seq) {
    EXPECT_EQ(bus.connector.send_mult(cn_message(kId, seq, 0, 4), {0, 10, {}}), Status());
  }
  CnBus::read(*quick);
  EXPECT_EQ(slow->overruns(), 2u);
  EXPECT_EQ(bus.connector.overruns(), 2u);
  EXPECT_EQ(bus.events("cn_overrun"), 2u);
  std::vector<std::uint32_t> seqs;
  for (const CnMsgHeader& header : CnBus::read(*slow)) seqs.push_back(header.seq);
  ASSERT_TRUE(bus.connector.send_mult(cn_message(kId, 6), {0, 10, {}}).ok());
  for (const CnMsgHeader& header : CnBus::read(*slow)) seqs.push_back(header.seq);
  EXPECT_EQ(seqs, (std::vector<std::uint32_t>{1, 2, 3, 6}));
}

TEST(CnSocket, IsToldOnceUntilItHasReadAll) {
  struct Reader {
    void told() { ++calls; }
    int calls = 0;
  } reader;
  CnBus bus;
  const auto socket = bus.open({.on_readable = delegate<&Reader::told>(&reader)});
  ASSERT_TRUE(socket->join(10).ok());
  const auto send = [&] {
    ASSERT_TRUE(bus.connector.send_mult(cn_message(kId), {0, 10, {}}).ok());
  };
  send();
  send();
  EXPECT_EQ(reader.calls, 0);  // not in the sender's turn
  bus.scheduler.run();
  EXPECT_EQ(reader.calls, 1);
  ASSERT_TRUE(socket->recv().ok());
  send();
  bus.scheduler.run();
  EXPECT_EQ(reader.calls, 1);
  CnBus::read(*socket);
  send();
  bus.scheduler.run();
  EXPECT_EQ(reader.calls, 2);
}

TEST(CnSocket, ASteadyLoadAllocatesNothing) {
  CnBus bus;
  bus.tracer.remove_sink(bus.sink);
  const auto socket = bus.open();
  ASSERT_TRUE(socket->join(10).ok());
  const auto message = cn_message(kId, 1, 0, 100);
  const Connector::SendOptions to{0, 10, {}};
  const auto round = [&] {
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(bus.connector.send_mult(message, to).ok());
    while (socket->recv().ok()) {
    }
  };
  for (int i = 0; i < 3; ++i) round();
  const std::uint64_t before = test::allocation_count();
  for (int i = 0; i < 100; ++i) round();
  EXPECT_EQ(test::allocation_count(), before);
}

}  // namespace
}  // namespace flapjack
