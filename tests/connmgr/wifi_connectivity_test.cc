// SPDX-License-Identifier: Apache-2.0
#include "connmgr/wifi_connectivity.h"

#include <gtest/gtest.h>

#include "tests/connmgr/test_medium.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

struct Device {
  explicit Device(StationConfig config, BindingConfig flags = {}) : impl(config, &medium) {
    node.mgr.bind(wifi, impl, flags);
    EXPECT_TRUE(node.mgr.boot().ok());
    node.run(Duration{});
    node.forget();
  }
  void at(std::int64_t ms) { node.scheduler.run_until(SimTime{} + milliseconds(ms)); }
  // "1.000s NAME[ reason]" without the monitor's and control's own records.
  Names take() {
    Names out;
    for (const KeptRecord& r : node.sink.records) {
      const bool own = r.name.starts_with("L4_") || r.name.starts_with("iface_") ||
                       r.name == "connect" || r.name == "disconnect" || r.name == "auto_down" ||
                       (r.name == "phase" && !phases);
      if (own) continue;
      const std::string reason(r.attr("reason"));
      out.push_back(to_text(r.at) + " " + r.name + (reason.empty() ? "" : " " + reason));
    }
    node.forget();
    return out;
  }
  bool phases = false;  // told, too
  TestMedium medium;
  TestNode node;
  WifiConnectivity impl;
  NetIf& wifi = node.add_with_address("wifi0");
};

StationConfig steady() {
  StationConfig config = wifi_defaults();
  config.associate = DurationDistribution::fixed(seconds(1));
  return config;
}
constexpr BindingConfig kPersistent{conn_flag_bit(ConnFlag::Persistent), kNoTimeout};

TEST(Wifi, ConnectsWhenAdminUp) {
  Device d(steady());
  EXPECT_TRUE(d.wifi.is_dormant());
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(5000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "1.000s associated",
                             "1.000s IF_UP"}));
}

