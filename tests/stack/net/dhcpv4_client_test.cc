// SPDX-License-Identifier: Apache-2.0
// The way to a lease: every message at the instant that the seeded streams say, what it contains,
// and what becomes of answers of all kinds.
#include "stack/net/dhcpv4_client.h"

#include "tests/stack/net/dhcpv4_rig.h"

namespace flapjack::test {
namespace {

using State = Dhcpv4State;
using Type = Dhcpv4Type;

std::string at(SimTime t, const std::string& what) { return to_text(t) + " " + what; }

TEST(Dhcpv4Client, FromStartToBound) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    DhcpRig r({}, seed);
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    const SimTime first = r.now() + r.next_delay();
    r.run_to(first);
    r.run_for(milliseconds(20));
    r.answer(Type::Offer);
    const SimTime offered = r.now();
    r.run_for(milliseconds(30));
    r.answer(Type::Ack);
    const SimTime acked = r.now();
    r.run_for(seconds(kLeaseSeconds / 2 - 1));
    EXPECT_EQ(r.story(), (Lines{at({}, "IPV4_DHCP_START"), at({}, "dhcp_state init"),
                                at(first, "dhcp_state selecting"),
                                at(first, "dhcp_sent DISCOVER 1"),
                                at(offered, "dhcp_received OFFER"),
                                at(offered, "dhcp_state requesting"),
                                at(offered, "dhcp_sent REQUEST 1"),
                                at(acked, "dhcp_received ACK"),
                                at(acked, "IPV4_ADDR_ADD 192.0.2.10"),
                                at(acked, "dhcp_state bound"),
                                at(acked, "IPV4_DHCP_BOUND 192.0.2.10 192.0.2.1 1000s")}));
    const Ipv4IfAddress* own = r.iface.ipv4().find(ip("192.0.2.10"));
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->prefix, net("192.0.2.10/24"));
    EXPECT_EQ(own->type, AddressType::Dhcp);
    EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.1"));
    ASSERT_NE(r.dhcp().lease(r.iface), nullptr);
    EXPECT_EQ(r.dhcp().lease(r.iface)->ends_at(), acked + seconds(kLeaseSeconds));
  }
}

TEST(Dhcpv4Client, TheDelayIsOneToTenSeconds) {
  std::vector<std::int64_t> seen;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    DhcpRig r({}, seed);
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    r.run_to(SimTime{} + seconds(10));
    ASSERT_GE(r.driver().sent.size(), 1u) << seed;
    for (const KeptRecord& record : r.rig.sink.records) {
      if (record.name != "dhcp_sent") continue;
      seen.push_back(record.at.ns);
      break;
    }
    EXPECT_EQ(seen.back(), r.next_delay().ns) << seed;
  }
  EXPECT_EQ(*std::min_element(seen.begin(), seen.end()), seconds(1).ns);
  EXPECT_EQ(*std::max_element(seen.begin(), seen.end()), seconds(10).ns);
}

TEST(Dhcpv4Client, WhatTheMessagesSay) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  const auto first_xid = static_cast<std::uint32_t>(r.stream("xid").next()) + 1;
  const Dhcpv4Bytes wanted = {1, 3, 6};

  Dhcpv4Message discover;
  discover.xid = first_xid;
  discover.broadcast = true;
  discover.chaddr = r.iface.link_address();
  discover.type = Type::Discover;
  discover.parameters = wanted;
  EXPECT_EQ(r.last(), discover);
  EXPECT_EQ(r.last_ip().source, Ipv4Address{});
  EXPECT_EQ(r.last_ip().destination, ip("255.255.255.255"));
  EXPECT_EQ(r.last_ip().ttl, 255);
  const Bytes& frame = r.driver().sent.back();
  EXPECT_EQ((Bytes{frame.begin() + 20, frame.begin() + 24}), (Bytes{0, 68, 0, 67}));

  r.answer(Type::Offer);
  Dhcpv4Message request = discover;  // xid + 1 for every message
  request.xid = first_xid + 1;
  request.type = Type::Request;
  request.server_id = ip("192.0.2.1");
  request.requested_address = ip("192.0.2.10");
  EXPECT_EQ(r.last(), request);
  EXPECT_EQ(r.last_ip().source, Ipv4Address{});
  EXPECT_EQ(r.last_ip().destination, ip("255.255.255.255"));

  r.answer(Type::Ack);
  r.run_for(seconds(kLeaseSeconds / 2));
  Dhcpv4Message renewal = discover;
  renewal.xid = first_xid + 2;
  renewal.type = Type::Request;
  renewal.ciaddr = ip("192.0.2.10");
  EXPECT_EQ(r.last(), renewal);
  EXPECT_EQ(r.last_ip().source, ip("192.0.2.10"));
  EXPECT_EQ(r.last_ip().destination, ip("192.0.2.1"));
}

