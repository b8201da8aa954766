// SPDX-License-Identifier: Apache-2.0
#include "tools/views/pcap_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scenarios/builtin.h"
#include "tests/tools/views/pcapng_reader.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::PcapngFile;
using test::PcapngRow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

IfaceSpec iface(const std::string& name, const std::string& l2, std::uint32_t address) {
  IfaceSpec spec;
  spec.name = name;
  spec.technology = l2;
  spec.l2 = l2;
  spec.engine = "native";
  if (address != 0) spec.ipv4.push_back({"", address, 24, {}});
  return spec;
}

TargetRef end(const std::string& node, const std::string& name) {
  return {TargetKind::Iface, node, name, {}};
}

/// dev.eth0 -- wire -- srv.eth0, and dev.lo, which is on no link; records made by hand.
class PcapViewTest : public ::testing::Test {
 protected:
  PcapViewTest() {
    spec_.about = "A test.";
    spec_.nodes.resize(2);
    spec_.nodes[0].name = "dev";
    spec_.nodes[0].ifaces = {iface("eth0", "ethernet", 0xc0000202), iface("lo", "dummy", 0)};
    spec_.nodes[1].name = "srv";
    spec_.nodes[1].ifaces = {iface("eth0", "ethernet", 0xc0000201)};
    spec_.links.resize(1);
    spec_.links[0].name = "wire";
    spec_.links[0].ends = {end("dev", "eth0"), end("srv", "eth0")};
    info_ = {"a.json", &spec_, &registry_, "flapjack run a.json --seed 7", 0};
  }
  ~PcapViewTest() override { std::filesystem::remove(path_); }

