// SPDX-License-Identifier: Apache-2.0
// What IGMPv3 and MLDv2 have in common (RFC 3376 section 4, RFC 3810 section 5): the records of a
// report, read in place, and numbers that are a time below a limit and a floating point above.
//   record  0 type 1 auxiliary data in 4 bytes 2 number of sources  4 group, sources, data
#pragma once
#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address_list.h"

namespace flapjack {

/// Any byte; a record of another type is skipped by the receiver (RFC 3810 section 5.2.12).
enum class GroupRecordType : std::uint8_t {
  ModeIsInclude = 1,
  ModeIsExclude = 2,
  ChangeToInclude = 3,
  ChangeToExclude = 4,
  AllowNewSources = 5,
  BlockOldSources = 6,
};

template <class Address>
struct GroupRecord {
  GroupRecordType type = GroupRecordType::ModeIsInclude;
  Address group;
  AddressList<Address> sources;

  /// On the wire, without auxiliary data.
  static constexpr std::size_t bytes(std::size_t sources) {
    return 4 + (sources + 1) * AddressList<Address>::kAddressBytes;
  }
  /// Writes bytes(sources.size()) bytes; at most 65,535 sources.
  static void emit(std::uint8_t* out, GroupRecordType type, const Address& group,
                   std::span<const Address> sources);
};

/// The records of one report. A copy is a cursor: `for (GroupRecord<A> r; list.next(r);)`.
template <class Address>
class GroupRecords {
 public:
  GroupRecords() = default;
  /// Nothing when `count` records do not fit; bytes behind them are ignored. `bytes` outlives it.
  static std::optional<GroupRecords> parse(std::span<const std::uint8_t> bytes, std::size_t count);
  /// Takes the first record off the list; false at the end.
  bool next(GroupRecord<Address>& out);
  std::size_t size() const { return count_; }

 private:
  std::size_t length_of_first() const;  // 0: it does not fit

  std::span<const std::uint8_t> rest_;
  std::size_t count_ = 0;
};

/// Time codes of queries: below 128 (or 32,768) the number itself, above it a floating point with a
/// mantissa of 4 (12) bits (RFC 3376 section 4.1.1, RFC 3810 section 5.1.3). Encoding rounds down
/// and stops at the largest.
std::uint32_t decode_time8(std::uint8_t code);
std::uint32_t decode_time16(std::uint16_t code);
std::uint8_t encode_time8(std::uint32_t value);
std::uint16_t encode_time16(std::uint32_t value);

/// "to_exclude", ... or "type 9".
std::string to_text(GroupRecordType type);
/// "to_exclude 239.1.1.1 {}".
std::string to_text(const GroupRecord<Ipv4Address>& r);
std::string to_text(const GroupRecord<Ipv6Address>& r);
/// Records with ", " between.
std::string to_text(const GroupRecords<Ipv4Address>& r);
std::string to_text(const GroupRecords<Ipv6Address>& r);

}  // namespace flapjack
