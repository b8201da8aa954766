// SPDX-License-Identifier: Apache-2.0
// The message of the Linux kernel Connector (linux/connector.h: struct cn_msg):
//   0 idx 4 val 8 seq 12 ack 16 len (of the data) 18 flags 20 data
// Linux writes it in the byte order of its machine; here it is little-endian everywhere, which is
// what the machines that run agents have. Several messages may stand in one datagram.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace flapjack {

/// Names a registered user of the Connector (struct cb_id); its group is `idx`.
struct CnId {
  std::uint32_t idx = 0, val = 0;
  constexpr auto operator<=>(const CnId&) const = default;
};

inline constexpr std::size_t kCnHeaderBytes = 20;
/// A message with its header, and so a datagram, is at most this (CONNECTOR_MAX_MSG_SIZE).
inline constexpr std::size_t kCnMessageBytesMax = 16384;

struct CnMsgHeader {
  CnId id;
  std::uint32_t seq = 0, ack = 0;
  std::uint16_t len = 0;  ///< bytes of the data behind the header
  std::uint16_t flags = 0;

  enum class Error : std::uint8_t { None, Short, Length, TooLong };
  /// Reads the first message of a datagram. Short: no whole header; Length: its data reach past the
  /// end of the datagram; TooLong: the datagram is longer than any may be.
  static Error parse(std::span<const std::uint8_t> datagram, CnMsgHeader& out);
  /// Writes the 20 bytes of the header to the front of `out`; the data is there already.
  void emit(std::span<std::uint8_t> out) const;
  bool operator==(const CnMsgHeader&) const = default;
};

/// "id 10.1 seq 5 ack 0 len 12".
std::string to_text(const CnMsgHeader& h);

/// Takes the messages of a datagram one by one, without looking into their data.
class CnMsgReader {
 public:
  explicit CnMsgReader(std::span<const std::uint8_t> datagram) : rest_(datagram) {}
  /// False at the end and at the first message that is not whole; error() tells them apart.
  bool next();
  const CnMsgHeader& header() const { return header_; }
  std::span<const std::uint8_t> data() const { return data_; }
  CnMsgHeader::Error error() const { return error_; }

 private:
  std::span<const std::uint8_t> rest_, data_;
  CnMsgHeader header_;
  CnMsgHeader::Error error_ = CnMsgHeader::Error::None;
};

}  // namespace flapjack
