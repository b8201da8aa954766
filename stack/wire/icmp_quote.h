// SPDX-License-Identifier: Apache-2.0
// IcmpQuote: what an ICMP error says of the datagram it is about: its IP header and the first 8
// bytes behind it, or more (RFC 792, RFC 1122 section 3.2.2); of IPv6 as much as fits (RFC 4443
// section 2.4 c). Cut short, so that neither lengths nor checksums can be checked: believe it only
// as far as its addresses and ports are known here.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/ipv4.h"
#include "stack/wire/ipv6.h"

namespace flapjack {

struct IcmpQuote {
  std::uint8_t protocol = 0;
  std::uint32_t total_length = 0;  ///< of the datagram as its sender made it
  std::uint32_t upper_at = 0;      ///< where the header of `protocol` starts in the quote
  bool later_fragment = false;     ///< the header of `protocol` is in another fragment: no ports
  Endpoint source, destination;    ///< ports only of UDP and TCP, else 0

  /// `data`: the message behind its 8 bytes of header. Nothing when it is shorter than an IP header
  /// with 8 bytes behind it, no IPv4, or of a later fragment, which has no ports.
  static std::optional<IcmpQuote> parse(std::span<const std::uint8_t> data);
  /// The same of an ICMPv6 error, which may be about a later fragment. Extension headers are
  /// skipped; nothing when the quote ends before the protocol or its ports are known.
  static std::optional<IcmpQuote> parse_ipv6(std::span<const std::uint8_t> data);
};

/// "192.0.2.1:4242 > 192.0.2.2:7 proto 17 length 92".
std::string to_text(const IcmpQuote& q);

}  // namespace flapjack
