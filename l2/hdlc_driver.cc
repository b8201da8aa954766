// SPDX-License-Identifier: Apache-2.0
#include "l2/hdlc_driver.h"

#include "stack/wire/hdlc.h"

namespace flapjack {

HdlcDriver::HdlcDriver(const LinkEnv& env, const std::string& name, std::unique_ptr<Driver> line)
    : tracer_(env.tracer), subject_(env.tracer.subject(name)), line_(std::move(line)) {}

DriverCaps HdlcDriver::caps() const {
  DriverCaps caps = line_->caps();
  caps.promiscuous = false;
  return caps;
}

void HdlcDriver::attach(DriverUser& user) {
  assert(user_ == nullptr);
  user_ = &user;
  line_->attach(*this);
}

Status HdlcDriver::transmit(PacketPtr frame) {
  if (frame->headroom() >= kHdlcFieldBytes) {
    std::uint8_t* fields = frame->push(kHdlcFieldBytes);
    fields[0] = kHdlcAddress;
    fields[1] = kHdlcControl;
    const std::size_t content = frame->size();
    const std::size_t bytes = hdlc_frame_bytes(frame->bytes());
    if (bytes - content <= frame->tailroom()) {
      frame->append(bytes - content);
      hdlc_encode(frame->bytes(), content);
      return line_->transmit(std::move(frame));
    }
  }
  tracer_.drop(DropReason::TooBig, subject_, *frame);
  return Errc::Emsgsize;
}

void HdlcDriver::on_frame(PacketPtr frame) {
  const HdlcContent content = hdlc_decode(frame->bytes(), frame->data());
  if (content.error == HdlcError::BadFcs) {
    return tracer_.drop(DropReason::BadFcs, subject_, *frame);
  }
  const bool whole = content.error == HdlcError::None && content.bytes > kHdlcFieldBytes;
  if (!whole || frame->data()[0] != kHdlcAddress || frame->data()[1] != kHdlcControl) {
    return tracer_.drop(DropReason::BadLinkHeader, subject_, *frame);
  }
  frame->trim(content.bytes);
  frame->pull(kHdlcFieldBytes);
  user_->on_frame(std::move(frame));
}

}  // namespace flapjack
