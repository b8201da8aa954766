// SPDX-License-Identifier: Apache-2.0
// The fast sum against the one of RFC 1071 word by word, at any alignment and cut at any even
// place.
#include "stack/wire/checksum.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

std::uint16_t slow_checksum(Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : std::uint32_t{bytes[i]};
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

void fuzz_checksum(Bytes input) {
  if (input.empty()) return;
  const Bytes bytes = input.subspan(1);
  for (const std::size_t shift : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    const Bytes part = bytes.subspan(std::min(shift, bytes.size()));
    FUZZ_CHECK(checksum(part) == slow_checksum(part));
  }
  const std::size_t cut = bytes.empty() ? 0 : input[0] % (bytes.size() + 1) / 2 * 2;
  ChecksumSum sum;
  sum.add(bytes.subspan(cut));
  if ((bytes.size() - cut) % 2 == 0) {
    sum.add(bytes.first(cut));
    FUZZ_CHECK(sum.finish() == slow_checksum(bytes));
  }
}

}  // namespace flapjack::fuzz
