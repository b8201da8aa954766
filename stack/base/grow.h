// SPDX-License-Identifier: Apache-2.0
// How a vector grows that is large in a large world: by a quarter, where std::vector doubles.
#pragma once
#include <algorithm>
#include <cstddef>

namespace flapjack {

/// Makes room for one more element.
template <class Vector>
void grow_by_quarter(Vector& vector) {
  constexpr std::size_t kAtLeast = 16;
  if (vector.size() < vector.capacity()) return;
  vector.reserve(vector.size() + std::max<std::size_t>(vector.size() / 4, kAtLeast));
}

}  // namespace flapjack
