// SPDX-License-Identifier: Apache-2.0
// Options of IPv4 (RFC 791 section 3.1; router alert: RFC 2113). Types 0 and 1 are single bytes;
//   others  0 type 1 length, these two included  2 content
//   record route, loose and strict source route  2 pointer  3 addresses of 4 bytes
//   timestamp  2 pointer 3 overflow (4), flag (4)  4 times, or addresses with times
// A pointer is 1-based from the option's type; past the length: full. Who records an address or a
// time corrects the header's checksum.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "stack/wire/address_list.h"
#include "stack/wire/ipv4.h"

namespace flapjack {

/// The highest bit: copied into every fragment.
enum class Ipv4OptionType : std::uint8_t {
  End = 0,
  NoOperation = 1,
  RecordRoute = 7,
  Timestamp = 68,
  LooseRoute = 131,
  StrictRoute = 137,
  RouterAlert = 148,
};

struct Ipv4Option {
  Ipv4OptionType type = Ipv4OptionType::End;  ///< any byte
  std::uint8_t at = 0;                        ///< offset of the type in the IP header
  std::span<const std::uint8_t> bytes;        ///< the whole option
  bool is_copied() const { return (static_cast<std::uint8_t>(type) & 0x80) != 0; }
};

/// The options of one header, checked and read in place. A copy is a cursor:
/// `for (Ipv4Option o; list.next(o);)`; End and NoOperation are passed over.
class Ipv4Options {
 public:
  /// `header`: the whole IP header, Ipv4Header::header_bytes long; outlives the list.
  explicit Ipv4Options(std::span<const std::uint8_t> header);

  /// All of them are well formed, and there is one source route at most (RFC 1122 3.2.1.8).
  bool ok() const { return bad_at_ == 0; }
  /// If not: the offset a parameter problem points to.
  std::uint8_t bad_at() const { return bad_at_; }
  /// Takes the first option off the list; false at the end, or in front of what is malformed.
  bool next(Ipv4Option& out);
  /// The first of `type`.
  std::optional<Ipv4Option> find(Ipv4OptionType type) const;
  /// With the value that says "look at me"; other values mean nothing (RFC 2113 section 2.1).
  bool router_alert() const;

 private:
  std::span<const std::uint8_t> header_;
  std::size_t at_ = kIpv4HeaderBytes;
  std::uint8_t bad_at_ = 0;
};

/// Record route, loose or strict source route.
struct Ipv4RouteOption {
  Ipv4OptionType type = Ipv4OptionType::RecordRoute;
  std::uint8_t pointer = 4;
  AddressList<Ipv4Address> addresses;
  /// Nothing when of another kind or malformed.
  static std::optional<Ipv4RouteOption> parse(const Ipv4Option& option);
  /// Addresses in front of the pointer: recorded, or visited.
  std::size_t done() const {
    const std::size_t before = (pointer - 4u) / 4;
    return before < addresses.size() ? before : addresses.size();
  }
  /// No room left, or the end of the source route.
  bool is_full() const { return done() == addresses.size(); }
};

/// What a node adds to a timestamp option.
enum class Ipv4TimestampKind : std::uint8_t { Times = 0, TimesAndAddresses = 1, Prespecified = 3 };

/// The standard time is ms since midnight UT (RFC 791).
struct Ipv4TimestampOption {
  std::uint8_t pointer = 5;
  std::uint8_t overflow = 0;  ///< nodes that found no room, 0..15
  Ipv4TimestampKind kind = Ipv4TimestampKind::Times;
  /// Nothing when of another kind or malformed.
  static std::optional<Ipv4TimestampOption> parse(const Ipv4Option& option);
};

/// Writes `own` into the next free place of a well-formed record route, in place. False: full.
bool record_route(std::span<std::uint8_t> option, Ipv4Address own);
/// Adds a time to a well-formed timestamp, or counts that there was no room. False: the count is at
/// its end, the datagram must be dropped (RFC 791: parameter problem at the overflow).
bool record_timestamp(std::span<std::uint8_t> option, Ipv4Address own, std::uint32_t time_ms);

inline constexpr std::size_t kIpv4RouterAlertBytes = 4;
/// Writes kIpv4RouterAlertBytes bytes.
void emit_ipv4_router_alert(std::uint8_t* out);
/// Writes an empty record route for 1 to 9 addresses; returns its length, 3 + 4 * slots.
std::size_t emit_ipv4_record_route(std::uint8_t* out, std::size_t slots);
/// Writes an empty timestamp for 1 to 9 times (4 with addresses); returns its length. Prespecified
/// addresses are the caller's to fill in.
std::size_t emit_ipv4_timestamp(std::uint8_t* out, Ipv4TimestampKind kind, std::size_t slots);

/// "record_route 1 of 9 {192.0.2.1 0.0.0.0 ...}", "router_alert", "option 7", ...
std::string to_text(const Ipv4Option& option);
/// Options with ", " between; "bad option at 21" at the end if one is malformed.
std::string to_text(const Ipv4Options& options);

}  // namespace flapjack
