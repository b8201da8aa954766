// SPDX-License-Identifier: Apache-2.0
// Patterns: what they match, and what is said about wrong ones.
#include "scenarios/pattern.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

using Attrs = std::map<std::string, std::string, std::less<>>;

AttrLookup lookup(const Attrs& attrs) {
  return {&attrs, [](const void* context, std::string_view key, std::string_view* value) {
            const Attrs& a = *static_cast<const Attrs*>(context);
            const auto it = a.find(key);
            if (it == a.end()) return false;
            *value = it->second;
            return true;
          }};
}

Pattern parse(const std::string& text) {
  const Loaded l(with_expect("{ \"never\": \"" + text + "\" }"));
  EXPECT_TRUE(l.spec) << l.messages;
  return l.spec ? l.spec->expect.at(0).pattern : Pattern{};
}

bool event_matches(const std::string& pattern, std::string_view subject, std::string_view name,
                   const Attrs& attrs = {}) {
  return parse(pattern).matches(EventView{subject, name, lookup(attrs)});
}

TEST(Pattern, MatchesSubjectAndName) {
  EXPECT_TRUE(event_matches("dev.wifi0 IF_UP", "dev.wifi0", "IF_UP"));
  EXPECT_FALSE(event_matches("dev.wifi0 IF_UP", "dev.wifi0", "IF_DOWN"));
  EXPECT_FALSE(event_matches("dev.wifi0 IF_UP", "ap.wlan0", "IF_UP"));
  EXPECT_FALSE(event_matches("dev L4_CONNECTED", "dev.wifi0", "L4_CONNECTED"));
}

TEST(Pattern, StarIsOneWholeComponent) {
  EXPECT_TRUE(event_matches("dev.* IF_UP", "dev.wifi0", "IF_UP"));
  EXPECT_FALSE(event_matches("dev.* IF_UP", "dev", "IF_UP"));
  EXPECT_FALSE(event_matches("dev.* IF_UP", "ap.wlan0", "IF_UP"));
  EXPECT_TRUE(event_matches("*.* IF_UP", "ap.wlan0", "IF_UP"));
  EXPECT_TRUE(event_matches("* dropped", "air", "dropped"));
  EXPECT_FALSE(event_matches("* L4_CONNECTED", "dev.wifi0", "L4_CONNECTED"));
}

TEST(Pattern, TestsAttributes) {
  const Attrs wifi = {{"iface", "wifi0"}};
  EXPECT_TRUE(event_matches("dev L4_CONNECTED iface=wifi0", "dev", "L4_CONNECTED", wifi));
  const Attrs loss = {{"reason", "loss"}};
  EXPECT_TRUE(event_matches("air dropped reason=queue_full|loss", "air", "dropped", loss));
  EXPECT_FALSE(event_matches("dev L4_CONNECTED iface!=wifi0", "dev", "L4_CONNECTED", wifi));
  EXPECT_FALSE(event_matches("air dropped reason!=queue_full|loss", "air", "dropped", loss));
  EXPECT_TRUE(event_matches("air dropped reason!=queue_full", "air", "dropped", loss));
  EXPECT_FALSE(event_matches("dev L4_CONNECTED iface=wifi0", "dev", "L4_CONNECTED"));
  EXPECT_TRUE(event_matches("dev L4_CONNECTED iface!=wifi0", "dev", "L4_CONNECTED"));
}

TEST(Pattern, ComparesQuantitiesByValue) {
  const Attrs attrs = {{"rtt", "100000000"}, {"len", "64"}};
  EXPECT_TRUE(event_matches("dev.telemetry acked rtt=100ms", "dev.telemetry", "acked", attrs));
  EXPECT_TRUE(event_matches("dev.telemetry acked rtt=0.1s len=64B", "dev.telemetry", "acked",
                            attrs));
  EXPECT_FALSE(event_matches("dev.telemetry acked rtt=101ms", "dev.telemetry", "acked", attrs));
  const Attrs with_unit = {{"rtt", "100ms"}};
  EXPECT_TRUE(event_matches("dev.telemetry acked rtt=100000us", "dev.telemetry", "acked",
                            with_unit));
}

TEST(Pattern, MatchesPackets) {
  PacketView p{"dev", "ap", "UDP", 0, 64, {}};
  EXPECT_TRUE(parse("dev > ap UDP").matches(p));
  EXPECT_TRUE(parse("dev > ap UDP len=64").matches(p));
  EXPECT_TRUE(parse("* > * UDP len=1|64B").matches(p));
  EXPECT_FALSE(parse("dev > ap UDP len!=64").matches(p));
  EXPECT_FALSE(parse("ap > dev UDP").matches(p));
  EXPECT_FALSE(parse("dev > ap TCP").matches(p));
  EXPECT_FALSE(parse("dev > ap UDP").matches(EventView{"dev", "UDP", {}}));
  const Attrs ports = {{"dport", "7"}};
  p.attrs = lookup(ports);
  EXPECT_TRUE(parse("dev > ap UDP dport=7").matches(p));
  EXPECT_FALSE(parse("dev > ap UDP dport=8").matches(p));
}

TEST(Pattern, ComparesTheFlagsThatMatter) {
  const auto tcp = [](std::uint8_t flags) { return PacketView{"dev", "ap", "TCP", flags, 0, {}}; };
  using namespace tcp_flag;
  EXPECT_TRUE(parse("dev > ap TCP S").matches(tcp(kSyn)));
  EXPECT_FALSE(parse("dev > ap TCP S").matches(tcp(kSyn | kAck)));
  EXPECT_TRUE(parse("dev > ap TCP SA len=0").matches(tcp(kSyn | kAck)));
  EXPECT_TRUE(parse("dev > ap TCP A").matches(tcp(kAck | kPsh)));
  EXPECT_FALSE(parse("dev > ap TCP PA").matches(tcp(kAck)));
  EXPECT_TRUE(parse("dev > ap TCP PA").matches(tcp(kAck | kPsh)));
  EXPECT_TRUE(parse("dev > ap TCP").matches(tcp(kRst)));
}

TEST(SubjectMatches, ComparesComponents) {
  EXPECT_TRUE(subject_matches("dev", "dev"));
  EXPECT_FALSE(subject_matches("dev", "dev2"));
  EXPECT_FALSE(subject_matches("dev", "dev.wifi0"));
  EXPECT_TRUE(subject_matches("*.wifi0", "dev.wifi0"));
  EXPECT_FALSE(subject_matches("*", "dev.wifi0"));
  EXPECT_TRUE(subject_matches("*", "air"));
}

// A packet has the word of its protocol, and perhaps a closer one.
TEST(Pattern, MatchesEitherWordOfAPacket) {
  const PacketView ns{"dev", "ap", "ICMPv6", 0, 24, {}, "NS"};
  EXPECT_TRUE(parse("dev > ap NS").matches(ns));
  EXPECT_TRUE(parse("dev > ap ICMPv6").matches(ns));
  EXPECT_FALSE(parse("dev > ap NA").matches(ns));
  EXPECT_FALSE(parse("dev > ap ICMP").matches(ns));
}

}  // namespace
}  // namespace flapjack
