// SPDX-License-Identifier: Apache-2.0
// The priority of packets in scenarios: which class they wait in, who starves behind whom, and what
// of it the next node sees.
#include "tests/scenarios/facts_fixture.h"

namespace flapjack {
namespace {

/// dev takes 2 ms to send a packet. From 1 s on "voice" has one every 2 ms, 50 times, and "bulk",
/// the one with a DSCP, one every 20 ms, five times. Nobody answers; the neighbour is known.
FactsRun starving(int classes, int voice, int bulk) {
  const auto app = [](const char* every, int count, int priority, int tos) {
    return std::string(R"({ "udp_ping": "gw:7", "from": "1s", "every": ")") + every +
           R"(", "count": )" + std::to_string(count) + R"(, "tos": )" + std::to_string(tos) +
           R"(, "priority": )" + std::to_string(priority) + " }";
  };
  Lan lan;
  lan.gw_more = R"("services": ["udp_echo:7"])";
  lan.dev_more = R"("kconfig": { "NET_TC_TX_COUNT": )" + std::to_string(classes) +
                 R"( }, "cpu": { "tx": "2ms" }, "apps": {
    "hello": { "udp_ping": "gw:7", "from": "500ms", "count": 1 },
    "bulk": )" + app("20ms", 5, bulk, 32) + R"(, "voice": )" + app("2ms", 50, voice, 0) + " }";
  lan.timeline = R"({ "at": "900ms", "black_hole": "wire", "direction": "down" })";
  lan.until = "3s";
  return lan.run();
}

struct Starving {
  const char* name;
  int classes, voice, bulk;
  std::vector<SimTime> bulk_leaves, bulk_lost;
  std::vector<SimTime> voice_leaves;  // the first and the last
};

class Starvation : public ::testing::TestWithParam<Starving> {};

TEST_P(Starvation, BehindAHigherClass) {
  const Starving& row = GetParam();
  const FactsRun run = starving(row.classes, row.voice, row.bulk);
  std::vector<SimTime> bulk, voice;
  for (const SentFrame& frame : run.sent("dev.eth0", "udp")) {
    if (frame.at >= at_ms(1000)) (frame.tos == 32 ? bulk : voice).push_back(frame.at);
  }
  EXPECT_EQ(bulk, row.bulk_leaves);
  ASSERT_EQ(voice.size(), 50u);
  EXPECT_EQ((std::vector<SimTime>{voice[0], voice[49]}), row.voice_leaves);
  EXPECT_EQ(run.drops("dev.eth0", "queue_full"), row.bulk_lost);
}

// A higher class has the cpu until it has nothing more, at 1.102 s: of bulk only what was begun
// before its first packet leaves earlier. The queues share 14 packets, so that of many classes each
// soon is full. In one class all leave as they came.
INSTANTIATE_TEST_SUITE_P(
    Priority, Starvation,
    ::testing::Values(
        Starving{"two_classes", 2, 5, 1, all_at_ms({1002, 1104, 1106, 1108, 1110}), {},
                 all_at_ms({1004, 1102})},
        Starving{"four_classes", 4, 4, 3, all_at_ms({1002, 1104, 1106, 1108}), all_at_ms({1080}),
                 all_at_ms({1004, 1102})},
        Starving{"background_below_best_effort", 8, 0, 1, all_at_ms({1002, 1104}),
                 all_at_ms({1040, 1060, 1080}), all_at_ms({1004, 1102})},
        Starving{"same_class", 2, 3, 1, all_at_ms({1002, 1024, 1046, 1068, 1090}), {},
                 all_at_ms({1004, 1110})},
        Starving{"one_class", 1, 7, 0, all_at_ms({1002, 1024, 1046, 1068, 1090}), {},
                 all_at_ms({1004, 1110})}),
    [](const auto& p) { return std::string(p.param.name); });

