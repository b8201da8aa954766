// SPDX-License-Identifier: Apache-2.0
// Who holds a packet when a run is over: resting places are none of the ledger's business, a packet
// that somebody forgot is named with its way.
#include "scenarios/leak_ledger.h"

#include <gtest/gtest.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

/// Two nodes on a wire of 10 ms; `a` can send datagrams to `b`, where nobody listens.
struct Pair {
  Pair() {
    LinkConfig config;
    config.delay = milliseconds(10);
    Link& wire = world.add_link("wire", config);
    world.add_ethernet(a, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.1/24")}, wire);
    world.add_ethernet(b, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.2/24")}, wire);
    world.boot();
  }
  void send() {
    NetContext& context =
        *a.stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Default).value();
    const Endpoint to{*Ipv4Address::parse("192.0.2.2"), 7};
    const std::uint8_t byte = 1;
    EXPECT_TRUE(context.sendto({&byte, 1}, to, {}, Timeout::no_wait()).ok());
    EXPECT_TRUE(context.put().ok());
  }
  World world;
  Node& a = world.add_node("a");
  Node& b = world.add_node("b");
  LeakLedger ledger{world};
};

TEST(LeakLedger, AnIdleWorldHoldsNothing) {
  Pair pair;
  pair.send();
  pair.world.run_for(seconds(5));
  EXPECT_TRUE(pair.ledger.held().empty());
  EXPECT_TRUE(pair.ledger.close().empty());
}

TEST(LeakLedger, QueuesNeighboursAndLinksAreRestingPlaces) {
  Pair pair;
  pair.send();
  std::vector<HeldPacket> held = pair.ledger.held();
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].counted, "a.tx_pkts");
  EXPECT_EQ(held[0].holder, "in the tx queue of a.eth0");
  EXPECT_TRUE(held[0].rests);
  EXPECT_EQ(held[0].story, (std::vector<std::string>{"0.000s a app_send", "0.000s a l4_out",
                                                     "0.000s a.eth0 core_out",
                                                     "0.000s a.eth0 tx_queue"}));
  pair.world.run_for(milliseconds(5));
  held = pair.ledger.held();
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].holder, "in the ARP, unanswered, of a.eth0");
  EXPECT_EQ(held[1].counted, "") << "the request";
  EXPECT_EQ(held[1].holder, "in the link of wire");
  EXPECT_TRUE(held[0].rests && held[1].rests);
  EXPECT_TRUE(pair.ledger.close().empty()) << "in flight when the run ends";
}

TEST(LeakLedger, APlantedLeakIsNamedWithItsWay) {
  Pair pair;
  NetContext& listener =
      *pair.b.stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Default).value();
  EXPECT_TRUE(listener.bind({{}, 7}).ok());
  EXPECT_TRUE(listener
                  .recv([](NetContext&, PacketPtr packet, Status) {
                    static_cast<void>(packet.release());  // nobody will ever give it back
                  },
                        Timeout::no_wait())
                  .ok());
  pair.send();
  pair.world.run_for(seconds(5));
  const std::vector<HeldPacket> leaks = pair.ledger.close();
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].counted, "b.rx_pkts");
  EXPECT_EQ(leaks[0].text(), "packet " + std::to_string(leaks[0].id.value) +
                                 " of b.rx_pkts, last seen in the receiver of b");
  ASSERT_EQ(leaks[0].story.size(), 16u);
  EXPECT_EQ(leaks[0].story.front(), "0.000s a app_send");
  EXPECT_EQ(leaks[0].story.back(), "0.030s b app_recv");
}

TEST(LeakLedger, APacketKeptWhereNobodyGoesOnWithItIsSuspect) {
  Pair pair;
  PacketPtr kept = pair.a.stack.tx_pool.allocate();
  pair.world.tracer().hop(Hop::L3In, pair.a.stack.subject(), *kept);
  PacketPtr parked = pair.a.stack.tx_pool.allocate();
  parked->meta.parked = true;
  PacketPtr unseen = pair.a.stack.tx_pool.allocate();
  const std::vector<HeldPacket> held = pair.ledger.held();
  ASSERT_EQ(held.size(), 3u);
  EXPECT_FALSE(held[0].rests);
  EXPECT_EQ(held[0].holder, "in l3_in of a");
  EXPECT_TRUE(held[1].rests);
  EXPECT_FALSE(held[2].rests);
  EXPECT_EQ(held[2].holder, "before its first hop");
}

