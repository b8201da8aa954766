// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutator.h"

#include <cassert>

namespace flapjack::fuzz {
namespace {

using Offset = Buffer::difference_type;

}  // namespace

Mutator::Mutator(const std::vector<Seed>& seeds, std::string_view stream)
    : seeds_(seeds), random_(Rng(1).stream(stream)) {
  assert(!seeds.empty());
}

Buffer Mutator::next() {
  Buffer bytes = seeds_[random_.below(seeds_.size())].bytes;
  for (std::uint64_t n = 1 + random_.below(4); n > 0; --n) change(bytes);
  if (bytes.size() > kBytesMax) bytes.resize(kBytesMax);
  return bytes;
}

void Mutator::change(Buffer& bytes) {
  const std::size_t at = random_.below(bytes.size() + 1);
  const std::uint64_t kind = random_.below(10);
  if (kind == 0 || at == bytes.size()) {
    bytes.insert(bytes.begin() + static_cast<Offset>(at),
                 static_cast<std::uint8_t>(random_.next()));
  } else if (kind == 1) {
    bytes.erase(bytes.begin() + static_cast<Offset>(at));
  } else if (kind == 2) {
    bytes.resize(at);
  } else if (kind == 3) {
    repeat_part(bytes);
  } else if (kind == 4) {
    splice(bytes);
  } else {
    change_byte(bytes[at]);
  }
}

// Lengths and counts break at their ends, so these are likely.
void Mutator::change_byte(std::uint8_t& byte) {
  switch (random_.below(5)) {
    case 0:
      byte = random_.below(2) == 0 ? 0 : 0xff;
      return;
    case 1:
      ++byte;
      return;
    case 2:
      --byte;
      return;
    case 3:
      byte ^= static_cast<std::uint8_t>(1u << random_.below(8));
      return;
    default:
      byte = static_cast<std::uint8_t>(random_.next());
  }
}

void Mutator::repeat_part(Buffer& bytes) {
  const std::size_t from = random_.below(bytes.size());
  const std::size_t length = 1 + random_.below(bytes.size() - from);
  const Buffer part(bytes.begin() + static_cast<Offset>(from),
                    bytes.begin() + static_cast<Offset>(from + length));
  bytes.insert(bytes.begin() + static_cast<Offset>(from), part.begin(), part.end());
}

// The front of this one, the back of another.
void Mutator::splice(Buffer& bytes) {
  const Buffer& other = seeds_[random_.below(seeds_.size())].bytes;
  const std::size_t from = random_.below(other.size() + 1);
  bytes.resize(random_.below(bytes.size() + 1));
  bytes.insert(bytes.end(), other.begin() + static_cast<Offset>(from), other.end());
}

}  // namespace flapjack::fuzz
