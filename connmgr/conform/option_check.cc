// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/option_check.h"

#include <array>
#include <span>

namespace flapjack::conformance {
namespace {

constexpr std::size_t kRoom = 1 << 17;  // more than any option has
constexpr std::array kNumbers = {-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 100, 9999};

}  // namespace

Errc OptionCheck::read(int option, std::size_t& length) {
  room_.resize(kRoom);
  length = room_.size();
  return mgr_.if_get_opt(iface_, option, room_, &length).code();
}

Errc OptionCheck::write_back(int option, std::size_t length) {
  return mgr_.if_set_opt(iface_, option, std::span(room_).first(length)).code();
}

// Room for all but one byte.
bool OptionCheck::cut_is_told(int option, std::size_t length) {
  std::size_t less = length - 1;
  const Errc code = mgr_.if_get_opt(iface_, option, room_, &less).code();
  if (code == Errc::Ok) return partial_ && less <= length - 1;
  return code == Errc::Enobufs && less == 0;
}

void OptionCheck::try_sizes(int option, std::vector<BenchFault>& faults) {
  std::size_t length = 0;
  const Errc got = read(option, length);
  if (got != Errc::Ok && length != 0) faults.push_back(BenchFault::OptionCode);
  if (got == Errc::Ok && length > 0 && !cut_is_told(option, length)) {
    faults.push_back(BenchFault::OptionSize);
  }
  const Errc set = mgr_.if_set_opt(iface_, option, room_).code();
  if (set == Errc::Enotsup) return;
  const bool known = got == Errc::Ok || (set != Errc::Enoprotoopt && got == Errc::Enoprotoopt);
  if (!known && set != Errc::Enoprotoopt) faults.push_back(BenchFault::OptionCode);
  if (!known && got != Errc::Enoprotoopt) faults.push_back(BenchFault::OptionCode);
  // Read-only options exist; one that can be written has a largest size.
  const bool told =
      set == Errc::Enobufs || set == Errc::Enoprotoopt || (partial_ && set == Errc::Ok);
  if (known && !told) faults.push_back(BenchFault::OptionSize);
}

std::vector<BenchFault> OptionCheck::sizes() {
  std::vector<BenchFault> faults;
  std::size_t length = 0;
  // It may have no options, and say so.
  if (read(kNumbers.front(), length) == Errc::Enotsup) return faults;
  for (const int option : kNumbers) try_sizes(option, faults);
  return faults;
}

void OptionCheck::learn() {
  for (const int option : kNumbers) {
    std::size_t length = 0;
    const Errc code = read(option, length);
    if (code == Errc::Enoprotoopt && length == 0) unknown_ = option;
    if (code != Errc::Ok) continue;
    known_.push_back({option, write_back(option, length) == Errc::Ok});
  }
}

bool OptionCheck::unknown_told() {
  if (!unknown_) return true;
  std::size_t length = 0;
  return read(*unknown_, length) != Errc::Ok && length == 0;
}

bool OptionCheck::usable() {
  for (const Known& known : known_) {
    std::size_t length = 0;
    if (read(known.option, length) != Errc::Ok) return false;
    if (known.writable && write_back(known.option, length) != Errc::Ok) return false;
  }
  return true;
}

// Empty: it cannot be read, or holds nothing.
std::vector<std::uint8_t> OptionCheck::value_of(NetIf& iface, int option) {
  room_.resize(kRoom);
  std::size_t length = room_.size();
  if (!mgr_.if_get_opt(iface, option, room_, &length).ok()) length = 0;
  return {room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(length)};
}

bool OptionCheck::apart_from(NetIf& other) {
  bool apart = true;
  for (const int option : kNumbers) {
    const std::vector<std::uint8_t> here = value_of(iface_, option);
    const std::vector<std::uint8_t> there = value_of(other, option);
    if (here.empty()) continue;
    std::vector<std::uint8_t> changed = here;
    changed.back() ^= 1;  // one that it may refuse
    if (!mgr_.if_set_opt(iface_, option, changed).ok()) continue;
    apart = apart && value_of(other, option) == there;
    static_cast<void>(mgr_.if_set_opt(iface_, option, here).ok());
  }
  return apart;
}

}  // namespace flapjack::conformance
