// SPDX-License-Identifier: Apache-2.0
// What an iface says while a querier of version 1 is there.
#include <algorithm>

#include "tests/stack/net/mld_rig.h"

namespace flapjack {
namespace {

using test::ip6;
using test::Lines;

class MldVersion1 : public test::MldTest {};

// ---- version 1 (RFC 3810 section 8.2.1, RFC 2710 section 4)

TEST_F(MldVersion1, AnOldQuerierIsSpokenToInVersion1) {
  settled({group});
  query({.version = 1, .about = group});
  rig->run_for(seconds(2));
  EXPECT_EQ(said(), Lines{"ff05::1:3 report ff05::1:3"});
  query({.about = group, .sources = {ip6("2001:db8::1")}});
  rig->run_for(seconds(2));
  EXPECT_EQ(said(), Lines{"ff05::1:3 report ff05::1:3"}) << "in version 1, too";
  ASSERT_TRUE(rig->eth0.ipv6()->join(ip6("ff05::9")).ok());
  rig->run_for(Duration{});
  EXPECT_EQ(said(), Lines{"ff05::9 report ff05::9"});
  rig->run_for(seconds(10));
  EXPECT_EQ(said(), Lines{"ff05::9 report ff05::9"}) << "once more within 10 s";
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  rig->run_for(seconds(20));
  EXPECT_EQ(said(), Lines{"ff02::2 done ff05::1:3"});
}

// RFC 2710 section 4: the delay of each group is its own.
TEST_F(MldVersion1, InVersion1EachGroupHasItsOwnDelay) {
  settled({group, ip6("ff05::9")});
  query({.version = 1, .code = 10'000});
  std::vector<SimTime> times;
  Lines lines;
  while (rig->scheduler.pending_count() > 0) {
    rig->run_for(milliseconds(1));
    for (const std::string& line : said()) {
      lines.push_back(line);
      times.push_back(rig->scheduler.now());
    }
  }
  std::sort(lines.begin(), lines.end());
  const std::string own = to_text(rig->own.solicited_node());
  EXPECT_EQ(lines, (Lines{own + " report " + own, "ff05::1:3 report ff05::1:3",
                          "ff05::9 report ff05::9"}));
  ASSERT_EQ(times.size(), 3u);
  EXPECT_NE(times[0], times[2]);
}

TEST_F(MldVersion1, InVersion1AnotherMembersReportIsEnough) {
  settled({group});
  query({.version = 1, .about = group});
  report_of_another(group, 2);
  report_of_another(group, 1, ip6("2001:db8::7"));
  EXPECT_EQ(rig->drops(), (Lines{"bad_header", "bad_header"})) << "no reports";
  report_of_another(group);
  rig->run_for(seconds(2));
  EXPECT_EQ(said(), Lines{});
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  rig->run_for(seconds(2));
  EXPECT_EQ(said(), Lines{}) << "not the last to report: no done";
  EXPECT_EQ(rig->drops().size(), 2u);
}

// RFC 3810 section 8.2.2: version 2 needs all of them.
TEST_F(MldVersion1, InVersion2AnotherMembersReportIsNot) {
  settled({group});
  query({.about = group});
  report_of_another(group);
  rig->run_for(seconds(2));
  EXPECT_EQ(said(), Lines{"ff02::16 report is_exclude ff05::1:3 {}"});
}

// RFC 3810 sections 8.2.1 and 9.12: what was to be said in the other version is not said.
TEST_F(MldVersion1, TheOldQuerierIsForgottenAfter260Seconds) {
  settled({group});
  ASSERT_TRUE(rig->eth0.ipv6()->join(ip6("ff05::9")).ok());
  query({.code = 10'000});
  rig->forget();
  query({.version = 1, .about = group, .code = 0});
  rig->run_for(seconds(20));
  EXPECT_EQ(said(), Lines{"ff05::1:3 report ff05::1:3"});
  rig->run_for(seconds(239));
  query({.code = 10'000});  // asked in version 1, which ends in one second
  rig->run_for(seconds(1));
  said();
  query({.about = group, .code = 1});
  rig->run_for(seconds(20));
  EXPECT_EQ(said(), Lines{"ff02::16 report is_exclude ff05::1:3 {}"});
}

// Together with the interface that goes down, the old querier is forgotten.
TEST_F(MldVersion1, DownForgetsTheOldQuerier) {
  settled({group});
  query({.version = 1, .about = group, .code = 0});
  rig->run_for(seconds(1));
  ASSERT_TRUE(rig->eth0.down().ok());
  rig->scheduler.run();
  ASSERT_TRUE(rig->eth0.up().ok());
  rig->scheduler.run();
  rig->forget();
  ASSERT_TRUE(rig->eth0.ipv6()->leave(group).ok());
  rig->run_for(Duration{});
  EXPECT_EQ(said(), Lines{"ff02::16 report to_include ff05::1:3 {}"});
}

}  // namespace
}  // namespace flapjack
