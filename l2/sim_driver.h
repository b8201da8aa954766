// SPDX-License-Identifier: Apache-2.0
// SimDriver: a network device whose medium is a Link.
#pragma once
#include <optional>
#include <string>

#include "l2/link.h"
#include "stack/contract/driver.h"

namespace flapjack {

struct SimDriverConfig {
  MacAddress mac;
  bool promiscuous = false;  ///< from the start, whatever the iface says
  /// What the stack does itself. The device does the rest, for Ethernet frames: it fills in sums
  /// and drops what has a wrong one.
  ChecksumPolicy checksum = {};
  /// See LinkEndConfig; unset: as the link has it.
  std::optional<bool> carrier_follows_peer = {};
  bool station = false;  ///< see LinkEndConfig
};

class SimDriver : public Driver, public ArenaObject<SimDriver>, private LinkEnd {
 public:
  /// Takes a place at `link`, which outlives the driver. `name` is the iface's path ("dev.eth0"):
  /// the subject of its drops and the name of its end.
  SimDriver(Link& link, std::string_view name, const SimDriverConfig& config);
  ~SimDriver() override;

  DriverCaps caps() const override;
  Foresight foresee_transmit() const override { return link_.foresee_carry(); }
  void attach(DriverUser& user) override;
  Status set_running(bool running) override;
  Status set_promiscuous(bool on) override;
  /// Enetdown when not running, with a drop (DriverRefused). What the medium does to a frame is not
  /// the sender's to know: Ok.
  Status transmit(PacketPtr frame) override;

  Arena* arena() const { return link_.arena(); }
  Link& link() const { return link_; }
  std::size_t end() const { return end_; }

 private:
  Foresight foresee_deliver() const override;
  void deliver(PacketPtr frame) override;
  void on_medium(bool up) override;
  void drop(DropReason reason, PacketPtr frame);

  // The end knows the name and the address.
  Link& link_;
  DriverUser* user_ = nullptr;
  ChecksumPolicy checksum_;
  bool promiscuous_;
  bool running_ = false;
  std::uint32_t end_;  // last: taking the place calls on_medium()
};

}  // namespace flapjack
