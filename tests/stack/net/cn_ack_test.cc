// SPDX-License-Identifier: Apache-2.0
// New message or answer: seq and ack under both readings of the protocol.
#include "stack/net/cn_ack.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(CnAck, Classification) {
  struct Row {
    const char* what;
    std::uint32_t seq, ack;  // received; sent was seq 5, ack 40
    bool by_ack, by_seq;
  };
  const Row rows[] = {
      {"another seq", 6, 41, false, false},
      {"another seq, ack of the other rule", 6, 6, false, false},
      {"same seq, same ack", 5, 40, false, false},
      {"same seq, ack + 1", 5, 41, true, false},
      {"same seq, seq + 1", 5, 6, false, true},
      {"same seq, ack + 2", 5, 42, false, false},
  };
  const CnMsgHeader sent{{1, 1}, 5, 40, 0, 0};
  for (const Row& row : rows) {
    const CnMsgHeader received{{1, 1}, row.seq, row.ack, 0, 0};
    EXPECT_EQ(cn_is_answer(sent, received, CnAckRule::AckPlusOne), row.by_ack) << row.what;
    EXPECT_EQ(cn_is_answer(sent, received, CnAckRule::SeqPlusOne), row.by_seq) << row.what;
  }
}

TEST(CnAck, GoesRoundAtTheEnd) {
  const CnMsgHeader sent{{1, 1}, ~0u, ~0u, 0, 0};
  EXPECT_EQ(cn_answer_ack(sent, CnAckRule::AckPlusOne), 0u);
  EXPECT_EQ(cn_answer_ack(sent, CnAckRule::SeqPlusOne), 0u);
  EXPECT_TRUE(cn_is_answer(sent, {{1, 1}, ~0u, 0, 0, 0}, CnAckRule::AckPlusOne));
}

}  // namespace
}  // namespace flapjack
