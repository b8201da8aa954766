// SPDX-License-Identifier: Apache-2.0
#include "connmgr/event_names.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "connmgr/online_check.h"
#include "connmgr/scripted_connectivity.h"
#include "connmgr/wifi_connectivity.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {
namespace {

TEST(EventNames, AreUnique) {
  for (std::size_t i = 0; i < kConnEvents.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(kConnEvents[i].name, kConnEvents[j].name);
  }
}

// Makes a node record every event there is.
void provoke_all(TestNode& node, NetIf& wifi, NetIf& other) {
  ConnMgr& mgr = node.mgr;
  std::array<std::uint8_t, 1> byte{};
  std::size_t length = 1;
  EXPECT_TRUE(mgr.if_set_flag(other, ConnFlag::Persistent, true).ok());
  EXPECT_TRUE(mgr.if_set_timeout(other, 3).ok());
  EXPECT_TRUE(mgr.if_set_idle_timeout(other, 60).ok());
  EXPECT_FALSE(mgr.if_set_opt(other, 1, byte).ok());
  EXPECT_FALSE(mgr.if_get_opt(other, 1, byte, &length).ok());
  node.l2.refused["other"] = Errc::Eio;
  EXPECT_EQ(mgr.all_if_connect(false).code(), Errc::Eio);
  node.l2.refused.clear();
  EXPECT_TRUE(mgr.if_connect(other).ok());
  node.run(milliseconds(1500));
  mgr.ignore_iface(wifi);
  mgr.watch_iface(wifi);
  node.l2.refused["other"] = Errc::Eio;
  EXPECT_EQ(mgr.all_if_down(false).code(), Errc::Eio);
  node.l2.refused.clear();
  node.run();
  EXPECT_TRUE(mgr.if_connect(wifi).ok());
  {
    OnlineCheck check(node.stack, mgr.monitor(), {.host = {192u << 24 | 2u << 8 | 9},
                                                  .answer_within = milliseconds(1)});
    EXPECT_TRUE(check.trigger().ok());
    node.run(milliseconds(2));  // nobody answers
  }
  EXPECT_TRUE(mgr.if_disconnect(wifi).ok());  // leaves the network
  EXPECT_TRUE(mgr.if_connect(wifi).ok());
  EXPECT_TRUE(mgr.if_disconnect(wifi).ok());  // gives up the attempt
  node.run();
}

// Takes the monitor's lock under its binding's, which the boot took the other way round.
class IgnoringConnectivity : public TestConnectivity {
 public:
  explicit IgnoringConnectivity(ConnMgr& mgr) : mgr_(mgr) {}
  Status connect(Binding& binding) override {
    mgr_.ignore_iface(binding.iface());
    return Status();
  }

 private:
  ConnMgr& mgr_;
};

TEST(EventNames, TableIsWhatIsRecorded) {
  TestNode node;
  NetIf& wifi = node.add_with_address("wifi");
  NetIf& other = node.add_with_address("other");
  NetIf& third = node.add("third");
  StationConfig config = wifi_defaults();
  config.associate = DurationDistribution::fixed(seconds(1));
  WifiConnectivity wifi_impl(config);
  ScriptedConnectivity scripted({{ScriptTrigger::Connect, {}, ScriptAction::Up, {}}});
  node.mgr.bind(wifi, wifi_impl);
  node.mgr.bind(other, scripted, {.init_takes = milliseconds(1)});
  IgnoringConnectivity ignoring(node.mgr);
  node.mgr.bind(third, ignoring);
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_EQ(node.mgr.if_connect(other).code(), Errc::Edeadlk);  // its init is on
  node.run(milliseconds(2));
  EXPECT_TRUE(node.mgr.if_connect(third).ok());
  provoke_all(node, wifi, other);
  std::array<bool, kConnEvents.size()> seen{};
  for (const KeptRecord& r : node.sink.records) {
    if (r.name[0] < 'a') continue;
    const auto it = std::find_if(kConnEvents.begin(), kConnEvents.end(),
                                 [&](const ConnEventInfo& e) { return e.name == r.name; });
    ASSERT_NE(it, kConnEvents.end()) << r.name;
    seen[static_cast<std::size_t>(it - kConnEvents.begin())] = true;
    for (const auto& [key, value] : r.attrs) {
      const auto attr = std::find(it->attrs.begin(), it->attrs.end(), key);
      ASSERT_NE(attr, it->attrs.end()) << r.name << " " << key;
      const auto place = static_cast<std::size_t>(attr - it->attrs.begin());
      const std::string values = " " + std::string(it->values[place]) + " ";
      const bool known = values.size() == 2 || values.find(" " + value + " ") != values.npos;
      EXPECT_TRUE(known) << r.name << " " << key << "=" << value;
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_TRUE(seen[i]) << "never recorded: " << kConnEvents[i].name;
  }
}

}  // namespace
}  // namespace flapjack::test
