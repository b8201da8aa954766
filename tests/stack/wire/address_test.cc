// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/address.h"

#include <gtest/gtest.h>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

TEST(Ipv4AddressTest, ReadsDottedQuadsOnly) {
  EXPECT_EQ(Ipv4Address::parse("192.0.2.1"), Ipv4Address{0xc0000201});
  EXPECT_EQ(Ipv4Address::parse("0.0.0.0"), Ipv4Address{0});
  EXPECT_EQ(Ipv4Address::parse("255.255.255.255"), Ipv4Address{0xffffffff});
  for (const char* bad : {"", ".", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256",
                          "01.2.3.4", "1.2.3.00", " 1.2.3.4", "1.2.3.4 ", "1..2.3", "+1.2.3.4",
                          "-1.2.3.4", "1.2.3.99999999999999999999", "0x1.2.3.4", "a.b.c.d"}) {
    EXPECT_FALSE(Ipv4Address::parse(bad)) << bad;
  }
}

TEST(Ipv4AddressTest, Classes) {
  struct Row {
    const char* text;
    bool any, broadcast, multicast, loopback, link_local;
  };
  for (const Row& row : {Row{"0.0.0.0", true, false, false, false, false},
                         Row{"255.255.255.255", false, true, false, false, false},
                         Row{"224.0.0.1", false, false, true, false, false},
                         Row{"239.255.255.255", false, false, true, false, false},
                         Row{"240.0.0.0", false, false, false, false, false},
                         Row{"127.9.9.9", false, false, false, true, false},
                         Row{"169.254.1.1", false, false, false, false, true},
                         Row{"192.0.2.1", false, false, false, false, false}}) {
    const Ipv4Address a = *Ipv4Address::parse(row.text);
    EXPECT_EQ(a.is_any(), row.any) << row.text;
    EXPECT_EQ(a.is_limited_broadcast(), row.broadcast) << row.text;
    EXPECT_EQ(a.is_multicast(), row.multicast) << row.text;
    EXPECT_EQ(a.is_loopback(), row.loopback) << row.text;
    EXPECT_EQ(a.is_link_local(), row.link_local) << row.text;
    EXPECT_EQ(to_text(a), row.text);
  }
}

TEST(Ipv4PrefixTest, ReadsContainsAndBroadcasts) {
  const Ipv4Prefix net = *Ipv4Prefix::parse("192.0.2.2/24");
  EXPECT_EQ(to_text(net), "192.0.2.2/24");
  EXPECT_TRUE(net.contains(*Ipv4Address::parse("192.0.2.255")));
  EXPECT_FALSE(net.contains(*Ipv4Address::parse("192.0.3.1")));
  EXPECT_TRUE(net.is_directed_broadcast(*Ipv4Address::parse("192.0.2.255")));
  EXPECT_FALSE(net.is_directed_broadcast(*Ipv4Address::parse("192.0.3.255")));
  EXPECT_TRUE(Ipv4Prefix::parse("0.0.0.0/0")->contains(Ipv4Address{0xffffffff}));
  for (const char* narrow : {"192.0.2.3/31", "192.0.2.3/32"}) {
    EXPECT_FALSE(Ipv4Prefix::parse(narrow)->is_directed_broadcast(Ipv4Address{0xc0000203}));
  }
  for (const char* bad : {"192.0.2.1", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1", "/24",
                          "192.0.2.1/024", "192.0.2.1/24 ", "192.0.2/24"}) {
    EXPECT_FALSE(Ipv4Prefix::parse(bad)) << bad;
  }
}

TEST(MacAddressTest, ReadsSixPairsOnly) {
  const auto mac = MacAddress::parse("02:00:5E:aB:00:ff");
  ASSERT_TRUE(mac);
  EXPECT_EQ(to_text(*mac), "02:00:5e:ab:00:ff");
  EXPECT_FALSE(mac->is_group());
  EXPECT_TRUE(MacAddress::parse("01:00:5e:00:00:01")->is_group());
  EXPECT_TRUE(MacAddress::broadcast().is_group());
  EXPECT_TRUE(MacAddress::parse("ff:ff:ff:ff:ff:ff")->is_broadcast());
  EXPECT_TRUE(MacAddress{}.is_zero());
  for (const char* bad : {"", "02:00:00:00:00", "02-00-00-00-00-01", "02:00:00:00:00:0g",
                          "02:00:00:00:00:01:", "2:0:0:0:0:1", "02:00:00:00:00:1 "}) {
    EXPECT_FALSE(MacAddress::parse(bad)) << bad;
  }
}

