// SPDX-License-Identifier: Apache-2.0
// When a lease that nobody extends is renewed, rebound and given up, for leases of all lengths, and
// when its iface goes down meanwhile.
#include "stack/net/dhcpv4.h"
#include "tests/stack/net/dhcpv4_rig.h"

namespace flapjack::test {
namespace {

using Type = Dhcpv4Type;

std::string at(SimTime t, const std::string& what) { return to_text(t) + " " + what; }

using Times = std::vector<std::int64_t>;
constexpr auto kAttempts = Dhcpv4Renewal::Attempts, kToTheEnd = Dhcpv4Renewal::UntilExpiry;
struct Row {
  std::uint32_t lease_s, t1_s, t2_s;  // 0: not said
  Dhcpv4Renewal renewal;
  Times renewing, rebinding;
  std::int64_t gone;
};

// T1, T2 and the end of a lease whose server is gone, ms after the ACK. Attempts: three in a state,
// 4 s, 8 s and 16 s apart; T2 begins anew also when it comes before the third one has failed.
TEST(Dhcpv4LeaseTimes, TheTimesOfLeasesOfAllLengths) {
  const Row rows[] = {
      {1, 0, 0, kAttempts, {500}, {875}, 1000},
      {2, 0, 0, kAttempts, {1000}, {1750}, 2000},
      {3, 0, 0, kToTheEnd, {1500}, {2625}, 3000},
      {8, 0, 0, kAttempts, {4000}, {7000}, 8000},
      {16, 0, 0, kAttempts, {8000, 12000}, {14000}, 16000},
      {32, 0, 0, kAttempts, {16000, 20000}, {28000}, 32000},
      {40, 0, 0, kAttempts, {20000, 24000, 32000}, {35000, 39000}, 40000},
      {48, 0, 0, kAttempts, {24000, 28000, 36000}, {42000, 46000}, 48000},
      {60, 0, 0, kAttempts, {30000, 34000, 42000}, {52500, 56500}, 60000},
      {74, 0, 0, kAttempts, {37000, 41000, 49000}, {64750, 68750}, 74000},
      {75, 0, 0, kAttempts, {37500, 41500, 49500}, {}, 65500},  // T2 comes 0.125 s too late
      {77, 0, 0, kAttempts, {38500, 42500, 50500}, {}, 66500},
      {100, 0, 0, kAttempts, {50000, 54000, 62000}, {}, 78000},
      {3600, 0, 0, kAttempts, {1800000, 1804000, 1812000}, {}, 1828000},
      {1000, 10, 20, kAttempts, {10000, 14000}, {20000, 24000, 32000}, 48000},
      {1000, 10, 38, kAttempts, {10000, 14000, 22000}, {38000, 42000, 50000}, 66000},
      {60, 0, 0, kToTheEnd, {30000}, {52500}, 60000},
      {3600, 0, 0, kToTheEnd, {1800000, 2475000, 2812500, 2981250, 3065625, 3125625},
       {3150000, 3375000, 3487500, 3547500}, 3600000},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.lease_s);
    StackConfig config;
    config.dhcpv4.renewal = row.renewal;
    config.dhcpv4.retry_jitter = {};
    DhcpRig r(config);
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    r.run_for(r.next_delay());
    r.answer(Type::Offer);
    Dhcpv4Message ack = r.reply(Type::Ack);
    ack.lease_s = row.lease_s;
    if (row.t1_s != 0) ack.renewal_s = row.t1_s;
    if (row.t2_s != 0) ack.rebinding_s = row.t2_s;
    r.receive(ack);
    const SimTime bound = r.now();
    r.rig.sink.records.clear();
    Lines expected;
    const auto add = [&](const Times& times, const char* state) {
      for (std::size_t i = 0; i < times.size(); ++i) {
        const SimTime t = bound + milliseconds(times[i]);
        if (i == 0) expected.push_back(at(t, std::string("dhcp_state ") + state));
        expected.push_back(at(t, "dhcp_sent REQUEST " + std::to_string(i + 1)));
      }
    };
    add(row.renewing, "renewing");
    add(row.rebinding, "rebinding");
    const SimTime gone = bound + milliseconds(row.gone);
    expected.push_back(at(gone, "IPV4_ADDR_DEL 192.0.2.10"));
    expected.push_back(at(gone, "dhcp_state selecting"));
    expected.push_back(at(gone, "dhcp_sent DISCOVER 1"));
    r.run_to(gone);
    EXPECT_EQ(r.story(), expected);
  }
}

// Nobody extends the lease meanwhile: its address must not be there when it is over.
TEST(Dhcpv4LeaseTimes, DownWhileExtendingRemovesTheAddressToo) {
  for (const Dhcpv4State extending : {Dhcpv4State::Renewing, Dhcpv4State::Rebinding}) {
    DhcpRig r;
    ASSERT_TRUE(r.dhcp().start(r.iface).ok());
    r.run_for(r.next_delay());
    r.answer(Type::Offer);
    Dhcpv4Message ack = r.reply(Type::Ack);
    ack.renewal_s = 10;
    ack.rebinding_s = 20;
    r.receive(ack);
    r.run_for(seconds(extending == Dhcpv4State::Renewing ? 10 : 20));
    ASSERT_EQ(r.state(), extending);
    r.rig.sink.records.clear();
    const SimTime down = r.now();
    r.iface.carrier_off();
    r.run_for(seconds(2 * kLeaseSeconds));
    EXPECT_EQ(r.story(), (Lines{at(down, "IF_DOWN"), at(down, "IPV4_ADDR_DEL 192.0.2.10"),
                                at(down, "dhcp_state init_reboot")}));
    EXPECT_EQ(r.dhcp().lease(r.iface), nullptr);
    EXPECT_EQ(r.iface.ipv4().find(ip("192.0.2.10")), nullptr);
    r.iface.carrier_on();
    r.settle();
    EXPECT_EQ(r.last().requested_address, ip("192.0.2.10"));
    r.answer(Type::Ack);
    EXPECT_EQ(r.state(), Dhcpv4State::Bound);
  }
}

}  // namespace
}  // namespace flapjack::test
