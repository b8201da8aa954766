// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ppp.h"

#include <algorithm>

#include "stack/wire/bytes.h"

namespace flapjack {

std::string_view ppp_protocol_name(PppProtocol protocol) {
  switch (protocol) {
    case PppProtocol::Ip: return "ip";
    case PppProtocol::Ipv6: return "ipv6";
    case PppProtocol::Ipcp: return "ipcp";
    case PppProtocol::Ipv6cp: return "ipv6cp";
    case PppProtocol::Lcp: return "lcp";
  }
  return "?";
}

std::optional<PppControlHeader> PppControlHeader::parse(std::span<const std::uint8_t> packet) {
  if (packet.size() < kPppControlHeaderBytes) return {};
  const PppControlHeader h{packet[0], packet[1], wire::load16(&packet[2])};
  if (h.length < kPppControlHeaderBytes || h.length > packet.size()) return {};
  return h;
}

void PppControlHeader::emit(std::uint8_t* out) const {
  out[0] = code;
  out[1] = id;
  wire::store16(out + 2, length);
}

std::string to_text(const PppControlHeader& header) {
  constexpr std::array<std::string_view, 12> kNames = {
      "code 0",           "configure-request", "configure-ack", "configure-nak",
      "configure-reject", "terminate-request", "terminate-ack", "code-reject",
      "protocol-reject",  "echo-request",      "echo-reply",    "discard-request"};
  std::string text = header.code < kNames.size() ? std::string(kNames[header.code])
                                                 : "code " + std::to_string(header.code);
  return text + " id " + std::to_string(header.id) + " length " + std::to_string(header.length);
}

std::optional<std::uint16_t> PppOption::as16() const {
  if (data.size() != 2) return {};
  return wire::load16(data.data());
}

std::optional<std::uint32_t> PppOption::as32() const {
  if (data.size() != 4) return {};
  return wire::load32(data.data());
}

std::optional<std::uint64_t> PppOption::as64() const {
  if (data.size() != 8) return {};
  return std::uint64_t{wire::load32(data.data())} << 32 | wire::load32(data.data() + 4);
}

bool PppOption::operator==(const PppOption& other) const {
  return type == other.type && std::equal(data.begin(), data.end(), other.data.begin(),
                                          other.data.end());
}

std::optional<PppOption> PppOptions::next() {
  if (rest_.empty() || !ok_) return {};
  const std::size_t length = rest_.size() >= kPppOptionHeaderBytes ? rest_[1] : 0;
  if (length < kPppOptionHeaderBytes || length > rest_.size()) {
    ok_ = false;
    return {};
  }
  const PppOption option{rest_[0], rest_.subspan(2, length - 2)};
  rest_ = rest_.subspan(length);
  return option;
}

bool PppOptionWriter::add(std::uint8_t type, std::span<const std::uint8_t> data) {
  constexpr std::size_t kLongest = 255 - kPppOptionHeaderBytes;
  if (data.size() > kLongest) return false;
  if (size_ + kPppOptionHeaderBytes + data.size() > bytes_.size()) return false;
  bytes_[size_] = type;
  bytes_[size_ + 1] = static_cast<std::uint8_t>(kPppOptionHeaderBytes + data.size());
  std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_ + 2));
  size_ += kPppOptionHeaderBytes + data.size();
  return true;
}

bool PppOptionWriter::add16(std::uint8_t type, std::uint16_t value) {
  std::array<std::uint8_t, 2> data;
  wire::store16(data.data(), value);
  return add(type, data);
}

bool PppOptionWriter::add32(std::uint8_t type, std::uint32_t value) {
  std::array<std::uint8_t, 4> data;
  wire::store32(data.data(), value);
  return add(type, data);
}

bool PppOptionWriter::add64(std::uint8_t type, std::uint64_t value) {
  std::array<std::uint8_t, 8> data;
  wire::store32(data.data(), static_cast<std::uint32_t>(value >> 32));
  wire::store32(data.data() + 4, static_cast<std::uint32_t>(value));
  return add(type, data);
}

}  // namespace flapjack