TEST(Wifi, AccessPointRebootWithPersistence) {
  Device d(steady(), kPersistent);
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(10'000);
  d.node.forget();
  d.medium.set_present(false);
  d.at(13'500);
  d.medium.set_present(true);
  d.at(30'000);
  // Scans of 0.6 s with pauses of 1 s; the one that is under way when the peer returns fails.
  EXPECT_EQ(d.take(), (Names{"10.000s disassociated peer_lost", "10.000s IF_DOWN",
                             "10.000s associating", "10.600s association_failed peer_absent",
                             "11.600s associating", "12.200s association_failed peer_absent",
                             "13.200s associating", "13.800s association_failed peer_absent",
                             "14.800s associating", "15.800s associated", "15.800s IF_UP"}));
}

TEST(Wifi, AnAttemptNeedsThePeerAllTheTime) {
  Device d(steady());
  d.medium.set_present(false);
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(599);  // the scan is nearly over
  d.medium.set_present(true);
  d.at(3000);
  EXPECT_EQ(d.take().back(), "2.600s IF_UP");  // the next one: a pause, then an association
}

TEST(Wifi, AnAccessPointMissedInTheMiddleSpoilsTheAttempt) {
  Device d(steady());
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(400);
  d.medium.set_present(false);
  d.at(500);
  d.medium.set_present(true);
  d.at(3000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating",
                             "0.600s association_failed peer_absent", "1.600s associating",
                             "2.600s associated", "2.600s IF_UP"}));
}

TEST(Wifi, ConnectEndsTheRetryPause) {
  Device d(steady());
  d.medium.set_present(false);
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(1200);  // the first attempt has failed, the next begins at 1.6 s
  d.medium.set_present(true);
  EXPECT_TRUE(d.node.mgr.if_connect(d.wifi).ok());
  d.at(5000);
  EXPECT_EQ(d.take().back(), "2.200s IF_UP");
}

TEST(Wifi, LossWithoutPersistenceGivesUp) {
  Device d(steady());
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(5000);
  d.node.forget();
  d.medium.set_present(false);
  d.at(6000);
  d.medium.set_present(true);
  d.at(60'000);
  EXPECT_EQ(d.take(),
            (Names{"5.000s disassociated peer_lost", "5.000s IF_DOWN", "5.000s IF_ADMIN_DOWN"}));
}

TEST(Wifi, DetectionDelay) {
  StationConfig config = steady();
  config.detect = milliseconds(500);
  Device d(config, kPersistent);
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(5000);
  d.node.forget();
  d.medium.set_present(false);
  d.at(5499);
  d.medium.set_present(true);
  d.at(8000);
  EXPECT_EQ(d.take(), Names{});  // back within the delay: nothing happened
  d.medium.set_present(false);
  d.at(8600);
  EXPECT_EQ(d.take(),
            (Names{"8.500s disassociated peer_lost", "8.500s IF_DOWN", "8.500s associating"}));
}

TEST(Wifi, RadioOffEndsTheAssociationAtOnce) {
  StationConfig config = steady();
  config.detect = seconds(3);
  Device d(config, kPersistent);
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(5000);
  d.node.forget();
  d.medium.set_radio_on(false);
  d.at(5500);
  d.medium.set_radio_on(true);
  d.at(8000);
  EXPECT_EQ(d.take(),
            (Names{"5.000s disassociated radio_off", "5.000s IF_DOWN", "5.000s associating",
                   "5.000s association_failed radio_off", "6.000s associating",
                   "7.000s associated", "7.000s IF_UP"}));
}

TEST(Wifi, DisconnectForgetsTheDetection) {
  StationConfig config = steady();
  config.detect = milliseconds(500);
  Device d(config, {conn_flag_bit(ConnFlag::NoAutoDown) | kPersistent.flags});
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(5000);
  d.node.forget();
  d.medium.set_present(false);
  EXPECT_TRUE(d.node.mgr.if_disconnect(d.wifi).ok());
  d.at(9000);
  EXPECT_EQ(d.take(), (Names{"5.000s disassociated left", "5.000s IF_DOWN"}));
}

TEST(Wifi, TimeoutAfterFailingSubAttempts) {
  StationConfig config = steady();
  config.fail_ppb = 1'000'000'000;
  config.retry = {milliseconds(500), milliseconds(500)};
  Device d(config, {kPersistent.flags, 2});
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(60'000);
  EXPECT_EQ(d.take(),
            (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "1.000s association_failed rejected",
                   "1.500s associating", "2.000s association_failed stopped",
                   "2.000s CONN_IF_TIMEOUT", "2.000s IF_ADMIN_DOWN"}));
}

TEST(Wifi, FatalError) {
  StationConfig config = steady();
  config.fatal_ppb = 1'000'000'000;
  Device d(config, {kPersistent.flags, 2});
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(60'000);
  EXPECT_EQ(d.take(),
            (Names{"0.000s IF_ADMIN_UP", "0.000s associating", "1.000s association_failed fatal",
                   "1.000s CONN_IF_FATAL_ERROR -5", "1.000s IF_ADMIN_DOWN"}));
}

TEST(Wifi, DisconnectStopsTheAttempt) {
  Device d(steady());
  ASSERT_TRUE(d.wifi.up().ok());
  d.at(500);
  EXPECT_TRUE(d.node.mgr.if_disconnect(d.wifi).ok());
  d.at(9000);
  EXPECT_EQ(d.take(), (Names{"0.000s IF_ADMIN_UP", "0.000s associating",
                             "0.500s association_failed stopped"}));
}

TEST(Wifi, DrawsItsTimesFromTheSeed) {
  const auto up_at = [](std::uint64_t seed) {
    TestNode node({}, {}, seed);
    WifiConnectivity impl;
    NetIf& wifi = node.add("wifi0");
    node.mgr.bind(wifi, impl);
    EXPECT_TRUE(node.mgr.boot().ok());
    EXPECT_TRUE(wifi.up().ok());
    node.run(seconds(10));
    EXPECT_TRUE(wifi.is_up());
    return wifi.oper_changed_at();
  };
  EXPECT_EQ(up_at(1), up_at(1));
  EXPECT_NE(up_at(1), up_at(2));
  EXPECT_GT(up_at(1), SimTime{} + milliseconds(100));  // 1.2 s with a deviation of 0.3 s
  EXPECT_LT(up_at(1), SimTime{} + milliseconds(2400));
}

TEST(Wifi, ConfigErrors) {
  EXPECT_EQ(station_config_error({}), std::nullopt);
  StationConfig c;
  c.fail_ppb = 1'000'000'001;
  EXPECT_EQ(station_config_error(c), "the probability of a failure exceeds 1");
  c = {};
  c.fatal_ppb = 1'000'000'001;
  EXPECT_EQ(station_config_error(c), "the probability of a fatal error exceeds 1");
  c = {};
  c.retry = {microseconds(999), seconds(1)};
  EXPECT_EQ(station_config_error(c), "the retry delay is below 1ms");
  c.retry = {seconds(2), seconds(1)};
  EXPECT_EQ(station_config_error(c), "the retry delay's cap is below its start");
  c = {};
  c.detect = nanoseconds(-1);
  EXPECT_EQ(station_config_error(c), "the detection delay is negative");
  c = {};
  c.fatal_reason = 0;
  EXPECT_EQ(station_config_error(c), "the fatal reason is 0");
}

}  // namespace
}  // namespace flapjack::test
