// SPDX-License-Identifier: Apache-2.0
// ConfigStore: lets the many nodes or links of a World that are configured alike share one config.
// Owned by World; what it gave out lives as long as somebody has it.
#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <vector>

namespace flapjack {

template <class Config>
class ConfigStore {
 public:
  /// An equal config: one of the latest kKept, if any of them is, else a new copy.
  std::shared_ptr<const Config> share(const Config& config) {
    static_assert(std::equality_comparable<Config>,
                  "every part of a config needs: bool operator==(const Part&) const = default;");
    const auto known = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const auto& each) { return *each == config; });
    if (known != kept_.end()) return *known;
    if (kept_.size() == kKept) kept_.erase(kept_.begin());
    return kept_.emplace_back(std::make_shared<const Config>(config));
  }

 private:
  static constexpr std::size_t kKept = 8;  // each is compared for every node
  std::vector<std::shared_ptr<const Config>> kept_;  // oldest first
};

}  // namespace flapjack
