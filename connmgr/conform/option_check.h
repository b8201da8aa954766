// SPDX-License-Identifier: Apache-2.0
// OptionCheck: the options of the bench's first iface (items 38 and 39): what is answered to sizes
// and numbers that are wrong, and whether an option that can be read and written back after init
// can be so in every other state.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "connmgr/conform/conform_trace.h"
#include "connmgr/conn_mgr.h"

namespace flapjack::conformance {

class OptionCheck {
 public:
  /// `partial`: it documents that a read or a write may be cut to size. Both outlive the check.
  OptionCheck(ConnMgr& mgr, NetIf& iface, bool partial)
      : mgr_(mgr), iface_(iface), partial_(partial) {}

  /// Tries each number with sizes that fit and that do not; the rules broken.
  std::vector<BenchFault> sizes();
  /// Notes which options there are now, and what they hold.
  void learn();
  /// Whether all that was learned can be read, and written if it could be; writes what it reads.
  bool usable();
  /// Whether an option that there was not then is still refused, with length 0.
  bool unknown_told();
  /// Whether what `other` holds stays as it is when another value is written here.
  bool apart_from(NetIf& other);

 private:
  struct Known {
    int option;
    bool writable;
  };
  Errc read(int option, std::size_t& length);
  std::vector<std::uint8_t> value_of(NetIf& iface, int option);
  Errc write_back(int option, std::size_t length);
  void try_sizes(int option, std::vector<BenchFault>& faults);
  bool cut_is_told(int option, std::size_t length);

  ConnMgr& mgr_;
  NetIf& iface_;
  bool partial_;
  std::vector<std::uint8_t> room_;
  std::vector<Known> known_;
  std::optional<int> unknown_;
};

}  // namespace flapjack::conformance
