// SPDX-License-Identifier: Apache-2.0
// IGMP versions 1 (RFC 1112 appendix I), 2 (RFC 2236) and 3 (RFC 3376):
//   query, report, leave  0 type 1 maximum response code 2 checksum  4 group (8 bytes in all)
//   version 3 adds to the query  8 S, robustness 9 interval code 10 number of sources 12 sources
//   report v3  0 type  6 number of records  8 records
// IgmpHeader::parse() checks the checksum; the other two read a message that passed it. TTL 1 and
// the router alert (ipv4_option.h) are the caller's. emit() writes in front of what is there.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/checksum.h"
#include "stack/wire/group_record.h"

namespace flapjack {

inline constexpr std::size_t kIgmpHeaderBytes = 8;
inline constexpr std::uint8_t kIgmpTtl = 1;

enum class IgmpType : std::uint8_t {
  Query = 0x11,
  Report1 = 0x12,
  Report2 = 0x16,
  Leave = 0x17,
  Report3 = 0x22,
};

/// The whole of a report or leave of versions 1 and 2; the front of the others.
struct IgmpHeader {
  IgmpType type = IgmpType::Query;  ///< any byte
  std::uint8_t max_response_code = 0;
  Ipv4Address group;  ///< not in a report v3

  /// Nothing when shorter than kIgmpHeaderBytes or when the checksum (of all bytes) is wrong.
  static std::optional<IgmpHeader> parse(std::span<const std::uint8_t> message,
                                         ChecksumPolicy policy = {});
  void emit(std::span<std::uint8_t> message, ChecksumPolicy policy = {}) const;
  bool operator==(const IgmpHeader&) const = default;
};

struct IgmpQuery {
  static constexpr std::size_t kBytes3 = 12;  ///< of version 3 without sources
  std::uint8_t version = 3;
  std::uint8_t max_response_code = 0;
  Ipv4Address group;  ///< 0.0.0.0: a general query
  /// Version 3 only: routers do not restart their timers; robustness 0..7; seconds as a code.
  bool suppress = false;
  std::uint8_t robustness = 0;
  std::uint8_t interval_code = 0;
  AddressList<Ipv4Address> sources;

  /// 8 bytes: version 1 if the code is zero, else 2; 12 and more: version 3 (RFC 3376 section
  /// 7.1). Nothing when of another length or when the sources do not fit.
  static std::optional<IgmpQuery> parse(std::span<const std::uint8_t> message);
  /// Version 3: in front of the sources, the rest of `message`; else kIgmpHeaderBytes bytes.
  void emit(std::span<std::uint8_t> message, ChecksumPolicy policy = {}) const;

  /// The code is in tenths of a second; version 1 has none and means 10 s (RFC 2236 section 4).
  std::uint32_t max_response_ms() const {
    if (version == 1) return 10'000;
    return (version == 2 ? max_response_code : decode_time8(max_response_code)) * 100u;
  }
  std::uint32_t interval_s() const { return decode_time8(interval_code); }
};

struct IgmpReport3 {
  GroupRecords<Ipv4Address> records;  ///< from byte kIgmpHeaderBytes on
  static std::optional<IgmpReport3> parse(std::span<const std::uint8_t> message);
  /// In front of `records` records.
  static void emit(std::span<std::uint8_t> message, std::uint16_t records,
                   ChecksumPolicy policy = {});
};

/// "report v2 239.1.1.1", "query v3 all within 10000ms {}", "report v3 to_exclude ... {}".
std::string to_text(const IgmpHeader& m);
std::string to_text(const IgmpQuery& m);
std::string to_text(const IgmpReport3& m);

}  // namespace flapjack
