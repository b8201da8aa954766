// SPDX-License-Identifier: Apache-2.0
// NetIf: one network interface (Zephyr: struct net_if with its net_if_dev). It keeps admin state,
// carrier and dormancy, derives the oper state, owns the addresses, and is the gate that every
// packet passes on its way between the stack and the L2 and driver.
//
// Who may change what: the application owns the admin state; drivers, L2s, engines and connectivity
// implementations report carrier and dormancy.
#pragma once
#include <array>
#include <memory>
#include <string>

#include "stack/base/arena.h"
#include "stack/base/delegate.h"
#include "stack/base/prefetch.h"
#include "stack/contract/driver.h"
#include "stack/contract/l2.h"
#include "stack/net/if_stacking.h"
#include "stack/net/ipv4_config.h"
#include "stack/net/ipv6_if.h"
#include "stack/net/net_mgmt.h"
#include "stack/net/oper_state.h"
#include "stack/net/route.h"

namespace flapjack {

class ArpPort;
class ContextOffload;
class SocketOffload;
class Stack;
class VirtualIface;
struct ArpHeader;

/// Counters of an iface; those of IfLosses, too, can be asked for by name (if_counters()).
struct IfStats {
  std::uint64_t tx_packets = 0, tx_bytes = 0, rx_packets = 0, rx_bytes = 0;
  std::uint32_t up_count = 0;
};
/// What most ifaces count nothing of.
struct IfLosses {
  std::uint64_t tx_dropped = 0, rx_dropped = 0;
  std::uint64_t rx_alloc_failed = 0;  ///< frames lost because the rx pool was empty
};
struct IfCounter {
  std::string_view name;
  std::uint64_t (*value)(const NetIf& iface);
};
std::span<const IfCounter> if_counters();

/// What an iface is, as far as its name and the choice of a default iface go.
enum class IfKind : std::uint8_t { Ethernet, Wifi, Vlan, Dummy, Ppp, Other };
inline constexpr std::size_t kIfKinds = static_cast<std::size_t>(IfKind::Other) + 1;

/// What an iface is made with; fixed for its life.
struct NetIfConfig {
  std::string name;       ///< unique in the node; e.g. "wifi0"
  std::uint16_t mtu = 1500;
  bool auto_start = true;  ///< false: Zephyr's NET_IF_NO_AUTO_START
  bool is_virtual = false;     ///< set by an L2 that has a VirtualIface
  bool is_wifi = false;        ///< an Ethernet iface with a radio
  bool ipv4 = true;            ///< has the flag IPV4
  std::size_t ipv4_limit = 4;  ///< NET_IF_UNICAST_IPV4_ADDR_COUNT
  bool ipv4_auto = false;      ///< takes a link-local address when up (NET_IPV4_AUTO)
  bool ipv6 = false;           ///< has the flag IPV6
  bool no_nd = false, no_mld = false;  ///< flags IPV6_NO_ND, IPV6_NO_MLD
};

class NetIf : public DriverUser, public ArenaObject<NetIf> {
 public:
  NetIf(Stack& stack, IfIndex index, const NetIfConfig& config);
  ~NetIf() override;
  NetIf(const NetIf&) = delete;
  NetIf& operator=(const NetIf&) = delete;

  Stack& stack() const { return stack_; }
  Arena* arena() const;
  IfIndex index() const { return index_; }
  std::string_view name() const;
  /// "node.iface": who it is in traces, and what its random streams' names begin with.
  SubjectId subject() const { return subject_; }
  std::string_view path() const;
  /// As configured or set; of a virtual iface, less while the way below carries less.
  std::uint16_t mtu() const { return virtual_iface() == nullptr ? mtu_ : virtual_mtu(); }
  /// As a link layer found out or agreed with its peer (net_if_set_mtu); raises nothing.
  void set_mtu(std::uint16_t bytes) { mtu_ = bytes; }
  bool auto_start() const { return auto_start_; }
  /// Other once its L2 is bound.
  IfKind kind() const { return kind_; }
  /// What the device's own code calls it: "eth0", "wlan0" by its kind and its number among those of
  /// its kind, until named. Not its name in traces. Enotsup (not built in), Erange (longer than
  /// `room`) (net_if_get_name).
  Result<std::string> if_name(std::size_t room = ~std::size_t{0}) const;
  /// The same for who has counted: the iface is the `number`-th, from 0, of its kind.
  std::string name_as(std::size_t number) const;
  /// Enotsup, Einval (empty), Enametoolong, Ealready (another iface has it) (net_if_set_name).
  Status set_if_name(std::string_view name);
  const MacAddress& link_address() const { return link_address_; }
  /// Eperm while oper-up (Zephyr: net_if_set_link_addr while RUNNING).
  Status set_link_address(const MacAddress& mac);

