// SPDX-License-Identifier: Apache-2.0
// DHCP for IPv4 (RFC 2131, options RFC 2132), over UDP from 68 to 67 and back:
//
//   0 op 1 htype 2 hlen 3 hops  4 xid  8 secs 10 flags  12 ciaddr 16 yiaddr 20 siaddr 24 giaddr
//   28 chaddr[16]  44 sname[64]  108 file[128]  236 magic cookie  240 options
//
// Only Ethernet addresses (htype 1, hlen 6). Options of no interest here are skipped on parsing.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stack/wire/address.h"
#include "stack/wire/short_list.h"

namespace flapjack {

inline constexpr std::uint16_t kDhcpv4ServerPort = 67;  // RFC 2131 section 4.1
inline constexpr std::uint16_t kDhcpv4ClientPort = 68;
/// Header and magic cookie.
inline constexpr std::size_t kDhcpv4OptionsOffset = 240;
/// What every client takes: 312 bytes of options (RFC 2131 section 2).
inline constexpr std::size_t kDhcpv4MessageBytes = 548;
/// A lease that never ends (RFC 2131 section 3.3).
inline constexpr std::uint32_t kDhcpv4Infinite = 0xffffffff;

/// Option 53, RFC 2132 section 9.6.
enum class Dhcpv4Type : std::uint8_t {
  Discover = 1, Offer, Request, Decline, Ack, Nak, Release, Inform,
};
/// "DISCOVER", ...
std::string_view dhcpv4_type_name(Dhcpv4Type type);

/// Codes of RFC 2132 that are read and written here.
namespace dhcpv4_option {
inline constexpr std::uint8_t kPad = 0, kSubnetMask = 1, kRouter = 3, kDnsServer = 6,
                              kHostName = 12, kRequestedAddress = 50, kLeaseTime = 51,
                              kOverload = 52, kType = 53, kServerId = 54, kParameterList = 55,
                              kMaxMessageBytes = 57, kRenewalTime = 58, kRebindingTime = 59,
                              kClientId = 61, kEnd = 255;
}  // namespace dhcpv4_option

using Dhcpv4Addresses = ShortList<Ipv4Address, 8>;
using Dhcpv4Bytes = ShortList<std::uint8_t, 255>;  // an option's value

struct Dhcpv4Message {
  bool reply = false;  ///< op: 1 from a client, 2 from a server
  std::uint8_t hops = 0;
  std::uint32_t xid = 0;
  std::uint16_t secs = 0;
  bool broadcast = false;  ///< flag: the client cannot take a unicast reply yet
  Ipv4Address ciaddr;      ///< the client's own address, when it has one
  Ipv4Address yiaddr;      ///< the address it is given
  Ipv4Address siaddr, giaddr;
  MacAddress chaddr;

  Dhcpv4Type type = Dhcpv4Type::Discover;
  std::optional<Ipv4Address> subnet_mask, requested_address, server_id;
  Dhcpv4Addresses routers, dns_servers;  ///< in order of preference; the first 8
  std::optional<std::uint32_t> lease_s, renewal_s, rebinding_s;
  std::optional<std::uint16_t> max_message_bytes;
  Dhcpv4Bytes client_id, parameters, host_name;    ///< empty: not there

  enum class Error : std::uint8_t {
    None,
    Short,     ///< no room for the header and the cookie
    Hardware,  ///< not Ethernet
    Op,        ///< neither request nor reply
    Cookie,    ///< plain BOOTP, or something else
    Option,    ///< an option's length is wrong or goes beyond its field
    NoEnd,     ///< a field of options without an end
    Type,      ///< no message type (BOOTP), or one that RFC 2131 does not have
  };
  /// Options may go on in file and sname (option 52). Of one that comes twice the last counts;
  /// lists of addresses are joined (RFC 3396).
  static Error parse(std::span<const std::uint8_t> bytes, Dhcpv4Message& out);
  /// The bytes written to the front of `out`; 0 when they do not fit. sname and file stay empty.
  std::size_t emit(std::span<std::uint8_t> out) const;

  bool operator==(const Dhcpv4Message&) const = default;
};

/// "short", "hardware", "op", "cookie", "option", "no_end", "type".
std::string_view dhcpv4_error_name(Dhcpv4Message::Error error);
/// "OFFER xid 0x00000102 for 02:00:00:00:00:01: 192.0.2.10 from 192.0.2.1".
std::string to_text(const Dhcpv4Message& m);

}  // namespace flapjack
