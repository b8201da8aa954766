// SPDX-License-Identifier: Apache-2.0
// A node behind a router's wire: is the host there, and what tells that it is gone.
#include "connmgr/online_check.h"

#include <gtest/gtest.h>

#include "scenarios/world.h"
#include "stack/trace/memory_sink.h"

namespace flapjack::test {
namespace {

class OnlineCheck : public testing::Test {
 protected:
  OnlineCheck() {
    world.tracer().add_sink(sink, TraceMask::of(TraceKind::Event));
    dev = &world.add_node("dev");
    host = &world.add_node("host");
    wire = &world.add_link("wire");
    dead = &world.add_link("dead");
    world.add_ethernet(*dev, {.name = "e0", .address = *Ipv4Prefix::parse("198.51.100.1/24")},
                       *dead);
    // At the other end somebody who answers for nobody: the carrier is there, the host is not.
    Node& mute = world.add_node("mute");
    world.add_ethernet(mute, {.name = "e0", .address = *Ipv4Prefix::parse("203.0.113.1/24")},
                       *dead);
    world.add_ethernet(*dev, {.name = "e1", .address = *Ipv4Prefix::parse("192.0.2.2/24")}, *wire);
    world.add_ethernet(*host, {.name = "e0", .address = *Ipv4Prefix::parse("192.0.2.1/24")}, *wire);
    config.host = *Ipv4Address::parse("192.0.2.1");
    config.interval = seconds(10);
    config.doublings = 1;
  }
  void boot() {
    check = std::make_unique<flapjack::OnlineCheck>(dev->stack, dev->conn_mgr.monitor(), config);
    world.boot();
  }
  // "name iface at-second" of the node's two events.
  std::vector<std::string> events() {
    std::vector<std::string> out;
    for (const KeptRecord& r : sink.records) {
      if (!r.name.starts_with("CONNECTIVITY_")) continue;
      out.push_back(r.name.substr(13) + " " + std::string(r.attr("iface")) + " " +
                    std::to_string(r.at.ns / 1'000'000'000));
    }
    return out;
  }
  // "iface at-second" of the pings that nobody answered.
  std::vector<std::string> silent() {
    std::vector<std::string> out;
    for (const KeptRecord& r : sink.records) {
      if (r.name != "online_silent") continue;
      out.push_back(r.subject + " " + std::to_string(r.at.ns / 1'000'000'000));
    }
    return out;
  }
  // The host pings the node once.
  void ping_from_host() {
    EXPECT_TRUE(host->stack.icmp()
                    ->send_echo_request(nullptr, *Ipv4Address::parse("192.0.2.2"), 1, 1, {})
                    .ok());
  }

  MemorySink sink;
  World world;
  Node *dev, *host;
  Link *wire, *dead;
  OnlineCheckConfig config;
  std::unique_ptr<flapjack::OnlineCheck> check;
};

TEST_F(OnlineCheck, AnAnswerIsOnlineAndSilenceOffline) {
  boot();
  world.run_for(seconds(9));
  EXPECT_EQ(events(), std::vector<std::string>{"ONLINE e1 2"});  // e0 did not answer within 2 s
  EXPECT_TRUE(check->online());
  EXPECT_TRUE(host->stack.ifaces().front()->down().ok());
  world.run_for(seconds(21));
  EXPECT_EQ(events(), (std::vector<std::string>{"ONLINE e1 2", "OFFLINE  12"}));
  EXPECT_FALSE(check->online());  // the round that followed found nobody
  EXPECT_EQ(silent(), (std::vector<std::string>{"dev.e0 2", "dev.e0 14", "dev.e1 16"}));
  EXPECT_TRUE(host->stack.ifaces().front()->up().ok());
  EXPECT_TRUE(check->trigger().ok());
  EXPECT_EQ(check->trigger().code(), Errc::Ealready);
  world.run_for(seconds(5));
  EXPECT_TRUE(check->online());
}

TEST_F(OnlineCheck, PacketsFromElsewhereAreProofAndStretchTheInterval) {
  boot();
  world.run_for(seconds(5));
  ping_from_host();
  world.run_for(seconds(26));  // the second interval ends at 32 s
  EXPECT_EQ(events(), std::vector<std::string>{"ONLINE e1 2"});
  world.run_for(seconds(5));
  EXPECT_EQ(events(), (std::vector<std::string>{"ONLINE e1 2", "OFFLINE  32", "ONLINE e1 34"}));
}

// A neighbour says nothing of what is beyond the link.
TEST_F(OnlineCheck, PacketsOfTheOwnNetworksAreNoProof) {
  Node& neighbour = world.add_node("neighbour");
  world.add_ethernet(neighbour,
                     {.name = "e0", .address = *Ipv4Prefix::parse("192.0.2.3/24")}, *wire);
  boot();
  world.run_for(seconds(5));
  EXPECT_TRUE(neighbour.stack.icmp()
                  ->send_echo_request(nullptr, *Ipv4Address::parse("192.0.2.2"), 1, 1, {})
                  .ok());
  world.run_for(seconds(10));
  EXPECT_EQ(events(), (std::vector<std::string>{"ONLINE e1 2", "OFFLINE  12", "ONLINE e1 14"}));
}

TEST_F(OnlineCheck, LosingL4IsOffline) {
  boot();
  world.run_for(seconds(4));
  wire->set_up(false);
  dead->set_up(false);
  world.run_for(seconds(1));
  EXPECT_EQ(events(), (std::vector<std::string>{"ONLINE e1 2", "OFFLINE  4"}));
}

TEST_F(OnlineCheck, NothingIsSentBeforeL4) {
  wire->set_up(false);
  dead->set_up(false);
  boot();
  world.run_for(seconds(10));
  for (const KeptRecord& r : sink.records) EXPECT_NE(r.name, "online_probe");
}

}  // namespace
}  // namespace flapjack::test