  // Bindings; each once, before the first up(). Nothing is owned.
  void bind_l2(L2& l2);
  void bind_driver(Driver& driver);
  /// The same for a driver that dies with the iface.
  void own_driver(std::unique_ptr<Driver> driver);
  void set_offload(ContextOffload* engine) { rare().offload = engine; }
  void set_socket_offload(SocketOffload* engine) { rare().socket_offload = engine; }
  L2* l2() const { return l2_; }
  /// Whether its L2 takes packets (L2Traits::has_send).
  bool has_send() const { return has_send_; }
  bool is_point_to_point() const { return point_to_point_; }
  L2Context* l2_context() const { return l2_context_.get(); }
  Driver* driver() const { return driver_; }
  /// Null unless the iface stands on others instead of a driver.
  VirtualIface* virtual_iface() const { return rare_ != nullptr ? rare_->virtual_iface : nullptr; }
  IfStacking& stacking() { return rare().stacking; }
  const IfStacking& stacking() const { return rare().stacking; }
  /// The iface standing on this that claims a frame of it; null when none does.
  NetIf* claimant(const Packet& frame) const {
    return rare_ != nullptr ? rare_->stacking.claimant(frame) : nullptr;
  }
  ContextOffload* offload() const { return rare_ != nullptr ? rare_->offload : nullptr; }
  SocketOffload* socket_offload() const {
    return rare_ != nullptr ? rare_->socket_offload : nullptr;
  }
  bool is_ip_offloaded() const { return offload() != nullptr; }
  bool is_socket_offloaded() const { return socket_offload() != nullptr; }
  bool is_offloaded() const { return is_ip_offloaded() || is_socket_offloaded(); }

  /// Admin up (net_if_up): Ealready; the L2's error; Enxio when an L2 with enable finds the device
  /// not ready. Raises IF_ADMIN_UP, then IF_UP if that makes it oper-up.
  Status up();
  /// Admin down (net_if_down): Ealready; the L2's error. Raises IF_ADMIN_DOWN, then IF_DOWN if it
  /// was oper-up.
  Status down();
  void carrier_on() { set_carrier(true); }
  void carrier_off() { set_carrier(false); }
  void dormant_on() { set_dormant(true); }
  void dormant_off() { set_dormant(false); }
  /// A scripted fault: dormant while held, whatever the iface's owner says meanwhile.
  void hold_dormant(bool held) { set_flag(dormant_held_, held); }
  /// Another one: while on, up() and down() are Eio, as if the L2 refused.
  void refuse_admin(bool on) { refuses_admin_ = on; }
  /// From now on the device delivers frames for others, too; their copies go to Stack::promiscuous.
  /// Enotsup (not built in, or L2 or device cannot), Ealready (net_if_set_promisc).
  Status set_promiscuous();
  void unset_promiscuous();
  bool is_promiscuous() const { return promiscuous_; }
  /// While suspended nothing is sent, neither packets nor frames: drop Suspended, Enetdown; what
  /// comes in is taken. Ebusy (frames wait in the tx queue), Ealready (net_if_suspend).
  Status suspend();
  /// Ealready (net_if_resume).
  Status resume();
  bool is_suspended() const { return suspended_; }
  /// Whether the device itself can work (Zephyr: device_is_ready()).
  void set_device_ready(bool ready) { device_ready_ = ready; }

