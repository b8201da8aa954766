// SPDX-License-Identifier: Apache-2.0
// Delegate: a call to be made later, in four words. It owns nothing and allocates nothing, which
// is why the event core uses it instead of std::function.
#pragma once
#include <cstdint>

namespace flapjack {

struct Delegate {
  void (*fn)(void* self, std::uint64_t arg) = nullptr;
  void* self = nullptr;
  std::uint64_t arg = 0;
  /// Asks for the memory that the call will need (base/prefetch.h), in steps 0, 1, 2 ... : each may
  /// read what the steps before have asked for. Null when `self` offers no prefetch().
  void (*near)(const void* self, std::uint64_t arg, unsigned step) = nullptr;

  explicit operator bool() const { return fn != nullptr; }
  void operator()() const { fn(self, arg); }
};

namespace detail {

template <class T>
constexpr auto near_of() -> decltype(Delegate::near) {
  if constexpr (requires(const T& t) { t.prefetch(std::uint64_t{}, 0u); }) {
    return [](const void* p, std::uint64_t arg, unsigned step) {
      static_cast<const T*>(p)->prefetch(arg, step);
    };
  } else if constexpr (requires(const T& t) { t.prefetch(0u); }) {
    return [](const void* p, std::uint64_t, unsigned step) {
      static_cast<const T*>(p)->prefetch(step);
    };
  } else {
    return nullptr;
  }
}

}  // namespace detail

/// Calls `self->Method()`; before, when there is time, `self->prefetch(step)`.
template <auto Method, class T>
Delegate delegate(T* self) {
  return {[](void* p, std::uint64_t) { (static_cast<T*>(p)->*Method)(); }, self, 0,
          detail::near_of<T>()};
}

/// Calls `self->Method(arg)`; before, when there is time, `self->prefetch(arg, step)`.
template <auto Method, class T>
Delegate delegate(T* self, std::uint64_t arg) {
  return {[](void* p, std::uint64_t a) { (static_cast<T*>(p)->*Method)(a); }, self, arg,
          detail::near_of<T>()};
}

}  // namespace flapjack
