// SPDX-License-Identifier: Apache-2.0
// The life of a lease: renewing, rebinding, the end, refusal, conflict; and an iface that goes down
// in each state, with and without the net_mgmt events that tell of it.
#include "stack/net/dhcpv4.h"
#include "tests/stack/net/dhcpv4_rig.h"

namespace flapjack::test {
namespace {

using State = Dhcpv4State;
using Type = Dhcpv4Type;

std::string at(SimTime t, const std::string& what) { return to_text(t) + " " + what; }

StackConfig with(Dhcpv4Config dhcp) {
  StackConfig config;
  config.dhcpv4 = dhcp;
  return config;
}

TEST(Dhcpv4Lease, RenewedAtT1) {
  DhcpRig r;
  r.become_bound();
  const SimTime t1 = r.now() + seconds(kLeaseSeconds / 2);
  r.run_to(t1);
  r.run_for(milliseconds(3));
  r.answer(Type::Ack);
  static_cast<void>(r.next_pause(1));
  const SimTime acked = t1 + milliseconds(3);
  r.run_for(seconds(kLeaseSeconds / 2));
  EXPECT_EQ(r.story(),
            (Lines{at(t1, "dhcp_state renewing"), at(t1, "dhcp_sent REQUEST 1"),
                   at(acked, "dhcp_received ACK"), at(acked, "dhcp_state bound"),
                   at(acked, "IPV4_DHCP_BOUND 192.0.2.10 192.0.2.1 1000s"),
                   at(r.now(), "dhcp_state renewing"), at(r.now(), "dhcp_sent REQUEST 1")}));
  EXPECT_EQ(r.iface.ipv4().addresses().size(), 1u);
}

// Three attempts, as in Zephyr to 2023; the failed renewal takes the address.
TEST(Dhcpv4Lease, AnUnansweredRenewalTakesTheAddress) {
  DhcpRig r;
  r.become_bound();
  SimTime t = r.now() + seconds(kLeaseSeconds / 2);
  Lines expected = {at(t, "dhcp_state renewing")};
  for (unsigned n = 1; n <= 3; ++n) {
    expected.push_back(at(t, "dhcp_sent REQUEST " + std::to_string(n)));
    t = t + r.next_pause(n);
  }
  for (const char* line : {"IPV4_ADDR_DEL 192.0.2.10", "dhcp_state selecting",
                           "dhcp_sent DISCOVER 1"}) {
    expected.push_back(at(t, line));
  }
  r.run_to(t);
  EXPECT_EQ(r.story(), expected);
  EXPECT_EQ(r.iface.ipv4().gateway(), Ipv4Address{});
  EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
}

// T2 and the end of the lease come first when there is no time for three attempts.
TEST(Dhcpv4Lease, AShortLeaseIsReboundAtT2AndEnds) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.answer(Type::Offer);
  Dhcpv4Message ack = r.reply(Type::Ack);
  ack.lease_s = 16;
  r.receive(ack);
  static_cast<void>(r.next_pause(1));
  static_cast<void>(r.next_pause(1));
  r.rig.sink.records.clear();
  const SimTime bound = r.now();
  const SimTime t1 = bound + seconds(8), t2 = bound + seconds(14), end = bound + seconds(16);
  const SimTime again = t1 + r.next_pause(1);
  r.run_to(t2);
  EXPECT_EQ(r.last().ciaddr, ip("192.0.2.10"));
  EXPECT_EQ(r.last_ip().source, ip("192.0.2.10"));
  EXPECT_EQ(r.last_ip().destination, ip("255.255.255.255"));  // any server will do
  r.run_to(end);
  EXPECT_EQ(r.story(),
            (Lines{at(t1, "dhcp_state renewing"), at(t1, "dhcp_sent REQUEST 1"),
                   at(again, "dhcp_sent REQUEST 2"), at(t2, "dhcp_state rebinding"),
                   at(t2, "dhcp_sent REQUEST 1"), at(end, "IPV4_ADDR_DEL 192.0.2.10"),
                   at(end, "dhcp_state selecting"), at(end, "dhcp_sent DISCOVER 1")}));
}

TEST(Dhcpv4Lease, AnAckOfAnotherServerEndsRebinding) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.answer(Type::Offer);
  Dhcpv4Message ack = r.reply(Type::Ack);
  ack.lease_s = 16;
  r.receive(ack);
  r.run_for(seconds(14));
  ASSERT_EQ(r.state(), State::Rebinding);
  ack = r.reply(Type::Ack);
  ack.server_id = ip("192.0.2.2");
  ack.routers = {ip("192.0.2.2")};
  r.receive(ack);
  EXPECT_EQ(r.state(), State::Bound);
  EXPECT_EQ(r.dhcp().lease(r.iface)->server, ip("192.0.2.2"));
  EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.2"));
}

