// SPDX-License-Identifier: Apache-2.0
#include "connmgr/online_check.h"

#include <algorithm>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::uint16_t kId = 0x0c0c;  // of this layer's pings

// RFC 1918, RFC 4193.
bool is_private(const IpAddress& address) {
  if (address.is_v6()) return address.v6().is_unique_local();
  const std::uint32_t v = address.v4().value;
  return v >> 24 == 10 || v >> 20 == 0xac1 || v >> 16 == 0xc0a8;
}

bool is_on_link(const NetIf& iface, const IpAddress& address) {
  if (address.is_v4()) return iface.ipv4().on_link(address.v4());
  return iface.ipv6() != nullptr && iface.ipv6()->prefix_of(address.v6()) != nullptr;
}

}  // namespace

OnlineCheck::OnlineCheck(Stack& stack, const Monitor& monitor, const OnlineCheckConfig& config)
    : stack_(stack),
      monitor_(monitor),
      config_(config),
      timer_(stack.scheduler(), Lane::Work, delegate<&OnlineCheck::on_timer>(this)) {
  l4_callback_ = {mgmt_mask(MgmtEvent::L4Connected, MgmtEvent::L4Disconnected),
                  [this](const MgmtNotice& notice) {
                    if (notice.is(MgmtEvent::L4Connected)) begin_round();
                    if (notice.is(MgmtEvent::L4Disconnected)) go_offline();
                  }};
  echo_reply_.type = kIcmpEchoReply;
  echo_reply_.handle = [this](NetIf& iface, const IcmpHeader& header, Packet&) {
    on_answer(iface, header);
    return Status();
  };
  stack_.mgmt.add(l4_callback_);
  stack_.icmp()->add(echo_reply_);
  stack_.ip().set_listener(this);
}

OnlineCheck::~OnlineCheck() {
  stack_.ip().set_listener(nullptr);
  stack_.icmp()->remove(echo_reply_);
  stack_.mgmt.remove(l4_callback_);
}

Status OnlineCheck::trigger() {
  if (state_ != State::Idle) return Errc::Ealready;
  begin_round();
  return Status();
}

void OnlineCheck::begin_round() {
  if (state_ != State::Idle) return;
  state_ = State::Probing;
  probed_ = 0;
  probe_next();
}

void OnlineCheck::probe_next() {
  while (++probed_ <= stack_.ifaces().size()) {
    NetIf& iface = *stack_.iface(IfIndex{static_cast<std::uint16_t>(probed_)});
    const std::uint16_t word = monitor_.if_state(iface);
    if (word == conn_state::kInvalid || (word & conn_state::kReady) == 0) continue;
    const Status sent =
        stack_.icmp()->send_echo_request(&iface, config_.host, kId, ++sequence_, {});
    stack_.tracer().event(iface.subject(), conn_event::kOnlineProbe,
                          {Attr::of("result", sent.code())});
    if (sent.ok()) return timer_.start(config_.answer_within);
  }
  state_ = State::Idle;
}

void OnlineCheck::on_answer(NetIf& iface, const IcmpHeader& header) {
  if (state_ != State::Probing || header.id != kId || header.sequence != sequence_) return;
  state_ = State::Online;
  stack_.mgmt.notify(MgmtEvent::ConnectivityOnline, &iface);
  proof_ = false;
  doubled_ = 0;
  timer_.start(config_.interval);
}

void OnlineCheck::on_timer() {
  if (state_ == State::Probing) return on_silence();
  if (!proof_) {
    go_offline();
    return begin_round();
  }
  proof_ = false;
  if (doubled_ < config_.doublings) ++doubled_;
  const bool for_ever = config_.interval.ns > kNever.ns >> doubled_;
  timer_.start(Duration{for_ever ? kNever.ns : config_.interval.ns << doubled_});
}

void OnlineCheck::on_silence() {
  const NetIf& asked = *stack_.iface(IfIndex{static_cast<std::uint16_t>(probed_)});
  stack_.tracer().event(asked.subject(), conn_event::kOnlineSilent);
  probe_next();
}

void OnlineCheck::go_offline() {
  timer_.cancel();
  const bool was = online();
  state_ = State::Idle;
  if (was) stack_.mgmt.notify(MgmtEvent::ConnectivityOffline, nullptr);
}

void OnlineCheck::heard(NetIf&, const IpAddress& source) {
  if (!proof_) proof_ = is_proof(source);
}

// Not the node's own address, nor one of a host beside it, unless it is the one that was asked for.
bool OnlineCheck::is_proof(const IpAddress& source) const {
  if (!config_.private_is_proof && is_private(source)) return false;
  if (source == IpAddress(config_.host)) return true;
  if (source.is_any() || source.is_loopback() || source.is_link_local()) return false;
  const auto has_network = [&source](const auto& iface) {
    return iface->has_address(source) || (iface->is_admin_up() && is_on_link(*iface, source));
  };
  return std::none_of(stack_.ifaces().begin(), stack_.ifaces().end(), has_network);
}

}  // namespace flapjack
