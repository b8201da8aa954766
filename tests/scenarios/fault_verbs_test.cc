// SPDX-License-Identifier: Apache-2.0
// Media that fail as the file says: to the frame, from the loader to the trace.
#include <gmock/gmock.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

/// dev pings srv every 100 ms, from 50 ms on; `link` are further keys of the wire.
std::string ping(const std::string& link, const std::string& steps = {}) {
  return R"({ "until": "3s",
  "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
             "apps": { "ping": { "udp_ping": "srv:7", "every": "100ms", "from": "50ms",
                                 "wait": "90ms" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:7"] } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"])" +
         link + R"( } },
  "timeline": [)" +
         steps + "] }";
}

/// "0.550s black_hole" of every drop of the wire.
Strings losses(const Ran& ran) {
  Strings found;
  for (const KeptRecord& r : ran.records(TraceKind::Drop, "wire", "dropped")) {
    found.push_back(to_text(r.at) + " " + std::string(r.attr("reason")));
  }
  return found;
}

std::string acked_seqs(const Ran& ran) {
  std::string found;
  for (const KeptRecord& r : ran.records(TraceKind::Event, "dev.ping", "acked")) {
    found += std::string(r.attr("seq")) + " ";
  }
  return found;
}

TEST(FaultVerbs, ABlackHoleOfEitherDirection) {
  for (const char* way : {"up", "down", "both"}) {
    const Ran ran(ping(R"(, "delay": "1ms")",
                       std::string(R"({ "at": "500ms", "black_hole": "wire", "for": "300ms",
                                        "direction": ")") + way + "\" }"));
    ASSERT_TRUE(ran.report) << ran.messages;
    const bool back = std::string(way) == "down";
    EXPECT_EQ(losses(ran), back ? (Strings{"0.551s black_hole", "0.651s black_hole",
                                           "0.751s black_hole"})
                                : (Strings{"0.550s black_hole", "0.650s black_hole",
                                           "0.750s black_hole"}))
        << way;
    EXPECT_EQ(ran.events("dev.eth0 IF_DOWN"), Strings{});
  }
}

