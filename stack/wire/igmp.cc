// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/igmp.h"

#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::uint8_t kSuppress = 8, kRobustness = 7;

}  // namespace

std::optional<IgmpHeader> IgmpHeader::parse(std::span<const std::uint8_t> message,
                                            ChecksumPolicy policy) {
  if (message.size() < kIgmpHeaderBytes) return {};
  if (policy.verify && checksum(message) != 0) return {};
  return IgmpHeader{static_cast<IgmpType>(message[0]), message[1], wire::load_ipv4(&message[4])};
}

void IgmpHeader::emit(std::span<std::uint8_t> message, ChecksumPolicy policy) const {
  assert(message.size() >= kIgmpHeaderBytes);
  message[0] = static_cast<std::uint8_t>(type);
  message[1] = max_response_code;
  wire::store16(&message[2], 0);
  wire::store_address(&message[4], group);
  if (policy.fill) wire::store16(&message[2], checksum(message));
}

std::optional<IgmpQuery> IgmpQuery::parse(std::span<const std::uint8_t> message) {
  const std::size_t size = message.size();
  if (size < kIgmpHeaderBytes || (size > kIgmpHeaderBytes && size < kBytes3)) return {};
  if (message[0] != static_cast<std::uint8_t>(IgmpType::Query)) return {};
  IgmpQuery m;
  m.max_response_code = message[1];
  m.group = wire::load_ipv4(&message[4]);
  m.version = size > kIgmpHeaderBytes ? 3 : m.max_response_code == 0 ? 1 : 2;
  if (m.version != 3) return m;
  m.suppress = (message[8] & kSuppress) != 0;
  m.robustness = message[8] & kRobustness;
  m.interval_code = message[9];
  const std::size_t sources = std::size_t{wire::load16(&message[10])} * 4;
  if (sources > size - kBytes3) return {};
  m.sources = AddressList<Ipv4Address>(message.subspan(kBytes3, sources));
  return m;
}

void IgmpQuery::emit(std::span<std::uint8_t> message, ChecksumPolicy policy) const {
  assert(version == 3 ? message.size() >= kBytes3 : message.size() == kIgmpHeaderBytes);
  assert((version == 1) == (version < 3 && max_response_code == 0));
  if (version == 3) {
    assert((message.size() - kBytes3) % 4 == 0 && robustness <= kRobustness);
    message[8] = static_cast<std::uint8_t>((suppress ? kSuppress : 0) | robustness);
    message[9] = interval_code;
    wire::store16(&message[10], static_cast<std::uint16_t>((message.size() - kBytes3) / 4));
  }
  IgmpHeader{IgmpType::Query, max_response_code, group}.emit(message, policy);
}

std::optional<IgmpReport3> IgmpReport3::parse(std::span<const std::uint8_t> message) {
  if (message.size() < kIgmpHeaderBytes) return {};
  if (message[0] != static_cast<std::uint8_t>(IgmpType::Report3)) return {};
  const auto records = GroupRecords<Ipv4Address>::parse(message.subspan(kIgmpHeaderBytes),
                                                        wire::load16(&message[6]));
  if (!records) return {};
  return IgmpReport3{*records};
}

void IgmpReport3::emit(std::span<std::uint8_t> message, std::uint16_t records,
                       ChecksumPolicy policy) {
  IgmpHeader{IgmpType::Report3, 0, {records}}.emit(message, policy);
}

std::string to_text(const IgmpHeader& m) {
  switch (m.type) {
    case IgmpType::Query:
      return "query " + to_text(m.group);
    case IgmpType::Report1:
      return "report v1 " + to_text(m.group);
    case IgmpType::Report2:
      return "report v2 " + to_text(m.group);
    case IgmpType::Leave:
      return "leave " + to_text(m.group);
    case IgmpType::Report3:
      return "report v3";
  }
  return "type " + std::to_string(static_cast<unsigned>(m.type));
}

std::string to_text(const IgmpQuery& m) {
  std::string text = "query v" + std::to_string(m.version) + " " +
                     (m.group.is_any() ? "all" : to_text(m.group)) + " within " +
                     std::to_string(m.max_response_ms()) + "ms";
  if (m.version != 3) return text;
  return text + (m.suppress ? " suppress " : " ") + to_text(m.sources);
}

std::string to_text(const IgmpReport3& m) {
  return "report v3 " + to_text(m.records);
}

}  // namespace flapjack