// 4, 8, 16, 32, 64, 64 ... s, each +-1 s, for ever.
TEST(Dhcpv4Client, DiscoverIsRepeatedWithGrowingPauses) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    DhcpRig r({}, seed);
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    SimTime t = r.now() + r.next_delay();
    Lines expected = {at({}, "IPV4_DHCP_START"), at({}, "dhcp_state init"),
                      at(t, "dhcp_state selecting")};
    for (unsigned n = 1; n <= 9; ++n) {
      expected.push_back(at(t, "dhcp_sent DISCOVER " + std::to_string(n)));
      t = t + r.next_pause(n);
    }
    r.run_to(t - Duration{1});
    EXPECT_EQ(r.story(), expected);
  }
}

TEST(Dhcpv4Client, ThreeRequestsThenItBeginsAnew) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  static_cast<void>(r.next_pause(1));
  r.rig.sink.records.clear();
  r.answer(Type::Offer);
  SimTime t = r.now();
  Lines expected = {at(t, "dhcp_received OFFER"), at(t, "dhcp_state requesting")};
  for (unsigned n = 1; n <= 3; ++n) {
    expected.push_back(at(t, "dhcp_sent REQUEST " + std::to_string(n)));
    t = t + r.next_pause(n);
  }
  expected.push_back(at(t, "dhcp_state selecting"));
  expected.push_back(at(t, "dhcp_sent DISCOVER 1"));
  r.run_to(t);
  EXPECT_EQ(r.story(), expected);
  EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
}

struct Useless {
  const char* what;
  State state;
  Type type;
  void (*spoil)(Dhcpv4Message&);
  const char* reason;
};

const Useless kUseless[] = {
    {"a request", State::Selecting, Type::Offer, [](auto& m) { m.reply = false; }, "not_a_reply"},
    {"for another", State::Selecting, Type::Offer, [](auto& m) { m.chaddr.bytes[5] ^= 1; },
     "other_client"},
    {"another xid", State::Selecting, Type::Offer, [](auto& m) { ++m.xid; }, "xid"},
    {"ACK too early", State::Selecting, Type::Ack, [](auto&) {}, "state"},
    {"NAK too early", State::Selecting, Type::Nak, [](auto&) {}, "state"},
    {"no address", State::Selecting, Type::Offer, [](auto& m) { m.yiaddr = {}; }, "no_address"},
    {"no server", State::Selecting, Type::Offer, [](auto& m) { m.server_id = {}; },
     "no_server_id"},
    {"OFFER too late", State::Requesting, Type::Offer, [](auto&) {}, "state"},
    {"NAK of another server", State::Requesting, Type::Nak,
     [](auto& m) { m.server_id = Ipv4Address{1}; }, "other_server"},
    {"a lease of 0 s", State::Requesting, Type::Ack, [](auto& m) { m.lease_s = 0; },
     "no_lease_time"},
    {"DISCOVER as a reply", State::Requesting, Type::Discover, [](auto&) {}, "state"},
    {"ACK when bound", State::Bound, Type::Ack, [](auto&) {}, "state"},
    {"OFFER when bound", State::Bound, Type::Offer, [](auto&) {}, "state"},
    {"NAK when bound", State::Bound, Type::Nak, [](auto&) {}, "state"},
};

