// SPDX-License-Identifier: Apache-2.0
// Dhcpv4: a node's DHCPv4 clients, one an iface (Zephyr: dhcpv4.c). It registers their handler
// straight in the connection table, from port 67 to 68, and learns of IF_UP and IF_DOWN through
// net_mgmt alone: an event lost there is a renewal that does not happen. A message waits as long as
// it takes for a tx packet (Zephyr: K_FOREVER), and later ones wait behind it.
#pragma once
#include <memory>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/dhcpv4_client.h"
#include "stack/net/net_mgmt.h"
#include "stack/packet/packet_pool.h"

namespace flapjack {

struct NetConn;
class Stack;

class Dhcpv4 {
 public:
  explicit Dhcpv4(Stack& stack);
  ~Dhcpv4();
  Dhcpv4(const Dhcpv4&) = delete;
  Dhcpv4& operator=(const Dhcpv4&) = delete;

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

  // For its clients.
  Stack& stack() const { return stack_; }
  /// Has `client` transmit as soon as there is a packet; once for many calls before that.
  void post(Dhcpv4Client& client);
  /// Forgets what `client` posted.
  void withdraw(Dhcpv4Client& client);

 private:
  struct Posted {
    Dhcpv4Client* client;
    RecordId waits;  // the event dhcp_waits, which leads to what is sent at last
  };
  Status start(NetIf& iface, bool delayed);
  Dhcpv4Client* find(const NetIf& iface) const;
  Status listen();
  void listen_no_more();
  bool on_packet(PacketPtr& packet);
  void on_iface_event(const MgmtNotice& notice);
  void on_packet_granted();
  void send_posted();

  Stack& stack_;
  std::vector<std::unique_ptr<Dhcpv4Client>> clients_;  // in the order of their first start
  std::vector<Posted> outbox_;                          // wait for a packet, oldest first
  NetConn* conn_ = nullptr;
  MgmtCallback iface_events_;
  PacketRequest request_;  // in line while there is something in the outbox
  Timer turn_;
};

}  // namespace flapjack
