// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/group_record.h"

#include <bit>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

// `mantissa_bits` behind 3 bits of exponent and a one in front.
std::uint32_t decode(std::uint32_t code, unsigned mantissa_bits) {
  const std::uint32_t one = 1u << mantissa_bits;
  if (code < one << 3) return code;
  return (one | (code & (one - 1))) << ((code >> mantissa_bits & 7) + 3);
}

std::uint32_t encode(std::uint32_t value, unsigned mantissa_bits) {
  const std::uint32_t one = 1u << mantissa_bits;
  if (value < one << 3) return value;
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - mantissa_bits - 1;
  if (shift > 10) return (one << 4) - 1;
  return one << 3 | (shift - 3) << mantissa_bits | (value >> shift & (one - 1));
}

template <class Address>
std::string text_of(const GroupRecord<Address>& r) {
  return to_text(r.type) + " " + to_text(r.group) + " " + to_text(r.sources);
}

template <class Address>
std::string text_of(GroupRecords<Address> records) {
  std::string text;
  for (GroupRecord<Address> r; records.next(r);) text += (text.empty() ? "" : ", ") + text_of(r);
  return text;
}

}  // namespace

template <class Address>
void GroupRecord<Address>::emit(std::uint8_t* out, GroupRecordType type, const Address& group,
                                std::span<const Address> sources) {
  assert(sources.size() <= 0xffff);
  out[0] = static_cast<std::uint8_t>(type);
  out[1] = 0;  // no auxiliary data: neither version defines any
  wire::store16(out + 2, static_cast<std::uint16_t>(sources.size()));
  wire::store_address(out + 4, group);
  AddressList<Address>::emit(out + bytes(0), sources);
}

template <class Address>
std::optional<GroupRecords<Address>> GroupRecords<Address>::parse(
    std::span<const std::uint8_t> bytes, std::size_t count) {
  GroupRecords records;
  records.rest_ = bytes;
  records.count_ = count;
  GroupRecords left = records;
  while (left.count_ > 0) {
    const std::size_t length = left.length_of_first();
    if (length == 0) return {};
    left.rest_ = left.rest_.subspan(length);
    --left.count_;
  }
  return records;
}

template <class Address>
std::size_t GroupRecords<Address>::length_of_first() const {
  constexpr std::size_t kHeader = GroupRecord<Address>::bytes(0);
  if (rest_.size() < kHeader) return 0;
  const std::size_t length =
      GroupRecord<Address>::bytes(wire::load16(&rest_[2])) + std::size_t{rest_[1]} * 4;
  return length <= rest_.size() ? length : 0;
}

template <class Address>
bool GroupRecords<Address>::next(GroupRecord<Address>& out) {
  if (count_ == 0) return false;
  constexpr std::size_t kHeader = GroupRecord<Address>::bytes(0);
  out.type = static_cast<GroupRecordType>(rest_[0]);
  out.group = AddressList<Address>(rest_.subspan(4, kHeader - 4))[0];
  const std::size_t source_bytes = wire::load16(&rest_[2]) * AddressList<Address>::kAddressBytes;
  out.sources = AddressList<Address>(rest_.subspan(kHeader, source_bytes));
  rest_ = rest_.subspan(length_of_first());
  --count_;
  return true;
}

std::uint32_t decode_time8(std::uint8_t code) {
  return decode(code, 4);
}
std::uint32_t decode_time16(std::uint16_t code) {
  return decode(code, 12);
}
std::uint8_t encode_time8(std::uint32_t value) {
  return static_cast<std::uint8_t>(encode(value, 4));
}
std::uint16_t encode_time16(std::uint32_t value) {
  return static_cast<std::uint16_t>(encode(value, 12));
}

std::string to_text(GroupRecordType type) {
  switch (type) {
    case GroupRecordType::ModeIsInclude:
      return "is_include";
    case GroupRecordType::ModeIsExclude:
      return "is_exclude";
    case GroupRecordType::ChangeToInclude:
      return "to_include";
    case GroupRecordType::ChangeToExclude:
      return "to_exclude";
    case GroupRecordType::AllowNewSources:
      return "allow";
    case GroupRecordType::BlockOldSources:
      return "block";
  }
  return "type " + std::to_string(static_cast<unsigned>(type));
}

std::string to_text(const GroupRecord<Ipv4Address>& r) {
  return text_of(r);
}
std::string to_text(const GroupRecord<Ipv6Address>& r) {
  return text_of(r);
}
std::string to_text(const GroupRecords<Ipv4Address>& r) {
  return text_of(r);
}
std::string to_text(const GroupRecords<Ipv6Address>& r) {
  return text_of(r);
}

template struct GroupRecord<Ipv4Address>;
template struct GroupRecord<Ipv6Address>;
template class GroupRecords<Ipv4Address>;
template class GroupRecords<Ipv6Address>;

}  // namespace flapjack
