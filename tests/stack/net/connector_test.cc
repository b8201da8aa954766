// SPDX-License-Identifier: Apache-2.0
// The Connector's kernel side: registration, what a send returns, dispatch, answers.
#include "stack/net/connector.h"

#include <gtest/gtest.h>

#include "tests/stack/net/cn_rig.h"

namespace flapjack {
namespace {

using test::CnBus;
using test::cn_message;

constexpr CnId kId{10, 1};
const CnCallback kIdle = [](const CnRequest&) {};

TEST(Connector, Registration) {
  CnBus bus({.max_callbacks = 3}, false);
  Connector& cn = bus.connector;
  EXPECT_EQ(cn.add_callback(kId, "early", kIdle), Errc::Eagain);
  cn.init();  // takes one place itself, for {-1,-1}
  EXPECT_EQ(cn.add_callback(Connector::kNotifyId, "mine", kIdle), Errc::Einval);
  EXPECT_EQ(cn.add_callback(kId, "a", kIdle), Status());
  EXPECT_EQ(cn.add_callback(kId, "b", kIdle), Errc::Einval);
  EXPECT_EQ(cn.add_callback({10, 2}, "other val", kIdle), Status());
  EXPECT_EQ(cn.add_callback(kId, "full comes before taken", kIdle), Errc::Enomem);
  cn.del_callback({77, 77});  // nothing happens
  cn.del_callback(kId);
  EXPECT_FALSE(cn.has_callback(kId));
  EXPECT_EQ(cn.add_callback(kId, "again", kIdle), Status());
}

TEST(Connector, WithoutNotificationItsIdIsFree) {
  CnBus bus({.notification = false});
  EXPECT_FALSE(bus.connector.has_callback(Connector::kNotifyId));
  EXPECT_EQ(bus.connector.add_callback(Connector::kNotifyId, "mine", kIdle), Status());
}

TEST(Connector, WhatASendReturns) {
  struct Row {
    const char* what;
    CnId id;
    bool registered, joined;  // the id; its group by the socket on port 1
    Connector::SendOptions to;
    std::size_t memory;
    std::size_t data;
    Errc result;
    std::size_t arrive;
  };
  const std::size_t plenty = 100000, none = 10;
  const Row rows[] = {
      {"no port, no group, no callback", kId, false, true, {}, plenty, 0, Errc::Enodev, 0},
      {"group of the callback", kId, true, true, {}, plenty, 4, Errc::Ok, 1},
      {"the callback's val differs", {10, 2}, true, true, {}, plenty, 0, Errc::Enodev, 0},
      {"group without listeners", kId, true, false, {}, plenty, 0, Errc::Esrch, 0},
      {"given group without listeners", kId, false, true, {0, 11, {}}, plenty, 0, Errc::Esrch, 0},
      {"given group, no callback needed", {3, 3}, false, true, {0, 10, {}}, plenty, 0, Errc::Ok, 1},
      {"no memory", kId, true, true, {}, none, 0, Errc::Enomem, 0},
      {"nobody listens: memory is not asked for", kId, true, false, {}, none, 0, Errc::Esrch, 0},
      {"the largest", kId, true, true, {}, plenty, 16364, Errc::Ok, 1},
      {"larger", kId, true, true, {0, 10, {}}, plenty, 16365, Errc::Emsgsize, 0},
      {"larger, and no callback", {10, 2}, true, true, {}, plenty, 16365, Errc::Enodev, 0},
      {"larger, and nobody listens", kId, true, false, {}, plenty, 16365, Errc::Esrch, 0},
      {"larger, by its callback", kId, true, true, {}, plenty, 16365, Errc::Emsgsize, 0},
      {"group but not this port", kId, true, true, {1, 10, {}}, plenty, 0, Errc::Esrch, 0},
      {"group but not another port", kId, true, true, {9, 10, {}}, plenty, 0, Errc::Ok, 1},
      {"this port alone", kId, false, false, {1, 0, {}}, plenty, 0, Errc::Ok, 1},
      {"a port that nobody has", kId, false, false, {9, 0, {}}, plenty, 0, Errc::Econnrefused, 0},
      {"a group that cannot be", kId, true, true, {0, ~0u, {}}, plenty, 0, Errc::Esrch, 0},
      {"filtered", kId, true, true, {0, 10, [](std::uint32_t p) { return p == 1; }}, plenty, 0,
       Errc::Esrch, 0},
      {"not filtered", kId, true, true, {0, 10, [](std::uint32_t p) { return p == 2; }}, plenty, 0,
       Errc::Ok, 1},
  };
  for (const Row& row : rows) {
    CnBus bus({.memory_bytes = row.memory});
    if (row.registered) {
      ASSERT_TRUE(bus.connector.add_callback(kId, "part", kIdle).ok());
    }
    const auto socket = bus.open();
    ASSERT_EQ(socket->portid(), 1u);
    if (row.joined) {
      ASSERT_TRUE(socket->join(10).ok());
    }
    const std::vector<std::uint8_t> data(row.data);
    EXPECT_EQ(bus.connector.send({row.id, 1, 0, 0, 0}, data, row.to), row.result) << row.what;
    EXPECT_EQ(socket->queued(), row.arrive) << row.what;
  }
}

TEST(Connector, AHeaderThatDoesNotFit) {
  const std::vector<std::uint8_t> cut(19);
  EXPECT_EQ(CnBus().connector.send_mult(cut), Errc::Emsgsize);
  EXPECT_EQ(CnBus({.header_errc = Errc::Einval}).connector.send_mult(cut), Errc::Einval);
}

TEST(Connector, SeveralMessagesAreOneDatagram) {
  CnBus bus;
  const auto socket = bus.open();
  ASSERT_TRUE(socket->join(10).ok());
  auto both = cn_message(kId, 1, 0, 4);
  const auto second = cn_message({11, 5}, 2);
  both.insert(both.end(), second.begin(), second.end());
  ASSERT_TRUE(bus.connector.send_mult(both, {0, 10, {}}).ok());
  EXPECT_EQ(socket->queued(), 1u);
  const auto headers = CnBus::read(*socket);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[1].id, (CnId{11, 5}));
}

TEST(Connector, DispatchOfWhatIsReceived) {
  CnBus bus;
  std::vector<std::uint32_t> seqs;
  ASSERT_TRUE(bus.connector
                  .add_callback(kId, "part",
                                [&](const CnRequest& r) { seqs.push_back(r.header.seq); })
                  .ok());
  const auto receive = [&](const test::CnBytes& b) { return bus.connector.receive(b, 5); };
  EXPECT_EQ(receive(cn_message(kId, 7)), Status());
  EXPECT_EQ(receive(cn_message({10, 2}, 8)), Errc::Enodev);
  auto cut = cn_message(kId, 9, 0, 4);
  cut.pop_back();
  EXPECT_EQ(receive(cut), Errc::Einval);
  EXPECT_EQ(receive({1, 2, 3}), Errc::Einval);
  EXPECT_EQ(receive(cn_message(kId, 10, 0, 16365)), Errc::Einval);
  EXPECT_EQ(seqs, (std::vector<std::uint32_t>{7}));
  EXPECT_EQ(bus.events("cn_undelivered"), 1u);
  EXPECT_EQ(bus.events("cn_malformed"), 3u);
}

TEST(Connector, OldDispatchNeedsAnItemForEachFurtherMessage) {
  CnBus bus({.dispatch = ConnectorConfig::Dispatch::WorkQueue, .max_work_items = 2});
  std::vector<std::uint32_t> seqs;
  const auto note = [&](const CnRequest& r) { seqs.push_back(r.header.seq); };
  ASSERT_TRUE(bus.connector.add_callback(kId, "a", note).ok());
  ASSERT_TRUE(bus.connector.add_callback({10, 2}, "b", note).ok());
  const std::pair<CnId, Errc> rows[] = {{kId, Errc::Ok},        {kId, Errc::Ok},
                                        {kId, Errc::Ok},        {kId, Errc::Enomem},
                                        {{10, 2}, Errc::Ok},    {{10, 2}, Errc::Enomem}};
  std::uint32_t seq = 0;
  for (const auto& [id, result] : rows) {
    EXPECT_EQ(bus.connector.receive(cn_message(id, ++seq), 5), Status(result)) << seq;
  }
  EXPECT_TRUE(seqs.empty());  // not in the sender's turn
  bus.scheduler.run();
  EXPECT_EQ(seqs, (std::vector<std::uint32_t>{1, 2, 3, 5}));
  EXPECT_EQ(bus.connector.receive(cn_message(kId, 9), 5), Status());
}

TEST(Connector, ACallbackMayRemoveItself) {
  for (const auto dispatch :
       {ConnectorConfig::Dispatch::Direct, ConnectorConfig::Dispatch::WorkQueue}) {
    CnBus bus({.dispatch = dispatch});
    int calls = 0;
    ASSERT_TRUE(bus.connector
                    .add_callback(kId, "once",
                                  [&](const CnRequest& r) {
                                    bus.connector.del_callback(kId);
                                    calls += r.header.id == kId ? 1 : 100;
                                  })
                    .ok());
    ASSERT_TRUE(bus.connector.receive(cn_message(kId), 5).ok());
    static_cast<void>(bus.connector.receive(cn_message(kId), 5).ok());
    bus.scheduler.run();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(bus.connector.receive(cn_message(kId), 5), Errc::Enodev);
  }
}

TEST(Connector, NothingReenters) {
  CnBus bus;
  std::string order;
  const auto socket = bus.open();
  ASSERT_TRUE(bus.connector
                  .add_callback(kId, "outer",
                                [&](const CnRequest&) {
                                  order += "(";
                                  ASSERT_TRUE(socket->send(cn_message({10, 2})).ok());
                                  order += ")";
                                })
                  .ok());
  ASSERT_TRUE(
      bus.connector.add_callback({10, 2}, "in", [&](const CnRequest&) { order += "i"; }).ok());
  ASSERT_TRUE(socket->send(cn_message(kId)).ok());
  bus.scheduler.run();
  EXPECT_EQ(order, "()i");
}

TEST(Connector, AnAnswerFollowsTheRule) {
  const std::pair<CnAckRule, std::uint32_t> rows[] = {{CnAckRule::AckPlusOne, 41},
                                                      {CnAckRule::SeqPlusOne, 6}};
  for (const auto& [rule, ack] : rows) {
    CnBus bus({.ack = rule});
    const auto socket = bus.open();
    ASSERT_TRUE(bus.connector
                    .add_callback(kId, "part",
                                  [&](const CnRequest& r) {
                                    EXPECT_TRUE(bus.connector.answer(r, r.data).ok());
                                  })
                    .ok());
    ASSERT_TRUE(socket->send(cn_message(kId, 5, 40, 3)).ok());
    const auto got = CnBus::read(*socket);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0], (CnMsgHeader{kId, 5, ack, 3, 0}));
    EXPECT_TRUE(cn_is_answer({kId, 5, 40, 3, 0}, got[0], rule));
  }
  EXPECT_EQ(ConnectorConfig{}.ack, CnAckRule::AckPlusOne);
}

TEST(Connector, MemoryIsSharedAndComesBack) {
  CnBus bus({.memory_bytes = 100});
  const auto a = bus.open(), b = bus.open();
  ASSERT_TRUE(a->join(10).ok() && b->join(10).ok());
  const auto send = [&] { return bus.connector.send_mult(cn_message(kId, 1, 0, 20), {0, 10, {}}); };
  EXPECT_EQ(send(), Status());
  EXPECT_EQ(send(), Status());  // 2 x 40, in two queues each
  EXPECT_EQ(send(), Errc::Enomem);
  EXPECT_EQ(bus.events("cn_no_memory"), 1u);
  CnBus::read(*a);
  EXPECT_EQ(send(), Errc::Enomem);  // b has them still
  CnBus::read(*b);
  EXPECT_EQ(bus.connector.buffers().used(), 0u);
  EXPECT_EQ(send(), Status());
  EXPECT_EQ(bus.connector.memory_failures(), 2u);
}

}  // namespace
}  // namespace flapjack