TEST(Ipv6AddressTest, ReadsAndWritesAsRfc5952Wants) {
  const std::pair<const char*, const char*> cases[] = {
      {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:DB8::0001", "2001:db8::1"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"0:0:1:0:0:0:0:0", "0:0:1::"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:1:1", "2001::1:0:0:1:1"},
      {"::ffff:192.0.2.1", "::ffff:c000:201"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"}};
  for (const auto& [text, written] : cases) {
    const auto address = Ipv6Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), written);
  }
  for (const char* bad :
       {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
        "1:", "::1:", ":1::", "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::", "1:2:3:4:5:6:7:8::", "::1%eth0", "fe80::1/64", "::1.2.3", "::256.1.1.1"}) {
    EXPECT_FALSE(Ipv6Address::parse(bad)) << bad;
  }
}

TEST(Ipv6AddressTest, KnowsItsKinds) {
  const auto ip6 = [](std::string_view text) { return Ipv6Address::parse(text).value(); };
  EXPECT_TRUE(ip6("fe80::1").is_link_local());
  EXPECT_TRUE(ip6("febf::1").is_link_local());
  EXPECT_FALSE(ip6("fec0::1").is_link_local());
  EXPECT_TRUE(ip6("ff02::fb").is_link_scope_multicast());
  EXPECT_FALSE(ip6("ff05::2").is_link_scope_multicast());
  EXPECT_TRUE(ip6("fd00::1").is_unique_local());
  EXPECT_TRUE(ip6("::ffff:1.2.3.4").is_v4_mapped());
  EXPECT_EQ(to_text(ip6("2001:db8::12:3456:789a").solicited_node()), "ff02::1:ff56:789a");
  EXPECT_EQ(to_text(Ipv6Address::link_local_of({{0x02, 0, 0x5e, 0x10, 0, 1}})),
            "fe80::5eff:fe10:1");
  EXPECT_EQ(common_bits(ip6("2001:db8::"), ip6("2001:db8::")), 128u);
  EXPECT_EQ(common_bits(ip6("2001:db8::"), ip6("2001:db9::")), 31u);
  EXPECT_EQ(common_bits(ip6("::1"), ip6("::2")), 126u);
  const auto prefix = Ipv6Prefix::parse("2001:db8:0:1:2::7/68").value();
  EXPECT_TRUE(prefix.contains(ip6("2001:db8:0:1:fff::")));
  EXPECT_FALSE(prefix.contains(ip6("2001:db8:0:1:1000::")));
  EXPECT_EQ(to_text(prefix.network()), "2001:db8:0:1::");
  EXPECT_EQ(to_text(Ipv6Prefix{ip6("ffff::1"), 0}.network()), "::");
  for (const char* bad : {"::1", "::/129", "::/-1", "/64", "::/064"}) {
    EXPECT_FALSE(Ipv6Prefix::parse(bad)) << bad;
  }
}

TEST(IpAddressTest, IsOneOfBothFamilies) {
  const IpAddress v4 = Ipv4Address{1}, v6 = Ipv6Address{0, 1};
  EXPECT_NE(v4, v6);
  EXPECT_TRUE(IpAddress().is_any() && IpAddress().is_v4());
  EXPECT_TRUE(IpAddress::any(Family::Inet6).is_any() && IpAddress::any(Family::Inet6).is_v6());
  EXPECT_NE(IpAddress::any(Family::Inet6), IpAddress());
  EXPECT_TRUE(v6.is_loopback());
  EXPECT_FALSE(IpAddress(Ipv6Address{~0ull, ~0ull}).is_limited_broadcast());
  EXPECT_EQ(IpAddress::parse("::1"), v6);
  EXPECT_EQ(IpAddress::parse("0.0.0.1"), v4);
  EXPECT_FALSE(IpAddress::parse("1"));
  EXPECT_EQ(to_text(Endpoint{v6, 80}), "[::1]:80");
}

TEST(AddressText, ParsesBackOverRandomValues) {
  RandomStream draw = Rng(1).stream("address");
  for (int i = 0; i < 2000; ++i) {
    const Ipv4Prefix p{{static_cast<std::uint32_t>(draw.next())},
                       static_cast<std::uint8_t>(draw.below(33))};
    EXPECT_EQ(Ipv4Prefix::parse(to_text(p)), p);
    // few bits, so that runs of zero groups are common
    const Ipv6Prefix p6{{draw.next() & draw.next() & draw.next(), draw.below(0x20000)},
                        static_cast<std::uint8_t>(draw.below(129))};
    EXPECT_EQ(Ipv6Prefix::parse(to_text(p6)), p6);
    MacAddress mac;
    for (std::uint8_t& byte : mac.bytes) byte = static_cast<std::uint8_t>(draw.next());
    EXPECT_EQ(MacAddress::parse(to_text(mac)), mac);
  }
  EXPECT_EQ(to_text(Endpoint{Ipv4Address{0xc0000201}, 4242}), "192.0.2.1:4242");
}

}  // namespace
}  // namespace flapjack