  bool is_admin_up() const { return admin_up_; }
  bool is_carrier_ok() const { return carrier_; }
  bool is_dormant() const { return dormant_ || dormant_held_; }
  /// Admin-up and running, which is oper-up (net_if_is_up).
  bool is_up() const { return admin_up_ && running_; }
  OperState oper_state() const { return oper_state_; }
  SimTime oper_changed_at() const { return oper_changed_at_; }

  const Ipv4Config& ipv4() const { return ipv4_; }
  /// Has the flag IPV4.
  bool has_ipv4() const { return may_ipv4_; }
  /// Takes an IPv4 configuration from the node's pool (net_if_config_ipv4_get): Enotsup without the
  /// flag IPV4, Esrch when the pool is empty. Adding an address does it by itself.
  Status ipv4_config_get();
  /// Gives it back with all that is in it: Enotsup, Ealready (net_if_config_ipv4_put).
  Status ipv4_config_put();
  /// Adds an address and raises IPV4_ADDR_ADD; the same address again is no event. It is preferred
  /// at once, or tentative until the conflict detection is through. A Dhcp address takes the place
  /// of an Overridable one. Null when the table is full or there is no configuration
  /// (net_if_ipv4_addr_add).
  const Ipv4IfAddress* ipv4_addr_add(Ipv4Prefix prefix, AddressType type = AddressType::Manual);
  /// Removes it and raises IPV4_ADDR_DEL; false when it was not there (net_if_ipv4_addr_rm).
  bool ipv4_addr_rm(Ipv4Address address);
  /// For the conflict detection.
  void set_ipv4_addr_state(Ipv4Address address, AddressState state);
  /// Null where the L2 has no ARP.
  ArpPort* arp_port() const;
  /// Any well-formed ARP packet, handed over by the L2.
  void on_arp(const ArpHeader& arp);
  void set_gateway(Ipv4Address gateway);

  /// The IPv6 side; null without the flag IPV6 and on offloaded ifaces.
  Ipv6If* ipv6() const { return is_offloaded() ? nullptr : own_ipv6(); }
  /// Of what IPv6 sends here; 64 without IPv6.
  std::uint8_t ipv6_hop_limit() const {
    return own_ipv6() != nullptr ? own_ipv6()->hop_limit() : 64;
  }
  /// Whether IPv6 neighbours are looked up by their link address: not on point-to-point ifaces, on
  /// those without link addresses, and with IPV6_NO_ND.
  bool has_nd() const;
  /// Whether the link tells its ends apart by addresses: those of PPP lines, tunnels and dummies do
  /// not, though the iface has one.
  bool has_link_addresses() const;
  bool has_mld() const { return ipv6() != nullptr && !no_mld_; }
  /// One of its own addresses, of either family and in any state.
  bool has_address(const IpAddress& address) const;
  /// What the driver leaves to the stack; everything without a driver.
  ChecksumPolicy checksum_policy() const { return checksum_; }

  /// Told of every packet that leaves by this iface or comes in by it, also by its engine (Zephyr:
  /// conn_mgr_if_used()). One listener; an empty one ends it.
  void set_used(Delegate used) {
    if (used || rare_ != nullptr) rare().used = used;
  }
  void note_used() const {
    if (rare_ != nullptr && rare_->used) rare_->used();
  }

  IfStats& stats() { return stats_; }
  const IfStats& stats() const { return stats_; }
  /// How often it went down: each time that it came up, but for the last one if it is up.
  std::uint64_t down_count() const { return stats_.up_count - (running_ ? 1 : 0); }
  IfLosses& losses() { return rare().losses; }
  IfLosses losses() const { return rare_ != nullptr ? rare_->losses : IfLosses(); }
  /// For Route.
  RouteCache& route_cache() { return route_cache_; }
  const RouteCache& route_cache() const { return route_cache_; }
  /// The record of the latest event of this iface; none while nobody watches.
  RecordId last_event() const { return rare_ != nullptr ? rare_->last_event : RecordId(); }
  void set_last_event(RecordId record) {
    if (record.valid() || rare_ != nullptr) rare().last_event = record;
  }