// RFC 2131 section 4.4.5: half of what is left until T2, then until the end, at least 60 s.
TEST(Dhcpv4Lease, UntilExpiryThePausesAreHalfOfWhatIsLeft) {
  Dhcpv4Config config;
  config.renewal = Dhcpv4Renewal::UntilExpiry;
  DhcpRig r(with(config));
  r.become_bound();
  const SimTime bound = r.now();
  // T1 500, T2 875: 375 left, 187.5; 93.75 ; then 60; 875: 125 left, 62.5; 60; the end at 1000
  const auto t = [bound](std::int64_t ms) { return bound + milliseconds(ms); };
  r.run_for(seconds(kLeaseSeconds));
  EXPECT_EQ(r.story(),
            (Lines{at(t(500'000), "dhcp_state renewing"), at(t(500'000), "dhcp_sent REQUEST 1"),
                   at(t(687'500), "dhcp_sent REQUEST 2"), at(t(781'250), "dhcp_sent REQUEST 3"),
                   at(t(841'250), "dhcp_sent REQUEST 4"), at(t(875'000), "dhcp_state rebinding"),
                   at(t(875'000), "dhcp_sent REQUEST 1"), at(t(937'500), "dhcp_sent REQUEST 2"),
                   at(t(997'500), "dhcp_sent REQUEST 3"),
                   at(t(1'000'000), "IPV4_ADDR_DEL 192.0.2.10"),
                   at(t(1'000'000), "dhcp_state selecting"),
                   at(t(1'000'000), "dhcp_sent DISCOVER 1")}));
}

Lines servers_of(DhcpRig& r) {
  Lines lines;
  for (const DnsServerInfo& each : r.rig.node.dns()->servers()) {
    lines.push_back(to_text(each.endpoint));
    EXPECT_EQ(each.source, DnsServerSource::Dhcpv4);
    EXPECT_EQ(each.iface, &r.iface);
  }
  return lines;
}

TEST(Dhcpv4Lease, DnsServersComeAndGoWithTheLease) {
  StackConfig config;
  config.dns.max_servers = 2;
  DhcpRig r(config);
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.answer(Type::Offer);
  EXPECT_EQ(servers_of(r), Lines{});
  Dhcpv4Message ack = r.reply(Type::Ack);
  ack.dns_servers = {ip("192.0.2.53"), ip("192.0.2.54"), ip("192.0.2.55")};
  r.rig.sink.records.clear();
  r.receive(ack);
  EXPECT_EQ(servers_of(r), (Lines{"192.0.2.53:53", "192.0.2.54:53"}));
  const Lines story = r.story();  // the third finds no place, and that is told
  EXPECT_EQ(std::count(story.begin(), story.end(),
                       at(r.now(), "dns_server_refused 192.0.2.55 ENOSPC")), 1);
  r.run_for(seconds(kLeaseSeconds / 2));
  r.rig.sink.records.clear();
  ack = r.reply(Type::Ack);
  ack.dns_servers = {ip("192.0.2.53"), ip("192.0.2.54"), ip("192.0.2.55")};
  r.receive(ack);
  EXPECT_EQ(r.rig.events(), (Lines{"n.eth0 dhcp_received", "n.eth0 dhcp_state",
                                   "n.eth0 IPV4_DHCP_BOUND"}));  // the same ones are left alone
  r.run_for(seconds(kLeaseSeconds / 2));
  ack = r.reply(Type::Ack);
  ack.dns_servers = {ip("192.0.2.99")};
  r.receive(ack);
  EXPECT_EQ(servers_of(r), (Lines{"192.0.2.99:53"}));
  r.iface.carrier_off();  // they vanish with the link
  r.settle();
  EXPECT_EQ(servers_of(r), Lines{});
}

TEST(Dhcpv4Lease, AnInfiniteLeaseIsNeverRenewed) {
  DhcpRig r;
  ASSERT_TRUE(r.dhcp().start(r.iface).ok());
  r.run_for(r.next_delay());
  r.answer(Type::Offer);
  Dhcpv4Message ack = r.reply(Type::Ack);
  ack.lease_s = kDhcpv4Infinite;
  r.receive(ack);
  r.rig.sink.records.clear();
  EXPECT_EQ(r.rig.scheduler.pending_count(), 0u);
  r.rig.node.mgmt.notify(MgmtEvent::IfUp, &r.iface);  // a wake-up out of turn changes nothing
  r.run_for(seconds(100'000));
  EXPECT_EQ(r.story(), (Lines{at(r.now() - seconds(100'000), "IF_UP")}));
  EXPECT_EQ(r.state(), State::Bound);
}

TEST(Dhcpv4Lease, ANakSendsItBackToInit) {
  const struct {
    State state;
    bool had_address;
  } rows[] = {{State::Requesting, false}, {State::Renewing, true}, {State::Rebinding, true},
              {State::InitReboot, false}};
  for (const auto& row : rows) {
    DhcpRig r;
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    r.run_for(r.next_delay());
    static_cast<void>(r.next_pause(1));
    r.answer(Type::Offer);
    if (row.state != State::Requesting) {
      static_cast<void>(r.next_pause(1));
      Dhcpv4Message ack = r.reply(Type::Ack);
      ack.lease_s = 8;  // T1 4, T2 7
      r.receive(ack);
    }
    if (row.state == State::Renewing) r.run_for(seconds(4));
    if (row.state == State::Rebinding) r.run_for(seconds(7));
    if (row.state == State::InitReboot) {
      r.iface.carrier_off();
      r.settle();
      r.iface.carrier_on();
      r.settle();
    }
    ASSERT_EQ(r.state(), row.state);
    r.rig.sink.records.clear();
    r.answer(Type::Nak);
    Lines expected = {at(r.now(), "dhcp_received NAK")};
    if (row.had_address) expected.push_back(at(r.now(), "IPV4_ADDR_DEL 192.0.2.10"));
    expected.push_back(at(r.now(), "dhcp_state init"));
    EXPECT_EQ(r.story(), expected) << dhcpv4_state_name(row.state);
    EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
    r.run_for(seconds(5));  // when the REQUEST's pause is over
    EXPECT_EQ(r.state(), State::Selecting) << dhcpv4_state_name(row.state);
    EXPECT_EQ(r.last().type, Type::Discover);
  }
}

// The pause between requests of RFC 2131 4.4.5 is half of what is left, here half an hour.
TEST(Dhcpv4Lease, ANakDoesNotWaitForHalfOfWhatIsLeft) {
  Dhcpv4Config config;
  config.renewal = Dhcpv4Renewal::UntilExpiry;
  DhcpRig r(with(config));
  r.become_bound();
  while (r.state() != State::Renewing) r.run_for(seconds(1));
  r.answer(Type::Nak);
  EXPECT_EQ(r.state(), State::Init);
  r.run_for(config.retry_first);
  EXPECT_EQ(r.last().type, Type::Discover);
}

struct Down {
  const char* what;
  Dhcpv4DownState setting;
  State while_down;
  const char* sent;  ///< at once when it is up again
  bool unicast;
};

TEST(Dhcpv4Lease, DownWhileBoundRemovesTheAddress) {
  const Down rows[] = {
      {"2023", Dhcpv4DownState::Renewing, State::Renewing, "REQUEST", true},
      {"4 without INIT_REBOOT", Dhcpv4DownState::Init, State::Init, "DISCOVER", false},
      {"4.2", Dhcpv4DownState::InitReboot, State::InitReboot, "REQUEST", false},
  };
  for (const Down& row : rows) {
    Dhcpv4Config config;
    config.down_state = row.setting;
    DhcpRig r(with(config));
    r.become_bound();
    r.run_for(seconds(10));
    const SimTime down = r.now();
    r.iface.carrier_off();
    r.settle();
    EXPECT_EQ(r.state(), row.while_down) << row.what;
    EXPECT_EQ(r.story(), (Lines{at(down, "IF_DOWN"), at(down, "IPV4_ADDR_DEL 192.0.2.10"),
                                at(down, "dhcp_state " + std::string(dhcpv4_state_name(
                                                             row.while_down)))}));
    EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.1")) << "no more than the address goes";
    EXPECT_EQ(r.rig.scheduler.pending_count(), 0u);  // never, until IF_UP
    r.run_for(seconds(800));                         // T1 goes by
    EXPECT_EQ(r.state(), row.while_down);
    r.rig.sink.records.clear();
    r.iface.carrier_on();
    r.settle();
    ASSERT_FALSE(r.driver().sent.empty());
    EXPECT_EQ(dhcpv4_type_name(r.last().type), row.sent) << row.what;
    EXPECT_EQ(r.last_ip().destination, ip(row.unicast ? "192.0.2.1" : "255.255.255.255"));
  }
}

TEST(Dhcpv4Lease, InitRebootGetsTheSameAddressBackInOneExchange) {
  DhcpRig r;
  r.become_bound();
  r.run_for(seconds(10));
  r.iface.carrier_off();
  r.run_for(seconds(1));
  r.iface.carrier_on();
  r.settle();
  const Dhcpv4Message request = r.last();
  EXPECT_EQ(request.requested_address, ip("192.0.2.10"));
  EXPECT_EQ(request.server_id, std::nullopt);
  EXPECT_EQ(request.ciaddr, Ipv4Address{});
  r.answer(Type::Ack);
  EXPECT_EQ(r.state(), State::Bound);
  EXPECT_NE(r.iface.ipv4().find(ip("192.0.2.10")), nullptr);
  EXPECT_EQ(r.iface.ipv4().gateway(), ip("192.0.2.1"));
}

TEST(Dhcpv4Lease, InitRebootWithoutAnswerBeginsAnewAfterThreeAttempts) {
  DhcpRig r;
  r.become_bound();
  r.iface.carrier_off();
  r.settle();
  r.iface.carrier_on();
  r.rig.sink.records.clear();
  SimTime t = r.now();
  Lines expected;
  for (unsigned n = 1; n <= 3; ++n) {
    expected.push_back(at(t, "dhcp_sent REQUEST " + std::to_string(n)));
    t = t + r.next_pause(n);
  }
  expected.push_back(at(t, "dhcp_state selecting"));
  expected.push_back(at(t, "dhcp_sent DISCOVER 1"));
  r.run_to(t);
  EXPECT_EQ(r.story(), expected);
}

// Where there is no address the state stays; a timer that expires meanwhile waits for IF_UP, and
// IF_UP makes it expire.
TEST(Dhcpv4Lease, DownInTheOtherStates) {
  const struct {
    State state;
    const char* sent;
  } rows[] = {{State::Init, "DISCOVER"},
              {State::Selecting, "DISCOVER"},
              {State::Requesting, "REQUEST"}};
  for (const auto& row : rows) {
    DhcpRig r;
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    if (row.state != State::Init) r.run_for(r.next_delay());
    if (row.state == State::Requesting) r.answer(Type::Offer);
    ASSERT_EQ(r.state(), row.state);
    r.iface.carrier_off();
    r.driver().sent.clear();
    r.rig.sink.records.clear();
    r.run_for(seconds(100));
    EXPECT_EQ(r.state(), row.state);
    EXPECT_TRUE(r.driver().sent.empty());
    EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
    r.iface.carrier_on();
    r.settle();
    ASSERT_EQ(r.driver().sent.size(), 1u) << dhcpv4_state_name(row.state);
    EXPECT_EQ(dhcpv4_type_name(r.last().type), row.sent);
  }
}

// IF_DOWN and IF_UP are known through net_mgmt alone: what is lost there did not happen.
TEST(Dhcpv4Lease, ALostEventMeansNoRenewal) {
  StackConfig config;
  config.mgmt.queue_size = 1;
  config.mgmt.queue_timeout = {};
  DhcpRig r(config);
  r.become_bound();
  r.run_for(seconds(10));
  const auto fill = [&r] { r.rig.node.mgmt.notify(MgmtEvent::IfAdminUp, &r.iface); };
  MgmtCallback all{mgmt_mask(MgmtEvent::IfAdminUp), [](const MgmtNotice&) {}};
  r.rig.node.mgmt.add(all);
  r.iface.carrier_off();
  r.settle();
  ASSERT_EQ(r.state(), State::InitReboot);
  r.driver().sent.clear();
  fill();
  r.iface.carrier_on();  // its IF_UP finds the queue full
  r.run_for(seconds(10'000));
  EXPECT_EQ(r.rig.node.mgmt.dropped(), 1u);
  EXPECT_TRUE(r.iface.is_up());
  EXPECT_EQ(r.state(), State::InitReboot);
  EXPECT_TRUE(r.driver().sent.empty());
  EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
}

TEST(Dhcpv4Lease, ALostIfDownKeepsTheAddress) {
  StackConfig config;
  config.mgmt.queue_size = 1;
  config.mgmt.queue_timeout = {};
  DhcpRig r(config);
  r.become_bound();
  MgmtCallback all{mgmt_mask(MgmtEvent::IfAdminUp), [](const MgmtNotice&) {}};
  r.rig.node.mgmt.add(all);
  r.rig.node.mgmt.notify(MgmtEvent::IfAdminUp, &r.iface);
  r.iface.carrier_off();  // its IF_DOWN finds the queue full
  r.settle();
  EXPECT_EQ(r.rig.node.mgmt.dropped(), 1u);
  EXPECT_EQ(r.state(), State::Bound);
  EXPECT_NE(r.dhcp().lease(r.iface), nullptr);
  r.run_for(seconds(5));
  r.rig.sink.records.clear();
  r.iface.carrier_on();
  r.settle();
  EXPECT_EQ(r.state(), State::Bound);  // T1 is not yet due
  r.run_for(seconds(kLeaseSeconds / 2 - 5));
  EXPECT_EQ(r.state(), State::Renewing);
}

}  // namespace
}  // namespace flapjack::test
