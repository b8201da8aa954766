// SPDX-License-Identifier: Apache-2.0
// Control of single ifaces: what each function checks, in which order, and what it returns.
#include "connmgr/conn_mgr.h"

#include <gtest/gtest.h>

#include "tests/connmgr/six_ifaces.h"

namespace flapjack::test {
namespace {

using Calls = std::pair<int, int>;
class Control : public SixIfaces {};

TEST_F(Control, InitOncePerBindingInOrder) {
  EXPECT_EQ(impl_a.inited, (Names{"a1", "a2"}));
  EXPECT_EQ(impl_b.inited, (Names{"b"}));
  EXPECT_TRUE(impl_ni.inited.empty());
  EXPECT_TRUE(impl_null.inited.empty());
}

TEST_F(Control, BoundAndBinding) {
  for (NetIf* iface : bound) {
    EXPECT_TRUE(mgr().if_is_bound(*iface)) << iface->name();
    EXPECT_EQ(&mgr().if_get_binding(*iface)->iface(), iface);
  }
  for (NetIf* iface : {&null, &none}) {
    EXPECT_FALSE(mgr().if_is_bound(*iface)) << iface->name();
    EXPECT_EQ(mgr().if_get_binding(*iface), nullptr);
  }
}

TEST_F(Control, ConnectAndDisconnectReachTheirIfaceOnly) {
  ASSERT_TRUE(mgr().all_if_up(false).ok());
  EXPECT_TRUE(mgr().if_connect(a1).ok());
  EXPECT_TRUE(a1.is_up());
  EXPECT_FALSE(a2.is_up());
  EXPECT_EQ(calls(a1), Calls(1, 0));
  EXPECT_EQ(calls(a2), Calls(0, 0));
  EXPECT_TRUE(mgr().if_connect(b).ok());
  EXPECT_TRUE(b.is_up());
  EXPECT_TRUE(mgr().if_disconnect(a1).ok());
  EXPECT_FALSE(a1.is_up());
  EXPECT_TRUE(b.is_up());
  EXPECT_EQ(calls(a1), Calls(1, 1));
  EXPECT_EQ(calls(b), Calls(1, 0));
}

TEST_F(Control, RepeatedCallsReachTheImplementationAgain) {
  for (const Duration pause : {Duration{}, milliseconds(1)}) {
    const Calls before = calls(a1);
    EXPECT_TRUE(mgr().if_connect(a1).ok());
    node.run(pause);
    EXPECT_TRUE(mgr().if_connect(a1).ok());
    node.run(pause);
    EXPECT_TRUE(mgr().if_disconnect(a1).ok());
    node.run(pause);
    EXPECT_TRUE(mgr().if_disconnect(a1).ok());
    node.run();
    EXPECT_EQ(calls(a1), Calls(before.first + 2, before.second + 2));
  }
}

TEST_F(Control, ConnectTakesAdminUp) {
  EXPECT_TRUE(mgr().if_connect(a1).ok());
  EXPECT_TRUE(a1.is_admin_up());
  node.run();
  EXPECT_EQ(calls(a1), Calls(1, 0));
  EXPECT_EQ(node.take_mgmt(), (Names{"IF_ADMIN_UP a1", "IF_UP a1"}));
}

TEST_F(Control, ConnectReturnsTheErrorOfUpAndCallsNobody) {
  node.l2.refused["a1"] = Errc::Ebusy;
  EXPECT_EQ(mgr().if_connect(a1).code(), Errc::Ebusy);
  EXPECT_FALSE(a1.is_admin_up());
  EXPECT_EQ(calls(a1), Calls(0, 0));
  node.l2.refused.clear();
  a1.set_device_ready(false);
  EXPECT_EQ(mgr().if_connect(a1).code(), Errc::Enxio);
}

TEST_F(Control, DisconnectOnAdminDownIsOkAndCallsNobody) {
  EXPECT_TRUE(mgr().if_disconnect(a1).ok());
  EXPECT_EQ(calls(a1), Calls(0, 0));
  EXPECT_FALSE(a1.is_admin_up());
  EXPECT_FALSE(mgr().if_get_flag(a1, ConnFlag::Disconnecting));
}

TEST_F(Control, UnboundIsNotSupportedAndStaysAsItIs) {
  for (NetIf* iface : {&null, &none}) {
    EXPECT_EQ(mgr().if_connect(*iface).code(), Errc::Enotsup);
    EXPECT_FALSE(iface->is_admin_up());
    EXPECT_EQ(mgr().if_disconnect(*iface).code(), Errc::Enotsup);
    ASSERT_TRUE(iface->up().ok());
    EXPECT_EQ(mgr().if_connect(*iface).code(), Errc::Enotsup);
    EXPECT_EQ(mgr().if_disconnect(*iface).code(), Errc::Enotsup);
  }
}

TEST_F(Control, ImplementationErrorsComeBackVerbatim) {
  node.context(a1).connect_result = Errc::Echild;
  node.context(a1).disconnect_result = static_cast<Errc>(4242);
  EXPECT_EQ(mgr().if_connect(a1).to_int(), -10);
  EXPECT_TRUE(a1.is_admin_up());
  EXPECT_EQ(mgr().if_disconnect(a1).to_int(), -4242);
  EXPECT_EQ(calls(a1), Calls(1, 1));
}

TEST_F(Control, OptionsAreKeptPerIfaceAndOption) {
  const std::array<std::uint8_t, 4> one{1, 2, 3, 4}, two{5, 6, 7, 8};
  EXPECT_TRUE(mgr().if_set_opt(a1, 0, one).ok());
  EXPECT_TRUE(mgr().if_set_opt(a2, 0, two).ok());
  EXPECT_TRUE(mgr().if_set_opt(a1, 1, std::span(two).first(2)).ok());
  const struct {
    NetIf* iface;
    int option;
    std::size_t room;
    std::vector<std::uint8_t> expected;
  } kRows[] = {
      {&a1, 0, 8, {1, 2, 3, 4}}, {&a2, 0, 8, {5, 6, 7, 8}}, {&a1, 1, 8, {5, 6}},
      {&a2, 1, 8, {}},           {&a1, 0, 3, {1, 2, 3}},
  };
  for (const auto& row : kRows) {
    std::array<std::uint8_t, 8> buffer{};
    std::size_t length = row.room;
    EXPECT_TRUE(mgr().if_get_opt(*row.iface, row.option, buffer, &length).ok());
    ASSERT_EQ(length, row.expected.size());
    EXPECT_TRUE(std::equal(row.expected.begin(), row.expected.end(), buffer.begin()));
  }
}

TEST_F(Control, SetOptErrorsInOrder) {
  const std::array<std::uint8_t, 16> bytes{};
  const std::span<const std::uint8_t> nothing;
  EXPECT_EQ(mgr().if_set_opt(none, 0, nothing).code(), Errc::Einval);  // before the binding
  EXPECT_EQ(mgr().if_set_opt(a1, 0, nothing).code(), Errc::Einval);
  for (NetIf* iface : {&none, &null, &b}) {
    EXPECT_EQ(mgr().if_set_opt(*iface, 0, bytes).code(), Errc::Enotsup);
  }
  EXPECT_EQ(mgr().if_set_opt(a1, 7, bytes).code(), Errc::Enoprotoopt);
  EXPECT_EQ(mgr().if_set_opt(a1, 0, bytes).code(), Errc::Enobufs);
  EXPECT_TRUE(mgr().if_set_opt(a1, 0, std::span(bytes).first(0)).ok());  // empty is not NULL
}

TEST_F(Control, GetOptErrorsInOrderZeroTheLength) {
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(mgr().if_get_opt(none, 0, buffer, nullptr).code(), Errc::Einval);
  const struct {
    NetIf* iface;
    int option;
    bool null_buffer;
    Errc expected;
  } kRows[] = {
      {&a1, 0, true, Errc::Einval},     {&none, 0, true, Errc::Einval},
      {&none, 0, false, Errc::Enotsup}, {&null, 0, false, Errc::Enotsup},
      {&b, 0, false, Errc::Enotsup},    {&a1, 7, false, Errc::Enoprotoopt},
  };
  for (const auto& row : kRows) {
    std::size_t length = 8;
    const std::span<std::uint8_t> value =
        row.null_buffer ? std::span<std::uint8_t>() : std::span<std::uint8_t>(buffer);
    EXPECT_EQ(mgr().if_get_opt(*row.iface, row.option, value, &length).code(), row.expected);
    EXPECT_EQ(length, 0u);
  }
}

TEST_F(Control, FlagsAreExactBits) {
  const Binding& binding = *mgr().if_get_binding(a1);
  EXPECT_EQ(binding.flags(), 0b110u);
  EXPECT_TRUE(mgr().if_set_flag(a1, ConnFlag::Persistent, true).ok());
  EXPECT_EQ(binding.flags(), 0b111u);
  EXPECT_TRUE(mgr().if_set_flag(a1, ConnFlag::NoAutoConnect, false).ok());
  EXPECT_EQ(binding.flags(), 0b101u);
  EXPECT_TRUE(mgr().if_set_flag(a1, ConnFlag::NoAutoDown, false).ok());
  EXPECT_EQ(binding.flags(), 0b001u);
  EXPECT_TRUE(mgr().if_get_flag(a1, ConnFlag::Persistent));
  EXPECT_FALSE(mgr().if_get_flag(a1, ConnFlag::NoAutoDown));
  EXPECT_FALSE(mgr().if_get_flag(a2, ConnFlag::Persistent));
}

TEST_F(Control, FlagErrors) {
  const auto beyond = static_cast<ConnFlag>(kConnFlagCount);
  for (NetIf* iface : all) {
    EXPECT_EQ(mgr().if_set_flag(*iface, beyond, true).code(), Errc::Einval);
    EXPECT_FALSE(mgr().if_get_flag(*iface, beyond));
  }
  for (NetIf* iface : {&null, &none}) {
    EXPECT_EQ(mgr().if_set_flag(*iface, ConnFlag::Persistent, true).code(), Errc::Enotsup);
    EXPECT_FALSE(mgr().if_get_flag(*iface, ConnFlag::NoAutoDown));
  }
}

TEST_F(Control, Timeouts) {
  EXPECT_EQ(mgr().if_get_timeout(a1), kNoTimeout);
  for (const int seconds : {99, -1, 0, 7}) {
    EXPECT_TRUE(mgr().if_set_timeout(a1, seconds).ok());
    EXPECT_EQ(mgr().if_get_timeout(a1), seconds);
    EXPECT_EQ(mgr().if_get_binding(a1)->timeout_s(), seconds);
  }
  EXPECT_EQ(mgr().if_get_timeout(a2), kNoTimeout);
  for (NetIf* iface : {&null, &none}) {
    EXPECT_EQ(mgr().if_set_timeout(*iface, 99).code(), Errc::Enotsup);
    EXPECT_EQ(mgr().if_get_timeout(*iface), kNoTimeout);
  }
}

TEST_F(Control, EveryCallLeavesItsResultInTheTrace) {
  node.context(a1).connect_result = Errc::Echild;
  EXPECT_FALSE(mgr().if_connect(a1).ok());
  EXPECT_FALSE(mgr().if_disconnect(none).ok());
  EXPECT_FALSE(mgr().if_set_timeout(none, 3).ok());
  EXPECT_TRUE(mgr().if_set_flag(a1, ConnFlag::Persistent, true).ok());
  std::vector<std::string> lines;
  for (const KeptRecord& r : node.sink.records) {
    if (r.name[0] < 'a') continue;
    lines.push_back(r.subject + " " + r.name + " " + std::string(r.attr("result")));
  }
  EXPECT_EQ(lines, (Names{"dev.a1 connect ECHILD", "dev.none disconnect ENOTSUP",
                          "dev.none set_timeout ENOTSUP", "dev.a1 set_flag OK"}));
}

TEST(ControlMembers, AbsentOnesAreNotSupported) {
  TestNode node;
  NetIf& a = node.add("a");
  TestConnectivity impl({.name = "x", .has_connect = false, .has_disconnect = false});
  node.mgr.bind(a, impl, {conn_flag_bit(ConnFlag::NoAutoConnect)});
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_EQ(node.mgr.if_connect(a).code(), Errc::Enotsup);
  EXPECT_FALSE(a.is_admin_up());  // refused before admin-up
  ASSERT_TRUE(a.up().ok());
  EXPECT_EQ(node.mgr.if_disconnect(a).code(), Errc::Enotsup);
  EXPECT_EQ(node.mgr.all_if_connect(false).code(), Errc::Enotsup);  // bound, so it counts
}

TEST(ControlBinding, FirstOfTheIfaceDecides) {
  TestNode node;
  NetIf& a = node.add("a");
  NetIf& b = node.add("b");
  TestConnectivity gone({.name = "gone", .exists = false}), first, second;
  node.mgr.bind(a, gone);
  node.mgr.bind(a, second);
  Binding& b_first = node.mgr.bind(b, first);
  node.mgr.bind(b, second);
  EXPECT_FALSE(node.mgr.if_is_bound(a));
  EXPECT_EQ(node.mgr.if_get_binding(b), &b_first);
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_EQ(second.inited, (Names{"a", "b"}));
}

TEST(ControlBinding, InitStartsFromTheBindingsOwnTimeout) {
  TestNode node;
  NetIf& a = node.add("a");
  NetIf& b = node.add("b");
  TestConnectivity impl, without({.name = "ni", .has_init = false});
  node.mgr.bind(a, impl, {.timeout_s = 5});
  node.mgr.bind(b, without);
  EXPECT_TRUE(node.mgr.if_set_timeout(a, 77).ok());
  EXPECT_TRUE(node.mgr.if_set_timeout(b, 78).ok());
  EXPECT_TRUE(node.mgr.if_set_flag(a, ConnFlag::Persistent, true).ok());
  ASSERT_TRUE(node.mgr.boot().ok());
  EXPECT_EQ(impl.timeout_at_init, 5);
  EXPECT_EQ(node.mgr.if_get_timeout(a), 5);
  EXPECT_EQ(node.mgr.if_get_timeout(b), 78);  // without init nothing is reset
  EXPECT_TRUE(node.mgr.if_get_flag(a, ConnFlag::Persistent));
}

}  // namespace
}  // namespace flapjack::test
