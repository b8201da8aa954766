// SPDX-License-Identifier: Apache-2.0
// Hints to the processor that memory will soon be needed. They change nothing and may name any
// address; a world of many nodes is larger than the caches, and a node whose turn comes would else
// wait for its cache lines one after another.
#pragma once
#include <cstddef>
#include <cstdint>

namespace flapjack {

inline constexpr std::size_t kCacheLine = 64;

/// Asks for `bytes` > 0 from `at` on; null is ignored by the processor.
inline void prefetch(const void* at, std::size_t bytes) {
  const char* const first = static_cast<const char*>(at);
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(first + i);
  __builtin_prefetch(first + bytes - 1);  // an object need not begin with a line
  // gcc leaves out calls of functions that do nothing else, as they change nothing; volatile
  // assembly, though empty, is something
  asm volatile("" : : "r"(at));
}

/// The next step on the way to the memory of an event: `next` asks for what can be named by now and
/// says how it goes on once that is there. It gets the event's argument, too.
struct Foresight {
  Foresight (*next)(const void* at, std::uint32_t arg) = nullptr;  ///< null: the way ends
  const void* at = nullptr;
};

/// The step `at->Method()`, or `at->Method(arg)`: a const method that returns a Foresight.
template <auto Method, class T>
Foresight foresight(const T* at) {
  return {[](const void* p, std::uint32_t arg) {
            const T* const self = static_cast<const T*>(p);
            if constexpr (requires { (self->*Method)(arg); }) {
              return (self->*Method)(arg);
            } else {
              return (self->*Method)();
            }
          },
          at};
}

/// The bytes of `whole` in front of its member `part`.
template <class Whole, class Part>
std::size_t front_of(const Whole& whole, const Part& part) {
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&part) -
                                  reinterpret_cast<const char*>(&whole));
}

}  // namespace flapjack
