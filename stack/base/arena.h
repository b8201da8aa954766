// SPDX-License-Identifier: Apache-2.0
// Arena: the memory of what lives as long as its World. It is handed out piece after piece and
// given back all at once, so that a large world is built and torn down without asking for, or
// searching through, the memory of each of its objects.
//
//   class Link : public ArenaObject<Link> { ... Arena* arena() const; };
//   std::unique_ptr<Link> link = make_in<Link>(arena, ...);
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace flapjack {

class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Memory that is there until the arena dies. `align`: a power of two.
  void* allocate(std::size_t bytes, std::size_t align);
  /// What it has taken from the machine beside the heap, so far as it was handed out.
  std::size_t mapped_bytes() const { return mapped_ - (in_mapped_ ? end_ - next_ : 0); }

 private:
  struct Chunk {
    void* memory;
    std::size_t mapped;  // 0: it is on the heap
  };
  void grow(std::size_t bytes);

  std::uintptr_t next_ = 0, end_ = 0;
  std::size_t chunk_bytes_ = 0;  // of the latest chunk
  std::size_t mapped_ = 0;       // of all chunks
  bool in_mapped_ = false;       // the latest is
  std::vector<Chunk> chunks_;
};

/// What a type T inherits to be made by make_in() alone. T has `Arena* arena() const`, which says
/// where it was made, also while T is being destroyed; null: on the heap. Deleting it runs its
/// destructor, through a base class, too, and frees it if it is on the heap.
template <class T>
class ArenaObject {
 public:
  static void* operator new(std::size_t bytes, Arena* arena) {
    return arena != nullptr ? arena->allocate(bytes, alignof(T))
                            : ::operator new(bytes, std::align_val_t{alignof(T)});
  }
  static void operator delete(void* memory, Arena* arena) {  // its constructor has failed
    if (arena == nullptr) ::operator delete(memory, std::align_val_t{alignof(T)});
  }
  static void operator delete(ArenaObject* object, std::destroying_delete_t) {
    T* const self = static_cast<T*>(object);
    Arena* const arena = self->arena();
    self->~T();
    if (arena == nullptr) ::operator delete(self, std::align_val_t{alignof(T)});
  }
  /// What its memory is aligned to, also that of a class derived from T.
  static constexpr std::size_t arena_align() { return alignof(T); }
};

/// False of a class that needs stricter alignment than the base by which it is an ArenaObject.
template <class T>
concept FitsArena = alignof(T) <= T::arena_align();

/// A T in `arena`, which must outlive it; null: on the heap. T's constructor gets `arguments`.
template <class T, class... Arguments>
std::unique_ptr<T> make_in(Arena* arena, Arguments&&... arguments) {
  static_assert(FitsArena<T>, "it would be made where its base may stand, and it may not");
  return std::unique_ptr<T>(new (arena) T(std::forward<Arguments>(arguments)...));
}

}  // namespace flapjack
