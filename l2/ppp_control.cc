// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_control.h"

#include <algorithm>

#include "stack/wire/bytes.h"

namespace flapjack {

PppControl::PppControl(PppPort& port, PppProtocol protocol, const PppTimers& timers)
    : port_(port),
      protocol_(protocol),
      timers_(timers),
      restart_(port.scheduler(), Lane::Work, delegate<&PppControl::on_timeout>(this)) {}

void PppControl::lower_up() {
  if (ppp_transition(state_, PppEvent::Up).possible) start_over();
  handle(PppEvent::Up);
}
void PppControl::lower_down() {
  handle(PppEvent::Down);
}
void PppControl::open() {
  handle(PppEvent::Open);
}
void PppControl::close() {
  handle(PppEvent::Close);
}
void PppControl::rejected(bool catastrophic) {
  handle(catastrophic ? PppEvent::RxjMinus : PppEvent::RxjPlus);
}

void PppControl::handle(PppEvent event) {
  const PppTransition t = ppp_transition(state_, event);
  if (!t.possible) return;  // e.g. Up while up: nothing to do
  const bool again = event == PppEvent::ToPlus && state_ != PppState::AckRcvd;
  state_ = t.next;
  if (!ppp_runs_timer(state_)) restart_.cancel();
  carry_out(t, again);
}

// The state is the new one already: what a callback does may change it again.
void PppControl::carry_out(const PppTransition& t, bool again) {
  if (t.has(PppAction::Tld)) {
    naks_sent_ = naks_received_ = 0;
    start_over();
    port_.on_layer_down(protocol_);
  }
  initialize_counter(t);
  if (t.has(PppAction::Scr)) send_request(again);
  send_replies(t);
  tell(t);
}

void PppControl::initialize_counter(const PppTransition& t) {
  if (t.has(PppAction::Irc)) {
    retries_ = t.has(PppAction::Str) ? timers_.max_terminate : timers_.max_configure;
  }
  if (t.has(PppAction::Zrc)) {  // one more period, so that our Terminate-Ack can arrive
    retries_ = 0;
    restart_.start(timers_.restart);
  }
}

void PppControl::send_replies(const PppTransition& t) {
  if (t.has(PppAction::Sca)) {
    naks_sent_ = 0;
    send(PppCode::ConfigureAck, answer_id_, answer_);
  }
  if (t.has(PppAction::Scn)) send(answer_code_, answer_id_, answer_);
  if (t.has(PppAction::Str)) {
    --retries_;
    restart_.start(timers_.restart);
    send(PppCode::TerminateRequest, next_id(), {});
  }
  if (t.has(PppAction::Sta)) send(PppCode::TerminateAck, answer_id_, {});
  if (t.has(PppAction::Scj)) send(PppCode::CodeReject, next_id(), answer_);
  if (t.has(PppAction::Ser)) send(PppCode::EchoReply, answer_id_, answer_, answer_tail_);
}

void PppControl::tell(const PppTransition& t) {
  if (t.has(PppAction::Tlu)) {
    naks_sent_ = naks_received_ = 0;
    port_.on_layer_up(protocol_);
  }
  if (t.has(PppAction::Tlf)) port_.on_layer_finished(protocol_);
}

// A repetition is the same packet; anything else gets a new identifier (section 5.1).
void PppControl::send_request(bool again) {
  if (!again) {
    request_id_ = next_id();
    request_.clear();
    propose(request_);
  }
  --retries_;
  restart_.start(timers_.restart);
  send(PppCode::ConfigureRequest, request_id_, request_.bytes());
}

// What brings a packet of the peer back is cut to what the peer takes (sections 5.6 and 5.7).
std::size_t PppControl::room_for(PppCode code, const Packet& packet) {
  const bool quotes = code == PppCode::CodeReject || code == PppCode::ProtocolReject ||
                      code == PppCode::EchoReply;
  return quotes ? std::min(packet.tailroom(), port_.peer_mru()) : packet.tailroom();
}

void PppControl::send(PppCode code, std::uint8_t id, std::span<const std::uint8_t> data,
                      std::span<const std::uint8_t> more) {
  PacketPtr packet = port_.allocate(protocol_);
  if (packet == nullptr) return;  // as if it were lost on the way: the restart timer mends it
  const std::size_t room = room_for(code, *packet) - kPppControlHeaderBytes;
  data = data.first(std::min(data.size(), room));
  more = more.first(std::min(more.size(), room - data.size()));
  const auto length =
      static_cast<std::uint16_t>(kPppControlHeaderBytes + data.size() + more.size());
  PppControlHeader{static_cast<std::uint8_t>(code), id, length}.emit(
      packet->append(kPppControlHeaderBytes));
  packet->append(data);
  packet->append(more);
  port_.send(protocol_, std::move(packet));
}

void PppControl::on_timeout() {
  handle(retries_ > 0 ? PppEvent::ToPlus : PppEvent::ToMinus);
}

// ---- received packets

DropReason PppControl::input(std::span<const std::uint8_t> packet) {
  const auto header = PppControlHeader::parse(packet);
  if (!header) return DropReason::BadHeader;
  if (state_ == PppState::Initial || state_ == PppState::Starting) return DropReason::NotNegotiated;
  const auto data = packet.subspan(kPppControlHeaderBytes, header->length - kPppControlHeaderBytes);
  answer_id_ = header->id;
  switch (static_cast<PppCode>(header->code)) {
    case PppCode::ConfigureRequest: return on_request(header->id, data);
    case PppCode::ConfigureAck: return on_ack(header->id, data);
    case PppCode::ConfigureNak: return on_refusal(header->id, data, false);
    case PppCode::ConfigureReject: return on_refusal(header->id, data, true);
    case PppCode::TerminateRequest: handle(PppEvent::Rtr); return DropReason::None;
    case PppCode::TerminateAck: handle(PppEvent::Rta); return DropReason::None;
    case PppCode::CodeReject: on_code_reject(data); return DropReason::None;
    default: break;
  }
  DropReason reason = DropReason::None;
  if (on_other_code(*header, data, reason)) return reason;
  answer_ = packet.first(header->length);
  handle(PppEvent::Ruc);
  return DropReason::None;
}

DropReason PppControl::on_request(std::uint8_t id, std::span<const std::uint8_t> data) {
  answer_id_ = id;
  if (!judge_all(data)) return DropReason::BadHeader;
  if (!rejects_.empty()) {
    answer_code_ = PppCode::ConfigureReject;
    answer_ = rejects_.bytes();
  } else if (!naks_.empty()) {
    answer_code_ = PppCode::ConfigureNak;
    answer_ = naks_.bytes();
    ++naks_sent_;
  } else {
    answer_ = data;
  }
  const bool good = rejects_.empty() && naks_.empty();
  handle(good ? PppEvent::RcrPlus : PppEvent::RcrMinus);
  return DropReason::None;
}

// False when the options are malformed. What we would Nak once too often is rejected instead
// (Max-Failure, section 4.6).
bool PppControl::judge_all(std::span<const std::uint8_t> data) {
  naks_.clear();
  rejects_.clear();
  PppOptions options(data);
  while (options.next()) {
  }
  if (!options.ok()) return false;
  forget_peer();
  const bool out_of_patience = naks_sent_ >= timers_.max_failure;
  for (PppOptions each(data);;) {
    const auto option = each.next();
    if (!option) break;
    PppOptionWriter& counter = naks_;
    PppOptionWriter unwanted;
    const Answer answer = judge(*option, out_of_patience ? unwanted : counter);
    if (answer == Answer::Reject || (answer == Answer::Nak && out_of_patience)) {
      rejects_.add(*option);
    }
  }
  if (!out_of_patience) judge_missing(naks_);
  return true;
}

DropReason PppControl::on_ack(std::uint8_t id, std::span<const std::uint8_t> data) {
  const auto sent = request_.bytes();
  const bool ours = id == request_id_ && std::equal(data.begin(), data.end(), sent.begin(),
                                                    sent.end());
  if (!ours) return DropReason::NotNegotiated;
  request_id_ = next_id();  // answered: the same packet again would be an answer to nothing
  handle(PppEvent::Rca);
  return DropReason::None;
}

// Only what was in the request can be rejected, as it was and in its order (section 5.4). Anything
// else would change nothing about the next request: the two would go on without end.
DropReason PppControl::check_reject(std::span<const std::uint8_t> data) const {
  PppOptions rejected(data), asked(request_.bytes());
  bool any = false, ours = true;
  while (const auto option = rejected.next()) {
    any = true;
    auto own = asked.next();
    while (own && !(*own == *option)) own = asked.next();
    ours = ours && own.has_value();
  }
  if (!rejected.ok()) return DropReason::BadHeader;
  return any && ours ? DropReason::None : DropReason::NotNegotiated;
}

DropReason PppControl::on_refusal(std::uint8_t id, std::span<const std::uint8_t> data,
                                  bool reject) {
  if (id != request_id_) return DropReason::NotNegotiated;
  const DropReason bad = reject ? check_reject(data) : DropReason::None;
  if (bad != DropReason::None) return bad;
  PppOptions options(data);
  while (const auto option = options.next()) reject ? on_reject(*option) : on_nak(*option);
  if (!options.ok()) return DropReason::BadHeader;
  request_id_ = next_id();
  if (!reject && ++naks_received_ > timers_.max_failure) {
    port_.report(protocol_, "ppp_no_agreement");
    naks_received_ = 0;
    close();
    return DropReason::None;
  }
  handle(PppEvent::Rcn);
  return DropReason::None;
}

void PppControl::answer_echo(std::uint8_t id, std::span<const std::uint8_t> head,
                             std::span<const std::uint8_t> tail) {
  answer_id_ = id;
  answer_ = head;
  answer_tail_ = tail;
  handle(PppEvent::Rxr);
}

// The rejected packet follows. Without the codes up to Code-Reject nothing works (section 5.6).
void PppControl::on_code_reject(std::span<const std::uint8_t> data) {
  rejected(!data.empty() && data[0] >= static_cast<std::uint8_t>(PppCode::ConfigureRequest) &&
           data[0] <= static_cast<std::uint8_t>(PppCode::CodeReject));
}

}  // namespace flapjack
