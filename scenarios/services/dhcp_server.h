// SPDX-License-Identifier: Apache-2.0
// DhcpServer: gives IPv4 addresses on one iface of its node (RFC 2131 section 4.3), remembers who
// has which, and can be told at run time to refuse, to say nothing, to be slow or to give other
// addresses. Replies are broadcast until the client has an address, unicast to it from then on.
// Relays (giaddr) are not answered.
//
// Events: dhcp_offer (client, address), dhcp_ack (client, address, lease), dhcp_nak, dhcp_silent
// (client, reason), dhcp_release, dhcp_decline, dhcp_inform (client, address).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/app.h"
#include "scenarios/dhcp_leases.h"
#include "stack/net/stack.h"

namespace flapjack {

struct DhcpServerConfig {
  std::string iface;  ///< of the node, native and with the address below
  Ipv4Prefix address; ///< the server's own, on that iface; its prefix is the clients'
  Ipv4Range pool;     ///< within that network
  std::uint32_t lease_s = 3600;
  std::optional<std::uint32_t> renewal_s, rebinding_s;  ///< T1 and T2; empty: the client's choice
  Dhcpv4Addresses routers, dns_servers;
  std::vector<std::pair<MacAddress, Ipv4Address>> reservations;
  DurationDistribution delay;  ///< before each reply
};

/// What a server does with requests; Nak: every REQUEST is refused.
enum class DhcpAnswer : std::uint8_t { Normal, Nak, Silent };

/// What a step changes; the latest change of each kind counts.
struct DhcpChange {
  std::optional<DhcpAnswer> answer;
  std::optional<Duration> delay;
  std::optional<Ipv4Range> pool;
};

/// Every value of dhcp_nak's and dhcp_silent's `reason`.
std::span<const std::string_view> dhcp_server_reasons();

class DhcpServer : public App {
 public:
  DhcpServer(const AppEnv& env, DhcpServerConfig config);
  ~DhcpServer() override;
  void start() override;
  bool set_down(bool down) override;

  /// Puts a change in force; the number takes it back. Einval for a pool that is not within the
  /// server's network.
  Result<std::size_t> apply(const DhcpChange& change);
  void remove(std::size_t number);
  const DhcpLeases& leases() const { return leases_; }

 private:
  struct Active {
    std::size_t number;
    DhcpChange change;
  };
  struct Pending {
    SimTime due;
    RecordId cause;
    Dhcpv4Message reply;
  };
  void close();
  void update();
  bool has_address() const;
  void on_packet(const Packet& packet);
  void on_discover(const Dhcpv4Message& m);
  void on_request(const Dhcpv4Message& m, bool broadcast);
  void on_decline(const Dhcpv4Message& m);
  void on_release(const Dhcpv4Message& m);
  void on_inform(const Dhcpv4Message& m);
  void acknowledge(const Dhcpv4Message& m, Ipv4Address address);
  void refuse(const Dhcpv4Message& m, std::string_view reason);
  void be_silent(const Dhcpv4Message& m, std::string_view reason);
  Dhcpv4Message reply_to(const Dhcpv4Message& m, Dhcpv4Type type) const;
  void offer_terms(Dhcpv4Message& reply) const;
  void reply_later(RecordId cause, const Dhcpv4Message& reply);
  void send_due();
  void send(const Dhcpv4Message& reply);
  RecordId record(std::string_view event, const Dhcpv4Message& m, Attr second);
  void fail(std::string_view call, Errc error);
  SimTime now() const;

  AppEnv env_;
  DhcpServerConfig config_;
  DhcpLeases leases_;
  RandomStream delays_;
  NetContext* context_ = nullptr;
  std::vector<Active> changes_;
  std::size_t last_number_ = 0;
  DhcpAnswer answer_ = DhcpAnswer::Normal;
  std::optional<Duration> told_delay_;
  std::vector<Pending> pending_;  // in the order in which they are due
  Timer turn_;
};

}  // namespace flapjack
