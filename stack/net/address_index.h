// SPDX-License-Identifier: Apache-2.0
// AddressIndex: every IPv4 address of a node in sorted arrays, so that a node with thousands of
// ifaces finds who has an address, and which own address fits a destination best, in a few steps.
// Route owns it and asks it instead of walking the ifaces; both give the same answer, and without
// NDEBUG each answer is compared.
//
// The candidates with the most leading bits equal to a destination are one range of the sorted
// networks around where the destination would stand; the latest of them is kept for every block of
// a range (a segment tree), because of equals the later iface wins.
#pragma once
#include <cstdint>
#include <vector>

#include "stack/base/ids.h"
#include "stack/wire/address.h"

namespace flapjack {

class NetIf;
class Stack;

/// An own address as a source for some destination.
struct SourceCandidate {
  const NetIf* iface = nullptr;
  Ipv4Address address;
  int score = -1;  ///< equal leading bits of the destination and the address's network; -1: none
};

class AddressIndex {
 public:
  /// Takes the addresses that `stack` has now; any change makes it stale.
  explicit AddressIndex(const Stack& stack);
  /// Stack::address_epoch() when it was made.
  std::uint32_t epoch() const { return epoch_; }

  /// The first iface that has `address`; null when none has.
  NetIf* owner(Ipv4Address address) const;
  /// The best preferred address for `destination`, of equals the last one; only link-local ones or
  /// only others.
  SourceCandidate best(Ipv4Address destination, bool link_local) const;

 private:
  using Order = std::uint32_t;  // position among all addresses of the node: iface, then address
  struct Owner {
    std::uint32_t address;
    Order order;
    auto operator<=>(const Owner&) const = default;
  };
  struct Networks {
    std::vector<Owner> sorted;  // by network
    std::vector<Order> latest;  // segment tree over `sorted`: the latest of each block
    std::int64_t latest_any = -1;  // of the addresses with a mask of 0, which score nothing
  };
  struct Own {
    IfIndex iface;
    Ipv4Address address;
  };
  void add(const NetIf& iface);
  static void finish(Networks& networks);
  static std::size_t first_from(const std::vector<Owner>& sorted, std::size_t near,
                                std::uint64_t address);
  static Order latest(const Networks& networks, std::size_t from, std::size_t to);

  const Stack& stack_;
  std::uint32_t epoch_;
  std::vector<Own> own_;        // by Order
  std::vector<Owner> owners_;   // by address
  Networks global_, link_local_;
};

}  // namespace flapjack
