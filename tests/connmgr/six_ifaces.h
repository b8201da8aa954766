// SPDX-License-Identifier: Apache-2.0
// The node of Zephyr's connectivity tests: a1 and a2 share implementation A, b has B (no options),
// ni one without init, null one without api, none is not bound. Everything starts admin-down and
// dormant, automations off.
#pragma once
#include <gtest/gtest.h>

#include "tests/connmgr/test_node.h"

namespace flapjack::test {

class SixIfaces : public testing::Test {
 protected:
  static constexpr std::uint32_t kManual =
      conn_flag_bit(ConnFlag::NoAutoConnect) | conn_flag_bit(ConnFlag::NoAutoDown);

  explicit SixIfaces(ConnMgrConfig config = {}, std::uint32_t flags = kManual)
      : node(config), flags_(flags) {}
  void SetUp() override {
    for (NetIf* iface : all) iface->dormant_on();
    node.mgr.bind(a1, impl_a, {flags_});
    node.mgr.bind(a2, impl_a, {flags_});
    node.mgr.bind(b, impl_b, {flags_});
    node.mgr.bind(ni, impl_ni, {flags_});
    node.mgr.bind(null, impl_null, {flags_});
    ASSERT_TRUE(node.mgr.boot().ok());
    settle();
  }
  void settle() {
    node.run();
    node.forget();
  }
  std::pair<int, int> calls(const NetIf& iface) {
    const TestContext& c = node.context(iface);
    return {c.connects, c.disconnects};
  }
  ConnMgr& mgr() { return node.mgr; }

  TestNode node;
  TestConnectivity impl_a{{.name = "a"}};
  TestConnectivity impl_b{{.name = "b", .has_set_option = false, .has_get_option = false}};
  TestConnectivity impl_ni{{.name = "ni", .has_init = false}};
  TestConnectivity impl_null{{.name = "null", .exists = false}};
  NetIf& a1 = node.add("a1");
  NetIf& a2 = node.add("a2");
  NetIf& b = node.add("b");
  NetIf& ni = node.add("ni");
  NetIf& null = node.add("null");
  NetIf& none = node.add("none");
  const std::vector<NetIf*> all{&a1, &a2, &b, &ni, &null, &none};
  const std::vector<NetIf*> bound{&a1, &a2, &b, &ni};

 private:
  std::uint32_t flags_;
};

}  // namespace flapjack::test
