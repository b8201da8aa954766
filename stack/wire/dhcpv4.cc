// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/dhcpv4.h"

#include <algorithm>
#include <array>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Error = Dhcpv4Message::Error;

constexpr std::uint8_t kOpRequest = 1, kOpReply = 2;
constexpr std::uint8_t kHardwareEthernet = 1, kEthernetBytes = 6;
constexpr std::uint16_t kBroadcastFlag = 0x8000;  // RFC 2131 section 2, figure 2
constexpr std::uint32_t kCookie = 0x63825363;     // RFC 2131 section 3
constexpr std::size_t kChaddr = 28, kSname = 44, kFile = 108, kCookieOffset = 236;
constexpr std::size_t kSnameBytes = 64, kFileBytes = 128;
constexpr std::uint8_t kOverloadFile = 1, kOverloadSname = 2;  // RFC 2132 section 9.3

void read_header(Bytes bytes, Dhcpv4Message& m) {
  const std::uint8_t* p = bytes.data();
  m.reply = p[0] == kOpReply;
  m.hops = p[3];
  m.xid = wire::load32(p + 4);
  m.secs = wire::load16(p + 8);
  m.broadcast = (wire::load16(p + 10) & kBroadcastFlag) != 0;
  m.ciaddr.value = wire::load32(p + 12);
  m.yiaddr.value = wire::load32(p + 16);
  m.siaddr.value = wire::load32(p + 20);
  m.giaddr.value = wire::load32(p + 24);
  std::copy_n(p + kChaddr, kEthernetBytes, m.chaddr.bytes.begin());
}

bool read(Bytes value, std::optional<Ipv4Address>& out) {
  if (value.size() != 4) return false;
  out = Ipv4Address{wire::load32(value.data())};
  return true;
}
bool read(Bytes value, std::optional<std::uint32_t>& out) {
  if (value.size() != 4) return false;
  out = wire::load32(value.data());
  return true;
}
bool read(Bytes value, Dhcpv4Addresses& out) {
  if (value.empty() || value.size() % 4 != 0) return false;
  for (std::size_t i = 0; i < value.size(); i += 4) {
    if (!out.push({wire::load32(value.data() + i)})) break;  // more than anybody needs
  }
  return true;
}
bool read(Bytes value, Dhcpv4Bytes& out) {
  out.assign(value);
  return !value.empty();
}

// What is noted while the options are read: the type's presence, and where options go on.
struct Seen {
  bool type = false;
  std::uint8_t overload = 0;
};

bool read_number(std::uint8_t code, Bytes value, Dhcpv4Message& m, Seen& seen) {
  switch (code) {
    case dhcpv4_option::kType:
      if (value.size() != 1) return false;
      seen.type = value[0] >= 1 && value[0] <= 8;
      if (seen.type) m.type = static_cast<Dhcpv4Type>(value[0]);
      return true;
    case dhcpv4_option::kOverload:
      if (value.size() != 1 || value[0] < 1 || value[0] > 3) return false;
      seen.overload = value[0];
      return true;
    case dhcpv4_option::kMaxMessageBytes:
      if (value.size() != 2) return false;
      m.max_message_bytes = wire::load16(value.data());
      return true;
    default:
      return true;  // of no interest
  }
}

bool read_option(std::uint8_t code, Bytes value, Dhcpv4Message& m, Seen& seen) {
  switch (code) {
    case dhcpv4_option::kSubnetMask:
      return read(value, m.subnet_mask);
    case dhcpv4_option::kRouter:
      return read(value, m.routers);
    case dhcpv4_option::kDnsServer:
      return read(value, m.dns_servers);
    case dhcpv4_option::kHostName:
      return read(value, m.host_name);
    case dhcpv4_option::kRequestedAddress:
      return read(value, m.requested_address);
    case dhcpv4_option::kLeaseTime:
      return read(value, m.lease_s);
    case dhcpv4_option::kServerId:
      return read(value, m.server_id);
    case dhcpv4_option::kParameterList:
      return read(value, m.parameters);
    case dhcpv4_option::kRenewalTime:
      return read(value, m.renewal_s);
    case dhcpv4_option::kRebindingTime:
      return read(value, m.rebinding_s);
    case dhcpv4_option::kClientId:
      return read(value, m.client_id);
    default:
      return read_number(code, value, m, seen);
  }
}

Error read_options(Bytes field, Dhcpv4Message& m, Seen& seen) {
  for (std::size_t at = 0; at < field.size();) {
    const std::uint8_t code = field[at++];
    if (code == dhcpv4_option::kEnd) return Error::None;
    if (code == dhcpv4_option::kPad) continue;
    if (at == field.size() || field[at] > field.size() - at - 1) return Error::Option;
    const std::size_t length = field[at++];
    if (!read_option(code, field.subspan(at, length), m, seen)) return Error::Option;
    at += length;
  }
  return Error::NoEnd;
}

// Writes options behind one another and notes when there is no more room.
class OptionWriter {
 public:
  explicit OptionWriter(std::span<std::uint8_t> out) : out_(out) {}

