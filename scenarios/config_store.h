// SPDX-License-Identifier: Apache-2.0
// ConfigStore: lets the many nodes or links of a World that are configured alike share one config.
// Owned by World; what it gave out lives as long as the store, as do mostly those who have it.
#pragma once
#include <concepts>
#include <cstddef>
#include <forward_list>

namespace flapjack {

template <class Config>
class ConfigStore {
 public:
  /// An equal config: one of the latest kCompared, if any of them is, else a new copy.
  const Config& share(const Config& config) {
    static_assert(std::equality_comparable<Config>,
                  "every part of a config needs: bool operator==(const Part&) const = default;");
    std::size_t compared = 0;
    for (const Config& each : kept_) {
      if (compared++ == kCompared) break;
      if (each == config) return each;
    }
    return kept_.emplace_front(config);
  }

 private:
  static constexpr std::size_t kCompared = 8;  // for every node
  std::forward_list<Config> kept_;  // the latest first
};

}  // namespace flapjack
