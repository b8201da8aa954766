// SPDX-License-Identifier: Apache-2.0
#include "l2/sim_driver.h"

#include "stack/wire/frame_checksums.h"

namespace flapjack {

SimDriver::SimDriver(const LinkEnv& env, Link& link, std::string name,
                     const SimDriverConfig& config)
    : tracer_(env.tracer),
      link_(link),
      config_(config),
      subject_(env.tracer.subject(name)),
      end_(static_cast<std::uint32_t>(link.add_end(
          *this, {name, config.mac, config.promiscuous, config.station,
                  config.carrier_follows_peer}))) {}

SimDriver::~SimDriver() {
  link_.detach(end_);
}

DriverCaps SimDriver::caps() const {
  return {config_.mac, true, config_.checksum};
}

void SimDriver::attach(DriverUser& user) {
  assert(user_ == nullptr);
  user_ = &user;
  user.on_carrier(link_.medium_up(end_));
}

Status SimDriver::set_running(bool running) {
  running_ = running;
  link_.set_end_running(end_, running);
  return Status();
}

Status SimDriver::set_promiscuous(bool on) {
  link_.set_end_promiscuous(end_, on || config_.promiscuous);
  return Status();
}

Status SimDriver::transmit(PacketPtr frame) {
  if (!running_) {
    tracer_.drop(DropReason::DriverRefused, subject_, *frame);
    return Errc::Enetdown;
  }
  if (!config_.checksum.fill) fill_frame_checksums(frame->bytes());
  link_.carry(end_, std::move(frame));
  return Status();
}

Foresight SimDriver::foresee_deliver() const {
  if (user_ == nullptr) return {};
  prefetch(user_, DriverUser::kForeseen);
  return foresight<&DriverUser::foresee_frame>(user_);
}

void SimDriver::deliver(PacketPtr frame) {
  if (!running_ || user_ == nullptr) {
    return tracer_.drop(DropReason::DriverRefused, subject_, *frame);
  }
  if (!config_.checksum.verify && !frame_checksums_hold(frame->bytes())) {
    return tracer_.drop(DropReason::BadChecksum, subject_, *frame);
  }
  user_->on_frame(std::move(frame));
}

void SimDriver::on_medium(bool up) {
  if (user_ != nullptr) user_->on_carrier(up);
}

}  // namespace flapjack
