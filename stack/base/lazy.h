// SPDX-License-Identifier: Apache-2.0
// Lazy: a part of an owner that is made when it is first used, for what most owners never need. One
// word, which says either whose part it will be or where it is. Part is made from an Owner&.
#pragma once
#include <cassert>
#include <cstdint>
#include <memory>

namespace flapjack {

/// Owns its part and destroys it with itself. `owner` outlives it; it may be under construction,
/// as nothing is made before the first use. A part must not use its own Lazy while it is made.
template <class Part, class Owner>
class Lazy {
 public:
  explicit Lazy(Owner& owner) : word_(reinterpret_cast<std::uintptr_t>(&owner) | kUnmade) {}
  ~Lazy() { delete made(); }
  Lazy(const Lazy&) = delete;
  Lazy& operator=(const Lazy&) = delete;

  /// The part, made by the first such call.
  Part& operator*() {
    if ((word_ & kUnmade) != 0) make();
    return *reinterpret_cast<Part*>(word_);
  }
  Part* operator->() { return &**this; }
  /// Null while nobody has used it: for those who only want to know, or to end something.
  Part* made() { return (word_ & kUnmade) == 0 ? reinterpret_cast<Part*>(word_) : nullptr; }
  const Part* made() const { return const_cast<Lazy*>(this)->made(); }
  /// While the part is not made.
  Owner& owner() const {
    assert((word_ & kUnmade) != 0);
    return *reinterpret_cast<Owner*>(word_ & ~kUnmade);
  }
  /// Takes a part that was made elsewhere, where there is none.
  void put(std::unique_ptr<Part> part) {
    assert((word_ & kUnmade) != 0);
    word_ = reinterpret_cast<std::uintptr_t>(part.release());
  }
  /// Gives the part away; it is as if it had not been made.
  std::unique_ptr<Part> take(Owner& owner) {
    std::unique_ptr<Part> taken(made());
    word_ = reinterpret_cast<std::uintptr_t>(&owner) | kUnmade;
    return taken;
  }
  /// Destroys the part, if it was made, ahead of the owner. Only made() may follow.
  void end() {
    delete made();
    word_ = 0;
  }

 private:
  static constexpr std::uintptr_t kUnmade = 1;  // no object stands at an odd address

  void make() {
    static_assert(alignof(Part) > kUnmade && alignof(Owner) > kUnmade);
    const std::uintptr_t before = word_;
    Part* const part = new Part(*reinterpret_cast<Owner*>(before & ~kUnmade));
    assert(word_ == before);  // else it used itself
    word_ = reinterpret_cast<std::uintptr_t>(part);
  }

  std::uintptr_t word_;
};

}  // namespace flapjack
