// SPDX-License-Identifier: Apache-2.0
// The data of what flapjack publishes on a Connector: an event of the node or of one of its ifaces.
//   0 time (64 bit, ns) 8 iface index, 0: of the node 12 bytes of facts 14 zero 16 facts
// and a fact
//   0 type 1 bytes of the key 2 bytes of the value 4 key (ASCII) then the value
// Numbers are little-endian as in cn_msg.h, addresses in network order.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "stack/wire/address.h"
#include "stack/wire/cn_msg.h"

namespace flapjack {

/// Types of facts; others may come, a reader goes past what it does not know.
enum class CnFactType : std::uint8_t {
  Number = 1,    ///< 8 bytes, signed
  Text = 2,      ///< not terminated
  Address = 3,   ///< 4 or 16 bytes
  Errno = 4,     ///< 8 bytes: Zephyr's number, positive
  Duration = 5,  ///< 8 bytes: ns
};

struct CnFact {
  CnFactType type = CnFactType::Number;
  std::string_view key;
  std::span<const std::uint8_t> value;
  /// Number, Errno, Duration; 0 for the others.
  std::int64_t number() const;
  /// Text; empty for the others.
  std::string_view text() const;
};

/// Builds the data in place, in at most kBytesMax; a fact for which there is no room is left out.
class CnEventWriter {
 public:
  static constexpr std::size_t kBytesMax = 512;
  CnEventWriter(std::int64_t at_ns, std::uint32_t iface);
  /// False when it was left out.
  bool number(std::string_view key, std::int64_t value, CnFactType type = CnFactType::Number);
  bool text(std::string_view key, std::string_view value);
  bool address(std::string_view key, const IpAddress& value);
  std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::uint8_t* fact(CnFactType type, std::string_view key, std::size_t value_bytes);
  std::array<std::uint8_t, kBytesMax> bytes_{};
  std::size_t size_;
};

/// Reads the data of a message; what it returns points into it.
class CnEventReader {
 public:
  static constexpr std::size_t kFixedBytes = 16;
  /// ok() is false when the data is not that of an event.
  explicit CnEventReader(std::span<const std::uint8_t> data);
  bool ok() const { return ok_; }
  std::int64_t at_ns() const { return at_ns_; }
  std::uint32_t iface() const { return iface_; }
  /// The next fact; false at the end.
  bool next(CnFact& fact);
  /// The first fact of that key from here on; false when there is none.
  bool find(std::string_view key, CnFact& fact);

 private:
  bool read(std::span<const std::uint8_t>& rest, CnFact& fact) const;
  std::span<const std::uint8_t> rest_;
  std::int64_t at_ns_ = 0;
  std::uint32_t iface_ = 0;
  bool ok_ = false;
};

}  // namespace flapjack
