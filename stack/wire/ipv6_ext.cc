// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv6_ext.h"

#include <cassert>

#include "stack/wire/bytes.h"
#include "stack/wire/ipv6.h"

namespace flapjack {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Codes of a parameter problem (RFC 4443 section 3.4, RFC 7112 section 5).
constexpr std::uint8_t kErroneousField = 0, kUnknownNextHeader = 1, kUnknownOption = 2,
                       kIncompleteChain = 3;
constexpr std::size_t kPayloadBytesMax = 65535;

constexpr bool is(std::uint8_t next_header, IpProtocol protocol) {
  return next_header == static_cast<std::uint8_t>(protocol);
}

constexpr bool is_extension(std::uint8_t next_header) {
  return is(next_header, IpProtocol::HopByHop) || is(next_header, IpProtocol::Routing) ||
         is(next_header, IpProtocol::Fragment) || is(next_header, IpProtocol::DestinationOptions);
}

// What must be there of the header above, so that it can be told apart (RFC 7112 section 5).
constexpr std::size_t upper_header_bytes(std::uint8_t protocol) {
  if (is(protocol, IpProtocol::Tcp)) return 20;
  if (is(protocol, IpProtocol::Udp)) return 8;
  return is(protocol, IpProtocol::Icmpv6) ? 4 : 0;
}

// One walk; `at_` is the start of the header that `found_.protocol` names.
class Walk {
 public:
  explicit Walk(Bytes datagram) : datagram_(datagram) {
    assert(datagram.size() >= kIpv6HeaderBytes && datagram.size() <= 0xffff + kIpv6HeaderBytes);
    found_.protocol = datagram[kIpv6NextHeaderAt];
    found_.next_header_at = kIpv6NextHeaderAt;
  }

  Ipv6Extensions run() {
    while (found_.ok() && !found_.is_fragment && is_extension(found_.protocol)) step();
    found_.offset = static_cast<std::uint32_t>(at_);
    return found_;
  }

 private:
  void step() {
    if (datagram_.size() - at_ < 8) return fail(Ipv6ExtError::Truncated);
    const std::size_t length = is(found_.protocol, IpProtocol::Fragment)
                                   ? kIpv6FragmentBytes
                                   : (std::size_t{datagram_[at_ + 1]} + 1) * 8;
    if (datagram_.size() - at_ < length) return fail(Ipv6ExtError::Truncated);
    switch (static_cast<IpProtocol>(found_.protocol)) {
      case IpProtocol::HopByHop:
        if (at_ != kIpv6HeaderBytes) {
          return tell(Ipv6ExtError::HopByHopNotFirst, kUnknownNextHeader, found_.next_header_at);
        }
        options(length, true);
        break;
      case IpProtocol::DestinationOptions:
        options(length, false);
        break;
      case IpProtocol::Routing:
        routing();
        break;
      default:
        fragment();
    }
    if (found_.ok()) advance(length);
  }

  void advance(std::size_t length) {
    found_.protocol = datagram_[at_];
    found_.next_header_at = static_cast<std::uint32_t>(at_);
    at_ += length;
  }

  void fail(Ipv6ExtError error) { found_.error = error; }

  void tell(Ipv6ExtError error, std::uint8_t code, std::size_t pointer) {
    found_.error = error;
    found_.tell = true;
    found_.code = code;
    found_.pointer = static_cast<std::uint32_t>(pointer);
  }

  void options(std::size_t length, bool hop_by_hop) {
    const std::size_t end = at_ + length;
    for (std::size_t at = at_ + 2; found_.ok() && at < end;) {
      if (datagram_[at] == kIpv6OptionPad1) {
        ++at;
        continue;
      }
      if (end - at < 2 || end - at - 2 < datagram_[at + 1]) {
        return tell(Ipv6ExtError::BadOption, kErroneousField, at);
      }
      option(at, hop_by_hop);
      at += std::size_t{2} + datagram_[at + 1];
    }
  }

  void option(std::size_t at, bool hop_by_hop) {
    const std::uint8_t type = datagram_[at], length = datagram_[at + 1];
    if (hop_by_hop && type == kIpv6OptionRouterAlert) {
      if (length != 2) return tell(Ipv6ExtError::BadOption, kErroneousField, at + 1);
      found_.router_alert = wire::load16(&datagram_[at + 2]);
      return;
    }
    switch (type >> 6) {  // RFC 8200 section 4.2
      case 0:             // skip
        return;
      case 1:  // discard
        return fail(Ipv6ExtError::UnknownOption);
      default:  // discard and tell; 3: unless it went to a group
        tell(Ipv6ExtError::UnknownOption, kUnknownOption, at);
        found_.tell_of_multicast = type >> 6 == 2;
    }
  }

