// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/nd.h"

#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t kRouter = 0x80000000, kSolicited = 0x40000000, kOverride = 0x20000000;
constexpr std::uint8_t kManaged = 0x80, kOther = 0x40;

// What all messages have in common: type, code 0, `fixed` bytes and good options behind them.
std::optional<NdOptions> options_of(Bytes message, Icmpv6Type type, std::size_t fixed) {
  if (message.size() < fixed || message[0] != static_cast<std::uint8_t>(type) || message[1] != 0) {
    return {};
  }
  return NdOptions::parse(message.subspan(fixed));
}

// RFC 4191 section 2.2: the reserved value 10 means medium.
std::int8_t preference_of(std::uint8_t flags) {
  const int bits = flags >> 3 & 3;
  return static_cast<std::int8_t>(bits == 1 ? 1 : bits == 3 ? -1 : 0);
}

}  // namespace

std::optional<RouterSolicitation> RouterSolicitation::parse(Bytes message) {
  const auto options = options_of(message, Icmpv6Type::RouterSolicitation, kBytes);
  if (!options) return {};
  return RouterSolicitation{*options};
}

void RouterSolicitation::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                              const Ipv6Address& destination, ChecksumPolicy policy) const {
  Icmpv6Header{Icmpv6Type::RouterSolicitation, 0, 0}.emit(message, source, destination, policy);
}

std::optional<RouterAdvertisement> RouterAdvertisement::parse(Bytes message) {
  const auto options = options_of(message, Icmpv6Type::RouterAdvertisement, kBytes);
  if (!options) return {};
  RouterAdvertisement m;
  m.hop_limit = message[4];
  m.managed = (message[5] & kManaged) != 0;
  m.other = (message[5] & kOther) != 0;
  m.preference = preference_of(message[5]);
  m.lifetime_s = wire::load16(&message[6]);
  m.reachable_ms = wire::load32(&message[8]);
  m.retransmit_ms = wire::load32(&message[12]);
  m.options = *options;
  return m;
}

void RouterAdvertisement::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                               const Ipv6Address& destination, ChecksumPolicy policy) const {
  assert(message.size() >= kBytes && preference >= -1 && preference <= 1);
  const std::uint32_t flags = (managed ? kManaged : 0u) | (other ? kOther : 0u) |
                              (static_cast<unsigned>(preference) & 3) << 3;
  wire::store32(&message[8], reachable_ms);
  wire::store32(&message[12], retransmit_ms);
  const std::uint32_t rest = std::uint32_t{hop_limit} << 24 | flags << 16 | lifetime_s;
  Icmpv6Header{Icmpv6Type::RouterAdvertisement, 0, rest}.emit(message, source, destination, policy);
}

std::optional<NeighborSolicitation> NeighborSolicitation::parse(Bytes message) {
  const auto options = options_of(message, Icmpv6Type::NeighborSolicitation, kBytes);
  if (!options) return {};
  const NeighborSolicitation m{wire::load_ipv6(&message[8]), *options};
  return m.target.is_multicast() ? std::nullopt : std::optional(m);
}

void NeighborSolicitation::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                                const Ipv6Address& destination, ChecksumPolicy policy) const {
  assert(message.size() >= kBytes);
  wire::store_address(&message[8], target);
  Icmpv6Header{Icmpv6Type::NeighborSolicitation, 0, 0}.emit(message, source, destination, policy);
}

std::optional<NeighborAdvertisement> NeighborAdvertisement::parse(Bytes message) {
  const auto options = options_of(message, Icmpv6Type::NeighborAdvertisement, kBytes);
  if (!options) return {};
  const std::uint32_t flags = wire::load32(&message[4]);
  const NeighborAdvertisement m{wire::load_ipv6(&message[8]), (flags & kRouter) != 0,
                                (flags & kSolicited) != 0, (flags & kOverride) != 0, *options};
  return m.target.is_multicast() ? std::nullopt : std::optional(m);
}

void NeighborAdvertisement::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                                 const Ipv6Address& destination, ChecksumPolicy policy) const {
  assert(message.size() >= kBytes);
  wire::store_address(&message[8], target);
  const std::uint32_t flags =
      (router ? kRouter : 0) | (solicited ? kSolicited : 0) | (override_known ? kOverride : 0);
  Icmpv6Header{Icmpv6Type::NeighborAdvertisement, 0, flags}.emit(message, source, destination,
                                                                 policy);
}

std::optional<Redirect> Redirect::parse(Bytes message) {
  const auto options = options_of(message, Icmpv6Type::Redirect, kBytes);
  if (!options) return {};
  const Redirect m{wire::load_ipv6(&message[8]), wire::load_ipv6(&message[24]), *options};
  const bool router = m.target.is_link_local(), neighbor = m.target == m.destination;
  if (m.destination.is_multicast() || !(router || neighbor)) return {};
  return m;
}

void Redirect::emit(std::span<std::uint8_t> message, const Ipv6Address& from, const Ipv6Address& to,
                    ChecksumPolicy policy) const {
  assert(message.size() >= kBytes);
  wire::store_address(&message[8], target);
  wire::store_address(&message[24], destination);
  Icmpv6Header{Icmpv6Type::Redirect, 0, 0}.emit(message, from, to, policy);
}

std::string to_text(const RouterSolicitation& m) {
  return "router?" + to_text(m.options);
}

std::string to_text(const RouterAdvertisement& m) {
  std::string text = "router lifetime " + std::to_string(m.lifetime_s);
  if (m.managed) text += " managed";
  if (m.other) text += " other";
  if (m.preference != 0) text += m.preference > 0 ? " high" : " low";
  if (m.hop_limit != 0) text += " hops " + std::to_string(m.hop_limit);
  if (m.reachable_ms != 0) text += " reachable " + std::to_string(m.reachable_ms) + "ms";
  if (m.retransmit_ms != 0) text += " retransmit " + std::to_string(m.retransmit_ms) + "ms";
  return text + to_text(m.options);
}

std::string to_text(const NeighborSolicitation& m) {
  return "who has " + to_text(m.target) + "?" + to_text(m.options);
}

std::string to_text(const NeighborAdvertisement& m) {
  return to_text(m.target) + " is here" + (m.router ? " router" : "") +
         (m.solicited ? " solicited" : "") + (m.override_known ? " override" : "") +
         to_text(m.options);
}

std::string to_text(const Redirect& m) {
  return to_text(m.destination) + " by " + to_text(m.target) + to_text(m.options);
}

}  // namespace flapjack
