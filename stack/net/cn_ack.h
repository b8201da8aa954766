// SPDX-License-Identifier: Apache-2.0
// How Connector messages are related: seq and ack of a request and its answer. Pure functions.
//
// The sender counts its seq up by one a message and chooses any ack. An answer repeats the seq; its
// ack is "the same + 1", which two readers of the protocol took for different things: the process
// events of Linux add one to the ack they received, its 1-wire master to the seq. Both add modulo
// 2^32. The default is the first.
#pragma once
#include <cstdint>

#include "stack/wire/cn_msg.h"

namespace flapjack {

enum class CnAckRule : std::uint8_t { AckPlusOne, SeqPlusOne };

/// The ack that an answer to `request` must have.
constexpr std::uint32_t cn_answer_ack(const CnMsgHeader& request, CnAckRule rule) {
  return (rule == CnAckRule::AckPlusOne ? request.ack : request.seq) + 1;
}

/// True when `received` answers `sent`; otherwise it is a new message. The ids are not compared:
/// who listens to several compares them first.
constexpr bool cn_is_answer(const CnMsgHeader& sent, const CnMsgHeader& received, CnAckRule rule) {
  return received.seq == sent.seq && received.ack == cn_answer_ack(sent, rule);
}

}  // namespace flapjack
