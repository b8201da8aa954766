// SPDX-License-Identifier: Apache-2.0
// Delegate: a call to be made later, in three words. It owns nothing and allocates nothing, which
// is why the event core uses it instead of std::function.
#pragma once
#include <cstdint>

namespace flapjack {

struct Delegate {
  void (*fn)(void* self, std::uint64_t arg) = nullptr;
  void* self = nullptr;
  std::uint64_t arg = 0;

  explicit operator bool() const { return fn != nullptr; }
  void operator()() const { fn(self, arg); }
};

/// Calls `self->Method()`.
template <auto Method, class T>
Delegate delegate(T* self) {
  return {[](void* p, std::uint64_t) { (static_cast<T*>(p)->*Method)(); }, self, 0};
}

/// Calls `self->Method(arg)`.
template <auto Method, class T>
Delegate delegate(T* self, std::uint64_t arg) {
  return {[](void* p, std::uint64_t a) { (static_cast<T*>(p)->*Method)(a); }, self, arg};
}

}  // namespace flapjack
