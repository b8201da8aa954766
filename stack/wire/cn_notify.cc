// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/cn_notify.h"

#include <algorithm>
#include <cassert>

#include "stack/wire/little_endian.h"

namespace flapjack {
namespace {

void read_ranges(const std::uint8_t* p, std::size_t count, std::vector<CnRange>& out) {
  out.clear();
  for (std::size_t i = 0; i < count; ++i, p += CnNotifyRequest::kRangeBytes) {
    out.push_back({wire::load_le32(p), wire::load_le32(p + 4)});
  }
}

bool any_has(const std::vector<CnRange>& ranges, std::uint32_t number) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const CnRange& range) { return range.has(number); });
}

}  // namespace

CnNotifyRequest::Error CnNotifyRequest::parse(std::span<const std::uint8_t> data,
                                              CnNotifyRequest& out) {
  if (data.size() < kFixedBytes) return Error::Short;
  const std::uint64_t idx = wire::load_le32(data.data());
  const std::uint64_t val = wire::load_le32(data.data() + 4);
  out.group = wire::load_le32(data.data() + 8);
  const std::uint64_t ranges = data.size() - kFixedBytes;
  if ((idx + val) * kRangeBytes != ranges || wire::load_le32(data.data() + 12) != ranges) {
    return Error::Length;
  }
  const std::uint8_t* first = data.data() + kFixedBytes;
  read_ranges(first, idx, out.idx);
  read_ranges(first + idx * kRangeBytes, val, out.val);
  return Error::None;
}

void CnNotifyRequest::emit(std::span<std::uint8_t> out) const {
  assert(out.size() >= bytes());
  wire::store_le32(out.data(), static_cast<std::uint32_t>(idx.size()));
  wire::store_le32(out.data() + 4, static_cast<std::uint32_t>(val.size()));
  wire::store_le32(out.data() + 8, group);
  wire::store_le32(out.data() + 12, static_cast<std::uint32_t>(bytes() - kFixedBytes));
  std::uint8_t* p = out.data() + kFixedBytes;
  for (const auto* ranges : {&idx, &val}) {
    for (const CnRange& range : *ranges) {
      wire::store_le32(p, range.first);
      wire::store_le32(p + 4, range.count);
      p += kRangeBytes;
    }
  }
}

bool CnNotifyRequest::matches(const CnId& id) const {
  return any_has(idx, id.idx) && any_has(val, id.val);
}

}  // namespace flapjack
