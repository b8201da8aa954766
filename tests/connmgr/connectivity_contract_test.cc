// SPDX-License-Identifier: Apache-2.0
// What every connectivity implementation must do, run against each. Numbers in comments: the
// checklist in connmgr/README.md. Each implementation here associates after one second.
#include <gtest/gtest.h>

#include "scenarios/builtin.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

struct Maker {
  std::string name;
  std::function<std::unique_ptr<Connectivity>()> make;
};

// Registered implementations with the technology that they ship with; one that takes no
// "associate" gets a script that does the same.
std::vector<Maker> registered_connectivities() {
  std::vector<Maker> makers;
  for (const ConnectivityEntry& entry : builtin_registry().connectivities) {
    if (entry.word.name == "ppp") continue;  // needs an L2 that negotiates; conform examines it
    makers.push_back({entry.word.name, [make = entry.make] {
                        ConnSpec spec;
                        spec.associate = DurationDistribution::fixed(seconds(1));
                        spec.has_associate = true;
                        ConnectivityResult made = make(spec, nullptr);
                        if (made.connectivity != nullptr) return std::move(made.connectivity);
                        spec = {};
                        spec.script = {{"connect 1s up", {}}, {"disconnect down", {}}};
                        made = make(spec, nullptr);
                        EXPECT_NE(made.connectivity, nullptr) << made.error;
                        return std::move(made.connectivity);
                      }});
  }
  return makers;
}

class Contract : public testing::TestWithParam<Maker> {
 protected:
  static constexpr std::uint32_t kManual =
      conn_flag_bit(ConnFlag::NoAutoConnect) | conn_flag_bit(ConnFlag::NoAutoDown);
  // A node with ifaces bound to one implementation, booted, all admin-up.
  struct Bench {
    explicit Bench(const Maker& maker, std::uint32_t flags = kManual) : impl(maker.make()) {
      for (NetIf* iface : {&a, &b}) node.mgr.bind(*iface, *impl, {flags, kNoTimeout});
      for (NetIf* iface : {&a, &b}) EXPECT_TRUE(iface->up().ok());
      EXPECT_TRUE(node.mgr.boot().ok());
      node.run(Duration{});
    }
    void at_ms(std::int64_t t) { node.scheduler.run_until(SimTime{} + milliseconds(t)); }
    void connect(NetIf& iface) { EXPECT_TRUE(node.mgr.if_connect(iface).ok()); }
    void disconnect(NetIf& iface) { EXPECT_TRUE(node.mgr.if_disconnect(iface).ok()); }
    // "1.000s NAME" of the iface; `all`: also what is not net_mgmt's.
    Names trace(const NetIf& iface, bool all = false) {
      Names out;
      for (const KeptRecord& r : node.sink.records) {
        if (r.subject != iface.path() || (!all && r.name[0] >= 'a')) continue;
        if (!r.name.starts_with("IF_ADMIN")) out.push_back(to_text(r.at) + " " + r.name);
      }
      return out;
    }
    TestNode node;
    std::unique_ptr<Connectivity> impl;
    NetIf& a = node.add("a");
    NetIf& b = node.add("b");
  };
  Bench bench{GetParam()};
};