  // Down path. send_data: net_core's hand-over, Enetdown, Eio; consumes. tx: from the work queue or
  // the caller. output_frame: the L2's hand-over of a finished frame.
  Status send_data(PacketPtr packet);
  /// Into the tx queue, or the L2 before it (L2Order): all that send_data() does once the next
  /// hop's link address is known.
  Status queue_tx(PacketPtr packet);
  /// Into the tx queue past IP: a frame that is whole (l2_ready) or a link_datagram.
  Status queue_frame(PacketPtr packet);
  void tx(PacketPtr packet);
  Status output_frame(PacketPtr frame);
  /// Gives up a packet on its way down: counted, recorded, and told to the context that sent it.
  /// Returns `status`.
  Status drop_tx(PacketPtr packet, DropReason reason, Errc status);
  // Up path.
  void on_frame(PacketPtr frame) override;
  void on_carrier(bool up) override { set_carrier(up); }

  /// The first step to what sending by it needs; see Delegate::Kind.
  Foresight foresee_send() const;
  Foresight foresee_frame() const override;

 private:
  std::uint16_t virtual_mtu() const;
  IfKind kind_of(const L2Traits& traits) const;
  Status switch_promiscuous(bool on);
  Status switch_device(bool on);
  void set_flag(bool& flag, bool on);
  void set_carrier(bool on);
  void set_dormant(bool on) { set_flag(dormant_, on); }
  void update_oper_state();
  void notify_up();
  void notify_down();
  bool starts_ip() const;
  void start_ip();
  void stop_ip();
  void start_ipv4();
  void stop_ipv4();
  void remove_overridable();
  Status transmit(PacketPtr frame);
  Foresight foresee_lower() const;
  Ipv6If* own_ipv6() const { return rare_ != nullptr ? rare_->ipv6.get() : nullptr; }

  // What few ifaces have, from the first use on.
  struct Rare {
    explicit Rare(NetIf& iface) : stacking(iface) {}
    Delegate used;
    VirtualIface* virtual_iface = nullptr;
    IfStacking stacking;
    IfLosses losses;
    RecordId last_event;
    std::unique_ptr<Ipv6If> ipv6;
    ContextOffload* offload = nullptr;
    SocketOffload* socket_offload = nullptr;
    std::unique_ptr<std::string> if_name;  // null: made of kind and number
  };
  Rare& rare() const {
    if (rare_ == nullptr) rare_ = std::make_unique<Rare>(const_cast<NetIf&>(*this));
    return *rare_;
  }

  // What every packet needs: three lines, as an iface begins with one. In the arena it does, as
  // what is made before it ends with one; its driver and its neighbours (ArpCache) fill its last.
  Stack& stack_;
  L2* l2_ = nullptr;
  std::unique_ptr<L2Context> l2_context_;
  Driver* driver_ = nullptr;
  mutable std::unique_ptr<Rare> rare_;
  IfIndex index_;
  SubjectId subject_;
  MacAddress link_address_;
  std::uint16_t mtu_;
  bool admin_up_ = false, carrier_ = true, dormant_ = false, running_ = false;
  bool dormant_held_ = false;
  bool promiscuous_ = false, suspended_ = false;
  bool has_send_ = false, point_to_point_ = false;  // of its L2
  ChecksumPolicy checksum_;
  RouteCache route_cache_;
  Ipv4Config ipv4_;
  [[no_unique_address]] IfStats stats_;  // in front: what every packet counts
  // the rest
  OperState oper_state_ = OperState::Unknown;
  IfKind kind_ = IfKind::Other;
  bool refuses_admin_ : 1 = false;
  bool device_ready_ : 1 = true;
  bool changing_admin_ : 1 = false;  // what L2 and driver report meanwhile is evaluated afterwards
  bool evaluation_owed_ : 1 = false;  // they did report something
  bool has_ipv4_config_ : 1 = false;
  const bool auto_start_ : 1, is_wifi_ : 1, may_ipv4_ : 1;  // see NetIfConfig
  const bool ipv4_auto_ : 1, no_nd_ : 1, no_mld_ : 1;
  bool is_virtual_ : 1;
  bool owns_driver_ : 1 = false;
  SimTime oper_changed_at_;
};
static_assert(sizeof(NetIf) == 176);

}  // namespace flapjack
