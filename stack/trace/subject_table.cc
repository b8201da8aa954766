// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/subject_table.h"

#include <algorithm>
#include <utility>

namespace flapjack {
namespace {

constexpr std::size_t kFirstSlots = 32;

// The upper half of FNV-1a, 64 bits.
std::uint32_t tag_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return static_cast<std::uint32_t>(h >> 32);
}

std::uint32_t tag_in(std::uint64_t slot) { return static_cast<std::uint32_t>(slot >> 32); }
std::uint32_t number_in(std::uint64_t slot) { return static_cast<std::uint32_t>(slot); }

}  // namespace

// The slot that holds `path`, or the free one where it would be put.
std::size_t SubjectTable::place(std::string_view path, std::uint32_t tag) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = tag & mask;
  while (slots_[at] != 0) {
    if (tag_in(slots_[at]) == tag && path == kept(places_[number_in(slots_[at]) - 1])) break;
    at = (at + 1) & mask;
  }
  return at;
}

SubjectId SubjectTable::find(std::string_view path) const {
  return slots_.empty() ? SubjectId{} : SubjectId{number_in(slots_[place(path, tag_of(path))])};
}

SubjectId SubjectTable::add(std::string_view path) {
  if (4 * (places_.size() + 1) > 3 * slots_.size()) grow();
  const std::uint32_t tag = tag_of(path);
  Slot& slot = slots_[place(path, tag)];
  if (slot == 0) {
    places_.push_back(keep(path));
    slot = Slot{tag} << 32 | places_.size();
  }
  return {number_in(slot)};
}

void SubjectTable::grow() {
  const std::vector<Slot> before = std::move(slots_);
  slots_.assign(before.empty() ? kFirstSlots : 2 * before.size(), 0);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot slot : before) {
    if (slot == 0) continue;
    std::size_t at = tag_in(slot) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

// A path that no chunk has room for gets one of its own.
SubjectTable::Place SubjectTable::keep(std::string_view path) {
  constexpr std::size_t kChunk = std::size_t{1} << kChunkBits;
  const auto length = static_cast<std::uint32_t>(path.size());
  const std::size_t bytes = sizeof length + path.size();
  if (bytes > kChunk - std::min(used_, kChunk)) {
    chunks_.push_back(std::make_unique<char[]>(std::max(kChunk, bytes)));
    used_ = 0;
  }
  char* const to = chunks_.back().get() + used_;
  std::memcpy(to, &length, sizeof length);
  std::copy(path.begin(), path.end(), to + sizeof length);
  const auto place = static_cast<Place>((chunks_.size() - 1) << kChunkBits | used_);
  used_ += bytes;
  return place;
}

}  // namespace flapjack
