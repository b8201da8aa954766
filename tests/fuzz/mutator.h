// SPDX-License-Identifier: Apache-2.0
// Mutator: inputs near the seeds, the same ones on every machine. It knows nothing of coverage; the
// long runs are libFuzzer's.
#pragma once
#include <string_view>
#include <vector>

#include "stack/sim/rng.h"
#include "tests/fuzz/corpus.h"

namespace flapjack::fuzz {

class Mutator {
 public:
  /// `seeds` is not empty and outlives the mutator; `stream` names its random numbers.
  Mutator(const std::vector<Seed>& seeds, std::string_view stream);
  /// One of the seeds after one to four changes, at most kBytesMax long.
  Buffer next();

  static constexpr std::size_t kBytesMax = 4096;

 private:
  void change(Buffer& bytes);
  void change_byte(std::uint8_t& byte);
  void repeat_part(Buffer& bytes);
  void splice(Buffer& bytes);

  const std::vector<Seed>& seeds_;
  RandomStream random_;
};

}  // namespace flapjack::fuzz