  void bytes(std::uint8_t code, Bytes value) {
    if (value.empty()) return;
    if (value.size() + 2 > out_.size() - at_) {
      full_ = true;
      return;
    }
    out_[at_++] = code;
    out_[at_++] = static_cast<std::uint8_t>(value.size());
    std::copy(value.begin(), value.end(), out_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += value.size();
  }
  void number(std::uint8_t code, std::uint32_t value) {
    std::array<std::uint8_t, 4> raw{};
    wire::store32(raw.data(), value);
    bytes(code, raw);
  }
  void number(std::uint8_t code, const std::optional<std::uint32_t>& value) {
    if (value) number(code, *value);
  }
  void address(std::uint8_t code, const std::optional<Ipv4Address>& value) {
    if (value) number(code, value->value);
  }
  void addresses(std::uint8_t code, const Dhcpv4Addresses& list) {
    std::array<std::uint8_t, 4 * 8> raw{};
    for (std::size_t i = 0; i < list.size(); ++i) {
      wire::store32(raw.data() + 4 * i, list.view()[i].value);
    }
    bytes(code, Bytes(raw).first(4 * list.size()));
  }
  /// All bytes written, or 0 when something found no room.
  std::size_t end() {
    if (full_ || at_ == out_.size()) return 0;
    out_[at_++] = dhcpv4_option::kEnd;
    return at_;
  }

 private:
  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
  bool full_ = false;
};

void write_options(const Dhcpv4Message& m, OptionWriter& w) {
  const auto type = static_cast<std::uint8_t>(m.type);
  w.bytes(dhcpv4_option::kType, Bytes(&type, 1));
  w.address(dhcpv4_option::kServerId, m.server_id);
  w.address(dhcpv4_option::kRequestedAddress, m.requested_address);
  w.number(dhcpv4_option::kLeaseTime, m.lease_s);
  w.number(dhcpv4_option::kRenewalTime, m.renewal_s);
  w.number(dhcpv4_option::kRebindingTime, m.rebinding_s);
  w.address(dhcpv4_option::kSubnetMask, m.subnet_mask);
  w.addresses(dhcpv4_option::kRouter, m.routers);
  w.addresses(dhcpv4_option::kDnsServer, m.dns_servers);
  w.bytes(dhcpv4_option::kHostName, m.host_name.view());
  w.bytes(dhcpv4_option::kParameterList, m.parameters.view());
  if (m.max_message_bytes) {
    std::array<std::uint8_t, 2> raw{};
    wire::store16(raw.data(), *m.max_message_bytes);
    w.bytes(dhcpv4_option::kMaxMessageBytes, raw);
  }
  w.bytes(dhcpv4_option::kClientId, m.client_id.view());
}

}  // namespace

Error Dhcpv4Message::parse(std::span<const std::uint8_t> bytes, Dhcpv4Message& out) {
  out = {};
  if (bytes.size() < kDhcpv4OptionsOffset) return Error::Short;
  if (bytes[0] != kOpRequest && bytes[0] != kOpReply) return Error::Op;
  if (bytes[1] != kHardwareEthernet || bytes[2] != kEthernetBytes) return Error::Hardware;
  if (wire::load32(bytes.data() + kCookieOffset) != kCookie) return Error::Cookie;
  read_header(bytes, out);
  Seen seen;
  Error error = read_options(bytes.subspan(kDhcpv4OptionsOffset), out, seen);
  const std::uint8_t overload = seen.overload;  // one within file or sname says nothing
  if (error == Error::None && (overload & kOverloadFile) != 0) {
    error = read_options(bytes.subspan(kFile, kFileBytes), out, seen);
  }
  if (error == Error::None && (overload & kOverloadSname) != 0) {
    error = read_options(bytes.subspan(kSname, kSnameBytes), out, seen);
  }
  if (error != Error::None) return error;
  return seen.type ? Error::None : Error::Type;
}

std::size_t Dhcpv4Message::emit(std::span<std::uint8_t> out) const {
  if (out.size() <= kDhcpv4OptionsOffset) return 0;
  std::uint8_t* p = out.data();
  std::fill_n(p, kDhcpv4OptionsOffset, std::uint8_t{0});
  p[0] = reply ? kOpReply : kOpRequest;
  p[1] = kHardwareEthernet;
  p[2] = kEthernetBytes;
  p[3] = hops;
  wire::store32(p + 4, xid);
  wire::store16(p + 8, secs);
  wire::store16(p + 10, broadcast ? kBroadcastFlag : 0);
  wire::store32(p + 12, ciaddr.value);
  wire::store32(p + 16, yiaddr.value);
  wire::store32(p + 20, siaddr.value);
  wire::store32(p + 24, giaddr.value);
  std::copy(chaddr.bytes.begin(), chaddr.bytes.end(), p + kChaddr);
  wire::store32(p + kCookieOffset, kCookie);
  OptionWriter writer(out.subspan(kDhcpv4OptionsOffset));
  write_options(*this, writer);
  const std::size_t options = writer.end();
  return options == 0 ? 0 : kDhcpv4OptionsOffset + options;
}

std::string_view dhcpv4_type_name(Dhcpv4Type type) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "?", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM"};
  const auto index = static_cast<std::size_t>(type);
  return index < kNames.size() ? kNames[index] : kNames[0];
}

std::string_view dhcpv4_error_name(Error error) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "none", "short", "hardware", "op", "cookie", "option", "no_end", "type"};
  return kNames.at(static_cast<std::size_t>(error));
}

std::string to_text(const Dhcpv4Message& m) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(dhcpv4_type_name(m.type));
  text += " xid 0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[m.xid >> shift & 15u];
  text += " for " + to_text(m.chaddr);
  if (!m.ciaddr.is_any()) text += " at " + to_text(m.ciaddr);
  if (m.requested_address) text += " wants " + to_text(*m.requested_address);
  if (!m.yiaddr.is_any()) text += ": " + to_text(m.yiaddr);
  if (m.server_id) text += (m.reply ? " from " : " of ") + to_text(*m.server_id);
  if (m.lease_s) text += " for " + std::to_string(*m.lease_s) + "s";
  return text;
}

}  // namespace flapjack
