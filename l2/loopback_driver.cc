// SPDX-License-Identifier: Apache-2.0
#include "l2/loopback_driver.h"

namespace flapjack {

LoopbackDriver::LoopbackDriver(const LinkEnv& env, const std::string& name, std::size_t queue)
    : tracer_(env.tracer),
      subject_(env.tracer.subject(name)),
      queue_(queue),
      turn_(env.scheduler, Lane::Frame, delegate<&LoopbackDriver::deliver_next>(this)) {}

void LoopbackDriver::attach(DriverUser& user) {
  assert(user_ == nullptr);
  user_ = &user;
  user.on_carrier(true);
}

Status LoopbackDriver::set_running(bool running) {
  running_ = running;
  return Status();
}

Status LoopbackDriver::transmit(PacketPtr frame) {
  if (!running_) {
    drop(DropReason::DriverRefused, std::move(frame));
    return Errc::Enetdown;
  }
  if (waiting_.size() >= queue_) {
    drop(DropReason::QueueFull, std::move(frame));
    return Errc::Enobufs;
  }
  leave_node(*frame);
  waiting_.push_back(std::move(frame));
  if (!turn_.running()) turn_.start(Duration{});
  return Status();
}

void LoopbackDriver::deliver_next() {
  PacketPtr frame = waiting_.pop_front();
  if (!waiting_.empty()) turn_.start(Duration{});
  if (frame->meta.cause.valid()) tracer_.scheduler().set_cause(frame->meta.cause);
  if (!running_ || user_ == nullptr) return drop(DropReason::DriverRefused, std::move(frame));
  user_->on_frame(std::move(frame));
}

void LoopbackDriver::drop(DropReason reason, PacketPtr frame) {
  tracer_.drop(reason, subject_, *frame);
}

}  // namespace flapjack
