// SPDX-License-Identifier: Apache-2.0
// Multicast listener discovery, versions 1 (RFC 2710) and 2 (RFC 3810), from the ICMPv6 header on:
//   query, report, done  4 maximum response code 6 reserved  8 group (24 bytes in all)
//   version 2 adds to the query  24 S, robustness 25 interval code 26 number of sources 28 sources
//   report v2  6 number of records  8 records
// The checksum was checked by Icmpv6Header::parse(). Hop limit 1, a link-local source and the
// router alert (ipv6_ext.h) are the caller's. emit() writes in front of what is already there.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/checksum.h"
#include "stack/wire/group_record.h"
#include "stack/wire/icmpv6.h"

namespace flapjack {

/// Hop limit of every message (RFC 2710 section 3, RFC 3810 section 5).
inline constexpr std::uint8_t kMldHopLimit = 1;

struct MldQuery {
  static constexpr std::size_t kBytes1 = 24, kBytes2 = 28;  ///< version 1; 2 without sources
  std::uint8_t version = 2;
  std::uint16_t max_response_code = 0;
  Ipv6Address group;  ///< unspecified: a general query
  /// Version 2 only: routers do not restart their timers; robustness 0..7; seconds as a code.
  bool suppress = false;
  std::uint8_t robustness = 0;
  std::uint8_t interval_code = 0;
  AddressList<Ipv6Address> sources;

  /// Nothing when neither of 24 bytes nor of 28 and more (RFC 3810 section 8.1), with a code, or
  /// when the sources do not fit.
  static std::optional<MldQuery> parse(std::span<const std::uint8_t> message);
  /// Version 2: in front of the sources, the rest of `message`. Version 1: kBytes1 bytes.
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;

  std::uint32_t max_response_ms() const {
    return version == 1 ? max_response_code : decode_time16(max_response_code);
  }
  std::uint32_t interval_s() const { return decode_time8(interval_code); }
};

/// Report or done of version 1.
struct MldMessage {
  static constexpr std::size_t kBytes = 24;
  Icmpv6Type type = Icmpv6Type::MldReport;  ///< or MldDone
  Ipv6Address group;
  static std::optional<MldMessage> parse(std::span<const std::uint8_t> message);
  void emit(std::span<std::uint8_t> message, const Ipv6Address& source,
            const Ipv6Address& destination, ChecksumPolicy policy = {}) const;
};

struct MldReport2 {
  static constexpr std::size_t kBytes = 8;  ///< without records
  GroupRecords<Ipv6Address> records;
  static std::optional<MldReport2> parse(std::span<const std::uint8_t> message);
  /// In front of `records` records.
  static void emit(std::span<std::uint8_t> message, std::uint16_t records,
                   const Ipv6Address& source, const Ipv6Address& destination,
                   ChecksumPolicy policy = {});
};

/// "query v2 all within 10000ms {}", "report ff02::1:3", "report to_exclude ff02::1:3 {}, ...".
std::string to_text(const MldQuery& m);
std::string to_text(const MldMessage& m);
std::string to_text(const MldReport2& m);

}  // namespace flapjack