TEST(Dhcpv4Client, WhatIsOfNoUseIsIgnoredWithAReason) {
  for (const Useless& row : kUseless) {
    DhcpRig r;
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    r.run_for(r.next_delay());
    if (row.state != State::Selecting) r.answer(Type::Offer);
    if (row.state == State::Bound) r.answer(Type::Ack);
    r.rig.sink.records.clear();
    Dhcpv4Message m = r.reply(row.type);
    row.spoil(m);
    r.receive(m);
    EXPECT_EQ(r.story(), (Lines{at(r.now(), std::string("dhcp_ignored ") + row.reason),
                                at(r.now(), "dropped conn_refused")}))
        << row.what;
    EXPECT_EQ(r.state(), row.state) << row.what;
  }
}

TEST(Dhcpv4Client, MalformedMessagesAreIgnored) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.rig.sink.records.clear();
  r.receive(Bytes{});
  r.receive(Bytes(239, 2));
  Bytes no_end(kDhcpv4MessageBytes);
  no_end.resize(r.reply(Type::Offer).emit(no_end) - 1);
  r.receive(no_end);
  for (const char* line : {"dhcp_ignored malformed", "dropped conn_refused"}) {
    const Lines story = r.story();
    EXPECT_EQ(std::count(story.begin(), story.end(), at(r.now(), line)), 3) << line;
  }
  EXPECT_EQ(r.state(), State::Selecting);
}

struct Times {
  std::uint32_t lease, t1, t2;  // s, as on the wire; 0: not said
  std::int64_t expected_t1, expected_t2;  // ms
};

TEST(Dhcpv4Client, TimesOfALease) {
  const Times rows[] = {
      {1000, 0, 0, 500'000, 875'000},        {1000, 100, 200, 100'000, 200'000},
      {1000, 300, 0, 300'000, 875'000},      {1000, 0, 600, 500'000, 600'000},
      {1000, 600, 600, 500'000, 875'000},    {1000, 700, 600, 500'000, 875'000},
      {1000, 500, 1000, 500'000, 875'000},   {1000, 900, 0, 500'000, 875'000},
      {1001, 0, 0, 500'500, 875'875},        {1, 0, 0, 500, 875},
      {2, 0, 0, 1000, 1750},                 {3, 0, 0, 1500, 2625},
      {2, 1, 0, 1000, 1750},                 {2, 0, 1, 1000, 1750},
      {4000000000u, 0, 0, 2'000'000'000'000, 3'500'000'000'000},
  };
  for (const Times& row : rows) {
    Dhcpv4Lease lease;
    lease.lease_s = row.lease;
    lease.renewal = seconds(row.t1);
    lease.rebinding = seconds(row.t2);
    lease.complete_times();
    const auto said = std::to_string(row.lease) + " " + std::to_string(row.t1) + " " +
                      std::to_string(row.t2);
    EXPECT_EQ(lease.renewal_at(), SimTime{} + milliseconds(row.expected_t1)) << said;
    EXPECT_EQ(lease.rebinding_at(), SimTime{} + milliseconds(row.expected_t2)) << said;
  }
}

TEST(Dhcpv4Client, ALeaseForEverHasNoTimes) {
  Dhcpv4Lease lease;
  lease.lease_s = kDhcpv4Infinite;
  lease.renewal = seconds(10);
  lease.rebinding = seconds(20);
  lease.complete_times();
  EXPECT_EQ(lease.renewal_at(), kNever);
  EXPECT_EQ(lease.rebinding_at(), kNever);
  EXPECT_EQ(lease.ends_at(), kNever);
}

struct Answered {
  const char* what;
  void (*offer)(Dhcpv4Message&);
  void (*ack)(Dhcpv4Message&);
  const char* prefix;
  const char* gateway;
  std::uint32_t lease_s, renewal_s;
};

