// SPDX-License-Identifier: Apache-2.0
// IPv6 headers that are changed in place: hop limit, and where a fragment header goes and was.
#include "stack/wire/ipv6_patch.h"

#include <gtest/gtest.h>

#include <vector>

#include "stack/wire/ipv6_ext.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes datagram(std::uint8_t next, const Bytes& behind) {
  Ipv6Header header;
  header.next_header = next;
  header.payload_length = static_cast<std::uint16_t>(behind.size());
  Bytes bytes(kIpv6HeaderBytes);
  header.emit(bytes.data());
  bytes.insert(bytes.end(), behind.begin(), behind.end());
  return bytes;
}

const Bytes kOptions = {17, 0, 1, 4, 0, 0, 0, 0};  // 8 bytes, then UDP

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes naming(std::uint8_t next, Bytes header) {
  header[0] = next;
  return header;
}

TEST(Ipv6Patch, OneHopLess) {
  Bytes bytes = datagram(59, {});
  const Bytes before = bytes;
  decrement_ipv6_hop_limit(bytes);
  EXPECT_EQ(bytes[7], 63);
  bytes[7] = 64;
  EXPECT_EQ(bytes, before);
}

TEST(Ipv6Patch, AFragmentHeaderGoesBehindWhatRoutersRead) {
  const Bytes data(8, 0x42);
  struct {
    const char* what;
    Bytes bytes;
    std::size_t at, named_at;
  } const rows[] = {
      {"nothing", datagram(17, data), 40, 6},
      {"hop-by-hop", datagram(0, kOptions + data), 48, 40},
      {"hop-by-hop and routing", datagram(0, naming(43, kOptions) + kOptions + data), 56, 48},
      {"options for the destination", datagram(60, kOptions + data), 40, 6},
  };
  for (const auto& row : rows) {
    const Ipv6FragmentPlace place = place_for_ipv6_fragment(row.bytes);
    EXPECT_EQ(place.at, row.at) << row.what;
    EXPECT_EQ(place.named_at, row.named_at) << row.what;
  }
}

TEST(Ipv6Patch, AFragmentHeaderIsFoundAndTakenOut) {
  const Bytes fragment = {17, 0, 0, 1, 0, 0, 0, 9}, data(16, 0x42);
  struct {
    const char* what;
    Bytes with, without;
    std::size_t at;
  } const rows[] = {
      {"at once", datagram(44, fragment + data), datagram(17, data), 40},
      {"behind options", datagram(0, naming(44, kOptions) + fragment + data),
       datagram(0, kOptions + data), 48},
      {"behind options for the destination", datagram(60, naming(44, kOptions) + fragment + data),
       datagram(60, kOptions + data), 48},
      {"behind an atomic one", datagram(44, Bytes{44, 0, 0, 0, 0, 0, 0, 1} + fragment + data),
       datagram(44, Bytes{17, 0, 0, 0, 0, 0, 0, 1} + data), 48},
  };
  for (const auto& row : rows) {
    const auto place = find_ipv6_fragment(row.with);
    ASSERT_TRUE(place) << row.what;
    EXPECT_EQ(place->at, row.at) << row.what;
    Bytes bytes = row.with;
    take_out_ipv6_fragment(bytes, *place);
    EXPECT_EQ(Bytes(bytes.begin() + kIpv6FragmentBytes, bytes.end()), row.without) << row.what;
  }
}

TEST(Ipv6Patch, ThereMayBeNone) {
  const Bytes chain = datagram(0, naming(44, kOptions) + Bytes{17, 0, 0, 8, 0, 0, 0, 9});
  EXPECT_TRUE(find_ipv6_fragment(chain));
  for (std::size_t size = kIpv6HeaderBytes; size < chain.size(); ++size) {
    EXPECT_FALSE(find_ipv6_fragment(std::span(chain).first(size))) << size;
  }
  EXPECT_FALSE(find_ipv6_fragment(datagram(17, Bytes(8))));
}

}  // namespace
}  // namespace flapjack
