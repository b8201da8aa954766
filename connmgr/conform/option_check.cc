// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/option_check.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flapjack::conformance {
namespace {

constexpr std::size_t kRoom = 1 << 17;  // more than any option has
constexpr std::array kNumbers = {-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 100, 9999};
// Sizes that an option may have.
constexpr std::array<std::size_t, 16> kSizes = {1,  2,  4,  6,   8,   12,   16,   24,
                                                32, 48, 64, 128, 256, 1024, 4096, 65'536};

// Nobody has these.
bool surely_unknown(int option) {
  return option == kNumbers.front() || option == kNumbers.back();
}
// An option that there is may be refused with any other code: it is read-only, or write-only, or
// not to be had in this state.
bool says_unknown(Errc code) {
  return code == Errc::Enoprotoopt || code == Errc::Enotsup;
}

std::string read_text(int option, std::size_t room, Errc code, std::size_t length) {
  return "get of option " + std::to_string(option) + " into " + std::to_string(room) +
         " bytes is " + std::string(errc_name(code)) + " with length " + std::to_string(length);
}
std::string write_text(int option, std::size_t length, Errc code) {
  return "set of option " + std::to_string(option) + " to " + std::to_string(length) +
         " bytes is " + std::string(errc_name(code));
}

std::vector<std::uint8_t> first_of(const std::vector<std::uint8_t>& bytes, std::size_t length) {
  const auto end = static_cast<std::ptrdiff_t>(std::min(length, bytes.size()));
  return {bytes.begin(), bytes.begin() + end};
}

// As long as wanted, and of the bytes of `value`, but without a zero: where text ends with one,
// what follows it is rightly dropped.
std::vector<std::uint8_t> repeated(const std::vector<std::uint8_t>& value, std::size_t length) {
  std::vector<std::uint8_t> some = value;
  std::erase(some, 0);
  if (some.empty()) some = {'a'};
  std::vector<std::uint8_t> out;
  while (out.size() < length) out.push_back(some[out.size() % some.size()]);
  return out;
}

}  // namespace

Errc OptionCheck::read(int option, std::size_t& length) {
  room_.resize(kRoom);
  length = room_.size();
  return mgr_.if_get_opt(iface_, option, room_, &length).code();
}

Errc OptionCheck::write(int option, std::size_t length) {
  const std::span<const std::uint8_t> value(room_.data(), std::min(length, room_.size()));
  return mgr_.if_set_opt(iface_, option, value).code();
}

// Empty: it cannot be read, or holds nothing.
OptionCheck::Bytes OptionCheck::value_of(NetIf& iface, int option) {
  room_.resize(kRoom);
  std::size_t length = room_.size();
  if (!mgr_.if_get_opt(iface, option, room_, &length).ok()) length = 0;
  return first_of(room_, length);
}

bool OptionCheck::takes_some(int option) {
  return std::any_of(kSizes.begin(), kSizes.end(),
                     [&](std::size_t size) { return write(option, size) == Errc::Ok; });
}

bool OptionCheck::writable(const Answers& a) {
  return a.got == Errc::Ok ? write(a.option, a.length) == Errc::Ok : takes_some(a.option);
}

void OptionCheck::try_read(const Answers& a) {
  if (a.got != Errc::Ok) {
    const std::string got = read_text(a.option, kRoom, a.got, a.length);
    if (a.length != 0) wrong(BenchFault::OptionCode, got);
    return;
  }
  if (a.length == 0) return;
  std::size_t just = a.length;
  const Errc fits = mgr_.if_get_opt(iface_, a.option, room_, &just).code();
  if (fits != Errc::Ok || just != a.length) {
    wrong(BenchFault::OptionRoom, read_text(a.option, a.length, fits, just));
  }
  std::size_t less = a.length - 1;  // room for all but one byte
  const Errc code = mgr_.if_get_opt(iface_, a.option, room_, &less).code();
  const bool cut = code == Errc::Ok && partial_ && less <= a.length - 1;
  const bool refused = code == Errc::Enobufs && less == 0;
  if (!cut && !refused) {
    wrong(BenchFault::OptionSize, read_text(a.option, a.length - 1, code, less));
  }
}

// One that can be written has a largest size.
void OptionCheck::try_long_write(const Answers& a) {
  if (a.set == Errc::Enobufs || (partial_ && a.set == Errc::Ok)) return;
  if (a.set != Errc::Ok && !writable(a)) return;
  wrong(BenchFault::OptionSize, write_text(a.option, kRoom, a.set));
}

void OptionCheck::try_unknown(const Answers& a) {
  if (a.got == Errc::Ok || a.set == Errc::Ok || a.set == Errc::Enobufs) return;
  const auto other = [](Errc code) { return !says_unknown(code) && code != Errc::Einval; };
  if (!surely_unknown(a.option) && (other(a.got) || other(a.set))) return;
  const bool refused = surely_unknown(a.option) ? a.got == Errc::Enoprotoopt : says_unknown(a.got);
  if (!refused) {
    wrong(BenchFault::OptionCode, read_text(a.option, kRoom, a.got, a.length));
  }
  if (!says_unknown(a.set)) wrong(BenchFault::OptionCode, write_text(a.option, kRoom, a.set));
}

// What was taken and is read back shorter was cut, and nobody was told.
void OptionCheck::try_whole(int option, const Bytes& value) {
  for (const std::size_t size : kSizes) {
    const Bytes written = repeated(value, size);
    if (!mgr_.if_set_opt(iface_, option, written).ok()) continue;
    const Bytes back = value_of(iface_, option);
    const bool late = back == value;  // it may show only from the next connect on
    const bool cut = !late && !back.empty() && back.size() < size &&
                     std::equal(back.begin(), back.end(), written.begin());
    if (!cut) continue;
    wrong(BenchFault::OptionSize,
          write_text(option, size, Errc::Ok) + ", but it then has " + std::to_string(back.size()));
    break;
  }
  static_cast<void>(mgr_.if_set_opt(iface_, option, value).ok());
}

void OptionCheck::try_sizes(int option) {
  Answers a{option, Errc::Ok, 0, Errc::Ok};
  a.got = read(option, a.length);
  const Bytes value = first_of(room_, a.length);
  try_read(a);
  a.set = write(option, kRoom);
  try_unknown(a);
  try_long_write(a);
  if (a.got == Errc::Ok && !value.empty() && !partial_) try_whole(option, value);
}

std::vector<Remark> OptionCheck::sizes() {
  found_.clear();
  // It may have no options, and say so.
  const bool none = std::ranges::all_of(kNumbers, [&](int option) {
    std::size_t length = 0;
    return read(option, length) == Errc::Enotsup;
  });
  if (none) return {};
  for (const int option : kNumbers) try_sizes(option);
  return std::move(found_);
}

void OptionCheck::learn() {
  for (const int option : kNumbers) {
    std::size_t length = 0;
    const Errc code = read(option, length);
    if (code == Errc::Enoprotoopt && length == 0) unknown_ = option;
    if (code != Errc::Ok) continue;
    known_.push_back({option, write(option, length) == Errc::Ok, {}, {}});
  }
}

std::optional<Remark> OptionCheck::unknown_taken() {
  if (!unknown_) return {};
  std::size_t length = 0;
  const Errc code = read(*unknown_, length);
  if (code != Errc::Ok && length == 0) return {};
  return Remark{BenchFault::OptionCode, read_text(*unknown_, kRoom, code, length)};
}

std::optional<Remark> OptionCheck::unusable() {
  for (const Known& known : known_) {
    std::size_t length = 0;
    const Errc got = read(known.option, length);
    if (got != Errc::Ok) {
      return Remark{BenchFault::OptionState, read_text(known.option, kRoom, got, length)};
    }
    const Errc set = known.writable ? write(known.option, length) : Errc::Ok;
    if (set == Errc::Ok) continue;
    return Remark{BenchFault::OptionState, write_text(known.option, length, set)};
  }
  return {};
}

void OptionCheck::change() {
  for (Known& known : known_) {
    Bytes value = value_of(iface_, known.option);
    known.given.clear();
    if (!known.writable || value.empty()) continue;
    value.back() ^= 1;  // one that it may refuse
    if (!mgr_.if_set_opt(iface_, known.option, value).ok()) continue;
    known.given = value;
    known.shown = value_of(iface_, known.option);
  }
}

std::optional<Remark> OptionCheck::lost() {
  for (const Known& known : known_) {
    const Bytes value = known.given.empty() ? Bytes() : value_of(iface_, known.option);
    if (value.empty()) continue;  // that it can be read is for unusable()
    if (value == known.given || value == known.shown) continue;
    return Remark{BenchFault::OptionLost, "option " + std::to_string(known.option)};
  }
  return {};
}

// `from` and `on`: this iface and another one.
bool OptionCheck::shows(int option, NetIf& from, NetIf& on) {
  const Bytes here = value_of(from, option), there = value_of(on, option);
  if (here.empty()) return false;
  Bytes changed = here;
  changed.back() ^= 1;  // one that it may refuse
  if (!mgr_.if_set_opt(from, option, changed).ok()) return false;
  const bool shown = value_of(on, option) != there;
  static_cast<void>(mgr_.if_set_opt(from, option, here).ok());
  return shown;
}

std::optional<Remark> OptionCheck::shared_with(NetIf& other) {
  for (const int option : kNumbers) {
    for (const bool here : {true, false}) {
      NetIf &from = here ? iface_ : other, &on = here ? other : iface_;
      if (!shows(option, from, on)) continue;
      return Remark{BenchFault::OptionShared, "option " + std::to_string(option) + " of " +
                                                  std::string(from.name()) + " shows on " +
                                                  std::string(on.name())};
    }
  }
  return {};
}

}  // namespace flapjack::conformance
