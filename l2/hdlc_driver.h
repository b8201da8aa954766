// SPDX-License-Identifier: Apache-2.0
// HdlcDriver: the frames of another driver's device in HDLC-like framing (RFC 1662), as PPP has
// them on a byte line: what its user sends and gets begins with PPP's protocol field, what travels
// are the flags, escapes and the FCS too. A frame whose FCS is wrong is dropped here.
#pragma once
#include <memory>
#include <string>

#include "l2/link_env.h"
#include "stack/contract/driver.h"

namespace flapjack {

class HdlcDriver : public Driver, private DriverUser {
 public:
  /// `name` is the iface's path, the subject of its drops.
  HdlcDriver(const LinkEnv& env, const std::string& name, std::unique_ptr<Driver> line);

  DriverCaps caps() const override;
  void attach(DriverUser& user) override;
  Status set_running(bool running) override { return line_->set_running(running); }
  Status set_promiscuous(bool) override { return Errc::Enotsup; }  // a line has no addresses
  /// Emsgsize when the packet has no room for its escapes (drop TooBig); else the line's answer.
  Status transmit(PacketPtr frame) override;

 private:
  /// Drops: BadLinkHeader (not a frame at all, or another address or control), BadFcs.
  void on_frame(PacketPtr frame) override;
  void on_carrier(bool up) override { user_->on_carrier(up); }

  Tracer& tracer_;
  SubjectId subject_;
  std::unique_ptr<Driver> line_;
  DriverUser* user_ = nullptr;
};

}  // namespace flapjack
