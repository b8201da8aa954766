// SPDX-License-Identifier: Apache-2.0
// A World used directly, without a scenario, and two of them side by side.
#include "scenarios/world.h"

#include <gtest/gtest.h>

#include "l2/ethernet_l2.h"
#include "stack/trace/digest_sink.h"
#include "stack/trace/memory_sink.h"

namespace flapjack {
namespace {

// Two nodes on a wire that loses a third; `a` pings `b` by hand, twenty times.
struct PingWorld {
  explicit PingWorld(std::uint64_t seed) : world(seed) {
    world.tracer().add_sink(digest);
    world.tracer().add_sink(trace);
    LinkConfig config;
    config.delay = milliseconds(1);
    config.loss_ppb = 333'333'333;
    Link& wire = world.add_link("wire", config);
    a = &world.add_node("a");
    b = &world.add_node("b");
    world.add_ethernet(*a, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.1/24")}, wire);
    world.add_ethernet(*b, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.2/24")}, wire);
    world.boot();
    context = a->stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
    timer = std::make_unique<Timer>(world.scheduler(), Lane::App,
                                    delegate<&PingWorld::send>(this));
    timer->start(milliseconds(3));
  }
  void send() {
    const std::uint8_t payload[4] = {1, 2, 3, 4};
    static_cast<void>(context->sendto(payload, {*Ipv4Address::parse("192.0.2.2"), 9}, {},
                                      Timeout::no_wait()).ok());
    if (++sent < 20) timer->start(milliseconds(3));
  }
  bool step() { return world.scheduler().run_one(SimTime{} + seconds(5)); }

  DigestSink digest;
  MemorySink trace;
  World world;
  Node* a = nullptr;
  Node* b = nullptr;
  NetContext* context = nullptr;
  std::unique_ptr<Timer> timer;
  int sent = 0;
};

TEST(World, BootsAndRuns) {
  PingWorld w(3);
  EXPECT_TRUE(w.a->stack.iface_by_name("eth0")->is_up());
  w.world.run_for(seconds(1));
  EXPECT_EQ(w.world.now(), SimTime{} + seconds(1));
  EXPECT_EQ(w.sent, 20);
  EXPECT_GT(w.trace.records.size(), 100u);
}

TEST(World, FindsItsParts) {
  World world;
  Link& wire = world.add_link("wire");
  Node& node = world.add_node("n");
  NetIf& iface = world.add_ethernet(node, {.name = "eth0", .address = {}, .mtu = 9000}, wire);
  EXPECT_EQ(world.node("n"), &node);
  EXPECT_EQ(world.node("m"), nullptr);
  EXPECT_EQ(world.link("wire"), &wire);
  EXPECT_EQ(world.link("n"), nullptr);
  EXPECT_EQ(world.attachment(iface).link, &wire);
  EXPECT_EQ(world.attachment(iface).end, 0u);
  EXPECT_EQ(world.link_of(iface), &wire);
  EXPECT_EQ(world.node("n.eth0"), nullptr);
  EXPECT_EQ(world.link("n.eth0"), nullptr);
  Link& other = world.add_link("other");
  Node& more = world.add_node("m");
  world.add_ethernet(more, {.name = "a"}, other);
  EXPECT_EQ(world.attachment(world.add_ethernet(more, {.name = "b"}, wire)).end, 1u);
  EXPECT_EQ(world.link("other"), &other);
  EXPECT_EQ(world.node("m"), &more);
  const NetIf& loose = more.stack.add_iface({.name = "loose"});
  EXPECT_EQ(world.link_of(loose), nullptr);
  EXPECT_EQ(world.attachment(loose).link, nullptr);
  EXPECT_EQ(iface.mtu(), 9000);
  EXPECT_EQ(iface.link_address(), World::default_mac(node, 1));
  EXPECT_EQ(World::default_mac(node, 1), *MacAddress::parse("02:00:00:00:01:01"));
  EXPECT_EQ(World::default_mac(node, 0x1234), *MacAddress::parse("02:00:12:00:01:34"));
}

class Noting : public App {
 public:
  Noting(const AppEnv& env, std::vector<std::string>& notes)
      : App(env), tracer_(env.node.stack.tracer()), notes_(notes) {}
  ~Noting() override { note("end"); }
  void start() override { note("start"); }

 private:
  void note(const char* what) {
    notes_.push_back(std::string(what) + " " + std::string(tracer_.path(subject())));
  }
  Tracer& tracer_;
  std::vector<std::string>& notes_;
};

TEST(World, AppsStartAndEndInTheirOrder) {
  std::vector<std::string> notes;
  World world;
  for (const char* const name : {"n", "m"}) {
    Node& node = world.add_node(name);
    EXPECT_EQ(node.app("a"), nullptr);
    for (const char* const part : {"a", "b", "c"}) {
      const SubjectId subject = world.tracer().subject(node.stack.path_of(part));
      node.apps.push_back(std::make_unique<Noting>(AppEnv{node, subject, kNever}, notes));
      EXPECT_EQ(node.app(part)->subject(), subject);
    }
    EXPECT_EQ(node.app("d"), nullptr);
    EXPECT_EQ(node.app("a"), &*node.apps.begin());
  }
  world.boot();
  EXPECT_EQ(notes, (std::vector<std::string>{"start n.a", "start n.b", "start n.c", "start m.a",
                                             "start m.b", "start m.c"}));
  notes.clear();
  world.shut_down();
  EXPECT_EQ(notes, (std::vector<std::string>{"end m.a", "end m.b", "end m.c", "end n.a", "end n.b",
                                             "end n.c"}));
}

TEST(World, EthernetIfacesHaveTheNodesArpTable) {
  World world;
  Link& bus = world.add_link("bus");
  NodeConfig config;
  config.arp.table_size = 1;
  Node& a = world.add_node("a", config);
  NetIf& iface = world.add_ethernet(a, {"e", *Ipv4Prefix::parse("192.0.2.1/24")}, bus);
  for (int i = 2; i <= 3; ++i) {
    const std::string number = std::to_string(i);
    world.add_ethernet(world.add_node("n" + number),
                       {"e", *Ipv4Prefix::parse("192.0.2." + number + "/24")}, bus);
  }
  world.boot();
  auto* context = a.stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  const std::uint8_t payload[4] = {};
  for (const char* peer : {"192.0.2.2", "192.0.2.3"}) {
    const Endpoint to{*Ipv4Address::parse(peer), 9};
    EXPECT_TRUE(context->sendto(payload, to, {}, Timeout::no_wait()).ok());
    world.run_for(milliseconds(1));
  }
  EXPECT_EQ(EthernetL2::arp(iface).find(*Ipv4Address::parse("192.0.2.2")), nullptr);
  EXPECT_NE(EthernetL2::arp(iface).find(*Ipv4Address::parse("192.0.2.3")), nullptr);
}

// Each step of the one lies between two of the other: neither notices.
TEST(World, TwoSideBySide) {
  PingWorld one(7), two(8);
  while (one.step()) {
  }
  while (two.step()) {
  }
  EXPECT_NE(one.digest.digest(), two.digest.digest());
  PingWorld first(7), second(8);
  bool more = true;
  for (int i = 0; more; ++i) {
    const bool a = first.step();
    const bool b = i % 3 == 0 ? second.step() || second.step() : second.step();
    more = a || b;
  }
  EXPECT_EQ(first.digest.digest(), one.digest.digest());
  EXPECT_EQ(second.digest.digest(), two.digest.digest());
}

TEST(World, EndsWithFramesInFlightAndFibersThatWait) {
  auto w = std::make_unique<PingWorld>(1);
  w->world.fibers().spawn("waits", [&] {
    static_cast<void>(w->world.fibers().sleep(seconds(100)).ok());
  });
  w->world.run_for(milliseconds(10));
  EXPECT_FALSE(w->world.fibers().blocked().empty());
  w->timer.reset();
  EXPECT_EQ(w->world.shut_down(), 0u);
}

}  // namespace
}  // namespace flapjack
