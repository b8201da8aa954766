// SPDX-License-Identifier: Apache-2.0
// OptionCheck: the options of the bench's first iface (items 31 and 37 to 39): what is answered to
// sizes and numbers that are wrong, whether an option that can be read and written back after init
// can be so in every other state, and whether what is set stays.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
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
  std::vector<Remark> sizes();
  /// Notes which options there are now, and what they hold.
  void learn();
  /// Of what was learned, one that can no longer be read, or written though it could be; writes
  /// what it reads.
  std::optional<Remark> unusable();
  /// An option that there was not then, and that is not refused with length 0 now.
  std::optional<Remark> unknown_taken();
  /// Gives each learned option another value, where it takes one.
  void change();
  /// One that does not hold what change() gave it.
  std::optional<Remark> lost();
  /// One that changes on `other` when another value is written here, or here when there.
  std::optional<Remark> shared_with(NetIf& other);

 private:
  using Bytes = std::vector<std::uint8_t>;
  struct Known {
    int option;
    bool writable;
    Bytes given;  ///< by change(); empty: nothing
    Bytes shown;  ///< what it showed then: a value may count, and show, only from the next connect
  };
  // What an option has answered.
  struct Answers {
    int option;
    Errc got;            ///< a read with all the room
    std::size_t length;  ///< that it gave
    Errc set;            ///< a write that is too long for any option
  };
  Errc read(int option, std::size_t& length);
  Errc write(int option, std::size_t length);
  Bytes value_of(NetIf& iface, int option);
  bool takes_some(int option);
  bool writable(const Answers& a);
  void try_sizes(int option);
  void try_read(const Answers& a);
  void try_long_write(const Answers& a);
  void try_unknown(const Answers& a);
  void try_whole(int option, const Bytes& value);
  bool shows(int option, NetIf& from, NetIf& on);
  void wrong(BenchFault fault, std::string got) { found_.push_back({fault, std::move(got)}); }

  ConnMgr& mgr_;
  NetIf& iface_;
  bool partial_;
  Bytes room_;
  std::vector<Known> known_;
  std::optional<int> unknown_;
  std::vector<Remark> found_;
};

}  // namespace flapjack::conformance
