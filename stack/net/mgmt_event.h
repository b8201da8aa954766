// SPDX-License-Identifier: Apache-2.0
// MgmtEvent: every event of a node's event bus, as Zephyr names it (net_event.h), and the words it
// travels as. NetMgmt delivers them; whoever changes the state behind one raises it.
//
//            event  iface  layer  wait  layer code      command
//   BitMask   63     62    61-60   59     58-52     51-0   one bit each (Zephyr 4.2 and later)
//   Numbered  31     30    29-28   27     26-16     15-0   counted from 1 (before)
//
// An MgmtEvent's value is its BitMask word, and masks are made of these in every configuration. As
// Numbered words their commands become numbers, which are still compared by AND: a mask then hears
// events that nobody put into it (IF_ADMIN_DOWN is IF_DOWN | IF_UP). Handlers compare exactly.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace flapjack {

namespace mgmt {
inline constexpr std::uint64_t kEventBit = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kIfaceBit = std::uint64_t{1} << 62;
inline constexpr std::uint64_t kWaitBit = std::uint64_t{1} << 59;
inline constexpr unsigned kLayerShift = 60, kCodeShift = 52;
inline constexpr std::uint64_t kCommandMask = (std::uint64_t{1} << kCodeShift) - 1;
enum class Layer : std::uint64_t { L2 = 1, L3 = 2, L4 = 3 };
enum class Code : std::uint64_t { Iface = 1, Conn = 2, Ipv4 = 3, Ipv6 = 4, L4 = 5, Ppp = 0x0b };

constexpr std::uint64_t word(Layer layer, Code code, unsigned command) {
  return kEventBit | kIfaceBit | static_cast<std::uint64_t>(layer) << kLayerShift |
         static_cast<std::uint64_t>(code) << kCodeShift | std::uint64_t{1} << command;
}
constexpr std::uint64_t if_word(unsigned c) { return word(Layer::L2, Code::Iface, c); }
constexpr std::uint64_t conn_word(unsigned c) { return word(Layer::L2, Code::Conn, c); }
constexpr std::uint64_t ppp_word(unsigned c) { return word(Layer::L2, Code::Ppp, c); }
constexpr std::uint64_t ipv4_word(unsigned c) { return word(Layer::L3, Code::Ipv4, c); }
constexpr std::uint64_t ipv6_word(unsigned c) { return word(Layer::L3, Code::Ipv6, c); }
constexpr std::uint64_t l4_word(unsigned c) { return word(Layer::L4, Code::L4, c); }
}  // namespace mgmt

