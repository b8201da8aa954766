// SPDX-License-Identifier: Apache-2.0
// Dhcpv4Client: the state machine of DHCPv4 on one iface (RFC 2131 section 4.4; Zephyr:
// struct net_if_dhcpv4 and dhcpv4.c). Owned by Dhcpv4, which hands it packets and net_mgmt events.
// One timer: the next message, or T1 while bound; none while the iface is down and it has expired,
// until an IF_UP event comes. A message waits for a tx packet as long as it takes (Zephyr:
// K_FOREVER; AllocTimeouts::dhcp).
//
//   INIT -> SELECTING -> REQUESTING -> BOUND -T1-> RENEWING -T2-> REBINDING -end-> SELECTING
//   any with an address -IF_DOWN-> down_state    any request -NAK-> INIT
//   conflict -> DECLINE -> INIT
//
// Events of the iface: dhcp_state (state), dhcp_sent (type, attempt), dhcp_received (type),
// dhcp_ignored (reason), dhcp_waits (type), dhcp_failed (reason).
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "stack/net/dhcpv4_config.h"
#include "stack/packet/packet.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/dhcpv4.h"

namespace flapjack {

class NetIf;
class Stack;

/// Zephyr: enum net_dhcpv4_state.
enum class Dhcpv4State : std::uint8_t {
  Disabled, Init, Selecting, Requesting, Renewing, Rebinding, Bound, InitReboot, Decline,
};
/// "disabled", "init", ..., "init_reboot", "decline".
std::string_view dhcpv4_state_name(Dhcpv4State state);
std::span<const Dhcpv4State> dhcpv4_states();
/// Every value of dhcp_ignored's and dhcp_failed's `reason`.
std::span<const std::string_view> dhcpv4_ignore_reasons();
std::span<const std::string_view> dhcpv4_failure_reasons();

/// What a server gave, and for how long.
struct Dhcpv4Lease {
  Ipv4Prefix address;
  Ipv4Address server, gateway;
  Dhcpv4Addresses dns_servers;
  std::uint32_t lease_s = 0;    ///< kDhcpv4Infinite: for ever
  Duration renewal, rebinding;  ///< T1 and T2; 0: the server did not say
  SimTime since;  ///< when the ACK came; T1, T2 and the end count from here

  SimTime renewal_at() const { return after(renewal); }
  SimTime rebinding_at() const { return after(rebinding); }
  SimTime ends_at() const { return after(seconds(lease_s)); }
  /// Fills in the times that the server left out or that make no sense: T1 half, T2 7/8 of the
  /// lease (RFC 2131 section 4.4.5), not rounded: a lease of 1 s is renewed after half of one.
  void complete_times();

 private:
  SimTime after(Duration d) const { return lease_s == kDhcpv4Infinite ? kNever : since + d; }
};

class Dhcpv4Client {
 public:
  Dhcpv4Client(Stack& stack, NetIf& iface);
  Dhcpv4Client(const Dhcpv4Client&) = delete;
  Dhcpv4Client& operator=(const Dhcpv4Client&) = delete;

  /// Raises IPV4_DHCP_START. `delayed`: waits the random time of RFC 2131 section 4.4.1.
  void start(bool delayed);
  /// Gives the address up, tells no server (as Zephyr), raises IPV4_DHCP_STOP.
  void stop();
  bool is_running() const { return state_ != Dhcpv4State::Disabled; }
  Dhcpv4State state() const { return state_; }
  /// Of the latest OFFER or ACK.
  const Dhcpv4Lease& lease() const { return lease_; }
  /// The lease's address is on the iface.
  bool has_address() const { return has_address_; }
  NetIf& iface() const { return iface_; }

  void on_if_up();
  void on_if_down();
  /// Somebody else uses `address` (RFC 5227).
  void on_conflict(Ipv4Address address);
  /// False: of no use, and an event says why.
  bool input(std::span<const std::uint8_t> payload);

 private:
  void enter(Dhcpv4State state);
  void on_timer();
  void begin();
  void extend();
  void post();
  void withdraw() { ++ticket_; }
  void on_packet(std::uint32_t ticket, PacketPtr packet);
  void transmit(PacketPtr packet);
  Dhcpv4Type next_type() const;
  Duration retry_delay();
  void on_offer(const Dhcpv4Message& offer);
  void on_ack(const Dhcpv4Message& ack);
  void on_nak(const Dhcpv4Message& nak);
  std::string_view refuse(const Dhcpv4Message& m) const;
  void absorb(const Dhcpv4Message& m);
  void bind();
  bool take_address();
  void set_gateway(Ipv4Address gateway);
  void set_dns_servers(const Dhcpv4Addresses& servers);
  void give_up_address();
  void remove_address();
  Dhcpv4Message message() const;
  bool is_extending() const {
    return state_ == Dhcpv4State::Renewing || state_ == Dhcpv4State::Rebinding;
  }
  void ignore(std::string_view reason);

  Stack& stack_;
  NetIf& iface_;
  const Dhcpv4Config& config_;
  RandomStream delays_, xids_, jitters_;
  Dhcpv4State state_ = Dhcpv4State::Disabled;
  Dhcpv4Lease lease_;
  bool has_address_ = false;
  Ipv4Address gateway_, others_gateway_;  // the one it put on the iface, the one it found there
  Dhcpv4Addresses dns_servers_, dns_refused_;  // told the resolver; of them, what it refused
  std::uint32_t xid_ = 0;   // of the message sent last
  unsigned attempts_ = 0;  // messages sent in this state
  SimTime not_before_;     // the end of the wait after a DECLINE, whatever the link does meanwhile
  std::uint32_t ticket_ = 0, posted_ = ~0u;  // equal: a message waits for a packet
  Timer timer_;
};

}  // namespace flapjack
