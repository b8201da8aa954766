// SPDX-License-Identifier: Apache-2.0
// What patterns see of records, in particular of the packets on a medium.
#include "scenarios/record_view.h"

#include <set>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

// Packets of a run as texts, and records that are none.
class PacketTexts : public TraceSink {
 public:
  explicit PacketTexts(const NodeNames& names) : names_(names) {}
  void record(const Tracer& tracer, const TraceRecord& record) override {
    const RecordView view(tracer, record, names_);
    const std::string text = view.packet_text();
    EXPECT_EQ(text.empty(), !is_packet_record(record));
    if (!text.empty()) texts.insert(text);
  }
  std::set<std::string> texts;

 private:
  const NodeNames& names_;
};

std::set<std::string> packets_of(const std::string& text, const NodeNames& names) {
  const SourceFile file("t.json", text);
  const Registry registry = builtin_registry();
  DiagnosticSink sink;
  const auto spec = load_scenario(file, registry.vocabulary(), sink);
  EXPECT_TRUE(spec) << render(file, sink);
  PacketTexts texts(names);
  RunOptions options;
  options.sinks = {{&texts, TraceMask::all()}};
  if (spec) {
    EXPECT_TRUE(run_scenario(*spec, registry, options, sink));
  }
  return texts.texts;
}

TEST(RecordView, NamesPacketsByTheirNodes) {
  NodeNames names;
  names.add(*Ipv4Address::parse("192.0.2.1"), "srv");
  names.add(*Ipv4Address::parse("192.0.2.2"), "dev");
  EXPECT_EQ(packets_of(pair_scenario("", R"(, "send": "70B")"), names),
            (std::set<std::string>{"dev > srv ARP len=28", "srv > dev ARP len=28",
                                   "dev > srv UDP len=70", "srv > dev UDP len=70"}));
  EXPECT_EQ(packets_of(pair_scenario("", R"(, "send": "70B")"), NodeNames()),
            (std::set<std::string>{"? > ? ARP len=28", "? > ? UDP len=70"}));
}

TEST(RecordView, ReadsTcpFlags) {
  NodeNames names;
  names.add(*Ipv4Address::parse("100.64.0.2"), "dev");
  names.add(*Ipv4Address::parse("100.64.0.1"), "tower");
  const auto texts =
      packets_of(read_text(FLAPJACK_SOURCE_DIR "/scenarios/library/lwip-modem.json"), names);
  for (const char* text : {"dev > tower TCP S len=0", "tower > dev TCP SA len=0",
                           "dev > tower TCP A len=0", "dev > tower TCP PA len=64"}) {
    EXPECT_EQ(texts.count(text), 1u) << text;
  }
}

// Each attribute that a packet pattern may test, right and wrong.
TEST(RecordView, PacketKeys) {
  const char* const kHold[] = {"dev > srv UDP len=64", "dev > srv UDP dport=7",
                               "srv > dev UDP sport=7",
                               "dev > srv UDP link=wire", "* > srv ARP", "dev > * UDP",
                               "dev > srv UDP len=63|64", "dev > srv UDP sport!=7"};
  const char* const kFail[] = {"dev > srv UDP len=65", "dev > srv UDP dport=8",
                               "dev > srv UDP sport=7",
                               "dev > srv UDP link!=wire", "dev > srv UDP len!=64",
                               "dev > dev UDP", "dev > srv TCP"};
  std::string expect;
  for (const char* p : kHold) expect += std::string("{\"eventually\": \"") + p + "\"},";
  for (const char* p : kFail) expect += std::string("{\"never\": \"") + p + "\"},";
  const Ran ran(pair_scenario(", \"expect\": [" + expect + "]"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& r : ran.report->expectations) EXPECT_TRUE(r.pass) << r.spec->text;
}

// Attributes with a unit compare by value, others as text; a hop and a drop can be named, too.
TEST(RecordView, EventKeys) {
  const char* const kHold[] = {"dev.ping acked rtt=2ms", "dev.ping acked rtt=2000us",
                               "dev.ping acked rtt!=2ms", "dev.ping acked seq=3 rtt=2ms",
                               "dev L4_CONNECTED iface=eth0", "dev.eth0 tx_queue len=92",
                               "dev.ping app_send len=64", "wire link_in packet=1"};
  std::string expect;
  for (const char* p : kHold) expect += std::string("{\"eventually\": \"") + p + "\"},";
  const Ran ran(pair_scenario(", \"expect\": [" + expect + "]"));
  ASSERT_TRUE(ran.report) << ran.messages;
  for (const ExpectResult& r : ran.report->expectations) EXPECT_TRUE(r.pass) << r.spec->text;
}

}  // namespace
}  // namespace flapjack