/// The tags of the UDP datagrams that devices are given: "dev.e vlan 5 priority 6".
class TagSink : public TraceSink {
 public:
  void record(const Tracer& tracer, const TraceRecord& record) override {
    if (record.kind != TraceKind::Hop || record.name != hop_name(Hop::DriverTx)) return;
    const std::span<const std::uint8_t> bytes = record.frame->bytes();
    const auto tag = VlanTag::parse(bytes);
    Ipv4Header ip;
    const auto rest = bytes.subspan(kEthernetHeaderBytes + (tag ? kVlanTagBytes : 0));
    if (Ipv4Header::parse(rest, {}, ip) != Ipv4Header::Error::None || ip.protocol != 17) return;
    if (tag) tags.push_back(std::string(tracer.path(record.subject)) + " " + to_text(*tag));
  }
  std::vector<std::string> tags;
};

// Through a router between two VLANs, there and back: its frames have the priority of those it got.
TEST(Priority, ARouterKeepsThePriorityOfATag) {
  const Registry registry = builtin_registry();
  const SourceFile file("t.json", R"({ "until": "3s", "nodes": {
    "dev": { "ifaces": { "v": { "vlan": { "on": "e", "id": 5 }, "ipv4": "10.5.0.2/24",
                                "gateway": "10.5.0.1" }, "e": {} },
             "apps": { "ping": { "udp_ping": "srv:7", "from": "1s", "count": 1,
                                 "priority": 6 } } },
    "gw": { "router": true, "ifaces": {
            "a": { "vlan": { "on": "w", "id": 5 }, "ipv4": "10.5.0.1/24" },
            "b": { "vlan": { "on": "e", "id": 6 }, "ipv4": "10.6.0.1/24" }, "w": {}, "e": {} } },
    "srv": { "ifaces": { "v": { "vlan": { "on": "e", "id": 6 }, "ipv4": "10.6.0.2/24",
                                "gateway": "10.6.0.1" }, "e": {} },
             "services": { "echo": { "udp_echo": { "port": 7, "priority": 3 } } } } },
    "links": { "west": { "between": ["dev.e", "gw.w"] },
               "east": { "between": ["gw.e", "srv.e"] } } })");
  DiagnosticSink messages;
  const auto spec = load_scenario(file, registry.vocabulary(), messages);
  ASSERT_TRUE(spec) << render(file, messages);
  TagSink sink;
  RunOptions options;
  options.sinks = {{&sink, TraceMask::all()}};
  const auto report = run_scenario(*spec, registry, options, messages);
  ASSERT_TRUE(report && report->verdict == RunVerdict::Pass) << render(file, messages);
  EXPECT_EQ(sink.tags, (std::vector<std::string>{
                           "dev.e vlan 5 priority 6", "gw.e vlan 6 priority 6",
                           "srv.e vlan 6 priority 3", "gw.w vlan 5 priority 3"}));
}

// The client sends over UDP; behind an engine there is no class to pick.
TEST(Priority, WhoElseTakesItAndWhoRefusesIt) {
  const auto node = [](const std::string& iface, const std::string& rest) {
    return Ran(R"({ "until": "2s", "nodes": {
      "dev": { "kconfig": { "NET_TC_TX_COUNT": 8 }, "ifaces": { "e": { "ipv4": "10.0.0.1/24")" +
               iface + " } }, " + rest + R"( },
      "srv": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
      "links": { "wire": { "between": ["dev.e", "srv.e"] } } })");
  };
  const std::string client =
      R"("apps": { "c": { "reconnecting_client": "srv:7", "priority": 7 } })";
  EXPECT_TRUE(node("", client).passed());
  const char* const engine = R"(, "offload": "lwip")";
  const std::pair<std::string, std::string> refused[] = {
      {client, "F0931 an engine is not told"},
      {R"("apps": { "c": { "udp_ping": "srv:7", "tos": 8 } })", "F0931 an engine is not told"},
      {R"("services": { "s": { "udp_echo": { "port": 9, "priority": 2 } } })",
       "F0925 an engine is not told the \"priority\" of a socket"},
  };
  for (const auto& [rest, message] : refused) {
    const Ran ran = node(engine, rest);
    EXPECT_FALSE(ran.report) << rest;
    EXPECT_NE(ran.brief().find(message), std::string::npos) << ran.brief();
  }
}

}  // namespace
}  // namespace flapjack
