// SPDX-License-Identifier: Apache-2.0
#include "stack/net/promiscuous.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

Status Promiscuous::on(NetIf& iface) {
  const Status set = iface.set_promiscuous();
  if (set.ok() && !is_asked(iface)) asked_.push_back(&iface);
  return set;
}

Status Promiscuous::off(NetIf& iface) {
  std::erase(asked_, &iface);
  if (asked_.empty()) {
    while (!frames_.empty()) frames_.pop_front();
  }
  if (!iface.is_promiscuous()) return Errc::Ealready;
  iface.unset_promiscuous();
  return Status();
}

bool Promiscuous::is_asked(const NetIf& iface) const {
  return std::find(asked_.begin(), asked_.end(), &iface) != asked_.end();
}

PacketPtr Promiscuous::take() { return frames_.empty() ? nullptr : frames_.pop_front(); }

PacketPtr Promiscuous::wait(Timeout timeout) {
  const bool blocks = !timeout.is_no_wait() && stack_.fibers().current() != nullptr;
  if (!frames_.empty() || !blocks || reader_ != nullptr) return take();
  struct Reading {  // ends with the fiber, too
    ~Reading() { reader = nullptr; }
    Semaphore*& reader;
  };
  Semaphore arrived(stack_.fibers(), "promiscuous frame");
  reader_ = &arrived;
  const Reading reading{reader_};
  const Status got = arrived.take(timeout);
  return got.ok() ? take() : nullptr;
}

void Promiscuous::input(NetIf& iface, const Packet& frame) {
  if (asked_.empty()) return;  // the iface has it on, but nobody asked for frames
  PacketPtr copy = stack_.rx_pool.clone(frame);
  if (copy == nullptr) {
    ++iface.losses().rx_alloc_failed;
    stack_.tracer().event(iface.subject(), "copy_lost", {Attr::of("errno", Errc::Enobufs)});
    return;
  }
  frames_.push_back(std::move(copy));
  if (reader_ != nullptr) reader_->give();
}

}  // namespace flapjack
