// SPDX-License-Identifier: Apache-2.0
// What events carry: sizes as Zephyr's structs, the facts in a record, the common address.
#include "stack/net/mgmt_info.h"

#include <gtest/gtest.h>

#include "stack/net/mgmt_event.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

const Ipv4Address kFour = *Ipv4Address::parse("192.0.2.9");
const Ipv6Address kSix = *Ipv6Address::parse("2001:db8::9");

struct Case {
  MgmtEvent event;
  MgmtInfo info;
  std::size_t bytes;
  const char* attrs;
};

TEST(MgmtInfo, BytesAndFacts) {
  const Case cases[] = {
      {MgmtEvent::IfUp, {}, 0, ""},
      {MgmtEvent::Ipv4AddrAdd, kFour, 4, " address=192.0.2.9"},
      {MgmtEvent::Ipv6AddrAdd, kSix, 16, " address=2001:db8::9"},
      {MgmtEvent::ConnIfFatalError, MgmtReason{-7}, 4, " reason=-7"},
      {MgmtEvent::Ipv6PrefixAdd, MgmtPrefix{kSix, 64, 30}, 24,
       " address=2001:db8::9 length=64 lifetime=30s"},
      {MgmtEvent::Ipv6PrefixDel, MgmtPrefix{kSix, 64}, 24, " address=2001:db8::9 length=64"},
      {MgmtEvent::Ipv6RouteAdd, MgmtRoute{kSix, 48, Ipv6Address::loopback()}, 36,
       " address=2001:db8::9 length=48 next_hop=::1"},
      {MgmtEvent::Ipv6NbrDel, MgmtNeighbour{kSix}, 20, " address=2001:db8::9 index=-1"},
      {MgmtEvent::Ipv4DhcpBound, MgmtDhcp{kFour, Ipv4Address{1}, 3600}, 92,
       " address=192.0.2.9 server=0.0.0.1 lease=3600s"},
      {MgmtEvent::Ipv4PmtuChanged, MgmtPmtu{kFour, 1400}, 28, " address=192.0.2.9 mtu=1400"},
      {MgmtEvent::DnsServerAdd, MgmtDnsServer{{kFour, 53}}, 24, " server=192.0.2.9 port=53"},
      {MgmtEvent::HostnameChanged, MgmtHostname::of("box"), 64, " name=box"},
  };
  for (const Case& c : cases) {
    test::NodeRig rig;
    rig.node.mgmt.notify(c.event, nullptr, c.info);
    ASSERT_EQ(rig.sink.records.size(), 1u);
    const std::string name(mgmt_event_name(c.event));
    EXPECT_EQ(rig.sink.records[0].text(), "0.000s n " + name + c.attrs);
    EXPECT_EQ(c.info.bytes(), c.bytes) << name;
    EXPECT_EQ(c.info.empty(), c.bytes == 0) << name;
    const auto keys = mgmt_event_keys(c.event);
    for (const auto& [key, value] : rig.sink.records[0].attrs) {
      EXPECT_NE(std::find(keys.begin(), keys.end(), key), keys.end()) << name << " " << key;
    }
  }
}

TEST(MgmtInfo, TheAddressItIsAbout) {
  const std::optional<IpAddress> six = kSix;
  EXPECT_EQ(MgmtInfo(kSix).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtPrefix{kSix, 64}).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtRoute{kSix, 64, kFour}).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtNeighbour{kSix, 3}).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtDhcp{kSix, kFour, 1}).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtPmtu{kSix, 1}).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtDnsServer{{kSix, 53}}).address(), six);
  EXPECT_EQ(MgmtInfo(MgmtReason{1}).address(), std::nullopt);
  EXPECT_EQ(MgmtInfo().address(), std::nullopt);
  EXPECT_EQ(MgmtInfo(kFour).reason(), std::nullopt);
  EXPECT_EQ(MgmtInfo(MgmtReason{4}).reason(), 4);
  EXPECT_EQ(MgmtInfo(kFour).get<MgmtReason>(), nullptr);
}

TEST(MgmtInfo, AHostnameIsCutAtItsLongest) {
  const std::string longest(63, 'x');
  EXPECT_EQ(MgmtHostname::of(longest).view(), longest);
  EXPECT_EQ(MgmtHostname::of(longest + "y").view(), longest);
  EXPECT_EQ(MgmtHostname().view(), "");
}

}  // namespace
}  // namespace flapjack
