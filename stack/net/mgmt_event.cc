// SPDX-License-Identifier: Apache-2.0
#include "stack/net/mgmt_event.h"

#include <array>
#include <bit>

namespace flapjack {
namespace {

// What the events of one kind have in common: the keys of their records.
enum class Keys : std::uint8_t {
  None, Reason, Address, Prefix, Route, Neighbour, Lease, Pmtu, Iface, Server, Name
};
constexpr std::size_t kMostKeys = 4;
struct KeyList {
  std::array<std::string_view, kMostKeys> keys;
  std::size_t count;
};
constexpr std::array kKeyLists = {
    KeyList{{}, 0},
    KeyList{{"reason"}, 1},
    KeyList{{"address"}, 1},
    KeyList{{"address", "length", "lifetime"}, 3},
    KeyList{{"address", "length", "next_hop"}, 3},
    KeyList{{"address", "index"}, 2},
    KeyList{{"address", "server", "lease"}, 3},
    KeyList{{"address", "mtu"}, 2},
    KeyList{{"iface"}, 1},
    KeyList{{"iface", "server", "port"}, 3},
    KeyList{{"iface", "name"}, 2},
};

struct Row {
  MgmtEvent event;
  std::string_view name;
  Keys keys;
};
constexpr std::array kRows = {
    Row{MgmtEvent::IfDown, "IF_DOWN", Keys::None},
    Row{MgmtEvent::IfUp, "IF_UP", Keys::None},
    Row{MgmtEvent::IfAdminDown, "IF_ADMIN_DOWN", Keys::None},
    Row{MgmtEvent::IfAdminUp, "IF_ADMIN_UP", Keys::None},
    Row{MgmtEvent::ConnIfTimeout, "CONN_IF_TIMEOUT", Keys::None},
    Row{MgmtEvent::ConnIfFatalError, "CONN_IF_FATAL_ERROR", Keys::Reason},
    Row{MgmtEvent::ConnIfIdleTimeout, "CONN_IF_IDLE_TIMEOUT", Keys::None},
    Row{MgmtEvent::ConnIfNoConfiguration, "CONN_IF_NO_CONFIGURATION", Keys::None},
    Row{MgmtEvent::PppCarrierOn, "PPP_CARRIER_ON", Keys::None},
    Row{MgmtEvent::PppCarrierOff, "PPP_CARRIER_OFF", Keys::None},
    Row{MgmtEvent::PppPhaseRunning, "PPP_PHASE_RUNNING", Keys::None},
    Row{MgmtEvent::PppPhaseDead, "PPP_PHASE_DEAD", Keys::None},
    Row{MgmtEvent::Ipv6AddrAdd, "IPV6_ADDR_ADD", Keys::Address},
    Row{MgmtEvent::Ipv6AddrDel, "IPV6_ADDR_DEL", Keys::Address},
    Row{MgmtEvent::Ipv6MaddrAdd, "IPV6_MADDR_ADD", Keys::Address},
    Row{MgmtEvent::Ipv6MaddrDel, "IPV6_MADDR_DEL", Keys::Address},
    Row{MgmtEvent::Ipv6PrefixAdd, "IPV6_PREFIX_ADD", Keys::Prefix},
    Row{MgmtEvent::Ipv6PrefixDel, "IPV6_PREFIX_DEL", Keys::Prefix},
    Row{MgmtEvent::Ipv6McastJoin, "IPV6_MCAST_JOIN", Keys::Address},
    Row{MgmtEvent::Ipv6McastLeave, "IPV6_MCAST_LEAVE", Keys::Address},
    Row{MgmtEvent::Ipv6RouterAdd, "IPV6_ROUTER_ADD", Keys::Address},
    Row{MgmtEvent::Ipv6RouterDel, "IPV6_ROUTER_DEL", Keys::Address},
    Row{MgmtEvent::Ipv6RouteAdd, "IPV6_ROUTE_ADD", Keys::Route},
    Row{MgmtEvent::Ipv6RouteDel, "IPV6_ROUTE_DEL", Keys::Route},
    Row{MgmtEvent::Ipv6DadSucceed, "IPV6_DAD_SUCCEED", Keys::Address},
    Row{MgmtEvent::Ipv6DadFailed, "IPV6_DAD_FAILED", Keys::Address},
    Row{MgmtEvent::Ipv6NbrAdd, "IPV6_NBR_ADD", Keys::Neighbour},
    Row{MgmtEvent::Ipv6NbrDel, "IPV6_NBR_DEL", Keys::Neighbour},
    Row{MgmtEvent::Ipv6DhcpStart, "IPV6_DHCP_START", Keys::None},
    Row{MgmtEvent::Ipv6DhcpBound, "IPV6_DHCP_BOUND", Keys::Lease},
    Row{MgmtEvent::Ipv6DhcpStop, "IPV6_DHCP_STOP", Keys::None},
    Row{MgmtEvent::Ipv6AddrDeprecated, "IPV6_ADDR_DEPRECATED", Keys::Address},
    Row{MgmtEvent::Ipv6PeEnabled, "IPV6_PE_ENABLED", Keys::None},
    Row{MgmtEvent::Ipv6PeDisabled, "IPV6_PE_DISABLED", Keys::None},
    Row{MgmtEvent::Ipv6PeFilterAdd, "IPV6_PE_FILTER_ADD", Keys::Address},
    Row{MgmtEvent::Ipv6PeFilterDel, "IPV6_PE_FILTER_DEL", Keys::Address},
    Row{MgmtEvent::Ipv6PmtuChanged, "IPV6_PMTU_CHANGED", Keys::Pmtu},
    Row{MgmtEvent::Ipv4AddrAdd, "IPV4_ADDR_ADD", Keys::Address},
    Row{MgmtEvent::Ipv4AddrDel, "IPV4_ADDR_DEL", Keys::Address},
    Row{MgmtEvent::Ipv4MaddrAdd, "IPV4_MADDR_ADD", Keys::Address},
    Row{MgmtEvent::Ipv4MaddrDel, "IPV4_MADDR_DEL", Keys::Address},
    Row{MgmtEvent::Ipv4RouterAdd, "IPV4_ROUTER_ADD", Keys::Address},
    Row{MgmtEvent::Ipv4RouterDel, "IPV4_ROUTER_DEL", Keys::Address},
    Row{MgmtEvent::Ipv4DhcpStart, "IPV4_DHCP_START", Keys::None},
    Row{MgmtEvent::Ipv4DhcpBound, "IPV4_DHCP_BOUND", Keys::Lease},
    Row{MgmtEvent::Ipv4DhcpStop, "IPV4_DHCP_STOP", Keys::None},
    Row{MgmtEvent::Ipv4McastJoin, "IPV4_MCAST_JOIN", Keys::Address},
    Row{MgmtEvent::Ipv4McastLeave, "IPV4_MCAST_LEAVE", Keys::Address},
    Row{MgmtEvent::Ipv4AcdSucceed, "IPV4_ACD_SUCCEED", Keys::Address},
    Row{MgmtEvent::Ipv4AcdFailed, "IPV4_ACD_FAILED", Keys::Address},
    Row{MgmtEvent::Ipv4AcdConflict, "IPV4_ACD_CONFLICT", Keys::Address},
    Row{MgmtEvent::Ipv4PmtuChanged, "IPV4_PMTU_CHANGED", Keys::Pmtu},
    Row{MgmtEvent::L4Connected, "L4_CONNECTED", Keys::Iface},
    Row{MgmtEvent::L4Disconnected, "L4_DISCONNECTED", Keys::Iface},
    Row{MgmtEvent::L4Ipv4Connected, "L4_IPV4_CONNECTED", Keys::Iface},
    Row{MgmtEvent::L4Ipv4Disconnected, "L4_IPV4_DISCONNECTED", Keys::Iface},
    Row{MgmtEvent::L4Ipv6Connected, "L4_IPV6_CONNECTED", Keys::Iface},
    Row{MgmtEvent::L4Ipv6Disconnected, "L4_IPV6_DISCONNECTED", Keys::Iface},
    Row{MgmtEvent::DnsServerAdd, "DNS_SERVER_ADD", Keys::Server},
    Row{MgmtEvent::DnsServerDel, "DNS_SERVER_DEL", Keys::Server},
    Row{MgmtEvent::HostnameChanged, "HOSTNAME_CHANGED", Keys::Name},
    Row{MgmtEvent::CaptureStarted, "CAPTURE_STARTED", Keys::Iface},
    Row{MgmtEvent::CaptureStopped, "CAPTURE_STOPPED", Keys::Iface},
    Row{MgmtEvent::L4IfConnected, "L4_IF_CONNECTED", Keys::Iface},
    Row{MgmtEvent::L4IfDisconnected, "L4_IF_DISCONNECTED", Keys::Iface},
    Row{MgmtEvent::ConnectivityOnline, "CONNECTIVITY_ONLINE", Keys::Iface},
    Row{MgmtEvent::ConnectivityOffline, "CONNECTIVITY_OFFLINE", Keys::Iface},
};
constexpr auto kEvents = [] {
  std::array<MgmtEvent, kRows.size()> events{};
  for (std::size_t i = 0; i < kRows.size(); ++i) events[i] = kRows[i].event;
  return events;
}();

const Row* row_of(MgmtEvent event) {
  for (const Row& row : kRows) {
    if (row.event == event) return &row;
  }
  return nullptr;
}

// The layer codes of the Numbered layout (net_event.h and others before 4.2).
constexpr std::uint16_t numbered_code(std::uint64_t code) {
  switch (static_cast<mgmt::Code>(code)) {
    case mgmt::Code::Iface:
      return 0x001;
    case mgmt::Code::Conn:
      return 0x207;
    case mgmt::Code::Ipv4:
      return 0x004;
    case mgmt::Code::Ipv6:
      return 0x060;
    case mgmt::Code::L4:
      return 0x114;
    case mgmt::Code::Ppp:
      return 0x209;  // include/net/ppp.h
  }
  return static_cast<std::uint16_t>(code);
}

// The OR of the numbers, from 1, of the commands whose bits are set: what a mask of such words is.
constexpr std::uint64_t numbered_commands(std::uint64_t bits) {
  std::uint64_t numbers = 0;
  for (; bits != 0; bits &= bits - 1) {
    numbers |= static_cast<std::uint64_t>(std::countr_zero(bits)) + 1;
  }
  return numbers;
}

}  // namespace

MgmtWord mgmt_word(std::uint64_t mask, MgmtLayout layout) {
  const std::uint64_t code = mask >> mgmt::kCodeShift & 0x7f;
  MgmtWord word{mask & mgmt::kCommandMask, static_cast<std::uint16_t>(code),
                static_cast<std::uint8_t>(mask >> mgmt::kLayerShift & 3)};
  if (layout == MgmtLayout::BitMask) return word;
  word.command = numbered_commands(word.command);
  word.code = numbered_code(code);
  return word;
}

std::uint64_t mgmt_event_word(MgmtEvent event, MgmtLayout layout) {
  const auto value = static_cast<std::uint64_t>(event);
  if (layout == MgmtLayout::BitMask) return value;
  const MgmtWord word = mgmt_word(value, layout);
  return std::uint64_t{3} << 30 | std::uint64_t{word.layer} << 28 |
         std::uint64_t{word.code} << 16 | word.command;
}

std::string_view mgmt_event_name(MgmtEvent event) {
  const Row* row = row_of(event);
  return row != nullptr ? row->name : "?";
}

std::span<const std::string_view> mgmt_event_keys(MgmtEvent event) {
  const Row* row = row_of(event);
  const KeyList& list = kKeyLists[row != nullptr ? static_cast<std::size_t>(row->keys) : 0];
  return std::span(list.keys).first(list.count);
}

std::span<const MgmtEvent> mgmt_events() {
  return kEvents;
}

}  // namespace flapjack
