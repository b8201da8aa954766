// SPDX-License-Identifier: Apache-2.0
// Register/unregister notification by ranges, through the id {-1,-1}.
#include <gtest/gtest.h>

#include "tests/stack/net/cn_rig.h"

namespace flapjack {
namespace {

using test::CnBus;

const CnCallback kIdle = [](const CnRequest&) {};

test::CnBytes control(const CnNotifyRequest& request) {
  auto bytes = test::cn_message(Connector::kNotifyId, 1, 0, request.bytes());
  request.emit(std::span(bytes).subspan(kCnHeaderBytes));
  return bytes;
}

/// One listener on group 24 that asked for idx 16..19 with val 0..1.
struct Asked : CnBus {
  explicit Asked(std::uint32_t group = 24, const ConnectorConfig& config = {})
      : CnBus(config), socket(open()) {
    EXPECT_TRUE(socket->join(24).ok());
    EXPECT_TRUE(socket->send(control({group, {{16, 4}}, {{0, 2}}})).ok());
  }
  std::unique_ptr<CnSocket> socket;
};

TEST(ConnectorNotify, TellsOfBothByRange) {
  struct Row {
    CnId id;
    bool told;
  };
  const Row rows[] = {{{16, 0}, true},  {{19, 1}, true},  {{15, 0}, false},
                      {{20, 0}, false}, {{16, 2}, false}, {{1, 9}, false}};
  for (const Row& row : rows) {
    Asked asked;
    ASSERT_TRUE(asked.connector.add_callback(row.id, "part", kIdle).ok());
    asked.connector.del_callback(row.id);
    const auto got = CnBus::read(*asked.socket);
    ASSERT_EQ(got.size(), row.told ? 2u : 0u) << row.id.idx << "." << row.id.val;
    if (!row.told) continue;
    EXPECT_EQ(got[0], (CnMsgHeader{row.id, 0, 0, 0, 0}));  // ack 0: registered
    EXPECT_EQ(got[1], (CnMsgHeader{row.id, 0, 1, 0, 0}));  // ack 1: gone
  }
}

TEST(ConnectorNotify, TellsNothingOfWhatDidNotHappen) {
  Asked asked;
  ASSERT_TRUE(asked.connector.add_callback({16, 0}, "part", kIdle).ok());
  CnBus::read(*asked.socket);
  EXPECT_EQ(asked.connector.add_callback({16, 0}, "again", kIdle), Errc::Einval);
  asked.connector.del_callback({17, 0});
  EXPECT_TRUE(CnBus::read(*asked.socket).empty());
}

TEST(ConnectorNotify, GroupZeroTakesEqualRangesBack) {
  const std::pair<CnNotifyRequest, bool> rows[] = {{{0, {{16, 4}}, {{0, 2}}}, true},
                                                   {{0, {{16, 5}}, {{0, 2}}}, false},
                                                   {{0, {{16, 4}}, {{0, 1}}}, false},
                                                   {{0, {}, {}}, false}};
  for (const auto& [request, gone] : rows) {
    Asked asked;
    ASSERT_TRUE(asked.socket->send(control(request)).ok());
    ASSERT_TRUE(asked.connector.add_callback({16, 0}, "part", kIdle).ok());
    EXPECT_EQ(CnBus::read(*asked.socket).empty(), gone);
  }
}

TEST(ConnectorNotify, TheHighestGroupDoesNotWork) {
  Asked asked(~0u);
  EXPECT_EQ(asked.socket->join(~0u), Errc::Einval);
  ASSERT_TRUE(asked.connector.add_callback({16, 0}, "part", kIdle).ok());
  EXPECT_TRUE(CnBus::read(*asked.socket).empty());
}

TEST(ConnectorNotify, TodaysLinuxHasNone) {
  Asked asked(24, {.notification = false});
  EXPECT_EQ(asked.events("cn_undelivered"), 1u);  // nobody has the id {-1,-1}
  ASSERT_TRUE(asked.connector.add_callback({16, 0}, "part", kIdle).ok());
  EXPECT_TRUE(CnBus::read(*asked.socket).empty());
}

TEST(ConnectorNotify, RequestsAreBoundedAndChecked) {
  Asked asked(24, {.max_notify = 1});
  ASSERT_TRUE(asked.socket->send(control({24, {{1, 1}}, {{1, 1}}})).ok());
  EXPECT_EQ(asked.events("cn_undelivered"), 1u);
  auto wrong = control({24, {{1, 1}}, {{1, 1}}});
  ++wrong[kCnHeaderBytes];  // one idx range more than there are
  ASSERT_TRUE(asked.socket->send(wrong).ok());
  EXPECT_EQ(asked.events("cn_malformed"), 1u);
}

}  // namespace
}  // namespace flapjack
