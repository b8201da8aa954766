// SPDX-License-Identifier: Apache-2.0
// PlainOptions: the options of a PlainConnectivity, for each of its ifaces: 0 a number of four
// bytes, 1 a text of up to 32, 2 can only be read, 3 is a credential that can only be written.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "stack/base/status.h"
#include "tests/connmgr/conform/planted.h"

namespace flapjack::test {

class PlainOptions {
 public:
  explicit PlainOptions(Planted planted) : planted_(planted) {}

  /// `iface`: its number, in the order of binding.
  Status set(std::size_t iface, int option, std::span<const std::uint8_t> value);
  Status get(std::size_t iface, int option, std::span<std::uint8_t> value, std::size_t& length);
  bool has_any() const { return has_number(); }
  void reset(std::size_t iface) { of(iface) = {}; }
  void take_over(std::size_t iface) { of(iface).shown = of(iface).text; }

 private:
  using Bytes = std::vector<std::uint8_t>;
  struct Values {
    Bytes number{1, 2, 3, 4}, text{'a', 'p', 'n'}, shown = text;
  };
  bool has(Planted planted) const { return planted_ == planted; }
  bool has_number() const;
  bool has_text() const;
  Errc unknown() const;
  Values& of(std::size_t iface);
  Status set_number(Values& values, std::span<const std::uint8_t> value);
  Status set_text(Values& values, std::span<const std::uint8_t> value);
  Status give(const Bytes& from, std::span<std::uint8_t> value, std::size_t& length) const;

  Planted planted_;
  std::vector<Values> values_;
};

}  // namespace flapjack::test