TEST(Dhcpv4Client, WhatAnAckBrings) {
  const auto nothing = [](Dhcpv4Message&) {};
  const Answered rows[] = {
      {"all of it", nothing, nothing, "192.0.2.10/24", "192.0.2.1", 1000, 500},
      {"no mask at all", [](auto& m) { m.subnet_mask = {}; }, [](auto& m) { m.subnet_mask = {}; },
       "192.0.2.10/24", "192.0.2.1", 1000, 500},
      {"a mask in the OFFER only", [](auto& m) { m.subnet_mask = ip("255.255.0.0"); },
       [](auto& m) { m.subnet_mask = {}; }, "192.0.2.10/16", "192.0.2.1", 1000, 500},
      {"a mask with holes", nothing, [](auto& m) { m.subnet_mask = ip("255.0.255.0"); },
       "192.0.2.10/24", "192.0.2.1", 1000, 500},
      {"no router", nothing, [](auto& m) { m.routers = {}; }, "192.0.2.10/24", "0.0.0.0", 1000,
       500},
      {"two routers", nothing, [](auto& m) { m.routers = {ip("192.0.2.3"), ip("192.0.2.4")}; },
       "192.0.2.10/24", "192.0.2.3", 1000, 500},
      {"a lease in the OFFER only", nothing, [](auto& m) { m.lease_s = {}; }, "192.0.2.10/24",
       "192.0.2.1", 1000, 500},
      {"another lease", nothing, [](auto& m) { m.lease_s = 60; }, "192.0.2.10/24", "192.0.2.1",
       60, 30},
      {"times of 0", nothing, [](auto& m) { m.renewal_s = m.rebinding_s = 0; }, "192.0.2.10/24",
       "192.0.2.1", 1000, 500},
      {"times", nothing, [](auto& m) { m.renewal_s = 7; }, "192.0.2.10/24", "192.0.2.1", 1000, 7},
      {"times in the OFFER only", [](auto& m) { m.renewal_s = 7; }, nothing, "192.0.2.10/24",
       "192.0.2.1", 1000, 500},
      // as in Zephyr, the address is the offered one
      {"another address", nothing, [](auto& m) { m.yiaddr = ip("192.0.2.99"); }, "192.0.2.10/24",
       "192.0.2.1", 1000, 500},
  };
  for (const Answered& row : rows) {
    DhcpRig r;
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    r.run_for(r.next_delay());
    Dhcpv4Message offer = r.reply(Type::Offer);
    row.offer(offer);
    r.receive(offer);
    Dhcpv4Message ack = r.reply(Type::Ack);
    row.ack(ack);
    r.receive(ack);
    ASSERT_EQ(r.state(), State::Bound) << row.what;
    ASSERT_EQ(r.iface.ipv4().addresses().size(), 1u);
    EXPECT_EQ(to_text(r.iface.ipv4().addresses().front().prefix), row.prefix) << row.what;
    EXPECT_EQ(to_text(r.iface.ipv4().gateway()), row.gateway) << row.what;
    EXPECT_EQ(r.dhcp().lease(r.iface)->lease_s, row.lease_s) << row.what;
    EXPECT_EQ(r.dhcp().lease(r.iface)->renewal, seconds(row.renewal_s)) << row.what;
  }
}

TEST(Dhcpv4Client, AFullAddressTableLeavesItRequesting) {
  DhcpRig r;
  for (unsigned i = 1; i <= 4; ++i) {
    ASSERT_NE(r.iface.ipv4_addr_add({{0x0a000000u + i}, 24}), nullptr);
  }
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.answer(Type::Offer);
  r.rig.sink.records.clear();
  r.answer(Type::Ack);
  EXPECT_EQ(r.story(), (Lines{at(r.now(), "dhcp_received ACK"),
                              at(r.now(), "dhcp_failed address_table_full")}));
  EXPECT_EQ(r.state(), State::Requesting);
  EXPECT_EQ(r.iface.ipv4().gateway(), Ipv4Address{});
  EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
}

TEST(Dhcpv4Client, StateNames) {
  const char* const names[] = {"disabled", "init",  "selecting",   "requesting", "renewing",
                               "rebinding", "bound", "init_reboot", "decline"};
  ASSERT_EQ(dhcpv4_states().size(), std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_EQ(dhcpv4_state_name(dhcpv4_states()[i]), names[i]);
  }
}

}  // namespace
}  // namespace flapjack::test
