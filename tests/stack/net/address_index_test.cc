// SPDX-License-Identifier: Apache-2.0
// AddressIndex against a walk over all addresses that takes the rules of Route literally.
#include "stack/net/address_index.h"

#include <gtest/gtest.h>

#include <bit>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::net;
using test::NodeRig;

SourceCandidate walked(const Stack& stack, Ipv4Address destination, bool link_local) {
  SourceCandidate best;
  for (const auto& iface : stack.ifaces()) {
    for (const Ipv4IfAddress& own : iface->ipv4().addresses()) {
      const Ipv4Address address = own.prefix.address;
      if (own.state != AddressState::Preferred || address.is_link_local() != link_local) continue;
      const std::uint32_t network = address.value & ipv4_mask(own.prefix.length).value;
      const int score =
          own.prefix.length == 0 ? 0 : std::countl_zero(destination.value ^ network);
      if (score >= best.score) best = {iface.get(), address, score};
    }
  }
  return best;
}

NetIf* walked_owner(const Stack& stack, Ipv4Address address) {
  for (const auto& iface : stack.ifaces()) {
    if (iface->ipv4().find(address) != nullptr) return iface.get();
  }
  return nullptr;
}

// Addresses of few bits that differ, so that networks nest, collide and repeat.
Ipv4Address random_address(RandomStream& random) {
  constexpr std::uint32_t kNets[] = {0x0a000000, 0xa9fe0000, 0xc0a80000, 0, 0x80000000, 0xffffff00};
  const auto low = static_cast<std::uint32_t>(random.below(1u << random.below(17)));
  return {kNets[random.below(6)] | low << (random.below(2) * 8)};
}

TEST(AddressIndex, FindsWhatAWalkFinds) {
  RandomStream random(7);
  for (int round = 0; round < 300; ++round) {
    NodeRig rig;
    const std::uint64_t ifaces = random.below(round % 10 == 0 ? 40 : 5);
    for (std::uint64_t i = 0; i < ifaces; ++i) {
      NetIf& iface = rig.node.add_iface({.name = "x" + std::to_string(i)});
      for (std::uint64_t k = random.below(4); k > 0; --k) {
        iface.ipv4_addr_add({random_address(random), static_cast<std::uint8_t>(random.below(33))});
      }
    }
    const AddressIndex index(rig.node);
    for (int k = 0; k < 60; ++k) {
      const Ipv4Address to = random_address(random);
      for (const bool link_local : {false, true}) {
        const SourceCandidate want = walked(rig.node, to, link_local);
        const SourceCandidate have = index.best(to, link_local);
        ASSERT_EQ(have.iface, want.iface) << to_text(to);
        ASSERT_EQ(to_text(have.address), to_text(want.address)) << to_text(to);
        ASSERT_EQ(have.score, want.score) << to_text(to);
      }
      ASSERT_EQ(index.owner(to), walked_owner(rig.node, to)) << to_text(to);
    }
  }
}

TEST(AddressIndex, RouteFollowsEveryChangeOfAddresses) {
  NodeRig rig;
  std::vector<NetIf*> ifaces;
  for (std::uint32_t i = 0; i < 20; ++i) {
    ifaces.push_back(&rig.node.add_iface({.name = "x" + std::to_string(i)}));
    ifaces.back()->ipv4_addr_add({{0x0a000001 + (i << 8)}, 24});
    EXPECT_EQ(rig.node.route().iface_for(Ipv4Address{0x0a000009 + (i << 8)}), ifaces.back());
  }
  EXPECT_EQ(rig.node.route().iface_of(ip("10.0.7.1")), ifaces[7]);
  ASSERT_TRUE(ifaces[7]->ipv4_addr_rm(ip("10.0.7.1")));
  EXPECT_EQ(rig.node.route().iface_of(ip("10.0.7.1")), nullptr);
  EXPECT_NE(rig.node.route().iface_for(ip("10.0.7.9")), ifaces[7]);
  ifaces[3]->ipv4_addr_add(net("10.0.7.2/24"));
  EXPECT_EQ(rig.node.route().iface_for(ip("10.0.7.9")), ifaces[3]);
}

}  // namespace
}  // namespace flapjack
