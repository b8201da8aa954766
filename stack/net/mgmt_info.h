// SPDX-License-Identifier: Apache-2.0
// MgmtInfo: what an event carries, at most one struct (Zephyr: the net_event_* structs of
// net_event.h). A value without allocation: it is copied into the queue entry.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "stack/trace/trace_record.h"
#include "stack/wire/address.h"

namespace flapjack {

/// Reason of CONN_IF_FATAL_ERROR: any number.
struct MgmtReason {
  int value = 0;
};
/// IPV6_PREFIX_ADD, _DEL.
struct MgmtPrefix {
  static constexpr std::uint32_t kInfinite = ~std::uint32_t{0};
  IpAddress address;
  std::uint8_t length = 0;
  std::uint32_t lifetime_s = kInfinite;
};
/// IPV6_ROUTE_ADD, _DEL.
struct MgmtRoute {
  IpAddress destination;
  std::uint8_t length = 0;
  IpAddress next_hop = {};
};
/// IPV6_NBR_ADD, _DEL.
struct MgmtNeighbour {
  IpAddress address;
  int index = -1;  ///< place in the neighbour table; -1 when it was deleted
};
/// IPV4_DHCP_BOUND, IPV6_DHCP_BOUND.
struct MgmtDhcp {
  IpAddress address, server;
  std::uint32_t lease_s = 0;
  IpAddress gateway = {};
};
/// IPV4_PMTU_CHANGED, IPV6_PMTU_CHANGED.
struct MgmtPmtu {
  IpAddress destination;
  std::uint16_t mtu = 0;
};
/// DNS_SERVER_ADD, _DEL.
struct MgmtDnsServer {
  Endpoint server;
};
/// HOSTNAME_CHANGED.
struct MgmtHostname {
  std::array<char, 64> text{};  ///< NUL-terminated (NET_HOSTNAME_MAX_LEN 63)
  /// A longer name is cut.
  static MgmtHostname of(std::string_view name);
  std::string_view view() const;
};

class MgmtInfo {
 public:
  using Body = std::variant<std::monostate, IpAddress, MgmtReason, MgmtPrefix, MgmtRoute,
                            MgmtNeighbour, MgmtDhcp, MgmtPmtu, MgmtDnsServer, MgmtHostname>;
  // Implicit, so that notify(event, iface, address) and notify(event, iface, MgmtReason{5}) work.
  MgmtInfo() = default;
  MgmtInfo(const IpAddress& address) : body_(address) {}
  MgmtInfo(Ipv4Address address) : body_(IpAddress(address)) {}
  MgmtInfo(const Ipv6Address& address) : body_(IpAddress(address)) {}
  MgmtInfo(const MgmtReason& body) : body_(body) {}
  MgmtInfo(const MgmtPrefix& body) : body_(body) {}
  MgmtInfo(const MgmtRoute& body) : body_(body) {}
  MgmtInfo(const MgmtNeighbour& body) : body_(body) {}
  MgmtInfo(const MgmtDhcp& body) : body_(body) {}
  MgmtInfo(const MgmtPmtu& body) : body_(body) {}
  MgmtInfo(const MgmtDnsServer& body) : body_(body) {}
  MgmtInfo(const MgmtHostname& body) : body_(body) {}

  bool empty() const { return std::holds_alternative<std::monostate>(body_); }
  /// The struct when it is of that kind, else null.
  template <class T>
  const T* get() const {
    return std::get_if<T>(&body_);
  }
  /// The address that the struct is about, whichever kind it is; none without one.
  std::optional<IpAddress> address() const;
  std::optional<int> reason() const;
  /// What Zephyr's struct of this kind takes, in bytes: compared with NET_EVENT_INFO_MAX_SIZE.
  std::size_t bytes() const;

  static constexpr std::size_t kMostAttrs = 3;
  /// Writes the facts of the struct to `attrs`; returns how many. They point into this object.
  std::size_t attrs(std::span<Attr, kMostAttrs> attrs) const;

 private:
  Body body_;
};

}  // namespace flapjack
