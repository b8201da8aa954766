// SPDX-License-Identifier: Apache-2.0
// When a node's Connector is made, and that it is the same whether before or after the boot.
#include "stack/net/cn_parts.h"

#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::NodeRig;

std::vector<std::string> callbacks(const Connector& connector) {
  std::vector<std::string> names;
  if (connector.has_callback(Connector::kNotifyId)) names.emplace_back("notify");
  if (connector.has_callback(kCnControlId)) names.emplace_back("control");
  return names;
}
const std::vector<std::string> kBoth = {"notify", "control"};

TEST(CnParts, UsedBeforeTheBootTheyAreStartedByIt) {
  NodeRig rig;
  Connector& connector = rig.node.cn()->connector;
  EXPECT_EQ(connector.add_callback({40, 1}, "mine", [](const CnRequest&) {}), Errc::Eagain);
  EXPECT_TRUE(callbacks(connector).empty());
  rig.node.post_init();
  EXPECT_EQ(callbacks(connector), kBoth);
  rig.node.post_init();  // once more: they are started once
  EXPECT_EQ(callbacks(connector), kBoth);
}

TEST(CnParts, UsedAfterTheBootTheyAreStartedAtOnce) {
  NodeRig rig;
  rig.node.post_init();
  EXPECT_EQ(rig.node.cn().made(), nullptr);
  EXPECT_EQ(callbacks(rig.node.cn()->connector), kBoth);
}

}  // namespace
}  // namespace flapjack
