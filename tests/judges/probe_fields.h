// SPDX-License-Identifier: Apache-2.0
// Fields: what a message says, as named texts on one line ("id=7 flag=1"): how the probe and the
// judges that drive it talk. Values have no blanks; bytes are hex digits; items of a list end in
// ';', parts of an item are joined by '|'. Also Lookup of such lines, strict: a judge's mistake
// must not pass as agreement, so a missing or wrong field ends the probe.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stack/wire/address.h"

namespace flapjack::probe {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

/// Ends the program with a message.
[[noreturn]] void die(const std::string& why);

std::string to_hex(Bytes bytes);
Buffer from_hex(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char at);
/// Decimal; dies above `most`.
std::uint64_t to_number(std::string_view text, std::uint64_t most);

class Fields {
 public:
  static Fields parse(std::string_view line);
  std::string text() const;

  void set(std::string_view name, std::string value);
  void set(std::string_view name, const char* value) { set(name, std::string(value)); }
  void set(std::string_view name, std::uint64_t value) { set(name, std::to_string(value)); }
  void set(std::string_view name, Bytes bytes) { set(name, to_hex(bytes)); }
  void set(std::string_view name, const IpAddress& address) { set(name, to_text(address)); }
  void set(std::string_view name, const MacAddress& address) { set(name, to_text(address)); }

  bool has(std::string_view name) const;
  const std::string& get(std::string_view name) const;
  /// Up to the largest of T.
  template <class T>
  T number(std::string_view name) const {
    return static_cast<T>(to_number(get(name), static_cast<T>(~T{0})));
  }
  bool flag(std::string_view name) const { return to_number(get(name), 1) == 1; }
  Buffer bytes(std::string_view name) const { return from_hex(get(name)); }
  IpAddress ip(std::string_view name) const;
  Ipv4Address ipv4(std::string_view name) const { return ip(name).v4(); }
  Ipv6Address ipv6(std::string_view name) const { return ip(name).v6(); }
  MacAddress mac(std::string_view name) const;
  /// Items of a list, without their ';'.
  std::vector<std::string_view> items(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

IpAddress to_ip(std::string_view text);

/// A kind of message. `with`: what is not in the bytes, such as the addresses of a pseudo header.
struct Kind {
  const char* name;
  /// False when the codec refuses the bytes.
  bool (*parse)(Bytes input, const Fields& with, Fields& out);
  /// Null when there is nothing to write.
  Buffer (*emit)(const Fields& fields);
};

std::span<const Kind> ipv4_kinds();
std::span<const Kind> ipv6_kinds();
std::span<const Kind> nd_kinds();
std::span<const Kind> group_kinds();
std::span<const Kind> application_kinds();

}  // namespace flapjack::probe