TEST(LeakLedger, WithoutStoriesItStillCounts) {
  World world;
  Node& a = world.add_node("a");
  LeakLedger ledger(world, false);
  Packet* lost = a.stack.tx_pool.allocate().release();
  const auto leaks = ledger.close();
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].id, lost->meta.id);
  EXPECT_EQ(leaks[0].holder, "before its first hop");
}

TEST(LeakLedger, ALongStoryKeepsItsBeginningAndItsEnd) {
  World world;
  Node& a = world.add_node("a");
  LeakLedger ledger(world);
  PacketPtr packet = a.stack.tx_pool.allocate();
  for (int i = 0; i < 30; ++i) world.tracer().hop(Hop::LinkIn, a.stack.subject(), *packet);
  const auto held = ledger.held();
  ASSERT_EQ(held.size(), 1u);
  ASSERT_EQ(held[0].story.size(), PacketStory::kHead + 1 + PacketStory::kTail);
  EXPECT_EQ(held[0].story[PacketStory::kHead], "... 14 more ...");
}

// A registry whose echo service keeps every packet it gets.
class Keeper : public App {
 public:
  explicit Keeper(const AppEnv& env, std::uint16_t port) : App(env), env_(env), port_(port) {}
  void start() override {
    NetContexts& contexts = env_.node.stack.contexts;
    context_ = contexts.get(Family::Inet, SocketType::Datagram, Protocol::Default)
                   .value();
    EXPECT_TRUE(context_->bind({{}, port_}).ok());
    EXPECT_TRUE(context_
                    ->recv([](NetContext&, PacketPtr p, Status) {
                      static_cast<void>(p.release());
                    },
                           Timeout::no_wait())
                    .ok());
  }
  AppCounts counts() const override { return {}; }

 private:
  AppEnv env_;
  std::uint16_t port_;
  NetContext* context_ = nullptr;
};

RunReport run_with_keeper(const std::string& more) {
  Registry registry = builtin_registry();
  for (ServiceEntry& service : registry.services) {
    if (service.word.name != "udp_echo") continue;
    service.make = [](const AppEnv& env, const ServiceSpec& spec) -> std::unique_ptr<App> {
      return std::make_unique<Keeper>(env, spec.port);
    };
  }
  const SourceFile file("t.json", pair_scenario(more, ", \"count\": 1"));
  DiagnosticSink sink;
  const auto spec = load_scenario(file, registry.vocabulary(), sink);
  EXPECT_TRUE(spec) << render(file, sink);
  return *run_scenario(*spec, registry, {}, sink);
}

TEST(LeakLedger, ALeakFailsTheRunUnlessItIsAllowed) {
  const RunReport strict = run_with_keeper("");
  EXPECT_EQ(strict.verdict, RunVerdict::Fail);
  ASSERT_EQ(strict.leaks.size(), 1u);
  EXPECT_EQ(strict.leaks[0].counted, "srv.rx_pkts");
  const RunReport allowed = run_with_keeper(", \"allow\": [\"leaks\"]");
  EXPECT_EQ(allowed.verdict, RunVerdict::Pass);
  EXPECT_EQ(allowed.leaks.size(), 1u);
}

// The run ends while a datagram waits for the packets of its fragments.
TEST(LeakLedger, ADatagramThatWaitsForItsFragmentsIsNoLeak) {
  for (const char* family : {"ipv4", "ipv6"}) {
    const bool v4 = std::string_view(family) == "ipv4";
    const Ran ran(std::string(R"({ "until": "2s", "nodes": { "a": { "kconfig": { ")") +
                  (v4 ? "NET_IPV4_FRAGMENT" : "NET_IPV6_FRAGMENT") + R"(": 1 },
      "ifaces": { "eth0": { "ipv6": "auto", "ipv4": "192.0.2.1/24" } }, "cpu": { "tx": "5ms" },
      "apps": { "p": { "udp_ping": ")" + (v4 ? "192.0.2.2:7" : "[ff02::1]:7") +
                  R"(", "every": "3ms", "send": "4000B" } } },
      "b": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } } } },
      "links": { "w": { "between": ["a.eth0", "b.eth0"] } } })");
    ASSERT_TRUE(ran.report) << ran.messages;
    for (const HeldPacket& leak : ran.report->leaks) ADD_FAILURE() << family << leak.text();
    EXPECT_GT(ran.report->apps.at(0).counts.sent, 0u);
  }
}

TEST(LeakLedger, OtherAllowancesAreRefused) {
  const Ran ran(pair_scenario(", \"allow\": [\"bugs\"]"));
  EXPECT_FALSE(ran.spec);
  EXPECT_NE(ran.messages.find("unknown allowance \"bugs\""), std::string::npos) << ran.messages;
}

}  // namespace
}  // namespace flapjack