// Two holes at one time: the second ends first, the first goes on.
TEST(FaultVerbs, BlackHolesOverlap) {
  const Ran ran(ping("", R"({ "at": "500ms", "black_hole": "wire", "for": "400ms" },
                            { "at": "600ms", "black_hole": "wire", "for": "100ms" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(losses(ran).size(), 4u);
}

// set_link and a black hole on one link: each takes back its own.
TEST(FaultVerbs, StepsOfSeveralKindsCompose) {
  const Ran ran(ping("", R"({ "at": "500ms", "set_link": "wire", "loss": "100%", "for": "400ms" },
                            { "at": "600ms", "black_hole": "wire", "for": "100ms" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_THAT(losses(ran), ElementsAre("0.550s loss", "0.650s black_hole", "0.750s loss",
                                       "0.850s loss"));
}

TEST(FaultVerbs, HeldFramesArriveWhenReleased) {
  const Ran ran(ping(R"(, "delay": "1ms")",
                     R"({ "at": "500ms", "hold": "wire", "direction": "up" },
                        { "at": "720ms", "release": "wire" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_THAT(losses(ran), IsEmpty());
  Strings arrivals;
  for (const KeptRecord& r : ran.records(TraceKind::Hop, "srv.eth0", "driver_rx")) {
    if (r.at >= SimTime{500'000'000} && r.at < SimTime{800'000'000}) {
      arrivals.push_back(to_text(r.at));
    }
  }
  EXPECT_THAT(arrivals, ElementsAre("0.720s", "0.720s", "0.751s"));
  const auto released = ran.records(TraceKind::Event, "wire", "released");
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0].attr("end"), "dev.eth0");
}

// A release ends what a hold "for" a time began; its end then undoes nothing of a later hold.
TEST(FaultVerbs, AReleaseEndsEveryHold) {
  const Ran ran(ping("", R"({ "at": "500ms", "hold": "wire", "for": "500ms" },
                            { "at": "600ms", "hold": "wire" },
                            { "at": "700ms", "release": "wire" },
                            { "at": "800ms", "hold": "wire" },
                            { "at": "1200ms", "release": "wire" },
                            { "at": "1300ms", "release": "wire" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  Strings released;
  for (const KeptRecord& r : ran.records(TraceKind::Event, "wire", "released")) {
    released.push_back(to_text(r.at) + " " + std::string(r.attr("frames")));
  }
  EXPECT_THAT(released, ElementsAre("0.700s 2", "0.700s 0", "1.200s 4", "1.200s 0"));
}

TEST(FaultVerbs, AFadeGrowsStaysAndIsUndone) {
  const Ran ran(ping("", R"({ "at": "500ms", "fade": "wire", "to": "100%", "over": "1s",
                              "for": "2s", "direction": "up" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  const Strings lost = losses(ran);
  EXPECT_GT(lost.size(), 12u);
  EXPECT_LT(lost.size(), 18u);
  EXPECT_EQ(lost.back(), "2.450s loss");
  EXPECT_EQ(std::count(lost.begin(), lost.end(), "0.550s loss"), 0);
  for (const char* late : {"1.550s loss", "1.650s loss", "2.350s loss"}) {
    EXPECT_EQ(std::count(lost.begin(), lost.end(), late), 1) << late;
  }
}

// A second fade starts from where the first one is; undoing the first is then no matter.
TEST(FaultVerbs, AFadeTakesOver) {
  const Ran ran(ping("", R"({ "at": "500ms", "fade": "wire", "to": "100%", "over": "1ns",
                              "for": "1s", "direction": "up" },
                            { "at": "1s", "fade": "wire", "to": "100%", "over": "1s",
                              "direction": "up" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(losses(ran).size(), 25u);  // every one from 550 ms on
}

TEST(FaultVerbs, APartitionOnSeveralLinks) {
  const Ran ran(R"({ "until": "1s", "nodes": {
    "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
           "apps": { "ab": { "udp_ping": "b:7", "every": "100ms", "wait": "90ms" } } },
    "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" }, "f": { "ipv4": "10.1.0.2/24" } },
           "services": ["udp_echo:7"],
           "apps": { "bc": { "udp_ping": "c:7", "every": "100ms", "wait": "90ms" } } },
    "c": { "ifaces": { "f": { "ipv4": "10.1.0.3/24" } }, "services": ["udp_echo:7"] } },
  "links": { "x": { "between": ["a.e", "b.e"] }, "y": { "between": ["b.f", "c.f"] } },
  "timeline": [ { "at": "250ms", "partition": ["a"], "for": "300ms" },
                { "at": "450ms", "partition": [["b"], ["c"]], "for": "200ms" } ] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  Strings lost;
  for (const char* link : {"x", "y"}) {
    for (const KeptRecord& r : ran.records(TraceKind::Drop, link, "dropped")) {
      lost.push_back(to_text(r.at) + " " + link + " " + std::string(r.attr("reason")));
    }
  }
  EXPECT_THAT(lost, ElementsAre("0.300s x partitioned", "0.400s x partitioned",
                                "0.500s x partitioned", "0.500s y partitioned",
                                "0.600s y partitioned"));
}

TEST(FaultVerbs, DropTakesTheChosenPacketAndNoOther) {
  const Ran ran(ping("", R"({ "on": "dev > srv UDP", "nth": 3, "times": 2, "drop": "packet" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_THAT(losses(ran), ElementsAre("0.250s scripted", "0.350s scripted"));
  EXPECT_THAT(acked_seqs(ran).substr(0, 8), "1 2 5 6 ");
  // the hop is the cause of the step, and the step of the drop
  const auto steps = ran.records(TraceKind::Step, "wire", "drop");
  ASSERT_EQ(steps.size(), 2u);
  const KeptRecord drop = ran.records(TraceKind::Drop, "wire", "dropped")[0];
  EXPECT_EQ(drop.cause, steps[0].seq);
  EXPECT_EQ(ran.record(steps[0].cause).name, "link_in");
  EXPECT_EQ(ran.record(steps[0].cause).packet, drop.packet);
}

TEST(FaultVerbs, DropsCountEachForItself) {
  const Ran ran(ping("", R"({ "on": "srv > dev UDP link=wire", "nth": 2, "times": 1,
                              "drop": "packet" },
                            { "on": "* > * UDP", "nth": 4, "times": 1, "drop": "packet" },
                            { "on": "* > * ARP", "times": 1, "drop": "packet" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  // The first ARP request is gone, with the datagram that waited for it. Of the second and third
  // exchange the answer; the second answer is also the fourth datagram.
  EXPECT_EQ(losses(ran).size(), 2u);
  EXPECT_EQ(ran.records(TraceKind::Step, "wire", "drop").size(), 3u);
}

// The same file, its links with and without a drop step that never matches: the same run.
TEST(FaultVerbs, AFilterThatTakesNothingChangesNothing) {
  const std::string link = R"(, "loss": "10%", "jitter": "1ms", "delay": "5ms")";
  const Ran with(ping(link, R"({ "on": "srv > dev TCP", "drop": "packet" })"));
  const Ran without(ping(link));
  ASSERT_TRUE(with.report) << with.messages;
  EXPECT_EQ(with.report->digest, without.report->digest);
}

TEST(FaultVerbs, AnMtuThatChangesAtRunTime) {
  const Ran ran(ping("", R"({ "at": "500ms", "set_link": "wire", "mtu": "91B", "for": "100ms" },
                            { "at": "700ms", "set_link": "wire", "mtu": "92B", "for": "100ms" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_THAT(losses(ran), ElementsAre("0.550s too_big"));  // 20 + 8 + 64 bytes
}

// Every flipped bit above the Ethernet header is noticed by a checksum, and the event says which.
TEST(FaultVerbs, ChecksumsCatchDamage) {
  const Ran ran(ping(R"(, "up": { "corrupt": "100%" })"));
  ASSERT_TRUE(ran.report) << ran.messages;
  const auto damaged = ran.records(TraceKind::Event, "wire", "corrupted");
  EXPECT_GT(damaged.size(), 20u);
  std::size_t caught = 0;
  for (const KeptRecord& r : ran.trace.records) {
    if (r.kind != TraceKind::Drop || r.attr("reason") != "bad_checksum") continue;
    ++caught;
    KeptRecord why = r;
    while (why.cause.valid() && why.name != "corrupted") why = ran.record(why.cause);
    EXPECT_EQ(why.name, "corrupted");
    EXPECT_EQ(why.packet, r.packet);
  }
  EXPECT_GT(caught, 5u);
}

TEST(FaultVerbs, DistributionsSpreadTheDelay) {
  const auto rtts = [](const std::string& link) {
    const Ran ran(ping(link));
    std::vector<std::int64_t> found;
    for (const KeptRecord& r : ran.records(TraceKind::Event, "dev.ping", "acked")) {
      found.push_back(normalised_quantity(r.attr("rtt")).value_or(-1) / 1000);
    }
    return found;
  };
  const auto choice = rtts(R"j(, "delay": "1ms", "distribution": "choice(1ms, 5ms)")j");
  ASSERT_GT(choice.size(), 25u);
  for (const std::int64_t us : choice) {
    EXPECT_TRUE(us == 4000 || us == 8000 || us == 12000) << us;
  }
  for (const char* d : {"pareto(1ms, 1.5)", "lognormal(2ms, 0.5)", "exp(2ms)", "normal(9ms, 2ms)",
                        "uniform(1ms, 9ms)"}) {
    const auto spread = rtts(R"(, "distribution": ")" + std::string(d) + "\"");
    ASSERT_GT(spread.size(), 20u) << d;
    EXPECT_GT(*std::max_element(spread.begin(), spread.end()),
              *std::min_element(spread.begin(), spread.end()) + 500)
        << d;
  }
  const auto fixed = rtts(R"j(, "delay": "1ms", "distribution": "fixed(2ms)")j");
  EXPECT_EQ(std::count(fixed.begin(), fixed.end(), 6000), static_cast<long>(fixed.size()) - 1)
      << "all but the first, which waits for ARP";
}

// Faults of a device do what a link's do, each direction for itself.
TEST(FaultVerbs, DevicesFailToo) {
  const Ran ran(R"({ "until": "1s", "nodes": {
    "d": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24", "faults": {
             "tx": { "loss": { "every": 3 } },
             "rx": { "delay": "1ms", "mtu": "100B", "duplicate": "100%" } } } },
           "apps": { "small": { "udp_ping": "s:7", "send": "50B", "every": "50ms",
                                  "count": 5 },
                     "big": { "udp_ping": "s:7", "send": "90B", "from": "500ms", "count": 1 } } },
    "s": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
    "links": { "wire": { "between": ["d.eth0", "s.eth0"] } } })");
  ASSERT_TRUE(ran.report) << ran.messages;
  Strings lost;
  for (const KeptRecord& r : ran.records(TraceKind::Drop, "d.eth0", "dropped")) {
    lost.push_back(to_text(r.at) + " " + std::string(r.attr("reason")));
  }
  EXPECT_EQ(std::count(lost.begin(), lost.end(), "0.500s too_big"), 1);
  EXPECT_GT(std::count_if(lost.begin(), lost.end(),
                          [](const std::string& l) { return l.ends_with(" loss"); }),
            0);
  EXPECT_GT(ran.records(TraceKind::Event, "d.eth0", "duplicated").size(), 2u);
}

TEST(FaultVerbs, DevicesDelayAndLoseByThemselves) {
  const auto acked = [](const std::string& faults) {
    const Ran ran(pair_scenario("", R"(, "every": "100ms", "wait": "90ms")",
                                R"(, "faults": { )" + faults + " }"));
    EXPECT_TRUE(ran.passed()) << ran.messages;
    return ran.records(TraceKind::Event, "dev.ping", "acked");
  };
  const auto plain = acked("");
  const auto late = acked(R"("tx": { "delay": "3ms" }, "rx": { "delay": "4ms" })");
  ASSERT_EQ(plain.size(), late.size());
  EXPECT_EQ(plain.back().attr("rtt"), "2ms");
  EXPECT_EQ(late.back().attr("rtt"), "9ms");
  const auto lossy = acked(R"("rx": { "loss": "50%" })");
  EXPECT_LT(lossy.size(), plain.size() * 3 / 4);
  EXPECT_GT(lossy.size(), plain.size() / 8);
}

TEST(FaultVerbs, ATraceOfLossesIsPlayed) {
  const std::string name = "fault_verbs_test.trace";
  std::ofstream(name) << "kept 4\nlost 1\n";
  const Ran ran(ping(R"(, "up": { "loss": { "trace": ")" + name + "\" } }"));
  std::remove(name.c_str());
  ASSERT_TRUE(ran.report) << ran.messages;
  // the first frame is an ARP request
  EXPECT_THAT(losses(ran), ElementsAre("0.350s loss", "0.850s loss", "1.350s loss", "1.850s loss",
                                       "2.350s loss", "2.850s loss"));
  EXPECT_EQ(ran.records(TraceKind::Drop, "wire", "dropped")[0].attr("by"), "trace");
}

}  // namespace
}  // namespace flapjack
