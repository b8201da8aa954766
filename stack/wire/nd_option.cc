// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/nd_option.h"

#include <algorithm>
#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::uint8_t kOnLink = 0x80, kAutonomous = 0x40;

void emit_head(std::uint8_t* out, NdOptionType type, std::size_t bytes) {
  assert(bytes % 8 == 0 && bytes / 8 >= 1 && bytes / 8 <= 255);
  out[0] = static_cast<std::uint8_t>(type);
  out[1] = static_cast<std::uint8_t>(bytes / 8);
}

std::string text_of(const NdPrefixInfo& info) {
  return "prefix " + to_text(info.prefix) + (info.on_link ? " L" : "") +
         (info.autonomous ? " A" : "") + " valid " + std::to_string(info.valid_s) + " preferred " +
         std::to_string(info.preferred_s);
}

}  // namespace

std::optional<NdOptions> NdOptions::parse(std::span<const std::uint8_t> bytes) {
  NdOptions options;
  options.rest_ = bytes;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t left = bytes.size() - at;
    const std::size_t length = left < 2 ? 0 : std::size_t{bytes[at + 1]} * 8;
    if (length == 0 || length > left) return {};
    at += length;
  }
  return options;
}

bool NdOptions::next(NdOption& out) {
  if (rest_.empty()) return false;
  const std::size_t length = std::size_t{rest_[1]} * 8;
  out = {static_cast<NdOptionType>(rest_[0]), rest_.first(length)};
  rest_ = rest_.subspan(length);
  return true;
}

std::optional<NdOption> NdOptions::find(NdOptionType type) const {
  NdOptions rest = *this;
  for (NdOption option; rest.next(option);) {
    if (option.type == type) return option;
  }
  return {};
}

std::optional<MacAddress> NdOptions::link_address(NdOptionType type) const {
  NdOptions rest = *this;
  for (NdOption option; rest.next(option);) {
    if (option.type != type) continue;
    if (const auto link = NdLinkAddress::parse(option)) return link->address;
  }
  return {};
}

std::optional<std::uint32_t> NdOptions::mtu() const {
  const auto option = find(NdOptionType::Mtu);
  const auto mtu = option ? NdMtu::parse(*option) : std::nullopt;
  return mtu ? std::optional(mtu->mtu) : std::nullopt;
}

std::optional<NdLinkAddress> NdLinkAddress::parse(const NdOption& option) {
  const bool source = option.type == NdOptionType::SourceLinkAddress;
  const bool target = option.type == NdOptionType::TargetLinkAddress;
  if (!(source || target) || option.bytes.size() != kBytes) return {};
  NdLinkAddress link{option.type, {}};
  std::copy_n(option.bytes.begin() + 2, 6, link.address.bytes.begin());
  return link;
}

void NdLinkAddress::emit(std::uint8_t* out) const {
  emit_head(out, type, kBytes);
  std::copy_n(address.bytes.begin(), 6, out + 2);
}

std::optional<NdPrefixInfo> NdPrefixInfo::parse(const NdOption& option) {
  if (option.type != NdOptionType::PrefixInfo || option.bytes.size() != kBytes) return {};
  const std::uint8_t* p = option.bytes.data();
  if (p[2] > 128) return {};
  NdPrefixInfo info;
  info.prefix = {wire::load_ipv6(p + 16), p[2]};
  info.on_link = (p[3] & kOnLink) != 0;
  info.autonomous = (p[3] & kAutonomous) != 0;
  info.valid_s = wire::load32(p + 4);
  info.preferred_s = wire::load32(p + 8);
  return info;
}

void NdPrefixInfo::emit(std::uint8_t* out) const {
  assert(prefix.length <= 128);
  emit_head(out, NdOptionType::PrefixInfo, kBytes);
  out[2] = prefix.length;
  out[3] = static_cast<std::uint8_t>((on_link ? kOnLink : 0) | (autonomous ? kAutonomous : 0));
  wire::store32(out + 4, valid_s);
  wire::store32(out + 8, preferred_s);
  wire::store32(out + 12, 0);
  wire::store_address(out + 16, prefix.address);
}

std::optional<NdMtu> NdMtu::parse(const NdOption& option) {
  if (option.type != NdOptionType::Mtu || option.bytes.size() != kBytes) return {};
  return NdMtu{wire::load32(option.bytes.data() + 4)};
}

void NdMtu::emit(std::uint8_t* out) const {
  emit_head(out, NdOptionType::Mtu, kBytes);
  wire::store16(out + 2, 0);
  wire::store32(out + 4, mtu);
}

std::optional<NdRedirectedHeader> NdRedirectedHeader::parse(const NdOption& option) {
  if (option.type != NdOptionType::RedirectedHeader) return {};
  return NdRedirectedHeader{option.bytes.subspan(8)};
}

void NdRedirectedHeader::emit(std::uint8_t* out) const {
  emit_head(out, NdOptionType::RedirectedHeader, bytes());
  std::fill_n(out + 2, 6, std::uint8_t{0});
  std::uint8_t* end = std::copy(packet.begin(), packet.end(), out + 8);
  std::fill(end, out + bytes(), std::uint8_t{0});
}

std::optional<NdRdnss> NdRdnss::parse(const NdOption& option) {
  if (option.type != NdOptionType::Rdnss) return {};
  const std::size_t size = option.bytes.size();
  if (size < bytes(1) || (size - 8) % 16 != 0) return {};
  return NdRdnss{wire::load32(option.bytes.data() + 4),
                 AddressList<Ipv6Address>(option.bytes.subspan(8))};
}

void NdRdnss::emit(std::uint8_t* out, std::uint32_t lifetime_s,
                   std::span<const Ipv6Address> servers) {
  assert(!servers.empty() && servers.size() <= 127);
  emit_head(out, NdOptionType::Rdnss, bytes(servers.size()));
  wire::store16(out + 2, 0);
  wire::store32(out + 4, lifetime_s);
  AddressList<Ipv6Address>::emit(out + 8, servers);
}

std::string to_text(const NdOption& option) {
  if (const auto link = NdLinkAddress::parse(option)) {
    return (link->type == NdOptionType::SourceLinkAddress ? "slla " : "tlla ") +
           to_text(link->address);
  }
  if (const auto info = NdPrefixInfo::parse(option)) return text_of(*info);
  if (const auto mtu = NdMtu::parse(option)) return "mtu " + std::to_string(mtu->mtu);
  if (const auto packet = NdRedirectedHeader::parse(option)) {
    return "redirected " + std::to_string(packet->packet.size()) + " bytes";
  }
  if (const auto rdnss = NdRdnss::parse(option)) {
    return "rdnss " + to_text(rdnss->servers) + " lifetime " + std::to_string(rdnss->lifetime_s);
  }
  return "option " + std::to_string(static_cast<unsigned>(option.type));
}

std::string to_text(const NdOptions& options) {
  std::string text;
  NdOptions rest = options;
  for (NdOption option; rest.next(option);) text += " " + to_text(option);
  return text;
}

}  // namespace flapjack