TEST_P(Contract, InitLeavesItDown) {  // 1
  EXPECT_FALSE(bench.a.is_up());
  bench.at_ms(10'000);
  EXPECT_FALSE(bench.a.is_up());
  // Up at boot, down within init, with nothing above it knowing yet.
  EXPECT_EQ(bench.trace(bench.a), (Names{"0.000s IF_UP", "0.000s IF_DOWN"}));
}

TEST_P(Contract, ConnectReturnsAtOnceAndAssociatesLater) {  // 2, 3, 4, 8
  bench.node.forget();
  bench.connect(bench.a);
  EXPECT_EQ(bench.node.scheduler.now(), SimTime{});
  EXPECT_FALSE(bench.a.is_up());
  bench.at_ms(60'000);
  EXPECT_EQ(bench.trace(bench.a), (Names{"1.000s IF_UP"}));
  EXPECT_EQ(bench.trace(bench.b), Names{});
}

TEST_P(Contract, DisconnectWhileConnected) {  // 21
  Bench persistent(GetParam(), kManual | conn_flag_bit(ConnFlag::Persistent));
  persistent.connect(persistent.a);
  persistent.at_ms(5000);
  persistent.node.forget();
  persistent.disconnect(persistent.a);
  persistent.at_ms(60'000);
  EXPECT_EQ(persistent.trace(persistent.a), (Names{"5.000s IF_DOWN"}));
}

TEST_P(Contract, DisconnectWhileConnecting) {  // 22
  bench.node.forget();
  bench.connect(bench.a);
  bench.at_ms(999);
  bench.disconnect(bench.a);
  bench.at_ms(60'000);
  EXPECT_EQ(bench.trace(bench.a), Names{});
}

TEST_P(Contract, DisconnectWhileIdle) {  // 24
  bench.node.forget();
  bench.disconnect(bench.a);
  bench.at_ms(60'000);
  EXPECT_EQ(bench.trace(bench.a), Names{});
}

TEST_P(Contract, RepeatedConnect) {  // 25, 26
  bench.node.forget();
  bench.connect(bench.a);
  bench.connect(bench.a);
  bench.at_ms(5000);
  bench.connect(bench.a);
  bench.at_ms(60'000);
  EXPECT_EQ(bench.trace(bench.a), (Names{"1.000s IF_UP"}));
}

TEST_P(Contract, LastCommandWins) {  // 27
  bench.node.forget();
  bench.disconnect(bench.a);
  bench.connect(bench.a);
  bench.connect(bench.b);
  bench.disconnect(bench.b);
  bench.at_ms(60'000);
  EXPECT_TRUE(bench.a.is_up());
  EXPECT_FALSE(bench.b.is_up());
  bench.disconnect(bench.a);
  bench.connect(bench.a);
  bench.at_ms(120'000);
  EXPECT_EQ(bench.trace(bench.a), (Names{"1.000s IF_UP", "60.000s IF_DOWN", "61.000s IF_UP"}));
}

TEST_P(Contract, AdminDownAtAnyState) {  // 35
  bench.node.forget();
  bench.connect(bench.a);
  bench.at_ms(500);
  ASSERT_TRUE(bench.a.down().ok());
  bench.at_ms(5000);
  EXPECT_EQ(bench.trace(bench.a), Names{});
  ASSERT_TRUE(bench.a.up().ok());
  bench.connect(bench.a);
  bench.at_ms(9000);
  EXPECT_TRUE(bench.a.is_up());
}

// The states of the iface, flipped behind its back, change nothing but the iface.
TEST_P(Contract, NeverReadsTheIface) {  // 36
  const auto run = [&](bool flip) {
    Bench fresh(GetParam());
    fresh.node.forget();
    const auto meddle = [&] {
      if (!flip) return;
      fresh.a.carrier_off();
      fresh.a.dormant_off();
      fresh.a.carrier_on();
      EXPECT_TRUE(fresh.a.down().ok());
      EXPECT_TRUE(fresh.a.up().ok());
      fresh.node.set_address(fresh.a, true);
    };
    meddle();
    fresh.connect(fresh.a);
    fresh.at_ms(500);
    meddle();
    fresh.at_ms(4000);
    meddle();
    fresh.connect(fresh.a);
    fresh.at_ms(8000);
    meddle();
    fresh.disconnect(fresh.a);
    fresh.at_ms(9000);
    Names own;
    for (const std::string& line : fresh.trace(fresh.a, true)) {
      const std::string name = line.substr(line.find(' ') + 1);
      const bool of_iface = name.starts_with("I") || name.starts_with("iface_");
      if (!of_iface) own.push_back(line);
    }
    EXPECT_FALSE(fresh.a.is_up());
    return own;
  };
  EXPECT_EQ(run(true), run(false));
}

// Two ifaces at once behave as each alone.
TEST_P(Contract, StateIsPerIface) {  // 37
  const auto drive = [&](Bench& with, bool a, bool b) {
    with.node.forget();
    if (a) with.connect(with.a);
    with.at_ms(300);
    if (b) with.connect(with.b);
    with.at_ms(1100);
    if (a) with.disconnect(with.a);
    with.at_ms(1200);
    if (b) with.disconnect(with.b);
    if (a) with.connect(with.a);
    with.at_ms(9000);
  };
  Bench both(GetParam()), only_a(GetParam()), only_b(GetParam());
  drive(both, true, true);
  drive(only_a, true, false);
  drive(only_b, false, true);
  EXPECT_EQ(both.trace(both.a, true), only_a.trace(only_a.a, true));
  EXPECT_EQ(both.trace(both.b, true), only_b.trace(only_b.b, true));
  EXPECT_TRUE(both.a.is_up());
  EXPECT_FALSE(both.b.is_up());
}

TEST_P(Contract, LeavesFlagsAndTimeoutAlone) {  // 38
  Binding& binding = *bench.node.mgr.if_get_binding(bench.a);
  EXPECT_EQ(binding.flags(), kManual);
  binding.set_flag(ConnFlag::Persistent, true);
  binding.set_timeout_s(30);
  bench.connect(bench.a);
  bench.at_ms(5000);
  EXPECT_EQ(binding.flags(), kManual | conn_flag_bit(ConnFlag::Persistent));
  EXPECT_EQ(binding.timeout_s(), 30);
}

TEST_P(Contract, UnknownOption) {  // 39
  std::array<std::uint8_t, 4> bytes{};
  std::size_t length = bytes.size();
  EXPECT_EQ(bench.node.mgr.if_set_opt(bench.a, 9999, bytes).code(), Errc::Enoprotoopt);
  EXPECT_EQ(bench.node.mgr.if_get_opt(bench.a, 9999, bytes, &length).code(), Errc::Enoprotoopt);
  EXPECT_EQ(length, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Contract,
                         testing::ValuesIn(registered_connectivities()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace flapjack::test
