// SPDX-License-Identifier: Apache-2.0
// Both layouts of event words, and which masks match what in each.
#include "stack/net/mgmt_event.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Lines;

struct Row {
  MgmtEvent event;
  std::uint64_t bit_mask, numbered;
};
const Row kRows[] = {
    {MgmtEvent::IfDown, 0xd010000000000001u, 0xd0010001u},
    {MgmtEvent::IfUp, 0xd010000000000002u, 0xd0010002u},
    {MgmtEvent::IfAdminDown, 0xd010000000000004u, 0xd0010003u},
    {MgmtEvent::IfAdminUp, 0xd010000000000008u, 0xd0010004u},
    {MgmtEvent::ConnIfFatalError, 0xd020000000000002u, 0xd2070002u},
    {MgmtEvent::Ipv6AddrAdd, 0xe040000000000001u, 0xe0600001u},
    {MgmtEvent::Ipv6AddrDeprecated, 0xe040000000080000u, 0xe0600014u},
    {MgmtEvent::Ipv4AddrAdd, 0xe030000000000001u, 0xe0040001u},
    {MgmtEvent::Ipv4McastLeave, 0xe030000000000400u, 0xe004000bu},
    {MgmtEvent::L4Connected, 0xf050000000000001u, 0xf1140001u},
    {MgmtEvent::DnsServerAdd, 0xf050000000000040u, 0xf1140007u},
    {MgmtEvent::PppPhaseRunning, 0xd0b0000000000004u, 0xd2090003u},
};

TEST(MgmtEvent, WordsOfBothLayouts) {
  for (const Row& row : kRows) {
    EXPECT_EQ(mgmt_event_word(row.event, MgmtLayout::BitMask), row.bit_mask);
    EXPECT_EQ(mgmt_event_word(row.event, MgmtLayout::Numbered), row.numbered)
        << mgmt_event_name(row.event);
  }
}

TEST(MgmtEvent, WordsAreUniqueInBothLayouts) {
  for (const MgmtLayout layout : {MgmtLayout::BitMask, MgmtLayout::Numbered}) {
    std::set<std::uint64_t> words;
    for (const MgmtEvent event : mgmt_events()) words.insert(mgmt_event_word(event, layout));
    EXPECT_EQ(words.size(), mgmt_events().size());
  }
}

// What a callback hears of the four events of an iface, when others asked for all of them.
struct Heard {
  std::uint64_t mask;
  Lines bit_mask, numbered;
};
const Heard kHeard[] = {
    {mgmt_mask(MgmtEvent::IfDown), {"IF_DOWN"}, {"IF_DOWN", "IF_ADMIN_DOWN"}},
    {mgmt_mask(MgmtEvent::IfUp), {"IF_UP"}, {"IF_UP", "IF_ADMIN_DOWN"}},
    {mgmt_mask(MgmtEvent::IfAdminDown), {"IF_ADMIN_DOWN"}, {"IF_DOWN", "IF_UP", "IF_ADMIN_DOWN"}},
    {mgmt_mask(MgmtEvent::IfAdminUp), {"IF_ADMIN_UP"}, {"IF_ADMIN_UP"}},
    {mgmt_mask(MgmtEvent::IfDown, MgmtEvent::IfUp),
     {"IF_DOWN", "IF_UP"},
     {"IF_DOWN", "IF_UP", "IF_ADMIN_DOWN"}},
};
constexpr std::uint64_t kAllIf =
    mgmt_mask(MgmtEvent::IfDown, MgmtEvent::IfUp, MgmtEvent::IfAdminDown, MgmtEvent::IfAdminUp);

TEST(MgmtEvent, NumbersMatchMoreThanWasAskedFor) {
  for (const Heard& heard : kHeard) {
    for (const MgmtLayout layout : {MgmtLayout::BitMask, MgmtLayout::Numbered}) {
      StackConfig config;
      config.mgmt.layout = layout;
      test::NodeRig rig(config);
      Lines log;
      MgmtCallback callback{heard.mask, [&](const MgmtNotice& n) {
                              log.emplace_back(mgmt_event_name(n.event));
                            }};
      MgmtCallback others{kAllIf, [](const MgmtNotice&) {}};
      rig.node.mgmt.add(callback);
      rig.node.mgmt.add(others);
      for (const MgmtEvent event : {MgmtEvent::IfDown, MgmtEvent::IfUp, MgmtEvent::IfAdminDown,
                                    MgmtEvent::IfAdminUp}) {
        rig.node.mgmt.notify(event, nullptr);
      }
      rig.scheduler.run();
      EXPECT_EQ(log, layout == MgmtLayout::BitMask ? heard.bit_mask : heard.numbered)
          << std::hex << heard.mask;
    }
  }
}

}  // namespace
}  // namespace flapjack