/// Names as Zephyr's without the NET_EVENT_ prefix; what each carries: mgmt_info.h.
enum class MgmtEvent : std::uint64_t {
  IfDown = mgmt::if_word(0),
  IfUp = mgmt::if_word(1),
  IfAdminDown = mgmt::if_word(2),
  IfAdminUp = mgmt::if_word(3),
  ConnIfTimeout = mgmt::conn_word(0),
  ConnIfFatalError = mgmt::conn_word(1),
  ConnIfIdleTimeout = mgmt::conn_word(2),
  ConnIfNoConfiguration = mgmt::conn_word(3),
  PppCarrierOn = mgmt::ppp_word(0),
  PppCarrierOff = mgmt::ppp_word(1),
  PppPhaseRunning = mgmt::ppp_word(2),
  PppPhaseDead = mgmt::ppp_word(3),
  Ipv6AddrAdd = mgmt::ipv6_word(0),
  Ipv6AddrDel = mgmt::ipv6_word(1),
  Ipv6MaddrAdd = mgmt::ipv6_word(2),
  Ipv6MaddrDel = mgmt::ipv6_word(3),
  Ipv6PrefixAdd = mgmt::ipv6_word(4),
  Ipv6PrefixDel = mgmt::ipv6_word(5),
  Ipv6McastJoin = mgmt::ipv6_word(6),
  Ipv6McastLeave = mgmt::ipv6_word(7),
  Ipv6RouterAdd = mgmt::ipv6_word(8),
  Ipv6RouterDel = mgmt::ipv6_word(9),
  Ipv6RouteAdd = mgmt::ipv6_word(10),
  Ipv6RouteDel = mgmt::ipv6_word(11),
  Ipv6DadSucceed = mgmt::ipv6_word(12),
  Ipv6DadFailed = mgmt::ipv6_word(13),
  Ipv6NbrAdd = mgmt::ipv6_word(14),
  Ipv6NbrDel = mgmt::ipv6_word(15),
  Ipv6DhcpStart = mgmt::ipv6_word(16),
  Ipv6DhcpBound = mgmt::ipv6_word(17),
  Ipv6DhcpStop = mgmt::ipv6_word(18),
  Ipv6AddrDeprecated = mgmt::ipv6_word(19),
  Ipv6PeEnabled = mgmt::ipv6_word(20),
  Ipv6PeDisabled = mgmt::ipv6_word(21),
  Ipv6PeFilterAdd = mgmt::ipv6_word(22),
  Ipv6PeFilterDel = mgmt::ipv6_word(23),
  Ipv6PmtuChanged = mgmt::ipv6_word(24),
  Ipv4AddrAdd = mgmt::ipv4_word(0),
  Ipv4AddrDel = mgmt::ipv4_word(1),
  Ipv4MaddrAdd = mgmt::ipv4_word(2),
  Ipv4MaddrDel = mgmt::ipv4_word(3),
  Ipv4RouterAdd = mgmt::ipv4_word(4),
  Ipv4RouterDel = mgmt::ipv4_word(5),
  Ipv4DhcpStart = mgmt::ipv4_word(6),
  Ipv4DhcpBound = mgmt::ipv4_word(7),
  Ipv4DhcpStop = mgmt::ipv4_word(8),
  Ipv4McastJoin = mgmt::ipv4_word(9),
  Ipv4McastLeave = mgmt::ipv4_word(10),
  Ipv4AcdSucceed = mgmt::ipv4_word(11),
  Ipv4AcdFailed = mgmt::ipv4_word(12),
  Ipv4AcdConflict = mgmt::ipv4_word(13),
  Ipv4PmtuChanged = mgmt::ipv4_word(14),
  L4Connected = mgmt::l4_word(0),
  L4Disconnected = mgmt::l4_word(1),
  L4Ipv4Connected = mgmt::l4_word(2),
  L4Ipv4Disconnected = mgmt::l4_word(3),
  L4Ipv6Connected = mgmt::l4_word(4),
  L4Ipv6Disconnected = mgmt::l4_word(5),
  DnsServerAdd = mgmt::l4_word(6),
  DnsServerDel = mgmt::l4_word(7),
  HostnameChanged = mgmt::l4_word(8),
  CaptureStarted = mgmt::l4_word(9),
  CaptureStopped = mgmt::l4_word(10),
  L4IfConnected = mgmt::l4_word(11),
  L4IfDisconnected = mgmt::l4_word(12),
  ConnectivityOnline = mgmt::l4_word(13),
  ConnectivityOffline = mgmt::l4_word(14),
};

/// How events are numbered; see the table above.
enum class MgmtLayout : std::uint8_t { BitMask, Numbered };

/// The parts of an event or of a mask that are compared.
struct MgmtWord {
  std::uint64_t command = 0;
  std::uint16_t code = 0;
  std::uint8_t layer = 0;

  /// As a callback's mask: layer and code exactly, a command in common. One without commands
  /// matches all.
  constexpr bool matches(const MgmtWord& event) const {
    return layer == event.layer && code == event.code &&
           (command == 0 || (command & event.command) != 0);
  }
  /// As the OR of all masks: every bit of the event is in it.
  constexpr bool covers(const MgmtWord& event) const {
    return (layer & event.layer) == event.layer && (code & event.code) == event.code &&
           (command & event.command) == event.command;
  }
  constexpr MgmtWord& operator|=(const MgmtWord& o) {
    command |= o.command;
    code = static_cast<std::uint16_t>(code | o.code);
    layer = static_cast<std::uint8_t>(layer | o.layer);
    return *this;
  }
};
/// The parts of an event's value or of a mask, in a layout.
MgmtWord mgmt_word(std::uint64_t mask, MgmtLayout layout);
/// The whole word, as Zephyr's log prints it: 0xd0010002 for IF_UP when Numbered.
std::uint64_t mgmt_event_word(MgmtEvent event, MgmtLayout layout);

/// "IF_UP", "L4_CONNECTED", ...; "?" for a value that is no event.
std::string_view mgmt_event_name(MgmtEvent event);
/// The keys its trace record may have, in their order.
std::span<const std::string_view> mgmt_event_keys(MgmtEvent event);
/// Every event, in the order of the enum.
std::span<const MgmtEvent> mgmt_events();
/// An event of the node (its record names the iface it blames), not of an iface.
constexpr bool is_node_event(MgmtEvent event) {
  constexpr std::uint64_t kHead = ~mgmt::kCommandMask;
  return (static_cast<std::uint64_t>(event) & kHead) == (mgmt::l4_word(0) & kHead);
}

/// A callback's mask: the OR of words of one layer and code.
template <class... Events>
constexpr std::uint64_t mgmt_mask(Events... events) {
  return (static_cast<std::uint64_t>(events) | ...);
}

}  // namespace flapjack
