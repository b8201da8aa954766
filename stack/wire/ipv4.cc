// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv4.h"

#include <cassert>
#include <cstring>

#include "stack/wire/bytes.h"

namespace flapjack {

Ipv4Header::Error Ipv4Header::parse(std::span<const std::uint8_t> bytes, ChecksumPolicy policy,
                                    Ipv4Header& out) {
  if (bytes.size() < kIpv4HeaderBytes) return Error::Short;
  const std::uint8_t* p = bytes.data();
  if (p[0] >> 4 != 4) return Error::Version;
  out.header_bytes = static_cast<std::uint8_t>((p[0] & 15) * 4);
  if (out.header_bytes < kIpv4HeaderBytes || out.header_bytes > bytes.size()) {
    return Error::HeaderLength;
  }
  out.tos = p[1];
  out.total_length = wire::load16(p + 2);
  if (out.total_length < out.header_bytes || out.total_length > bytes.size()) {
    return Error::TotalLength;
  }
  if (policy.verify && checksum(bytes.first(out.header_bytes)) != 0) return Error::Checksum;
  const std::uint16_t fragment = wire::load16(p + 6);
  out.id = wire::load16(p + 4);
  out.dont_fragment = (fragment & 0x4000) != 0;
  out.more_fragments = (fragment & 0x2000) != 0;
  out.fragment_offset = fragment & 0x1fff;
  out.ttl = p[8];
  out.protocol = p[9];
  out.source.value = wire::load32(p + 12);
  out.destination.value = wire::load32(p + 16);
  return Error::None;
}

void Ipv4Header::emit(std::uint8_t* out, ChecksumPolicy policy) const {
  emit(out, {}, policy);
}

std::size_t Ipv4Header::emit(std::uint8_t* out, std::span<const std::uint8_t> options,
                             ChecksumPolicy policy) const {
  const std::size_t size = kIpv4HeaderBytes + (options.size() + 3) / 4 * 4;
  assert(fragment_offset <= 0x1fff && options.size() <= kIpv4OptionBytesMax);
  assert(total_length >= size);
  if (!options.empty()) {
    std::memmove(out + kIpv4HeaderBytes, options.data(), options.size());
    std::memset(out + kIpv4HeaderBytes + options.size(), 0,
                size - kIpv4HeaderBytes - options.size());
  }
  // Summed before it is written: to read at once what was written in parts makes the machine wait.
  const std::uint64_t flags = (dont_fragment ? 0x4000u : 0) | (more_fragments ? 0x2000u : 0);
  const std::uint64_t first = (0x40 | std::uint64_t{size} / 4) << 56 | std::uint64_t{tos} << 48 |
                              std::uint64_t{total_length} << 32 | std::uint64_t{id} << 16 |
                              flags | fragment_offset;
  std::uint64_t second = std::uint64_t{ttl} << 56 | std::uint64_t{protocol} << 48 | source.value;
  if (policy.fill) {
    ChecksumSum sum;
    sum.add64(first);
    sum.add64(second);
    sum.add32(destination.value);
    sum.add({out + kIpv4HeaderBytes, size - kIpv4HeaderBytes});
    second |= std::uint64_t{sum.finish()} << 32;
  }
  wire::store64(out, first);
  wire::store64(out + 8, second);
  wire::store32(out + 16, destination.value);
  return size;
}

std::string to_text(const Ipv4Header& h) {
  return to_text(h.source) + " > " + to_text(h.destination) + " proto " +
         std::to_string(h.protocol) + " ttl " + std::to_string(h.ttl) + " length " +
         std::to_string(h.total_length);
}

}  // namespace flapjack
