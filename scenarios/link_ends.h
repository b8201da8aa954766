// SPDX-License-Identifier: Apache-2.0
// LinkEnds: which link each iface of a scenario is on. Made once from a spec that does not change
// any more, and found by the iface's path, so that large scenarios are built in linear time.
#pragma once
#include <map>
#include <string>

#include "scenarios/spec.h"

namespace flapjack {

/// A link, and which of its ends; null for an iface that is on none.
struct LinkPlace {
  const LinkSpec* link = nullptr;
  std::size_t end = 0;
};

class LinkEnds {
 public:
  explicit LinkEnds(const ScenarioSpec& spec) {
    for (const LinkSpec& link : spec.links) {
      for (std::size_t end = 0; end < link.ends.size(); ++end) {
        places_.emplace(link.ends[end].path(), LinkPlace{&link, end});
      }
    }
  }
  /// `iface`: "dev.eth0".
  LinkPlace find(std::string_view iface) const {
    const auto found = places_.find(iface);
    return found != places_.end() ? found->second : LinkPlace{};
  }

 private:
  std::map<std::string, LinkPlace, std::less<>> places_;
};

}  // namespace flapjack
