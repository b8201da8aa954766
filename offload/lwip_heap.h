// SPDX-License-Identifier: Apache-2.0
// LwipHeap: the memory of one lwIP instance: everything that instance allocates, and a budget. It
// dies as a whole, which is what a power cut is.
//
// Blocks come from chunks, cut into a few sizes; a freed block waits in its size's list, last in,
// first out. Under AddressSanitizer every block is the system's own, so that it sees overruns.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace flapjack {

class LwipHeap {
 public:
  /// `limit`: bytes in use at most; allocations beyond fail.
  explicit LwipHeap(std::size_t limit) : limit_(limit) {}
  ~LwipHeap();
  LwipHeap(const LwipHeap&) = delete;
  LwipHeap& operator=(const LwipHeap&) = delete;

  /// Null when it would exceed the limit, unless `exempt`. Aligned to 8 bytes.
  void* allocate(std::size_t bytes, bool exempt = false);
  void release(void* memory);

  /// Counts memory that lies elsewhere; false, and nothing counted, beyond the limit.
  bool charge(std::size_t bytes) {
    if (!fits(bytes)) return false;
    used_ += bytes;
    return true;
  }
  void refund(std::size_t bytes) { used_ -= bytes; }

  std::size_t used() const { return used_; }
  /// A limit below used() only stops further allocations.
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  static constexpr std::size_t kClasses = 12;
  struct Header {
    std::uint32_t bytes, size_class;
  };
  struct FreeBlock {
    FreeBlock* next;
  };
  struct LargeBlock;

  bool fits(std::size_t bytes) const { return bytes <= limit_ && used_ <= limit_ - bytes; }
  void* carve(std::size_t size_class);
  void* allocate_large(std::size_t bytes);
  void release_large(Header* header);

  std::size_t limit_, used_ = 0;
  std::array<FreeBlock*, kClasses> free_{};
  std::vector<std::unique_ptr<std::uint8_t[]>> chunks_;
  std::uint8_t* chunk_next_ = nullptr;
  std::size_t chunk_left_ = 0;
  LargeBlock* large_ = nullptr;
};

}  // namespace flapjack
