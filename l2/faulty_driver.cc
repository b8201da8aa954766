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
    : model(owner.env_, owner.subject_, path + ".", ""),
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
  for (const auto& [direction, faults] : {std::pair(&tx_, &config.tx), {&rx_, &config.rx}}) {
    if (!(direction->config.delay == faults->delay)) direction->model.forget_delay();
    direction->config = *faults;
    direction->model.set(*faults);
    direction->faulty = faults->any() || faults->fixed_delay.ns != 0 ||
                        !faults->delay.is_zero() || faults->mtu != 0;
  }
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

Status FaultyDriver::pass(Direction& direction, PacketPtr frame) {
  if (!direction.faulty && direction.waiting.empty() && !direction.held) {
    return forward(direction, std::move(frame));
  }
  const std::size_t most = direction.config.mtu;
  if (most != 0 && packet_bytes(frame->bytes(), direction.config.framing) > most) {
    drop(DropReason::TooBig, std::move(frame));
    return Status();
  }
  FaultModel::Passed passed = direction.model.pass(std::move(frame));
  if (passed.frame == nullptr) return Status();
  const Status status = delay(direction, std::move(passed.frame), passed.overtakes);
  // A copy always waits for an event of its own: the user gets one frame an event.
  if (passed.copy != nullptr) keep(direction, std::move(passed.copy), delay_of(direction));
  return status;
}

Duration FaultyDriver::delay_of(Direction& direction) {
  const FaultConfig& config = direction.config;
  if (config.delay.is_zero()) return config.fixed_delay;
  return config.fixed_delay + direction.model.correlate(config.delay.sample(direction.delay));
}

Status FaultyDriver::delay(Direction& direction, PacketPtr frame, bool overtakes) {
  Duration wait = delay_of(direction);
  if (overtakes) {
    const Duration by = direction.config.reorder_by;
    wait = by.ns == 0 ? Duration{} : std::max(wait - by, Duration{});
    report_overtaking(direction, *frame, wait);
  }
  if (wait.ns == 0 && !direction.held && !overdue(direction)) {
    return forward(direction, std::move(frame));
  }
  keep(direction, std::move(frame), wait);
  return Status();
}

/// Whether frames that were held still wait for their events.
bool FaultyDriver::overdue(const Direction& direction) const {
  return !direction.waiting.empty() && direction.waiting.front().at <= env_.scheduler.now();
}

void FaultyDriver::report_overtaking(Direction& direction, Packet& frame, Duration wait) {
  const SimTime at = env_.scheduler.now() + wait;
  const auto overtaken = std::count_if(direction.waiting.begin(), direction.waiting.end(),
                                       [&](const Waiting& w) { return w.at > at; });
  if (overtaken == 0) return;
  env_.tracer.packet_event(subject_, "reordered", frame, {Attr::of("frames", overtaken)});
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

void FaultyDriver::keep(Direction& direction, PacketPtr frame, Duration delay) {
  std::vector<Waiting>& waiting = direction.waiting;
  if (waiting.size() >= direction.config.held_limit) {
    return drop(DropReason::QueueFull, std::move(frame));
  }
  waiting.push_back({env_.scheduler.now() + delay, direction.order++, std::move(frame)});
  std::push_heap(waiting.begin(), waiting.end(), kLater);
  arm(direction);
}

void FaultyDriver::arm(Direction& direction) {
  if (direction.held || direction.waiting.empty()) {
    direction.release.cancel();
    return;
  }
  const SimTime due = std::max(direction.waiting.front().at, env_.scheduler.now());
  if (direction.release.running() && direction.release.deadline() == due) return;
  direction.release.start_at(due);
}

void FaultyDriver::set_held(Direction& direction, bool held) {
  direction.held = held;
  arm(direction);
}

void FaultyDriver::release(std::uint64_t index) {
  Direction& direction = index == kTx ? tx_ : rx_;
  std::vector<Waiting>& waiting = direction.waiting;
  std::pop_heap(waiting.begin(), waiting.end(), kLater);
  PacketPtr frame = std::move(waiting.back().frame);
  waiting.pop_back();
  arm(direction);
  if (frame->meta.cause.valid()) env_.scheduler.set_cause(frame->meta.cause);
  const Status forwarded = forward(direction, std::move(frame));
  static_cast<void>(forwarded);  // too late to tell the sender; the drop was recorded
}

void FaultyDriver::drop(DropReason reason, PacketPtr frame) {
  env_.tracer.drop(reason, subject_, *frame);
}

}  // namespace flapjack
