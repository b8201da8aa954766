// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/subject_table.h"

#include <algorithm>

namespace flapjack {
namespace {

constexpr std::size_t kFirstSlots = 32;

// FNV-1a, 64 bits, and the upper half of one more product: else paths that differ in their last
// letters only, as most do, would look for room side by side.
std::uint32_t hash_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return static_cast<std::uint32_t>(((h ^ (h >> 32)) * 0x9e3779b97f4a7c15) >> 32);
}

}  // namespace

// The slot that holds `path`, or the free one where it would be put. The lower bits of the hash say
// where to begin, the upper ones are in the slot.
std::size_t SubjectTable::place(std::string_view path, std::uint32_t hash) const {
  const auto mask = static_cast<std::uint32_t>(slots_.size()) - 1;
  std::size_t at = hash & mask;
  while (slots_[at] != 0) {
    const bool alike = ((slots_[at] ^ hash) & ~mask) == 0;
    if (alike && path == kept(places_[number_in(slots_[at]) - 1])) break;
    at = (at + 1) & mask;
  }
  return at;
}

SubjectId SubjectTable::find(std::string_view path) const {
  return slots_.empty() ? SubjectId{} : SubjectId{number_in(slots_[place(path, hash_of(path))])};
}

SubjectId SubjectTable::add(std::string_view path) {
  if (5 * (places_.size() + 1) > 4 * slots_.size()) grow();
  const std::uint32_t hash = hash_of(path);
  Slot& slot = slots_[place(path, hash)];
  if (slot == 0) {
    places_.push_back(keep(path));
    const auto mask = static_cast<std::uint32_t>(slots_.size()) - 1;
    slot = (hash & ~mask) | static_cast<std::uint32_t>(places_.size());
  }
  return {number_in(slot)};
}

void SubjectTable::grow() {
  slots_.assign(slots_.empty() ? kFirstSlots : 2 * slots_.size(), 0);
  const auto mask = static_cast<std::uint32_t>(slots_.size()) - 1;
  for (std::uint32_t number = 1; number <= places_.size(); ++number) {
    const std::uint32_t hash = hash_of(kept(places_[number - 1]));
    std::size_t at = hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = (hash & ~mask) | number;
  }
}

// A path that no chunk has room for gets one of its own.
SubjectTable::Place SubjectTable::keep(std::string_view path) {
  constexpr std::size_t kChunk = std::size_t{1} << kChunkBits;
  const auto length = static_cast<std::uint32_t>(path.size());
  const std::size_t front = length < kLong ? 1 : 1 + sizeof length;
  const std::size_t bytes = front + path.size();
  if (bytes > kChunk - std::min(used_, kChunk)) {
    chunks_.push_back(std::make_unique<char[]>(std::max(kChunk, bytes)));
    used_ = 0;
  }
  char* const to = chunks_.back().get() + used_;
  *to = static_cast<char>(std::min<std::uint32_t>(length, kLong));
  if (length >= kLong) std::memcpy(to + 1, &length, sizeof length);
  std::copy(path.begin(), path.end(), to + front);
  const auto place = static_cast<Place>((chunks_.size() - 1) << kChunkBits | used_);
  used_ += bytes;
  return place;
}

}  // namespace flapjack
