// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/cn_event.h"

#include <algorithm>

#include "stack/wire/bytes.h"
#include "stack/wire/little_endian.h"

namespace flapjack {
namespace {

constexpr std::size_t kFactBytes = 4, kNumberBytes = 8;
constexpr std::size_t kKeyBytesMax = 0xff;

bool is_number(CnFactType type) {
  return type == CnFactType::Number || type == CnFactType::Errno || type == CnFactType::Duration;
}

}  // namespace

std::int64_t CnFact::number() const {
  if (!is_number(type) || value.size() != kNumberBytes) return 0;
  return static_cast<std::int64_t>(wire::load_le64(value.data()));
}

std::string_view CnFact::text() const {
  if (type != CnFactType::Text) return {};
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

CnEventWriter::CnEventWriter(std::int64_t at_ns, std::uint32_t iface)
    : size_(CnEventReader::kFixedBytes) {
  wire::store_le64(bytes_.data(), static_cast<std::uint64_t>(at_ns));
  wire::store_le32(bytes_.data() + 8, iface);
}

std::uint8_t* CnEventWriter::fact(CnFactType type, std::string_view key,
                                  std::size_t value_bytes) {
  if (key.size() > kKeyBytesMax || value_bytes > kBytesMax) return nullptr;
  if (size_ + kFactBytes + key.size() + value_bytes > kBytesMax) return nullptr;
  std::uint8_t* p = bytes_.data() + size_;
  p[0] = static_cast<std::uint8_t>(type);
  p[1] = static_cast<std::uint8_t>(key.size());
  wire::store_le16(p + 2, static_cast<std::uint16_t>(value_bytes));
  std::copy(key.begin(), key.end(), p + kFactBytes);
  size_ += kFactBytes + key.size() + value_bytes;
  wire::store_le16(bytes_.data() + 12,
                   static_cast<std::uint16_t>(size_ - CnEventReader::kFixedBytes));
  return p + kFactBytes + key.size();
}

bool CnEventWriter::number(std::string_view key, std::int64_t value, CnFactType type) {
  std::uint8_t* p = fact(type, key, kNumberBytes);
  if (p != nullptr) wire::store_le64(p, static_cast<std::uint64_t>(value));
  return p != nullptr;
}

bool CnEventWriter::text(std::string_view key, std::string_view value) {
  std::uint8_t* p = fact(CnFactType::Text, key, value.size());
  if (p != nullptr) std::copy(value.begin(), value.end(), p);
  return p != nullptr;
}

bool CnEventWriter::address(std::string_view key, const IpAddress& value) {
  std::uint8_t* p = fact(CnFactType::Address, key, value.is_v4() ? 4 : 16);
  if (p == nullptr) return false;
  if (value.is_v4()) {
    wire::store_address(p, value.v4());
  } else {
    wire::store_address(p, value.v6());
  }
  return true;
}

CnEventReader::CnEventReader(std::span<const std::uint8_t> data) {
  if (data.size() < kFixedBytes) return;
  at_ns_ = static_cast<std::int64_t>(wire::load_le64(data.data()));
  iface_ = wire::load_le32(data.data() + 8);
  const std::size_t facts = wire::load_le16(data.data() + 12);
  if (wire::load_le16(data.data() + 14) != 0 || facts != data.size() - kFixedBytes) return;
  rest_ = data.subspan(kFixedBytes);
  std::span<const std::uint8_t> rest = rest_;
  CnFact fact;
  while (!rest.empty()) {
    if (!read(rest, fact)) return;
  }
  ok_ = true;
}

bool CnEventReader::read(std::span<const std::uint8_t>& rest, CnFact& fact) const {
  if (rest.size() < kFactBytes) return false;
  const std::size_t key = rest[1], value = wire::load_le16(rest.data() + 2);
  if (rest.size() - kFactBytes < key + value) return false;
  fact.type = static_cast<CnFactType>(rest[0]);
  fact.key = {reinterpret_cast<const char*>(rest.data() + kFactBytes), key};
  fact.value = rest.subspan(kFactBytes + key, value);
  rest = rest.subspan(kFactBytes + key + value);
  return true;
}

bool CnEventReader::next(CnFact& fact) { return ok_ && !rest_.empty() && read(rest_, fact); }

bool CnEventReader::find(std::string_view key, CnFact& fact) {
  while (next(fact)) {
    if (fact.key == key) return true;
  }
  return false;
}

}  // namespace flapjack