  bool begin(const std::string& scope) {
    view_ = std::make_unique<PcapView>(path_, *PcapScope::parse(scope));
    tracer_.add_sink(*view_, view_->mask());
    return view_->begin(info_);
  }
  PcapngFile finish() {
    report_.ended = SimTime{5'000'000'000};
    EXPECT_TRUE(view_->end(info_, report_));
    tracer_.remove_sink(*view_);
    return PcapngFile(path_);
  }
  PacketPtr frame(std::uint8_t fill, std::size_t bytes = 60) {
    PacketPtr packet = slab_.allocate();
    std::memset(packet->append(bytes), fill, bytes);
    return packet;
  }
  void hop(Hop hop, const char* subject, Packet& packet) {
    tracer_.hop(hop, tracer_.subject(subject), packet);
  }
  void drop(DropReason reason, const char* subject, Packet& packet) {
    tracer_.drop(reason, tracer_.subject(subject), packet);
  }
  void at(Duration when) { scheduler_.run_until(SimTime{} + when); }

  std::string path_ = ::testing::TempDir() + "pcap_view_test." +
                      ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".pcapng";
  const Registry registry_ = builtin_registry();
  ScenarioSpec spec_;
  RunInfo info_;
  RunReport report_;
  Scheduler scheduler_;
  Tracer tracer_{scheduler_};
  PacketSlab slab_;
  std::unique_ptr<PcapView> view_;
};

TEST_F(PcapViewTest, SaysWhatItIs) {
  ASSERT_TRUE(begin("all"));
  const PcapngFile file = finish();
  EXPECT_EQ(file.comment, "Simulated time: 0 is the start of the run.\n"
                          "flapjack run a.json --seed 7\nA test.");
  EXPECT_EQ(file.application.substr(0, 9), "flapjack ");
  EXPECT_THAT(file.interfaces, ElementsAre(Pair("wire", 1), Pair("dev.eth0", 1),
                                           Pair("dev.lo", 101), Pair("srv.eth0", 1),
                                           Pair("events", 252)));
  EXPECT_THAT(file.names, ElementsAre(Pair("c0000201", "srv"), Pair("c0000202", "dev")));
  EXPECT_THAT(file.rows, IsEmpty());
}

TEST_F(PcapViewTest, AFrameOnItsWay) {
  ASSERT_TRUE(begin("all"));
  PacketPtr packet = frame(7);
  at(milliseconds(1));
  hop(Hop::CoreOut, "dev.eth0", *packet);
  hop(Hop::DriverTx, "dev.eth0", *packet);
  hop(Hop::LinkIn, "wire", *packet);
  at(milliseconds(2));
  hop(Hop::LinkOut, "wire", *packet);
  hop(Hop::DriverRx, "srv.eth0", *packet);
  hop(Hop::RxQueue, "srv.eth0", *packet);
  const PcapngFile file = finish();
  ASSERT_EQ(file.rows.size(), 3u);
  const char* interfaces[] = {"dev.eth0", "wire", "srv.eth0"};
  const std::uint64_t times[] = {1'000'000, 1'000'000, 2'000'000}, flags[] = {2, 0, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(file.rows[i].interface, interfaces[i]);
    EXPECT_EQ(file.rows[i].ns, times[i]);
    EXPECT_EQ(file.rows[i].flags, flags[i]);
    EXPECT_EQ(file.rows[i].packet_id, packet->meta.id.value);
    EXPECT_EQ(file.rows[i].bytes, Bytes(60, 7));
    EXPECT_THAT(file.rows[i].comments, IsEmpty());
  }
  EXPECT_THAT(file.statistics,
              ElementsAre(Pair("dev.eth0", Pair(1, 0)), Pair("dev.lo", Pair(0, 0)),
                          Pair("srv.eth0", Pair(1, 0)), Pair("wire", Pair(1, 0))));
}

TEST_F(PcapViewTest, OnlyWhatIsInTheScope) {
  for (const auto& [scope, rows] : {std::pair("links", 1), std::pair("ifaces", 2),
                                    std::pair("events", 1), std::pair("links,ifaces", 3)}) {
    ASSERT_TRUE(begin(scope));
    PacketPtr packet = frame(1);
    hop(Hop::DriverTx, "dev.eth0", *packet);
    hop(Hop::LinkIn, "wire", *packet);
    hop(Hop::DriverRx, "srv.eth0", *packet);
    tracer_.event(tracer_.subject("dev.eth0"), "IF_UP");
    EXPECT_EQ(finish().rows.size(), static_cast<std::size_t>(rows)) << scope;
  }
}

TEST_F(PcapViewTest, ADropIsTheCommentOfTheLatestRowOfItsFrame) {
  ASSERT_TRUE(begin("links"));
  PacketPtr lost = frame(1), late = frame(2), other = frame(3);
  hop(Hop::LinkIn, "wire", *lost);
  drop(DropReason::Loss, "wire", *lost);
  hop(Hop::LinkIn, "wire", *late);
  at(milliseconds(3));
  drop(DropReason::AdminDown, "srv.eth0", *late);
  hop(Hop::LinkIn, "wire", *other);
  const PcapngFile file = finish();
  ASSERT_EQ(file.rows.size(), 3u);
  EXPECT_THAT(file.rows[0].comments, ElementsAre("DROPPED by wire: loss"));
  EXPECT_THAT(file.rows[1].comments, ElementsAre("DROPPED by srv.eth0: admin_down at 0.003s"));
  EXPECT_THAT(file.rows[2].comments, IsEmpty());
  EXPECT_EQ(file.statistics.at("wire"), std::pair(std::uint64_t{3}, std::uint64_t{2}));
}

TEST_F(PcapViewTest, ADropOnALinkAfterOtherFramesShowsTheFrameAgain) {
  ASSERT_TRUE(begin("all"));
  PacketPtr first = frame(1), second = frame(2);
  hop(Hop::LinkIn, "wire", *first);
  hop(Hop::LinkIn, "wire", *second);
  at(milliseconds(1));
  drop(DropReason::CarrierLostInFlight, "wire", *first);
  const PcapngFile file = finish();
  ASSERT_EQ(file.rows.size(), 3u);
  EXPECT_EQ(file.rows[2].packet_id, first->meta.id.value);
  EXPECT_EQ(file.rows[2].bytes, Bytes(60, 1));
  EXPECT_EQ(file.rows[2].ns, 1'000'000u);
  EXPECT_THAT(file.rows[2].comments, ElementsAre("DROPPED by wire: carrier_lost_in_flight"));
}

TEST_F(PcapViewTest, ADropInANodeAfterOtherFramesIsARowOfWords) {
  ASSERT_TRUE(begin("links,events"));
  PacketPtr first = frame(1), second = frame(2);
  hop(Hop::LinkIn, "wire", *first);
  hop(Hop::LinkIn, "wire", *second);
  drop(DropReason::NoListener, "srv.eth0", *first);
  const PcapngFile file = finish();
  ASSERT_EQ(file.of("events").size(), 1u);
  EXPECT_THAT(test::text(file.of("events")[0].bytes),
              HasSubstr("<12>srv.eth0 dropped reason=no_listener len=60 packet=1"));
}

TEST_F(PcapViewTest, DamagedFramesSaySo) {
  ASSERT_TRUE(begin("links"));
  PacketPtr packet = frame(1);
  packet->meta.damaged = true;
  hop(Hop::LinkIn, "wire", *packet);
  drop(DropReason::QueueFull, "wire", *packet);
  EXPECT_THAT(finish().rows.at(0).comments,
              ElementsAre("DAMAGED by a fault", "DROPPED by wire: queue_full"));
}

TEST_F(PcapViewTest, EventsAreSyslogLines) {
  ASSERT_TRUE(begin("events"));
  at(seconds(2));
  tracer_.event(tracer_.subject("dev.eth0"), "IF_UP", {Attr::of("cost", std::int64_t{3})});
  tracer_.event(tracer_.subject("dev.ping"), "acked");  // routine: only -v tells it
  tracer_.record(TraceKind::Step, tracer_.subject("wire"), "set_link",
                 {Attr::of("undo", std::int64_t{1})});
  tracer_.record(TraceKind::Expect, tracer_.subject("scenario"), "never",
                 {Attr::of("verdict", "fail")});
  const auto rows = finish().rows;
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].link_type, 252u);
  EXPECT_EQ(rows[0].ns, 2'000'000'000u);
  EXPECT_EQ(rows[0].packet_id, 0u);
  const Bytes tags = {0, 12, 0, 8, 's', 'y', 's', 'l', 'o', 'g', 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(test::text(rows[0].bytes), test::text(tags) + "<14>dev.eth0 IF_UP cost=3");
  EXPECT_EQ(test::text(rows[1].bytes), test::text(tags) + "<13>wire set_link undo");
  EXPECT_EQ(test::text(rows[2].bytes), test::text(tags) + "<11>scenario never verdict=fail");
}

TEST_F(PcapViewTest, AddressesThatComeLaterGetNamesToo) {
  ASSERT_TRUE(begin("links"));
  tracer_.event(tracer_.subject("srv.eth0"), "IPV4_ADDR_ADD",
                {Attr::of("address", IpAddress(*Ipv4Address::parse("198.51.100.7")))});
  tracer_.event(tracer_.subject("dev.eth0"), "IPV6_ADDR_ADD",
                {Attr::of("address", IpAddress(*Ipv6Address::parse("fe80::1")))});
  tracer_.event(tracer_.subject("dev.eth0"), "IPV4_ADDR_ADD",  // has been named already
                {Attr::of("address", IpAddress(*Ipv4Address::parse("192.0.2.1")))});
  tracer_.event(tracer_.subject("dev.eth0"), "IPV4_MADDR_ADD",
                {Attr::of("address", IpAddress(*Ipv4Address::parse("224.0.0.1")))});
  EXPECT_THAT(finish().names,
              ElementsAre(Pair("c0000201", "srv"), Pair("c0000202", "dev"),
                          Pair("c6336407", "srv"),
                          Pair("fe800000000000000000000000000001", "dev")));
}

TEST_F(PcapViewTest, RefusesAPathThatCannotBeWritten) {
  const std::string good = std::exchange(path_, ::testing::TempDir() + "no-such-folder/a.pcapng");
  EXPECT_FALSE(begin("links"));
  PacketPtr packet = frame(1);
  hop(Hop::LinkIn, "wire", *packet);  // nothing comes of it
  tracer_.remove_sink(*view_);
  EXPECT_FALSE(std::filesystem::exists(path_));
  path_ = good;
}

TEST_F(PcapViewTest, ADiskThatIsFullIsNoticed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  view_ = std::make_unique<PcapView>("/dev/full", PcapScope{});
  ASSERT_TRUE(view_->begin(info_));
  EXPECT_FALSE(view_->end(info_, report_));
}

TEST(PcapScope, Words) {
  const auto words = [](const char* text) {
    const auto scope = PcapScope::parse(text);
    if (!scope) return std::string("?");
    return std::string(scope->links ? "l" : "") + (scope->ifaces ? "i" : "") +
           (scope->events ? "e" : "");
  };
  for (const auto& [text, want] : {std::pair("links", "l"), std::pair("ifaces", "i"),
                                   std::pair("events,links", "le"), std::pair("all", "lie"),
                                   std::pair("", "?"), std::pair("links,", "?"),
                                   std::pair("link", "?"), std::pair("links ,events", "?")}) {
    EXPECT_EQ(words(text), want) << text;
  }
}

}  // namespace
}  // namespace flapjack
