// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_lcp.h"

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

/// Below this a link is no use; the peer is asked for at least so much.
constexpr std::uint16_t kLeastMru = 128;
/// Two sides draw the same number once in 2^32: so many times in a row it is our own (RFC 1661
/// section 6.4 leaves the count open).
constexpr int kLoopLimit = 3;

}  // namespace

PppLcp::PppLcp(PppPort& port, PppLcpUser& user, const PppTimers& timers, RandomStream magic,
               std::uint16_t mru)
    : PppControl(port, PppProtocol::Lcp, timers),
      user_(user),
      random_(magic),
      wanted_mru_(mru),
      mru_(mru) {}

void PppLcp::start_over() {
  mru_ = wanted_mru_;
  ask_mru_ = wanted_mru_ != kPppDefaultMru;
  ask_magic_ = true;
  magic_ = new_magic();
  loops_ = 0;
}

// 0 stands for no magic number (section 6.4).
std::uint32_t PppLcp::new_magic() {
  std::uint32_t value = 0;
  while (value == 0) value = static_cast<std::uint32_t>(random_.next() >> 32);
  return value;
}

std::array<std::uint8_t, 4> PppLcp::magic_bytes() const {
  std::array<std::uint8_t, 4> bytes;
  wire::store32(bytes.data(), ask_magic_ ? magic_ : 0);
  return bytes;
}

void PppLcp::propose(PppOptionWriter& request) {
  if (ask_mru_) request.add16(ppp_option::kMru, mru_);
  if (ask_magic_) request.add32(ppp_option::kMagic, magic_);
}

PppControl::Answer PppLcp::judge(const PppOption& option, PppOptionWriter& counter) {
  switch (option.type) {
    case ppp_option::kMru: return judge_mru(option, counter);
    case ppp_option::kMagic: return judge_magic(option, counter);
    case ppp_option::kAsyncMap: return option.as32() ? Answer::Ack : Answer::Reject;
    default: return Answer::Reject;
  }
}

PppControl::Answer PppLcp::judge_mru(const PppOption& option, PppOptionWriter& counter) {
  const auto mru = option.as16();
  if (!mru) return Answer::Reject;
  if (*mru < kLeastMru) {
    counter.add16(ppp_option::kMru, kLeastMru);
    return Answer::Nak;
  }
  peer_mru_ = *mru;
  return Answer::Ack;
}

PppControl::Answer PppLcp::judge_magic(const PppOption& option, PppOptionWriter& counter) {
  const auto theirs = option.as32();
  if (!theirs) return Answer::Reject;
  const bool own = ask_magic_ && *theirs == magic_;
  if (!own && *theirs != 0) {
    loops_ = 0;
    return Answer::Ack;
  }
  if (own && ++loops_ == kLoopLimit) user_.on_loopback();
  counter.add32(ppp_option::kMagic, new_magic());
  return Answer::Nak;
}

void PppLcp::on_nak(const PppOption& option) {
  if (option.type == ppp_option::kMru) {
    const auto mru = option.as16();
    if (mru && *mru >= kLeastMru && *mru <= wanted_mru_) mru_ = *mru;
  } else if (option.type == ppp_option::kMagic) {
    magic_ = new_magic();
  }
}

void PppLcp::on_reject(const PppOption& option) {
  if (option.type == ppp_option::kMru) ask_mru_ = false;
  if (option.type == ppp_option::kMagic) ask_magic_ = false;
}

void PppLcp::send_echo() {
  assert(is_open());
  send(PppCode::EchoRequest, next_id(), magic_bytes());
}

void PppLcp::reject_protocol(std::uint16_t protocol, std::span<const std::uint8_t> information) {
  assert(is_open());
  std::array<std::uint8_t, 2> field;
  wire::store16(field.data(), protocol);
  send(PppCode::ProtocolReject, next_id(), field, information);
}

bool PppLcp::on_other_code(const PppControlHeader& header, std::span<const std::uint8_t> data,
                           DropReason& reason) {
  switch (static_cast<PppCode>(header.code)) {
    case PppCode::EchoRequest:
    case PppCode::EchoReply:
    case PppCode::DiscardRequest:
      reason = is_open() ? on_echo(header, data) : DropReason::NotNegotiated;
      return true;
    case PppCode::ProtocolReject:
      if (!is_open()) {
        reason = DropReason::NotNegotiated;
      } else if (data.size() < kPppProtocolBytes) {
        reason = DropReason::BadHeader;
      } else {
        user_.on_protocol_reject(static_cast<PppProtocol>(wire::load16(data.data())));
      }
      return true;
    default: return false;
  }
}

DropReason PppLcp::on_echo(const PppControlHeader& header, std::span<const std::uint8_t> data) {
  if (data.size() < 4) return DropReason::BadHeader;
  const std::uint32_t theirs = wire::load32(data.data());
  if (ask_magic_ && theirs == magic_) {
    user_.on_loopback();
    return DropReason::None;
  }
  if (header.code == static_cast<std::uint8_t>(PppCode::EchoReply)) user_.on_echo_reply();
  if (header.code == static_cast<std::uint8_t>(PppCode::EchoRequest)) {
    const auto own = magic_bytes();
    answer_echo(header.id, own, data.subspan(4));
  }
  return DropReason::None;
}

}  // namespace flapjack
