// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/conform/plain_options.h"

#include <algorithm>

namespace flapjack::test {
namespace {

constexpr int kNumber = 0, kText = 1, kState = 2, kCredential = 3;

}  // namespace

bool PlainOptions::has_number() const {
  return has(Planted::Defaults) || has(Planted::OptionsBusy) ||
         has(Planted::ReadsOptionsWhenDown) || has(Planted::OptionEnds) ||
         has(Planted::OptionOfAll) || has_text();
}
bool PlainOptions::has_text() const {
  return has(Planted::OptionOfFirst) || has(Planted::OptionCut) || has(Planted::OptionReset) ||
         has(Planted::OptionLongInvalid) || has(Planted::OptionLengthKept) ||
         has(Planted::RefusesOptions) || has(Planted::OptionShowsLate) ||
         has(Planted::OptionUnknownEnotsup) || has(Planted::OptionExactRefused) ||
         has(Planted::OptionResetAtEnd) || has(Planted::DeafAfterOption) ||
         has(Planted::OptionsAnew);
}
Errc PlainOptions::unknown() const {
  if (has(Planted::OptionUnknownEnotsup)) return Errc::Enotsup;
  return has(Planted::WrongErrno) ? Errc::Einval : Errc::Enoprotoopt;
}

PlainOptions::Values& PlainOptions::of(std::size_t iface) {
  const std::size_t index = has(Planted::OptionOfAll) ? 0 : iface;
  if (values_.size() <= index) values_.resize(index + 1);
  return values_[index];
}

Status PlainOptions::set(std::size_t iface, int option, std::span<const std::uint8_t> value) {
  if (has_number() && option == kNumber) return set_number(of(iface), value);
  if (has_text() && option == kText) {
    return set_text(of(has(Planted::OptionOfFirst) ? 0 : iface), value);
  }
  if (has_text() && option == kState) return Errc::Eperm;
  if (has_text() && option == kCredential) {
    if (value.size() > 64) return Errc::Enobufs;
    return value.size() < 8 ? Status(Errc::Einval) : Status();
  }
  return unknown();
}

// The large one has 64 KiB, and is cut to that.
Status PlainOptions::set_number(Values& values, std::span<const std::uint8_t> value) {
  const bool large = has(Planted::Defaults);
  const std::size_t size = std::min<std::size_t>(value.size(), large ? 1 << 16 : 4);
  if (size < value.size() && !large) return Errc::Enobufs;
  values.number.assign(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size));
  return Status();
}

Status PlainOptions::set_text(Values& values, std::span<const std::uint8_t> value) {
  const bool cuts = has(Planted::OptionCut);
  if (value.size() > (cuts ? 64 : 32)) {
    return has(Planted::OptionLongInvalid) ? Errc::Einval : Errc::Enobufs;
  }
  const std::size_t size = std::min<std::size_t>(value.size(), cuts ? 16 : 32);
  values.text.assign(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size));
  return Status();
}

Status PlainOptions::get(std::size_t iface, int option, std::span<std::uint8_t> value,
                         std::size_t& length) {
  if (has_number() && option == kNumber) return give(of(iface).number, value, length);
  if (has_text() && option == kText) {
    const Values& values = of(iface);
    return give(has(Planted::OptionShowsLate) ? values.shown : values.text, value, length);
  }
  if (has_text() && option == kState) return give({9, 9, 9}, value, length);
  if (has_text() && option == kCredential) {
    if (!has(Planted::OptionLengthKept)) length = 0;
    return Errc::Eacces;
  }
  length = 0;
  return unknown();
}

Status PlainOptions::give(const Bytes& from, std::span<std::uint8_t> value,
                          std::size_t& length) const {
  const std::size_t room = std::min(length, value.size());
  length = 0;
  if (room == from.size() && has(Planted::OptionExactRefused)) return Errc::Enobufs;
  if (room < from.size() && !has(Planted::Defaults)) return Errc::Enobufs;
  length = std::min(room, from.size());
  std::copy_n(from.begin(), length, value.begin());
  return Status();
}

}  // namespace flapjack::test
