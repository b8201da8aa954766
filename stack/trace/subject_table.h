// SPDX-License-Identifier: Apache-2.0
// SubjectTable: the paths of a World and their numbers, in some 20 bytes a path. Numbers are given
// in the order of the first call and are all that anybody iterates over; the hash table only finds.
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "stack/base/ids.h"

namespace flapjack {

class SubjectTable {
 public:
  /// The number of `path`; the same path gets the same number.
  SubjectId add(std::string_view path);
  /// None when the path was never added.
  SubjectId find(std::string_view path) const;
  /// Stays valid as long as the table; empty for none.
  std::string_view path(SubjectId subject) const {
    return subject.valid() ? kept(places_.at(subject.value - 1)) : std::string_view();
  }

 private:
  // A number in as many bits as there are slots for and, above it, the same bits of its path's
  // hash: few paths that are not the one are read. 0: free.
  using Slot = std::uint32_t;
  // Where a path is: its chunk's number and, in the lower bits, its place there. Its length stands
  // in front of it: a byte, or kLong and four bytes.
  using Place = std::uint32_t;
  static constexpr std::size_t kChunkBits = 12;
  static constexpr unsigned char kLong = 0xff;

  std::string_view kept(Place place) const {
    const char* const at = chunks_[place >> kChunkBits].get() + (place & ((1u << kChunkBits) - 1));
    const auto brief = static_cast<unsigned char>(*at);
    if (brief != kLong) return {at + 1, brief};
    std::uint32_t length;
    std::memcpy(&length, at + 1, sizeof length);
    return {at + 1 + sizeof length, length};
  }
  Place keep(std::string_view path);
  std::uint32_t number_in(Slot slot) const {
    return slot & (static_cast<std::uint32_t>(slots_.size()) - 1);
  }
  std::size_t place(std::string_view path, std::uint32_t hash) const;
  void grow();

  std::vector<Place> places_;  // by number - 1
  std::vector<Slot> slots_;    // open addressing, a power of two above the numbers
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t used_ = std::size_t{1} << kChunkBits;  // of the last chunk
};

}  // namespace flapjack
