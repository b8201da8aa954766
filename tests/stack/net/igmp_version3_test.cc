// SPDX-License-Identifier: Apache-2.0
// What only version 3 does (RFC 3376): changes that are repeated, answers about sources, records.
#include "tests/stack/net/igmp_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::kGroup;
using test::kOther;
using test::kRouter;
using test::Lines;
using test::NodeRig;
using test::with_igmp;
using World = test::IgmpWorld;

TEST(Igmp, Version3RepeatsWhatChangedTogether) {
  World world(with_igmp(3));
  const std::string a = "239.1.2.3 {}", b = "239.9.9.9 {}", to = "224.0.0.22 report v3 ";
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  ASSERT_TRUE(world.igmp.join(world.eth0, kOther).ok());
  world.run_for(Duration{});
  EXPECT_EQ(world.sent(), (Lines{to + "to_exclude " + a, to + "to_exclude " + b}));
  world.run_for(seconds(1));
  EXPECT_EQ(world.sent(), (Lines{to + "to_exclude " + a + ", to_exclude " + b}));
  ASSERT_TRUE(world.igmp.leave(world.eth0, kGroup).ok());
  ASSERT_TRUE(world.igmp.leave(world.eth0, kOther).ok());
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(1));
  EXPECT_EQ(world.sent(),
            (Lines{to + "to_include " + a, to + "to_include " + b, to + "to_exclude " + a,
                   to + "to_include " + b + ", to_exclude " + a}));
  EXPECT_EQ(world.rig.scheduler.pending_count(), 0u);
}

TEST(Igmp, ChangesMayBeSaidOnce) {
  StackConfig config = with_igmp(3);
  config.igmp.change_reports = 1;
  World world(config);
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(10));
  EXPECT_EQ(world.sent(), Lines{"224.0.0.22 report v3 to_exclude 239.1.2.3 {}"});
}

TEST(Igmp, ManyChangesAreRepeatedSooner) {
  StackConfig config = with_igmp(3);
  config.igmp.groups = 100;
  World world(config);
  for (std::uint32_t i = 1; i <= 64; ++i) {
    ASSERT_TRUE(world.igmp.join(world.eth0, Ipv4Address{0xef000000 + i}).ok());
  }
  world.run_for(Duration{});
  EXPECT_EQ(world.sent().size(), 65u);
}

TEST(Igmp, Version3AnswersForAllAtOnce) {
  World world(with_igmp(3));
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  ASSERT_TRUE(world.igmp.join(world.eth0, kOther).ok());
  world.run_for(seconds(1));
  world.sent();
  world.query(3, 100);
  world.report_of_another(kGroup);  // no reason to keep quiet
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(),
            Lines{"224.0.0.22 report v3 is_exclude 239.1.2.3 {}, is_exclude 239.9.9.9 {}"});
  world.query(3, 100, kOther);
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(), Lines{"224.0.0.22 report v3 is_exclude 239.9.9.9 {}"});
}

struct Sources {
  const char* what;
  std::vector<std::vector<Ipv4Address>> asked;
  Lines said;
};

TEST(Igmp, QueriesForSources) {
  const Ipv4Address s1 = ip("192.0.2.8"), s2 = ip("192.0.2.9");
  const std::string to = "224.0.0.22 report v3 ", whole = to + "is_exclude 239.1.2.3 {}";
  std::vector<Ipv4Address> many;
  for (std::uint32_t i = 0; i < 65; ++i) many.push_back(Ipv4Address{0xc6336400 + i});
  const Sources rows[] = {
      {"all of those asked for", {{s2, s1}}, {to + "is_include 239.1.2.3 {192.0.2.9 192.0.2.8}"}},
      {"rule 5: one answer", {{s1}, {s2, s1}}, {to + "is_include 239.1.2.3 {192.0.2.8 192.0.2.9}"}},
      {"rule 4: the group", {{s1}, {}}, {whole}},
      {"rule 4: the group before", {{}, {s1}}, {whole}},
      {"too many to remember", {many}, {whole}},
  };
  World world(with_igmp(3));
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(seconds(5));
  world.sent();
  for (const Sources& row : rows) {
    for (const auto& sources : row.asked) world.query(3, 100, kGroup, sources);
    world.run_for(seconds(11));
    EXPECT_EQ(world.sent(), row.said) << row.what;
  }
  world.query(3, 1);
  world.query(3, 255, kGroup, {s1});
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(), Lines{whole}) << "rule 1: an answer to everything comes sooner";
  world.query(2, 100);
  world.run_for(seconds(11));
  world.sent();
  world.query(3, 100, kGroup, {s1});
  world.run_for(seconds(11));
  EXPECT_EQ(world.sent(), Lines{"239.1.2.3 report v2 239.1.2.3"}) << "for an older querier";
}

TEST(Igmp, ReportsAreSplitAtTheMtu) {
  StackConfig config = with_igmp(3);
  NodeRig rig(config);
  NetIf& small = rig.add({.name = "small", .mtu = 68}, "192.0.2.1/24");
  for (std::uint32_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(rig.node.igmp()->join(small, Ipv4Address{0xef000000 + i}).ok());
  }
  rig.scheduler.run();
  // 68 - 24 - 8 bytes are four records of a group alone, or one with seven sources
  std::vector<Ipv4Address> sources;
  for (std::uint32_t i = 0; i < 9; ++i) sources.push_back(Ipv4Address{0xc6336400 + i});
  Bytes message(IgmpQuery::kBytes3 + 4 * sources.size());
  AddressList<Ipv4Address>::emit(message.data() + IgmpQuery::kBytes3, sources);
  IgmpQuery query;
  query.group = ip("239.0.0.2");
  query.emit(message);
  Ipv4Header header;
  header.source = kRouter;
  header.destination = query.group;
  header.protocol = static_cast<std::uint8_t>(IpProtocol::Igmp);
  header.ttl = 1;
  rig.driver(small).sent.clear();
  small.on_frame(rig.frame(test::ipv4_bytes(header, message)));
  rig.scheduler.run();
  std::vector<std::size_t> sizes;
  for (const Bytes& bytes : rig.driver(small).sent) sizes.push_back(bytes.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{24 + 8 + 8 + 28, 24 + 8 + 8 + 8}));
}

TEST(Igmp, AnotherVersionForgetsWhatWasToBeSaid) {
  World world(with_igmp(3));
  ASSERT_TRUE(world.igmp.join(world.eth0, kGroup).ok());
  world.run_for(Duration{});
  world.sent();
  world.query(2, 1, kOther);
  world.run_for(seconds(250));
  EXPECT_EQ(world.sent(), Lines{}) << "no second report of the join";
  world.query(2, 1, kOther);
  world.run_for(seconds(259));
  world.query(3, 255, kGroup);
  world.run_for(seconds(1));
  world.sent();
  world.query(3, 1, kGroup, {kRouter});
  world.run_for(seconds(5000));
  EXPECT_EQ(world.sent(), Lines{"224.0.0.22 report v3 is_include 239.1.2.3 {192.0.2.254}"});
}

}  // namespace
}  // namespace flapjack
