// SPDX-License-Identifier: Apache-2.0
// The control message of the Connector's register/unregister notification, data of a message to id
// {-1,-1} (Linux 2.6: struct cn_ctl_msg, cn_notify_req; taken out later):
//   0 count of idx ranges 4 count of val ranges 8 group 12 bytes that follow 16 ranges
// A range is 0 first 4 count; idx ranges come first. Little-endian as cn_msg.h.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stack/wire/cn_msg.h"

namespace flapjack {

/// [first, first + count), which may end past the largest number.
struct CnRange {
  std::uint32_t first = 0, count = 0;
  bool has(std::uint32_t number) const { return number - first < count && number >= first; }
  bool operator==(const CnRange&) const = default;
};

struct CnNotifyRequest {
  std::uint32_t group = 0;  ///< who is told; 0 takes back the request with the same ranges
  std::vector<CnRange> idx, val;

  static constexpr std::size_t kFixedBytes = 16, kRangeBytes = 8;
  enum class Error : std::uint8_t { None, Short, Length };
  /// Length: the counts, the length field and the size of the data do not agree.
  static Error parse(std::span<const std::uint8_t> data, CnNotifyRequest& out);
  std::size_t bytes() const { return kFixedBytes + (idx.size() + val.size()) * kRangeBytes; }
  /// Writes bytes() to the front of `out`.
  void emit(std::span<std::uint8_t> out) const;
  /// True when the id's idx is in one of the idx ranges and its val in one of the val ranges.
  bool matches(const CnId& id) const;
  bool operator==(const CnNotifyRequest&) const = default;
};

}  // namespace flapjack