  // Nothing is left to visit, or it is for a type we do not have: type 0 is gone (RFC 5095).
  void routing() {
    constexpr std::size_t kTypeAt = 2, kSegmentsLeftAt = 3;
    if (datagram_[at_ + kSegmentsLeftAt] == 0) return;
    tell(Ipv6ExtError::RoutingNotDone, kErroneousField, at_ + kTypeAt);
  }

  void fragment() {
    const Ipv6Fragment header = *Ipv6Fragment::parse(datagram_.subspan(at_));
    found_.fragment_at = static_cast<std::uint32_t>(at_);
    if (header.is_atomic()) return;
    const std::size_t data = datagram_.size() - at_ - kIpv6FragmentBytes;
    if (header.more && data % 8 != 0) {
      return tell(Ipv6ExtError::FragmentLength, kErroneousField, kIpv6PayloadLengthAt);
    }
    const std::size_t before = at_ - kIpv6HeaderBytes;  // the part that is in each fragment
    if (before + std::size_t{header.offset} * 8 + data > kPayloadBytesMax) {
      return tell(Ipv6ExtError::FragmentTooLong, kErroneousField, at_ + 2);
    }
    if (header.offset == 0 && !chain_is_whole(header.next_header)) {
      return tell(Ipv6ExtError::IncompleteChain, kIncompleteChain, 0);
    }
    found_.is_fragment = true;
    found_.fragment = header;
    found_.fragment_named_at = found_.next_header_at;
  }

  // Lengths only: nothing behind a fragment header is acted upon before reassembly.
  bool chain_is_whole(std::uint8_t next) const {
    std::size_t at = at_ + kIpv6FragmentBytes;
    while (is_extension(next)) {
      const std::size_t left = datagram_.size() - at;
      if (left < 8) return false;
      const std::size_t length =
          is(next, IpProtocol::Fragment) ? 8 : (std::size_t{datagram_[at + 1]} + 1) * 8;
      if (left < length) return false;
      next = datagram_[at];
      at += length;
    }
    return datagram_.size() - at >= upper_header_bytes(next);
  }

  Bytes datagram_;
  std::size_t at_ = kIpv6HeaderBytes;
  Ipv6Extensions found_;
};

}  // namespace

std::optional<Ipv6Fragment> Ipv6Fragment::parse(Bytes bytes) {
  if (bytes.size() < kIpv6FragmentBytes) return {};
  const std::uint16_t word = wire::load16(&bytes[2]);
  return Ipv6Fragment{bytes[0], static_cast<std::uint16_t>(word >> 3), (word & 1) != 0,
                      wire::load32(&bytes[4])};
}

void Ipv6Fragment::emit(std::uint8_t* out) const {
  assert(offset <= 0x1fff);
  out[0] = next_header;
  out[1] = 0;
  wire::store16(out + 2, static_cast<std::uint16_t>(offset << 3 | (more ? 1 : 0)));
  wire::store32(out + 4, id);
}

void emit_ipv6_router_alert(std::uint8_t* out, std::uint8_t next_header, std::uint16_t value) {
  out[0] = next_header;
  out[1] = 0;
  out[2] = kIpv6OptionRouterAlert;
  out[3] = 2;
  wire::store16(out + 4, value);
  out[6] = kIpv6OptionPadN;  // to 8 bytes
  out[7] = 0;
}

Ipv6Extensions Ipv6Extensions::walk(Bytes datagram) {
  return Walk(datagram).run();
}

std::string_view ipv6_ext_error_name(Ipv6ExtError error) {
  switch (error) {
    case Ipv6ExtError::None:
      return "none";
    case Ipv6ExtError::Truncated:
      return "truncated";
    case Ipv6ExtError::HopByHopNotFirst:
      return "hop_by_hop_not_first";
    case Ipv6ExtError::BadOption:
      return "bad_option";
    case Ipv6ExtError::UnknownOption:
      return "unknown_option";
    case Ipv6ExtError::RoutingNotDone:
      return "routing_not_done";
    case Ipv6ExtError::FragmentLength:
      return "fragment_length";
    case Ipv6ExtError::FragmentTooLong:
      return "fragment_too_long";
    case Ipv6ExtError::IncompleteChain:
      return "incomplete_chain";
  }
  return "?";
}

std::string to_text(const Ipv6Fragment& f) {
  return "id " + std::to_string(f.id) + " at " + std::to_string(f.offset * 8) +
         (f.more ? " more" : " last");
}

std::string to_text(const Ipv6Extensions& e) {
  if (!e.ok()) {
    return std::string(ipv6_ext_error_name(e.error)) + " at " + std::to_string(e.pointer);
  }
  std::string text = "protocol " + std::to_string(e.protocol) + " at " + std::to_string(e.offset);
  if (e.is_fragment) text += " fragment " + to_text(e.fragment);
  if (e.router_alert) text += " router alert " + std::to_string(*e.router_alert);
  return text;
}

}  // namespace flapjack
