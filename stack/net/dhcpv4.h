// SPDX-License-Identifier: Apache-2.0
// Dhcpv4: a node's DHCPv4 clients, one an iface (Zephyr: dhcpv4.c). It registers their handler
// straight in the connection table, from port 67 to 68, and learns of IF_UP, IF_DOWN and address
// conflicts through net_mgmt alone: an event lost there is a renewal that does not happen.
#pragma once
#include <memory>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/dhcpv4_client.h"
#include "stack/net/net_conn.h"
#include "stack/net/net_mgmt.h"

namespace flapjack {

class Stack;

class Dhcpv4 final : private NetConn {
 public:
  explicit Dhcpv4(Stack& stack);
  ~Dhcpv4();

  /// Starts a client after a random delay of 1..10 s (net_dhcpv4_start). Eopnotsupp (offloaded
  /// iface), Einval (no link address), Ealready, or the connection table's error.
  Status start(NetIf& iface);
  /// Ealready when there is none running (net_dhcpv4_stop).
  Status stop(NetIf& iface);
  /// stop() and start() without the delay (net_dhcpv4_restart).
  Status restart(NetIf& iface);

  Dhcpv4State state(const NetIf& iface) const;
  /// The lease while the client is bound or extends it, else null.
  const Dhcpv4Lease* lease(const NetIf& iface) const;

 private:
  Status start(NetIf& iface, bool delayed);
  Dhcpv4Client* find(const NetIf& iface) const;
  Status listen();
  void listen_no_more();
  bool on_packet(PacketPtr& packet) override;
  void on_iface_event(const MgmtNotice& notice);
  void on_acd_event(const MgmtNotice& notice);

  Stack& stack_;
  std::vector<std::unique_ptr<Dhcpv4Client>> clients_;  // in the order of their first start
  MgmtCallback iface_events_, acd_events_;
};

}  // namespace flapjack
