// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/mld.h"

#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::uint8_t kSuppress = 8, kRobustness = 7;

}  // namespace

std::optional<MldQuery> MldQuery::parse(std::span<const std::uint8_t> message) {
  const std::size_t size = message.size();
  if (size < kBytes1 || (size > kBytes1 && size < kBytes2)) return {};
  if (message[0] != static_cast<std::uint8_t>(Icmpv6Type::MldQuery) || message[1] != 0) return {};
  MldQuery m;
  m.version = size == kBytes1 ? 1 : 2;
  m.max_response_code = wire::load16(&message[4]);
  m.group = wire::load_ipv6(&message[8]);
  if (m.version == 1) return m;
  m.suppress = (message[24] & kSuppress) != 0;
  m.robustness = message[24] & kRobustness;
  m.interval_code = message[25];
  const std::size_t sources = std::size_t{wire::load16(&message[26])} * 16;
  if (sources > size - kBytes2) return {};
  m.sources = AddressList<Ipv6Address>(message.subspan(kBytes2, sources));
  return m;
}

void MldQuery::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                    const Ipv6Address& destination, ChecksumPolicy policy) const {
  assert(version == 1 ? message.size() == kBytes1 : message.size() >= kBytes2);
  wire::store_address(&message[8], group);
  if (version != 1) {
    assert((message.size() - kBytes2) % 16 == 0 && robustness <= kRobustness);
    message[24] = static_cast<std::uint8_t>((suppress ? kSuppress : 0) | robustness);
    message[25] = interval_code;
    wire::store16(&message[26], static_cast<std::uint16_t>((message.size() - kBytes2) / 16));
  }
  const std::uint32_t rest = std::uint32_t{max_response_code} << 16;
  Icmpv6Header{Icmpv6Type::MldQuery, 0, rest}.emit(message, source, destination, policy);
}

std::optional<MldMessage> MldMessage::parse(std::span<const std::uint8_t> message) {
  if (message.size() < kBytes || message[1] != 0) return {};
  const auto type = static_cast<Icmpv6Type>(message[0]);
  if (type != Icmpv6Type::MldReport && type != Icmpv6Type::MldDone) return {};
  return MldMessage{type, wire::load_ipv6(&message[8])};
}

void MldMessage::emit(std::span<std::uint8_t> message, const Ipv6Address& source,
                      const Ipv6Address& destination, ChecksumPolicy policy) const {
  assert(message.size() == kBytes);
  wire::store_address(&message[8], group);
  Icmpv6Header{type, 0, 0}.emit(message, source, destination, policy);
}

std::optional<MldReport2> MldReport2::parse(std::span<const std::uint8_t> message) {
  if (message.size() < kBytes) return {};
  if (message[0] != static_cast<std::uint8_t>(Icmpv6Type::MldReport2) || message[1] != 0) return {};
  const auto records =
      GroupRecords<Ipv6Address>::parse(message.subspan(kBytes), wire::load16(&message[6]));
  if (!records) return {};
  return MldReport2{*records};
}

void MldReport2::emit(std::span<std::uint8_t> message, std::uint16_t records,
                      const Ipv6Address& source, const Ipv6Address& destination,
                      ChecksumPolicy policy) {
  Icmpv6Header{Icmpv6Type::MldReport2, 0, records}.emit(message, source, destination, policy);
}

std::string to_text(const MldQuery& m) {
  std::string text = "query v" + std::to_string(m.version) + " " +
                     (m.group.is_any() ? "all" : to_text(m.group)) + " within " +
                     std::to_string(m.max_response_ms()) + "ms";
  if (m.version == 1) return text;
  return text + (m.suppress ? " suppress " : " ") + to_text(m.sources);
}

std::string to_text(const MldMessage& m) {
  return (m.type == Icmpv6Type::MldReport ? "report " : "done ") + to_text(m.group);
}

std::string to_text(const MldReport2& m) {
  return "report " + to_text(m.records);
}

}  // namespace flapjack
