// SPDX-License-Identifier: Apache-2.0
// SmallVector: a vector whose first N elements stand in the object itself, for tables that mostly
// have one or two entries: no block of its own, and no way to it, for each of thousands of nodes.
// Moving one moves the elements. Kept as long as it lives: it never gives room back.
#pragma once
#include <boost/container/small_vector.hpp>
#include <cstddef>

namespace flapjack {

template <class T, std::size_t N>
using SmallVector = boost::container::small_vector<T, N>;

}  // namespace flapjack
