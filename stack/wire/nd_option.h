// SPDX-License-Identifier: Apache-2.0
// Options of neighbor discovery (RFC 4861 section 4.6, RFC 8106 section 5.1):
//   0 type 1 length in 8 bytes, these two included (0 is invalid)  2 content
// NdOptions is a checked list read in place; each kind of option has a struct with its fields.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address.h"
#include "stack/wire/address_list.h"

namespace flapjack {

/// Others are skipped by the receiver, as RFC 4861 section 4.6 wants it.
enum class NdOptionType : std::uint8_t {
  SourceLinkAddress = 1,
  TargetLinkAddress = 2,
  PrefixInfo = 3,
  RedirectedHeader = 4,
  Mtu = 5,
  Rdnss = 25,
  Dnssl = 31,  ///< not read
};

struct NdOption {
  NdOptionType type = NdOptionType::SourceLinkAddress;  ///< any byte
  std::span<const std::uint8_t> bytes;                  ///< the whole option
};

/// The options of one message. A copy is a cursor: `for (NdOption o; list.next(o);)` uses it up.
class NdOptions {
 public:
  NdOptions() = default;
  /// Nothing when one has length 0 or runs over the end: the message must then be dropped
  /// (RFC 4861 section 6.1 and 7.1). `bytes` outlives the list.
  static std::optional<NdOptions> parse(std::span<const std::uint8_t> bytes);

  /// Takes the first option off the list; false at the end.
  bool next(NdOption& out);
  /// The first of `type`.
  std::optional<NdOption> find(NdOptionType type) const;
  /// The first Ethernet address (an option of 8 bytes) of `type`, source or target.
  std::optional<MacAddress> link_address(NdOptionType type) const;
  /// Of the first MTU option, bytes.
  std::optional<std::uint32_t> mtu() const;
  bool empty() const { return rest_.empty(); }
  std::size_t size_bytes() const { return rest_.size(); }

 private:
  std::span<const std::uint8_t> rest_;
};

/// An Ethernet address (RFC 2464 section 6).
struct NdLinkAddress {
  static constexpr std::size_t kBytes = 8;
  NdOptionType type = NdOptionType::SourceLinkAddress;  ///< or TargetLinkAddress
  MacAddress address;
  static std::optional<NdLinkAddress> parse(const NdOption& option);
  /// Writes kBytes bytes; so do the emit()s below.
  void emit(std::uint8_t* out) const;
};

/// RFC 4861 section 4.6.2. Lifetimes in seconds, kInfinite for ever.
struct NdPrefixInfo {
  static constexpr std::size_t kBytes = 32;
  static constexpr std::uint32_t kInfinite = 0xffffffff;
  Ipv6Prefix prefix;  ///< as it came: bits behind the length may be set
  bool on_link = false, autonomous = false;
  std::uint32_t valid_s = 0, preferred_s = 0;
  /// Nothing when of another kind or length, or when the prefix is longer than 128.
  static std::optional<NdPrefixInfo> parse(const NdOption& option);
  void emit(std::uint8_t* out) const;
  bool operator==(const NdPrefixInfo&) const = default;
};

struct NdMtu {
  static constexpr std::size_t kBytes = 8;
  std::uint32_t mtu = 0;
  static std::optional<NdMtu> parse(const NdOption& option);
  void emit(std::uint8_t* out) const;
};

/// The packet that caused a redirect, from its IPv6 header on (RFC 4861 section 4.6.3).
struct NdRedirectedHeader {
  std::span<const std::uint8_t> packet;
  static std::optional<NdRedirectedHeader> parse(const NdOption& option);
  /// Of the whole option with its padding.
  std::size_t bytes() const { return 8 + (packet.size() + 7) / 8 * 8; }
  /// Writes bytes() bytes, at most 2,040.
  void emit(std::uint8_t* out) const;
};

/// Recursive DNS servers (RFC 8106 section 5.1).
struct NdRdnss {
  std::uint32_t lifetime_s = 0;  ///< 0: forget them; all ones: for ever
  AddressList<Ipv6Address> servers;
  /// Nothing when of another kind, or not of an odd length of at least 3.
  static std::optional<NdRdnss> parse(const NdOption& option);
  static constexpr std::size_t bytes(std::size_t servers) { return 8 + servers * 16; }
  /// Writes bytes(servers.size()) bytes for 1 to 127 servers.
  static void emit(std::uint8_t* out, std::uint32_t lifetime_s,
                   std::span<const Ipv6Address> servers);
};

/// "slla 02:00:00:00:00:01", "prefix 2001:db8::/64 L A valid 30 preferred 20", "option 99", ...
std::string to_text(const NdOption& option);
/// Each with a space in front.
std::string to_text(const NdOptions& options);

}  // namespace flapjack
