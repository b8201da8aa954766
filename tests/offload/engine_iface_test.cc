// SPDX-License-Identifier: Apache-2.0
// What an engine shows of itself to its iface: carrier, dormancy and address, in a modem's order.
#include "tests/offload/engine_rig.h"

namespace flapjack {
namespace {

class EngineIface : public testing::TestWithParam<EngineUnderTest> {
 protected:
  using Names = std::vector<std::string>;
  static Names names(EngineRig& rig) {
    rig.run(milliseconds(1));
    Names names;
    for (const KeptRecord& record : rig.trace.records) {
      if (record.kind == TraceKind::Event && record.subject == "n1.lte0") {
        names.push_back(record.name);
      }
    }
    rig.trace.records.clear();
    return names;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, EngineIface, testing::ValuesIn(engines_under_test()),
                         engine_name);

TEST_P(EngineIface, AddressFirstThenUp) {
  EngineRig rig(GetParam().make);
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_ADMIN_UP", "IF_UP"}));
  EXPECT_TRUE(rig.node(1).iface.is_up());
  EXPECT_EQ(rig.node(1).iface.link_address(), EngineNode::mac(1));
}

TEST_P(EngineIface, LinkLossTakesTheAddressBeforeTheIfaceGoesDown) {
  EngineRig rig(GetParam().make);
  names(rig);
  rig.link.set_up(false);
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_DEL", "IF_DOWN"}));
  rig.link.set_up(true);
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_UP"}));
  rig.node(1).engine->set_link(false);
  rig.node(1).engine->set_link(false);
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_DEL", "IF_DOWN"}));
  rig.link.set_up(false);
  rig.link.set_up(true);
  EXPECT_EQ(names(rig), Names{}) << "the engine holds its link down";
  rig.node(1).engine->set_link(true);
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_UP"}));
}

TEST_P(EngineIface, AdminDownTakesTheAddressAndKeepsTheCarrier) {
  EngineRig rig(GetParam().make);
  names(rig);
  ASSERT_TRUE(rig.node(1).iface.down().ok());
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_DEL", "IF_ADMIN_DOWN", "IF_DOWN"}));
  EXPECT_TRUE(rig.node(1).iface.is_carrier_ok());
  rig.link.set_up(false);
  rig.link.set_up(true);
  EXPECT_EQ(names(rig), Names{});
  ASSERT_TRUE(rig.node(1).iface.up().ok());
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_ADMIN_UP", "IF_UP"}));
}

TEST_P(EngineIface, ConnectionsSurviveAdminDown) {
  EngineRig rig(GetParam().make);
  StreamPair pair(rig);
  ASSERT_TRUE(rig.node(1).iface.down().ok());
  EXPECT_TRUE(pair.server->send(bytes_of("kept"), nullptr).ok());
  rig.run(seconds(3));
  ASSERT_TRUE(rig.node(1).iface.up().ok());
  rig.run(seconds(30));
  EXPECT_EQ(read_text(*pair.client), "kept");
}

TEST_P(EngineIface, AttachingTakesTimeAndIsDormant) {
  EngineConfig config;
  config.attach_delay = seconds(2);
  EngineRig rig(GetParam().make, {}, 1, config);
  EXPECT_EQ(names(rig), Names{"IF_ADMIN_UP"});
  EXPECT_EQ(rig.node(1).iface.oper_state(), OperState::Dormant);
  rig.run(seconds(2));
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_UP"}));
  rig.link.set_up(false);
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_DEL", "IF_DOWN"}));
  rig.link.set_up(true);
  rig.run(seconds(1));
  EXPECT_EQ(rig.node(1).iface.oper_state(), OperState::Dormant);
  rig.link.set_up(false);  // before it is attached
  EXPECT_EQ(names(rig), Names{});
  EXPECT_FALSE(rig.node(1).iface.is_carrier_ok());
  rig.run(seconds(5));
  EXPECT_EQ(names(rig), Names{});
  rig.link.set_up(true);
  rig.run(seconds(2));
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_UP"}));
  rig.link.set_up(false);
  rig.link.set_up(true);
  names(rig);
  ASSERT_TRUE(rig.node(1).iface.down().ok());  // while it attaches
  ASSERT_TRUE(rig.node(1).iface.up().ok());
  EXPECT_EQ(names(rig), (Names{"IF_ADMIN_DOWN", "IF_ADMIN_UP"}));
  rig.run(seconds(2));
  EXPECT_EQ(names(rig), (Names{"IPV4_ADDR_ADD", "IF_UP"}));
}

TEST_P(EngineIface, PowerCutAndReset) {
  EngineRig rig(GetParam().make);
  names(rig);
  rig.node(1).engine->power_cut();
  EXPECT_EQ(names(rig), (Names{"modem_power_off", "IPV4_ADDR_DEL", "IF_DOWN"}));
  rig.link.set_up(false);
  rig.link.set_up(true);
  EXPECT_EQ(names(rig), Names{});
  rig.node(1).engine->reset();
  EXPECT_EQ(names(rig), (Names{"modem_boot", "IPV4_ADDR_ADD", "IF_UP"}));
  rig.node(1).engine->reset();
  EXPECT_EQ(names(rig), (Names{"modem_power_off", "IPV4_ADDR_DEL", "IF_DOWN", "modem_boot",
                               "IPV4_ADDR_ADD", "IF_UP"}));
  ASSERT_TRUE(rig.node(1).iface.down().ok());
  rig.node(1).engine->power_cut();
  EXPECT_EQ(rig.node(1).iface.up().code(), Errc::Enxio);
}

TEST_P(EngineIface, FramesAreCounted) {
  EngineRig rig(GetParam().make);
  RecordingUser user;
  const auto a = open_socket(rig.node(1), SocketType::Datagram, user);
  const auto b = open_socket(rig.node(2), SocketType::Datagram, user);
  ASSERT_TRUE(b->bind({{}, 7}).ok());
  const IfStats before = rig.node(1).iface.stats();
  const Endpoint to = rig.node(2).at(7);
  EXPECT_TRUE(a->send(bytes_of("0123456789"), &to).ok());
  rig.run(milliseconds(1));
  const IfStats& after = rig.node(1).iface.stats();
  EXPECT_GE(after.tx_packets, before.tx_packets + 1);
  EXPECT_GE(after.tx_bytes, before.tx_bytes + 52);
  EXPECT_EQ(rig.node(2).iface.stats().rx_packets, after.tx_packets);
}

TEST_P(EngineIface, ValuesOutOfRangeAreRefused) {
  EngineRig rig(GetParam().make);
  NetIf& iface = rig.node(1).stack.add_iface(EngineNode::named("lte1"));
  SimDriver driver(rig.link, "n1.lte1", {EngineNode::mac(77), false, {}, {}});
  EngineConfig good;
  good.address = {{0x0a000042}, 16};
  std::vector<EngineConfig> bad(8, good);
  bad[0].address.address = {};
  bad[1].address.length = 33;
  bad[2].mtu = 67;
  bad[3].mtu = 1600;
  bad[4].tcp_mss = 20;
  bad[5].tcp_window = 100;
  bad[6].heap_limit = 100;
  bad[7].attach_delay = Duration{-1};
  for (const EngineConfig& config : bad) {
    EXPECT_EQ(GetParam().make(iface, driver, config).code(), Errc::Einval);
  }
  EXPECT_TRUE(GetParam().make(iface, driver, good).ok());
}

}  // namespace
}  // namespace flapjack
