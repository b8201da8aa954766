// SPDX-License-Identifier: Apache-2.0
// SharedFunction: a callback whose copies are one and the same closure, in two words. Whoever calls
// one that its own call may replace makes a copy and calls that:
//
//   const SharedFunction<void(int)> running = received_;
//   running(1);  // may set received_
#pragma once
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "stack/base/counted.h"

namespace flapjack {

template <class Signature>
class SharedFunction;

/// Of one World, as Counted is. A closure of one word that does not change what it has captured,
/// such as [this], stands in each copy; any other is on the heap, once, and goes with the last one.
template <class... Args>
class SharedFunction<void(Args...)> {
 public:
  SharedFunction() = default;
  SharedFunction(std::nullptr_t) {}
  /// `f` is no null pointer, nor an empty function of another kind.
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, SharedFunction> &&
             std::is_invocable_v<std::decay_t<F>&, Args...>)
  SharedFunction(F&& f) {
    using Closure = std::decay_t<F>;
    if constexpr (kFits<Closure>) {
      new (word_.bytes) Closure(std::forward<F>(f));
      call_ = [](const Word& word, Args&&... args) {
        (*std::launder(reinterpret_cast<const Closure*>(word.bytes)))(std::forward<Args>(args)...);
      };
    } else {
      word_.shared = new SharedOf<Closure>(std::forward<F>(f));
      intrusive_ptr_add_ref(word_.shared);
      call_ = &call_shared;
    }
  }
  SharedFunction(const SharedFunction& other) : call_(other.call_), word_(other.word_) {
    if (is_shared()) intrusive_ptr_add_ref(word_.shared);
  }
  SharedFunction(SharedFunction&& other) noexcept
      : call_(std::exchange(other.call_, nullptr)), word_(other.word_) {}
  SharedFunction& operator=(SharedFunction other) noexcept {
    std::swap(call_, other.call_);
    std::swap(word_, other.word_);
    return *this;
  }
  ~SharedFunction() {
    if (is_shared()) intrusive_ptr_release(word_.shared);
  }

  /// False: there is nothing to call.
  explicit operator bool() const { return call_ != nullptr; }
  void operator()(Args... args) const { call_(word_, std::forward<Args>(args)...); }

 private:
  struct Shared : Counted<Shared> {
    virtual ~Shared() = default;
    virtual void call(Args&&... args) = 0;
  };
  template <class F>
  struct SharedOf final : Shared {
    template <class From>
    explicit SharedOf(From&& from) : f(std::forward<From>(from)) {}
    void call(Args&&... args) override { f(std::forward<Args>(args)...); }
    F f;
  };
  union Word {
    Shared* shared = nullptr;
    std::byte bytes[sizeof(void*)];
  };
  using Call = void (*)(const Word& word, Args&&... args);
  template <class F>
  static constexpr bool kFits = sizeof(F) <= sizeof(Word) && alignof(F) <= alignof(Word) &&
                                std::is_trivially_copyable_v<F> &&
                                std::is_invocable_v<const F&, Args...>;

  bool is_shared() const { return call_ == &call_shared; }
  static void call_shared(const Word& word, Args&&... args) {
    word.shared->call(std::forward<Args>(args)...);
  }

  Call call_ = nullptr;
  Word word_;
};

}  // namespace flapjack
