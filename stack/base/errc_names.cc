// SPDX-License-Identifier: Apache-2.0
#include "stack/base/errc_names.h"

#include "stack/base/status.h"

namespace flapjack {

std::vector<std::string> errc_names() {
  constexpr int kHighest = 200;  // above Zephyr's last errno
  const std::string_view none = errc_name(static_cast<Errc>(kHighest));
  std::vector<std::string> names;
  for (int code = 1; code < kHighest; ++code) {
    const std::string_view name = errc_name(static_cast<Errc>(code));
    if (name != none) names.emplace_back(name);
  }
  return names;
}

}  // namespace flapjack
