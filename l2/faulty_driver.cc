// SPDX-License-Identifier: Apache-2.0
#include "l2/faulty_driver.h"

#include <algorithm>
#include <cassert>

namespace flapjack {
namespace {

constexpr std::uint64_t kTx = 0, kRx = 1;

constexpr auto kLater = [](const auto& a, const auto& b) {
  return a.at != b.at ? a.at > b.at : a.order > b.order;
};

}  // namespace

FaultyDriver::Direction::Direction(FaultyDriver& owner, const std::string& path,
                                   std::uint64_t index)
    : loss(owner.env_.rng.stream(path + ".loss")),
      corrupt(owner.env_.rng.stream(path + ".corrupt")),
      duplicate(owner.env_.rng.stream(path + ".duplicate")),
      delay(owner.env_.rng.stream(path + ".delay")),
      release(owner.env_.scheduler, Lane::Frame, delegate<&FaultyDriver::release>(&owner, index)) {}

FaultyDriver::FaultyDriver(const LinkEnv& env, const std::string& name,
                           std::unique_ptr<Driver> inner, const FaultyDriverConfig& config)
    : env_(env),
      subject_(env.tracer.subject(name)),
      inner_(std::move(inner)),
      tx_(*this, name + ".tx", kTx),
      rx_(*this, name + ".rx", kRx) {
  assert(inner_ != nullptr);
  set_config(config);
}

void FaultyDriver::attach(DriverUser& user) {
  assert(user_ == nullptr);
  user_ = &user;
  inner_->attach(*this);
}

Status FaultyDriver::set_running(bool running) {
  const Status status = inner_->set_running(running);
  if (status.ok()) running_ = running;
  return status;
}

void FaultyDriver::set_config(const FaultyDriverConfig& config) {
  tx_.config = config.tx;
  rx_.config = config.rx;
}

Status FaultyDriver::transmit(PacketPtr frame) {
  if (!running_) {
    drop(DropReason::DriverRefused, std::move(frame));
    return Errc::Enetdown;
  }
  return pass(tx_, std::move(frame));
}

void FaultyDriver::on_frame(PacketPtr frame) {
  const Status passed = pass(rx_, std::move(frame));
  static_cast<void>(passed);  // a frame that a fault took was recorded as a drop
}

bool FaultyDriver::lost(Direction& direction) {
  const FaultConfig& faults = direction.config;
  const bool drawn = faults.loss_ppb != 0 && direction.loss.chance(faults.loss_ppb);
  const bool counted = faults.every_nth != 0 && ++direction.count % faults.every_nth == 0;
  return drawn || counted;
}

Status FaultyDriver::pass(Direction& direction, PacketPtr frame) {
  const FaultConfig& faults = direction.config;
  if (lost(direction)) {
    drop(DropReason::Loss, std::move(frame));
    return Status();
  }
  if (faults.corrupt_ppb != 0 && frame->size() > 0 &&
      direction.corrupt.chance(faults.corrupt_ppb)) {
    const std::uint64_t bit = direction.corrupt.below(frame->size() * 8);
    frame->data()[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    frame->meta.damaged = true;
  }
  PacketPtr copy;
  if (faults.duplicate_ppb != 0 && direction.duplicate.chance(faults.duplicate_ppb)) {
    copy = env_.slab.clone(*frame);
    copy->meta.context = 0;  // the app is told once
  }
  const Status status = pass_copy(direction, std::move(frame), false);
  if (copy != nullptr) {
    const Status second = pass_copy(direction, std::move(copy), true);
    static_cast<void>(second);  // the sender is told of the frame it sent
  }
  return status;
}

// A copy always waits for an event of its own: the user gets one frame an event.
Status FaultyDriver::pass_copy(Direction& direction, PacketPtr frame, bool copy) {
  const DurationDistribution& delay = direction.config.delay;
  const Duration wait = delay.is_zero() ? Duration{} : delay.sample(direction.delay);
  if (wait.ns == 0 && !copy) return forward(direction, std::move(frame));
  hold(direction, std::move(frame), wait);
  return Status();
}

Status FaultyDriver::forward(Direction& direction, PacketPtr frame) {
  if (&direction == &tx_) return inner_->transmit(std::move(frame));
  if (running_) {
    user_->on_frame(std::move(frame));
    return Status();
  }
  drop(DropReason::DriverRefused, std::move(frame));
  return Errc::Enetdown;
}

void FaultyDriver::hold(Direction& direction, PacketPtr frame, Duration delay) {
  std::vector<Held>& held = direction.held;
  if (held.size() >= direction.config.held_limit) {
    return drop(DropReason::QueueFull, std::move(frame));
  }
  held.push_back({env_.scheduler.now() + delay, direction.order++, std::move(frame)});
  std::push_heap(held.begin(), held.end(), kLater);
  if (!direction.release.running() || held.front().at < direction.release.deadline()) {
    direction.release.start_at(held.front().at);
  }
}

void FaultyDriver::release(std::uint64_t index) {
  Direction& direction = index == kTx ? tx_ : rx_;
  std::vector<Held>& held = direction.held;
  std::pop_heap(held.begin(), held.end(), kLater);
  PacketPtr frame = std::move(held.back().frame);
  held.pop_back();
  if (!held.empty()) direction.release.start_at(held.front().at);
  if (frame->meta.cause.valid()) env_.scheduler.set_cause(frame->meta.cause);
  const Status forwarded = forward(direction, std::move(frame));
  static_cast<void>(forwarded);  // too late to tell the sender; the drop was recorded
}

void FaultyDriver::drop(DropReason reason, PacketPtr frame) {
  env_.tracer.drop(reason, subject_, *frame);
}

}  // namespace flapjack
