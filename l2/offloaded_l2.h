// SPDX-License-Identifier: Apache-2.0
// OffloadedL2: the L2 of an iface whose engine does all the work (Zephyr: OFFLOADED_NETDEV). It
// only passes admin up and down on; packets cannot be sent or received natively.
#pragma once
#include <functional>

#include "stack/contract/l2.h"

namespace flapjack {

class OffloadedL2 : public L2 {
 public:
  /// What admin up and down mean to the engine; its error keeps the iface as it was.
  using Enable = std::function<Status(NetIf& iface, bool up)>;
  /// An empty `enable` says Ok to everything.
  explicit OffloadedL2(Enable enable = {}) : enable_(std::move(enable)) {}

  L2Traits traits() const override;
  std::unique_ptr<L2Context> attach(NetIf& iface) override;
  Status enable(NetIf& iface, bool up) override;
  /// Eio, with a drop (NoL2).
  Status send(NetIf& iface, PacketPtr packet) override;
  /// Drop (NoL2).
  Verdict recv(NetIf& iface, PacketPtr& packet) override;

 private:
  Enable enable_;
};

}  // namespace flapjack
