// SPDX-License-Identifier: Apache-2.0
#include "l2/sim_driver.h"

#include "stack/wire/frame_checksums.h"

namespace flapjack {

SimDriver::SimDriver(Link& link, std::string_view name, const SimDriverConfig& config)
    : link_(link),
      checksum_(config.checksum),
      promiscuous_(config.promiscuous),
      end_(static_cast<std::uint32_t>(link.add_end(
          *this, {name, config.mac, config.promiscuous, config.station,
                  config.carrier_follows_peer}))) {}

SimDriver::~SimDriver() {
  link_.detach(end_);
}

DriverCaps SimDriver::caps() const {
  return {link_.end_mac(end_), true, checksum_};
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
  link_.set_end_promiscuous(end_, on || promiscuous_);
  return Status();
}

Status SimDriver::transmit(PacketPtr frame) {
  if (!running_) {
    drop(DropReason::DriverRefused, std::move(frame));
    return Errc::Enetdown;
  }
  if (!checksum_.fill) fill_frame_checksums(frame->bytes());
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
    return drop(DropReason::DriverRefused, std::move(frame));
  }
  if (!checksum_.verify && !frame_checksums_hold(frame->bytes())) {
    return drop(DropReason::BadChecksum, std::move(frame));
  }
  user_->on_frame(std::move(frame));
}

void SimDriver::on_medium(bool up) {
  if (user_ != nullptr) user_->on_carrier(up);
}

void SimDriver::drop(DropReason reason, PacketPtr frame) {
  link_.tracer().drop(reason, link_.end_subject(end_), *frame);
}

}  // namespace flapjack
