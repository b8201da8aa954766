// SPDX-License-Identifier: Apache-2.0
// DnsName: a domain name as it stands in a message without compression (RFC 1035 section 3.1):
// labels, each behind its length, and the empty label of the root. At most 255 bytes, labels at
// most 63 (section 2.3.4). A value of fixed size: it may hold any bytes. Two names are equal
// without regard to the case of ASCII letters (RFC 4343).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flapjack {

inline constexpr std::size_t kDnsNameBytesMax = 255;  // RFC 1035 section 2.3.4
inline constexpr std::size_t kDnsLabelBytesMax = 63;  // RFC 1035 section 2.3.4

class DnsName {
 public:
  /// The root.
  DnsName() = default;
  /// "host.example.org", with or without a dot at the end; "." is the root. Nothing for an empty
  /// label, a label above 63 bytes or a name above 255. No escapes: every byte but '.' is itself.
  static std::optional<DnsName> parse(std::string_view text);
  /// Reads the name at `offset` of a message, follows compression pointers (RFC 1035 section
  /// 4.1.4), and moves `offset` behind it. A pointer must point before the part of the name it
  /// ends, so no message makes a loop. Nothing when it leaves the message or breaks a limit.
  static std::optional<DnsName> read(std::span<const std::uint8_t> message, std::size_t& offset);

  bool operator==(const DnsName& other) const;
  bool is_root() const { return size_ == 1; }
  /// Labels with their lengths and the root's zero: 1..255 bytes.
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  /// True when the last label is `label`, in any case.
  bool ends_in(std::string_view label) const;

 private:
  bool add_label(std::span<const std::uint8_t> label);

  std::array<std::uint8_t, kDnsNameBytesMax> bytes_{};
  std::uint8_t size_ = 1;
};

/// "host.example.org", "." for the root. Dots and backslashes inside of a label and what is not
/// printable are written as RFC 1035 section 5.1 has it: "\." and "\ddd".
std::string to_text(const DnsName& name);

}  // namespace flapjack
