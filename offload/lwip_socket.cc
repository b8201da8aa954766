// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_socket.h"

#include "lwip/err.h"

namespace flapjack {

Errc lwip_errc(signed char error) {
  switch (error) {
    case ERR_OK:
      return Errc::Ok;
    case ERR_MEM:
      return Errc::Enobufs;
    case ERR_BUF:
      return Errc::Enobufs;
    case ERR_TIMEOUT:
      return Errc::Etimedout;
    case ERR_RTE:
      return Errc::Enetunreach;
    case ERR_INPROGRESS:
      return Errc::Einprogress;
    case ERR_VAL:
      return Errc::Einval;
    case ERR_WOULDBLOCK:
      return Errc::Eagain;
    case ERR_USE:
      return Errc::Eaddrinuse;
    case ERR_ALREADY:
      return Errc::Ealready;
    case ERR_ISCONN:
      return Errc::Eisconn;
    case ERR_CONN:
      return Errc::Enotconn;
    case ERR_IF:
      return Errc::Enetdown;
    case ERR_ABRT:
      return Errc::Econnaborted;
    case ERR_RST:
      return Errc::Econnreset;
    case ERR_CLSD:
      return Errc::Enotconn;
    default:
      return Errc::Eio;
  }
}

void LwipQueue::push(Item item) {
  if (count_ == ring_.size()) {
    std::vector<Item> bigger(ring_.empty() ? 8 : 2 * ring_.size());
    for (std::size_t i = 0; i < count_; ++i) bigger[i] = ring_[(head_ + i) % ring_.size()];
    ring_ = std::move(bigger);
    head_ = 0;
  }
  ring_[(head_ + count_++) % ring_.size()] = item;
}

LwipSocket::LwipSocket(LwipStack& stack, SocketUser* user)
    : stack_(&stack),
      user_(user),
      ready_(stack.scheduler(), Lane::App, delegate<&LwipSocket::deliver>(this)) {
  stack.add(*this);
}

LwipSocket::~LwipSocket() {
  leave();
}

void LwipSocket::leave() {
  if (stack_ != nullptr) stack_->remove(*this);
}

void LwipSocket::notify(Readiness ready) {
  pending_.readable |= ready.readable;
  pending_.writable |= ready.writable;
  pending_.acceptable |= ready.acceptable;
  pending_.error |= ready.error;
  if (user_ != nullptr && !ready_.running()) ready_.start(Duration{});
}

void LwipSocket::set_user(SocketUser& user) {
  user_ = &user;
  pending_.writable = false;  // whoever accepts a connection knows
  if (pending_.readable || pending_.error) notify({});
}

void LwipSocket::deliver() {
  const Readiness now = level();
  const Readiness ready = {pending_.readable && now.readable, pending_.writable && now.writable,
                           pending_.acceptable && now.acceptable, pending_.error && now.error};
  pending_ = {};
  if (ready.readable || ready.writable || ready.acceptable || ready.error) {
    user_->on_ready(ready);  // may destroy this
  }
}

Status LwipSocket::check_route(const Endpoint& peer) const {
  if (stack_ == nullptr || !stack_->can_send()) return Errc::Enetdown;
  return stack_->has_route(peer.address.v4()) ? Status() : Status(Errc::Enetunreach);
}

Status LwipSocket::check_local(const Endpoint& local) const {
  if (stack_ == nullptr || !stack_->is_powered()) return Errc::Enetdown;
  if (!local.address.is_v4()) return Errc::Eafnosupport;
  const bool ours = local.address.is_any() || local.address == stack_->config().address.address;
  return ours ? Status() : Status(Errc::Eaddrnotavail);
}

}  // namespace flapjack
