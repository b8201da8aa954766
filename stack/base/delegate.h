// SPDX-License-Identifier: Apache-2.0
// Delegate: a call to be made later, in three words. It owns nothing and allocates nothing, which
// is why the event core uses it instead of std::function.
#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "stack/base/prefetch.h"

namespace flapjack {

struct Delegate {
  /// What all delegates to one method of one type share; lives for ever.
  struct Kind {
    void (*call)(void* self, std::uint32_t arg);
    /// The first step to the memory that the call will need. Null when the type offers no
    /// foresee().
    Foresight (*near)(const void* self, std::uint32_t arg) = nullptr;
  };
  const Kind* kind = nullptr;
  void* self = nullptr;
  std::uint32_t arg = 0;

  explicit operator bool() const { return kind != nullptr; }
  void operator()() const { kind->call(self, arg); }
};

namespace detail {

template <class T>
constexpr auto near_of() -> decltype(Delegate::Kind::near) {
  if constexpr (requires(const T& t) { t.foresee(std::uint32_t{}); }) {
    return [](const void* p, std::uint32_t arg) { return static_cast<const T*>(p)->foresee(arg); };
  } else if constexpr (requires(const T& t) { t.foresee(); }) {
    return [](const void* p, std::uint32_t) { return static_cast<const T*>(p)->foresee(); };
  } else {
    return nullptr;
  }
}

template <auto Method, class T>
inline constexpr Delegate::Kind kKindOf{
    [](void* p, std::uint32_t arg) {
      if constexpr (requires(T& t) { (t.*Method)(arg); }) {
        (static_cast<T*>(p)->*Method)(arg);
      } else if constexpr (requires(T& t) { (t.*Method)(); }) {
        (static_cast<T*>(p)->*Method)();
      } else {
        Method(*static_cast<T*>(p));
      }
    },
    near_of<T>()};

}  // namespace detail

/// Calls `self->Method()`, or `Method(*self)` for what is no member; before, when there is time,
/// `self->foresee()` and the steps that it leads to.
template <auto Method, class T>
Delegate delegate(T* self) {
  return {&detail::kKindOf<Method, T>, self};
}

/// The largest argument: it is an index, and the event core has no room for more.
inline constexpr std::uint32_t kMostArg = (1u << 29) - 1;

/// Calls `self->Method(arg)`; before, when there is time, `self->foresee(arg)` and so on.
template <auto Method, class T>
Delegate delegate(T* self, std::size_t arg) {
  assert(arg <= kMostArg);
  return {&detail::kKindOf<Method, T>, self, static_cast<std::uint32_t>(arg)};
}

}  // namespace flapjack
