// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/subject_table.h"

#include <algorithm>

namespace flapjack {
namespace {

constexpr std::size_t kFirstSlots = 32;
constexpr std::size_t kChunkBytes = 4096;

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

}  // namespace

// The slot that holds `path`, or the free one where it would be put.
std::size_t SubjectTable::place(std::string_view path) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash(path) & mask;
  while (slots_[at] != 0 && paths_[slots_[at] - 1] != path) at = (at + 1) & mask;
  return at;
}

SubjectId SubjectTable::find(std::string_view path) const {
  return slots_.empty() ? SubjectId{} : SubjectId{slots_[place(path)]};
}

SubjectId SubjectTable::add(std::string_view path) {
  const SubjectId known = find(path);
  if (known.valid()) return known;
  if (4 * (paths_.size() + 1) > 3 * slots_.size()) grow();
  const std::size_t at = place(path);
  paths_.push_back(keep(path));
  slots_[at] = static_cast<std::uint32_t>(paths_.size());
  return {slots_[at]};
}

void SubjectTable::grow() {
  slots_.assign(slots_.empty() ? kFirstSlots : 2 * slots_.size(), 0);
  for (std::uint32_t i = 0; i < paths_.size(); ++i) slots_[place(paths_[i])] = i + 1;
}

std::string_view SubjectTable::keep(std::string_view path) {
  if (path.size() > left_) {
    chunk_bytes_ = left_ = std::max(kChunkBytes, path.size());
    chunks_.push_back(std::make_unique<char[]>(left_));
  }
  char* const to = chunks_.empty() ? nullptr : chunks_.back().get() + (chunk_bytes_ - left_);
  std::copy(path.begin(), path.end(), to);
  left_ -= path.size();
  return {to, path.size()};
}

}  // namespace flapjack
