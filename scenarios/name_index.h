// SPDX-License-Identifier: Apache-2.0
// NameIndex: finds things of a list by name without walking it, for lists that only grow while
// they are read from a file. It belongs to the list's owner and follows the list by itself; a copy
// of the owner has a copy of it. Names must not change once they were looked for.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace flapjack {

class NameIndex {
 public:
  /// The first element of `list` whose `name` is `name`; null when there is none.
  template <class T>
  const T* find(const std::vector<T>& list, std::string_view name) {
    if (list.size() <= kFew) return walk(list, name);
    if (list.size() < known_) forget();
    while (known_ < list.size()) take(list);
    return slots_[place(list, name)] == 0 ? nullptr : &list[slots_[place(list, name)] - 1];
  }

 private:
  static constexpr std::size_t kFew = 16;

  template <class T>
  static const T* walk(const std::vector<T>& list, std::string_view name) {
    for (const T& t : list) {
      if (t.name == name) return &t;
    }
    return nullptr;
  }
  // The slot of `name`, or the free one where it would be put.
  template <class T>
  std::size_t place(const std::vector<T>& list, std::string_view name) const {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at] != 0 && list[slots_[at] - 1].name != name) at = (at + 1) & mask;
    return at;
  }
  template <class T>
  void take(const std::vector<T>& list) {
    if (2 * (known_ + 1) > slots_.size()) {
      slots_.assign(slots_.empty() ? 4 * kFew : 2 * slots_.size(), 0);
      const std::size_t known = known_;
      for (known_ = 0; known_ < known; ++known_) put(list);
    }
    put(list);
    ++known_;
  }
  template <class T>
  void put(const std::vector<T>& list) {
    std::uint32_t& slot = slots_[place(list, list[known_].name)];
    if (slot == 0) slot = static_cast<std::uint32_t>(known_ + 1);  // of equals the first
  }
  void forget() {
    slots_.clear();
    known_ = 0;
  }

  std::vector<std::uint32_t> slots_;  // position + 1; a power of two
  std::size_t known_ = 0;             // elements of the list that are in it
};

}  // namespace flapjack
