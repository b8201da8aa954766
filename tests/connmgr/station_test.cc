// SPDX-License-Identifier: Apache-2.0
// The simulated technology: phases, keys, a device that tries by itself, sleep; as wifi has them.
#include "connmgr/station.h"

#include "connmgr/wifi_connectivity.h"
#include "tests/connmgr/device.h"

namespace flapjack::test {
namespace {

StationConfig steady() {
  StationConfig config = wifi_defaults();
  config.associate = DurationDistribution::fixed(seconds(1));
  return config;
}

// It has been associated for a while, and what was told until then is forgotten.
struct Associated : Device {
  Associated(const StationConfig& config, BindingConfig flags) : wifi(config, &medium) {
    boot_up(wifi, flags);
    at(5000);
    node.forget();
  }
  WifiConnectivity wifi;
};

TEST(Station, HasPhases) {
  Device d;
  WifiConnectivity wifi(steady(), &d.medium);
  d.boot_up(wifi);
  d.at(5000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "0.000s phase scan",
                             "0.600s phase authenticate", "0.650s phase associate",
                             "0.700s phase handshake", "1.000s associated", "1.000s IF_UP"}));
}

TEST(Station, WrongKeyFailsInTheLastPhaseAndIsNoFatalError) {
  StationConfig config = steady();
  config.credentials = Credentials::Wrong;
  Device d;
  WifiConnectivity wifi(config, &d.medium);
  d.boot_up(wifi, {0, 3});
  d.at(60'000);
  const Names told = d.take();
  EXPECT_EQ(told[6], "1.000s association_failed credentials");
  EXPECT_EQ(told[told.size() - 2], "3.000s CONN_IF_TIMEOUT");
}

TEST(Station, MissingKeyIsWaitedFor) {
  StationConfig config = steady();
  config.credentials = Credentials::Missing;
  Device d;
  WifiConnectivity wifi(config, &d.medium);
  d.boot_up(wifi);
  d.at(100'000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP"}));
  EXPECT_TRUE(d.set_option(kStationKey, "flapjack").ok());
  d.at(200'000);
  EXPECT_EQ(d.take().back(), "101.000s IF_UP");
}

TEST(Station, MissingKeyAndTimeout) {
  StationConfig config = steady();
  config.credentials = Credentials::Missing;
  Device d;
  WifiConnectivity wifi(config, &d.medium);
  d.boot_up(wifi, {0, 5});
  d.at(100'000);
  EXPECT_EQ(d.take(),
            (Names{"0.000s IF_ADMIN_UP", "5.000s CONN_IF_TIMEOUT", "5.000s IF_ADMIN_DOWN"}));
}

TEST(Station, KeyIsAnOption) {
  Device d;
  WifiConnectivity wifi(steady(), &d.medium);
  d.boot(wifi);
  std::array<std::uint8_t, 64> room{};
  std::size_t length = room.size();
  EXPECT_TRUE(d.node.mgr.if_get_opt(d.iface, kStationKey, room, &length).ok());
  EXPECT_EQ(std::string(room.begin(), room.begin() + 8), "flapjack");
  EXPECT_EQ(length, 8u);
  length = 7;
  EXPECT_EQ(d.node.mgr.if_get_opt(d.iface, kStationKey, room, &length).code(), Errc::Enobufs);
  EXPECT_EQ(length, 0u);
  EXPECT_EQ(d.set_option(kStationKey, std::string(65, 'x')).code(), Errc::Enobufs);
  EXPECT_EQ(d.set_option(1, "x").code(), Errc::Enoprotoopt);
}

TEST(Station, NoPeerIsKnownAfterTheScan) {
  Device d;
  d.medium.set_present(false);
  WifiConnectivity wifi(steady(), &d.medium);
  d.boot_up(wifi);
  d.at(1000);
  EXPECT_EQ(d.take().back(), "0.600s association_failed peer_absent");
}

// The supplicant's own retry is sooner than the policy's; both are one attempt.
TEST(Station, TriesByItselfWhileWanted) {
  StationConfig config = steady();
  config.retry = {seconds(10), seconds(10)};
  config.self_retry = milliseconds(200);
  Device d;
  d.medium.set_present(false);
  WifiConnectivity wifi(config, &d.medium);
  d.boot_up(wifi);
  d.at(700);
  d.medium.set_present(true);
  d.at(9000);
  EXPECT_EQ(d.take().back(), "1.800s IF_UP");
}

TEST(Station, NobodyWantsItsOwnRetryAfterALoss) {
  StationConfig config = steady();
  config.self_retry = milliseconds(200);
  Associated d(config, kNoAutoDownBinding);
  d.medium.set_present(false);
  d.medium.set_present(true);
  d.at(60'000);
  EXPECT_EQ(d.take(), (Names{"5.000s disassociated peer_lost", "5.000s IF_DOWN"}));
}

// Frames pass while it is associated and not before, after, or while a loss is in its grace.
TEST(Station, HearsOnlyTheNetworkThatItHasJoined) {
  StationConfig config = steady();
  config.grace = seconds(2);
  Device d;
  WifiConnectivity wifi(config, &d.medium);
  d.boot_up(wifi, kPersistentBinding);
  EXPECT_FALSE(d.medium.joined());
  d.at(5000);
  EXPECT_TRUE(d.medium.joined());
  d.medium.set_present(false);
  EXPECT_TRUE(d.iface.is_up());
  EXPECT_FALSE(d.medium.joined());
  d.medium.set_present(true);
  d.at(10'000);
  EXPECT_TRUE(d.medium.joined());
  EXPECT_TRUE(d.node.mgr.if_disconnect(d.iface).ok());
  EXPECT_FALSE(d.medium.joined());
}

// Back within the grace, without a scan: nobody above is told.
TEST(Station, RoamsWithinTheGrace) {
  StationConfig config = steady();
  config.grace = seconds(2);
  Associated d(config, kPersistentBinding);
  d.medium.set_present(false);
  d.medium.set_present(true);
  d.at(60'000);
  EXPECT_EQ(d.take(), (Names{"5.000s disassociated peer_lost", "5.000s associating",
                             "5.000s phase authenticate", "5.050s phase associate",
                             "5.100s phase handshake", "5.400s associated"}));
  EXPECT_TRUE(d.iface.is_up());
}

// Its access point is gone, another one is there: a loss like any other, or with a grace a roam.
TEST(Station, RoamsToAnotherPeer) {
  for (const bool grace : {true, false}) {
    StationConfig config = steady();
    if (grace) config.grace = seconds(2);
    config.detect = milliseconds(100);
    Associated d(config, kPersistentBinding);
    d.medium.set_other(true);
    d.medium.set_present(false);
    d.at(9000);
    const Names roamed{"5.100s disassociated roam", "5.100s associating",
                       "5.100s phase authenticate", "5.150s phase associate",
                       "5.200s phase handshake", "5.500s associated"};
    const Names lost{"5.100s disassociated roam", "5.100s IF_DOWN", "5.100s associating",
                     "5.100s phase scan", "5.700s phase authenticate", "5.750s phase associate",
                     "5.800s phase handshake", "6.100s associated", "6.100s IF_UP"};
    EXPECT_EQ(d.take(), grace ? roamed : lost);
    d.medium.set_present(true);  // it stays with the new one
    d.at(20'000);
    EXPECT_EQ(d.take(), Names{});
    d.medium.set_other(false);
    d.at(20'200);
    EXPECT_EQ(d.take().front(), "20.100s disassociated roam");
  }
}

TEST(Station, AnotherPeerIsNothingToADeviceThatDoesNotRoam) {
  StationConfig config = steady();
  config.roams = false;
  Associated d(config, kPersistentBinding);
  d.medium.set_other(true);
  d.medium.set_present(false);
  d.at(9000);
  EXPECT_EQ(d.take(), Names{});
}

TEST(Station, TellsALossAfterTheGrace) {
  StationConfig config = steady();
  config.grace = seconds(2);
  Associated d(config, kNoAutoDownBinding);
  d.medium.set_present(false);
  d.at(60'000);
  EXPECT_EQ(d.take(), (Names{"5.000s disassociated peer_lost", "7.000s IF_DOWN"}));
}

TEST(Station, NoticesALossWhenItWakesUp) {
  StationConfig config = steady();
  config.sleep = seconds(10);
  config.detect = milliseconds(100);
  Device d;
  WifiConnectivity wifi(config, &d.medium);
  d.boot_up(wifi, kNoAutoDownBinding);  // associated at 1 s: wakes up at 11 s, 21 s
  d.at(13'000);
  d.node.forget();
  d.medium.set_present(false);
  d.at(60'000);
  EXPECT_EQ(d.take().front(), "21.100s disassociated peer_lost");
}

TEST(Station, ConfigErrors) {
  EXPECT_EQ(station_config_error(wifi_defaults()), std::nullopt);
  StationConfig c;
  c.phases = {{"a", 60}, {"b", 30}};
  EXPECT_EQ(station_config_error(c), "the shares of the phases are not 100 percent");
  c = {};
  c.grace = nanoseconds(-1);
  EXPECT_EQ(station_config_error(c), "the grace is negative");
  c = {};
  c.sleep = nanoseconds(-1);
  EXPECT_EQ(station_config_error(c), "the sleep is negative");
  c = {};
  c.self_retry = microseconds(1);
  EXPECT_EQ(station_config_error(c), "the device's own retry delay is below 1ms");
  c = {};
  c.key.clear();
  EXPECT_EQ(station_config_error(c), "the key is no key");
}

}  // namespace
}  // namespace flapjack::test
