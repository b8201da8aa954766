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

TEST(AddressText, ParsesBackOverRandomValues) {
  RandomStream draw = Rng(1).stream("address");
  for (int i = 0; i < 2000; ++i) {
    const Ipv4Prefix p{{static_cast<std::uint32_t>(draw.next())},
                       static_cast<std::uint8_t>(draw.below(33))};
    EXPECT_EQ(Ipv4Prefix::parse(to_text(p)), p);
    MacAddress mac;
    for (std::uint8_t& byte : mac.bytes) byte = static_cast<std::uint8_t>(draw.next());
    EXPECT_EQ(MacAddress::parse(to_text(mac)), mac);
  }
  EXPECT_EQ(to_text(Endpoint{{0xc0000201}, 4242}), "192.0.2.1:4242");
}

}  // namespace
}  // namespace flapjack
