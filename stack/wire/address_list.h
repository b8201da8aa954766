// SPDX-License-Identifier: Apache-2.0
// AddressList: addresses that lie one behind the other in a message, read in place: the sources of
// IGMPv3 and MLDv2, the servers of RDNSS, the hops of a recorded route.
#pragma once
#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "stack/wire/bytes.h"

namespace flapjack {

template <class Address>
class AddressList {
 public:
  /// On the wire.
  static constexpr std::size_t kAddressBytes = std::is_same_v<Address, Ipv4Address> ? 4 : 16;

  AddressList() = default;
  /// `bytes` is a multiple of kAddressBytes long and outlives the list.
  explicit AddressList(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
    assert(bytes.size() % kAddressBytes == 0);
  }

  std::size_t size() const { return bytes_.size() / kAddressBytes; }
  bool empty() const { return bytes_.empty(); }
  /// i < size().
  Address operator[](std::size_t i) const {
    assert(i < size());
    const std::uint8_t* at = bytes_.data() + i * kAddressBytes;
    if constexpr (kAddressBytes == 4) {
      return wire::load_ipv4(at);
    } else {
      return wire::load_ipv6(at);
    }
  }
  bool contains(const Address& address) const {
    for (std::size_t i = 0; i < size(); ++i) {
      if ((*this)[i] == address) return true;
    }
    return false;
  }

  /// Writes `addresses` one behind the other; returns the bytes written.
  static std::size_t emit(std::uint8_t* out, std::span<const Address> addresses) {
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      wire::store_address(out + i * kAddressBytes, addresses[i]);
    }
    return addresses.size() * kAddressBytes;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// "{192.0.2.1 192.0.2.2}".
template <class Address>
std::string to_text(const AddressList<Address>& list) {
  std::string text = "{";
  for (std::size_t i = 0; i < list.size(); ++i) text += (i > 0 ? " " : "") + to_text(list[i]);
  return text + "}";
}

}  // namespace flapjack
