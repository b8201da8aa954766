// SPDX-License-Identifier: Apache-2.0
// Counted: what several hold at once, counted in itself. Of one World, which is one thread's: the
// count is no atomic one, which every packet would pay for.
#pragma once
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace flapjack {

/// The base of a T that is held by CountedPtr<T>.
template <class T>
using Counted = boost::intrusive_ref_counter<T, boost::thread_unsafe_counter>;

template <class T>
using CountedPtr = boost::intrusive_ptr<T>;

}  // namespace flapjack
