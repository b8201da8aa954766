// SPDX-License-Identifier: Apache-2.0
// Names of RFC 1035: text, limits, compression pointers and what they may not do.
#include "stack/wire/dns_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(DnsNameTest, TextAndBack) {
  struct Case {
    const char* text;
    Bytes bytes;
    const char* again;
  };
  const Case cases[] = {
      {".", {0}, "."},
      {"a", {1, 'a', 0}, "a"},
      {"a.", {1, 'a', 0}, "a"},
      {"Host.example", {4, 'H', 'o', 's', 't', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0},
       "Host.example"},
      {"a b.\xff", {3, 'a', ' ', 'b', 1, 0xff, 0}, "a\\032b.\\255"},
      {"a\\b", {3, 'a', '\\', 'b', 0}, "a\\\\b"},
  };
  for (const Case& each : cases) {
    const auto name = DnsName::parse(each.text);
    ASSERT_TRUE(name.has_value()) << each.text;
    EXPECT_EQ(Bytes(name->bytes().begin(), name->bytes().end()), each.bytes) << each.text;
    EXPECT_EQ(to_text(*name), each.again);
  }
}

TEST(DnsNameTest, Limits) {
  const std::string label63(63, 'x'), label64(64, 'x');
  EXPECT_TRUE(DnsName::parse(label63));
  EXPECT_FALSE(DnsName::parse(label64));
  for (const char* text : {"", "..", ".a", "a..b", "a.."}) {
    EXPECT_FALSE(DnsName::parse(text)) << text;
  }
  // 3 * 64 + 62 + 1 = 255 bytes with the root; one letter more is too long
  const std::string most = label63 + "." + label63 + "." + label63 + "." + std::string(61, 'x');
  ASSERT_TRUE(DnsName::parse(most));
  EXPECT_EQ(DnsName::parse(most)->bytes().size(), kDnsNameBytesMax);
  EXPECT_FALSE(DnsName::parse(most + "x"));
}

TEST(DnsNameTest, CaseDoesNotMatter) {
  EXPECT_EQ(DnsName::parse("Example.ORG"), DnsName::parse("example.org"));
  EXPECT_NE(DnsName::parse("example.org"), DnsName::parse("example.com"));
  EXPECT_NE(DnsName::parse("ab"), DnsName::parse("a.b"));
  // '@' and '`' differ by the bit that tells cases apart, and are no letters
  EXPECT_NE(DnsName::parse("@"), DnsName::parse("`"));
}

TEST(DnsNameTest, TheLastLabel) {
  EXPECT_TRUE(DnsName::parse("printer.local")->ends_in("local"));
  EXPECT_TRUE(DnsName::parse("printer.LOCAL.")->ends_in("local"));
  EXPECT_TRUE(DnsName::parse("local")->ends_in("local"));
  EXPECT_FALSE(DnsName::parse("local.example")->ends_in("local"));
  EXPECT_FALSE(DnsName::parse("notlocal")->ends_in("local"));
  EXPECT_FALSE(DnsName().ends_in("local"));
}

TEST(DnsNameTest, PointersAreFollowed) {
  const Bytes message = {9, 9, 1, 'b', 0, 1, 'a', 0xc0, 2, 7, 0xc0, 5};
  std::size_t at = 5;
  auto name = DnsName::read(message, at);
  ASSERT_TRUE(name);
  EXPECT_EQ(to_text(*name), "a.b");
  EXPECT_EQ(at, 9u) << "behind the first pointer";
  at = 10;  // a pointer to a name that ends in a pointer
  name = DnsName::read(message, at);
  ASSERT_TRUE(name);
  EXPECT_EQ(to_text(*name), "a.b");
  EXPECT_EQ(at, 12u);
}

TEST(DnsNameTest, WhatIsRefused) {
  struct Case {
    const char* what;
    Bytes message;
    std::size_t at;
  };
  const Case cases[] = {
      {"begins behind the message", {0}, 1},
      {"a label leaves the message", {3, 'a', 'b'}, 0},
      {"no root", {1, 'a'}, 0},
      {"half a pointer", {1, 'a', 0xc0}, 0},
      {"a pointer to itself", {0xc0, 0}, 0},
      {"a pointer into its own part", {1, 'a', 0xc0, 0}, 0},
      {"a pointer forward", {0xc0, 2, 1, 'a', 0}, 0},
      {"two that point at each other", {0xc0, 2, 0xc0, 0}, 2},
      {"a label of the reserved kind 01", {0x41, 'a', 0}, 0},
      {"a label of the reserved kind 10", {0x81, 'a', 0}, 0},
  };
  for (const Case& each : cases) {
    std::size_t at = each.at;
    EXPECT_FALSE(DnsName::read(each.message, at)) << each.what;
  }
}

TEST(DnsNameTest, ANameOfPointersIsNoLongerThanANameMayBe) {
  Bytes message;
  std::size_t previous = 0;
  for (int i = 0; i < 5; ++i) {  // five labels of 62 bytes, each pointing to the one before
    const std::size_t begin = message.size();
    message.push_back(62);
    message.insert(message.end(), 62, 'x');
    if (i == 0) {
      message.push_back(0);
    } else {
      message.push_back(static_cast<std::uint8_t>(0xc0 | previous >> 8));
      message.push_back(static_cast<std::uint8_t>(previous));
    }
    previous = begin;
    std::size_t at = begin;
    EXPECT_EQ(DnsName::read(message, at).has_value(), i < 4) << i + 1 << " labels";
  }
}

}  // namespace
}  // namespace flapjack
