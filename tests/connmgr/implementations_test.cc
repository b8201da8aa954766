// SPDX-License-Identifier: Apache-2.0
// What sets each implementation apart; what they share is in station_test and retry_policy_test.
#include <cstring>

#include "connmgr/ethernet_connectivity.h"
#include "connmgr/lte_connectivity.h"
#include "connmgr/nsos_connectivity.h"
#include "connmgr/ppp_connectivity.h"
#include "connmgr/thread_connectivity.h"
#include "tests/connmgr/device.h"

namespace flapjack::test {
namespace {

StationConfig lte() {
  StationConfig config = lte_defaults();
  config.associate = DurationDistribution::fixed(seconds(2));
  config.cold = DurationDistribution::fixed(seconds(5));
  config.address = {{Ipv4Address{0x64400002}, 24}};
  return config;
}

TEST(Lte, AddressIsThereBeforeItIsUpAndGoneBeforeItIsDown) {
  Device d(false);
  LteConnectivity impl(lte(), &d.medium);
  d.boot_up(impl, kNoAutoDownBinding);
  d.at(20'000);
  EXPECT_TRUE(d.node.mgr.if_disconnect(d.iface).ok());
  d.at(21'000);
  EXPECT_EQ(d.take(),
            (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "0.000s phase modem_on",
                   "5.100s phase search", "6.000s phase register", "6.700s phase pdn",
                   "7.000s associated", "7.000s IPV4_ADDR_ADD", "7.000s IF_UP",
                   "20.000s disassociated left", "20.000s IPV4_ADDR_DEL", "20.000s IF_DOWN"}));
}

TEST(Lte, SearchingIsNoLoss) {
  Device d;
  LteConnectivity impl(lte(), &d.medium);
  d.boot_up(impl, kPersistentBinding);
  d.at(20'000);
  d.node.forget();
  d.medium.set_present(false);
  d.at(29'999);
  d.medium.set_present(true);
  d.at(40'000);
  EXPECT_EQ(d.take(), Names{});
  d.medium.set_present(false);
  d.at(50'001);
  EXPECT_EQ(d.take().front(), "50.000s disassociated peer_lost");
}

TEST(Lte, ResetIsALossAndAColdStart) {
  Device d(false);
  LteConnectivity impl(lte(), &d.medium);
  d.boot_up(impl, kPersistentBinding);
  d.at(20'000);
  d.node.forget();
  EXPECT_TRUE(d.set_option(kLteReset, "x").ok());
  EXPECT_EQ(d.set_option(kLteReset, "12345").code(), Errc::Enobufs);
  d.at(60'000);
  const Names told = d.take();
  EXPECT_EQ(told.front(), "20.000s disassociated reset");
  EXPECT_EQ(told[1], "20.000s IPV4_ADDR_DEL");
  EXPECT_EQ(told[2], "20.000s IF_DOWN");
  EXPECT_EQ(told.back(), "27.000s IF_UP");  // switched on again: 5 s more
}

TEST(Lte, WarmModemIsQuicker) {
  Device d;
  LteConnectivity impl(lte(), &d.medium);
  d.boot_up(impl, kNoAutoDownBinding);
  d.at(20'000);
  EXPECT_TRUE(d.node.mgr.if_disconnect(d.iface).ok());
  EXPECT_TRUE(d.node.mgr.if_connect(d.iface).ok());
  d.at(60'000);
  EXPECT_EQ(d.take().back(), "22.000s IF_UP");
}

TEST(Lte, FlightModeIsALossAtOnceAndLeavesItCold) {
  Device d;
  LteConnectivity impl(lte(), &d.medium);
  d.boot_up(impl, kPersistentBinding);
  d.at(20'000);
  d.node.forget();
  d.medium.set_radio_on(false);
  d.at(21'500);
  EXPECT_EQ(d.take().front(), "20.000s disassociated radio_off");
  EXPECT_EQ(d.take(), Names{});
  d.medium.set_radio_on(true);
  d.at(60'000);
  EXPECT_EQ(d.take(), Names{});  // admin-up it would be told to connect
  EXPECT_TRUE(d.node.mgr.if_connect(d.iface).ok());
  d.at(80'000);
  EXPECT_EQ(d.take().back(), "67.000s IF_UP");  // 5 s cold, 2 s
}

// Whatever it is doing: what is under way is over, and no timeout is told.
TEST(Lte, FlightModeEndsTheAttempt) {
  for (const std::int64_t at : {3'000, 7'500, 12'000}) {  // cold, in a pause, lost a moment ago
    StationConfig config = lte();
    config.fail_ppb = at == 7'500 ? 1'000'000'000 : 0;
    Device d;
    LteConnectivity impl(config, &d.medium);
    d.boot_up(impl, {kPersistentBinding.flags, 20});
    d.at(std::min<std::int64_t>(at, 10'000));
    if (at == 12'000) d.medium.set_present(false);  // not noticed yet
    d.at(at);
    d.node.forget();
    d.medium.set_radio_on(false);
    d.take();
    d.at(100'000);
    EXPECT_EQ(d.take(), Names{}) << at;
    EXPECT_TRUE(d.iface.is_dormant());
  }
}

TEST(Ethernet, WaitsForACable) {
  Device d;
  d.medium.set_present(false);
  EthernetConnectivity impl(ethernet_defaults(), &d.medium);
  d.boot_up(impl, kPersistentBinding);
  d.at(10'000);
  d.medium.set_present(true);
  d.at(20'000);
  d.medium.set_present(false);
  d.at(30'000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "11.500s associated",
                             "11.500s IF_UP", "20.000s disassociated peer_lost", "20.000s IF_DOWN",
                             "20.000s associating"}));
}

TEST(Ethernet, TimeoutWhileItWaits) {
  Device d;
  d.medium.set_present(false);
  EthernetConnectivity impl(ethernet_defaults(), &d.medium);
  d.boot_up(impl, {conn_flag_bit(ConnFlag::NoAutoDown), 5});
  d.at(10'000);
  d.medium.set_present(true);
  d.at(20'000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating",
                             "5.000s association_failed stopped", "5.000s CONN_IF_TIMEOUT"}));
}

// Its own cable counts, and a persistent one waits for it until the timeout.
TEST(Ethernet, NoticesItsOwnCable) {
  Device d;
  d.medium.set_carrier(false);
  EthernetConnectivity impl(ethernet_defaults(), &d.medium);
  d.boot_up(impl, {conn_flag_bit(ConnFlag::NoAutoDown) | kPersistentBinding.flags, 15});
  d.at(10'000);
  d.medium.set_carrier(true);
  d.at(20'000);
  d.medium.set_carrier(false);
  d.at(24'000);
  d.medium.set_carrier(true);
  d.at(30'000);
  d.medium.set_carrier(false);
  d.at(60'000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "11.500s associated",
                             "11.500s IF_UP", "20.000s disassociated peer_lost", "20.000s IF_DOWN",
                             "20.000s associating", "25.500s associated", "25.500s IF_UP",
                             "30.000s disassociated peer_lost", "30.000s IF_DOWN",
                             "30.000s associating", "45.000s association_failed stopped",
                             "45.000s CONN_IF_TIMEOUT"}));
}

// Before the boot it listens to nothing, or net_mgmt would keep the admin-up of every iface.
TEST(Ppp, BesideItNobodyIsConnectedTwiceAtBoot) {
  TestNode node;
  PppConnectivity ppp;
  TestConnectivity impl;
  NetIf& a = node.add_with_address("a");
  NetIf& line = node.add("line");
  node.mgr.bind(line, ppp);
  node.mgr.bind(a, impl);
  node.stack.post_init();
  ASSERT_TRUE(node.mgr.boot().ok());
  node.run();
  EXPECT_EQ(node.context(a).connects, 1);
  int commands = 0;
  for (const KeptRecord& r : node.sink.records) commands += r.name == "connect";
  EXPECT_EQ(commands, 2);  // one an iface
}

TEST(Thread, AttachesSlowly) {
  Device d(false);
  ThreadConnectivity impl(thread_defaults(), &d.medium);
  d.boot_up(impl);
  d.at(15'000);
  EXPECT_TRUE(d.iface.is_up());
  EXPECT_GE(d.iface.oper_changed_at(), SimTime{} + seconds(1));
  EXPECT_LE(d.iface.oper_changed_at(), SimTime{} + seconds(10));
}

std::string bytes_of(Duration delay) {
  std::string out(sizeof delay.ns, '\0');
  std::memcpy(out.data(), &delay.ns, sizeof delay.ns);
  return out;
}

TEST(Nsos, ConnectsAfterItsDelay) {
  Device d(false);
  NsosConnectivity impl;
  d.boot_up(impl, kNoAutoDownBinding);
  d.at(5000);
  EXPECT_EQ(d.take().back(), "1.000s IF_UP");
  EXPECT_TRUE(d.node.mgr.if_disconnect(d.iface).ok());
  EXPECT_TRUE(d.set_option(kNsosDelay, bytes_of(milliseconds(500))).ok());
  EXPECT_TRUE(d.node.mgr.if_connect(d.iface).ok());
  d.at(9000);
  EXPECT_EQ(d.take().back(), "5.500s IF_UP");
  EXPECT_EQ(d.iface.ipv4().first_global(), nullptr);  // it gives no address
}

TEST(Nsos, OptionErrors) {
  struct Row {
    bool einval;
    int option;
    std::size_t bytes;
    Errc set, get;
  };
  const Row rows[] = {
      {false, 0, 8, Errc::Ok, Errc::Ok},
      {false, 0, 9, Errc::Enobufs, Errc::Ok},
      {false, 0, 7, Errc::Einval, Errc::Enobufs},
      {false, 1, 8, Errc::Enoprotoopt, Errc::Enoprotoopt},
      {true, 0, 8, Errc::Ok, Errc::Ok},  // Zephyr's test suite
      {true, 0, 9, Errc::Einval, Errc::Einval},
      {true, 0, 7, Errc::Einval, Errc::Einval},
      {true, 1, 8, Errc::Einval, Errc::Einval},
  };
  for (const Row& row : rows) {
    Device d(false);
    NsosConnectivity impl({.delay = seconds(1), .einval = row.einval});
    d.boot(impl);
    EXPECT_EQ(d.set_option(row.option, std::string(row.bytes, '\0')).code(), row.set);
    std::vector<std::uint8_t> room(row.bytes);
    std::size_t length = room.size();
    EXPECT_EQ(d.node.mgr.if_get_opt(d.iface, row.option, room, &length).code(), row.get);
    EXPECT_EQ(length, row.get == Errc::Ok ? 8u : 0u);
  }
}

// Zephyr's suite: persistent, an idle disconnect is followed by a connection.
TEST(Nsos, ComesBackAfterAnIdleDisconnect) {
  for (const bool persistent : {true, false}) {
    Device d(false);
    NsosConnectivity impl;
    d.boot_up(impl, persistent ? kPersistentBinding : kNoAutoDownBinding);
    d.at(5000);
    d.node.forget();
    d.binding->set_idle_timeout_s(2);
    EXPECT_TRUE(impl.disconnect(*d.binding).ok());  // as the idle timeout does
    d.at(9000);
    EXPECT_EQ(d.iface.is_up(), persistent);
    EXPECT_EQ(d.take()[1], "5.000s IF_DOWN");
  }
}

}  // namespace
}  // namespace flapjack::test
