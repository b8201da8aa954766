// SPDX-License-Identifier: Apache-2.0
// The life of an iface: each row of the transition table of admin state, carrier and dormancy with
// its answer, the state it leads to, its events and whether the change time is stored anew.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::Lines;
using test::NodeRig;

constexpr Errc kOk = Errc::Ok;
constexpr OperState kDown = OperState::Down, kUp = OperState::Up, kDormant = OperState::Dormant,
                    kLower = OperState::LowerLayerDown, kUnknown = OperState::Unknown;

enum class Call { Up, Down, CarrierOn, CarrierOff, DormantOn, DormantOff };
enum class L2Kind { Good, FailsUp, FailsDown, None };

struct Start {
  bool admin = false, carrier = true, dormant = false;
  bool is_virtual = false;
  bool ready = true;
  L2Kind l2 = L2Kind::Good;
  bool was_up = false;  ///< brought up and down before: the state is known
};

struct Row {
  const char* label;
  Start start;
  OperState from;
  Call call;
  Errc answer;
  OperState to;
  Lines events;
  bool stored;  ///< the state was evaluated: its time is now
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.label;
}

const Lines kNone, kAdminUp{"IF_ADMIN_UP"}, kAdminDown{"IF_ADMIN_DOWN"}, kIfUp{"IF_UP"},
    kIfDown{"IF_DOWN"}, kBothUp{"IF_ADMIN_UP", "IF_UP"}, kBothDown{"IF_ADMIN_DOWN", "IF_DOWN"};
constexpr Start kAUp{.admin = true}, kAUpVirtual{.admin = true, .is_virtual = true};
constexpr Start kNoCarrier{.admin = true, .carrier = false};
constexpr Start kNoCarrierVirtual{.admin = true, .carrier = false, .is_virtual = true};
constexpr Start kNoCarrierDormant{.admin = true, .carrier = false, .dormant = true};
constexpr Start kSleeping{.admin = true, .dormant = true};
constexpr Start kSleepingVirtual{.admin = true, .dormant = true, .is_virtual = true};
constexpr Start kNotReady{.admin = true, .ready = false, .l2 = L2Kind::None};

const std::vector<Row> kAdminRows = {
    {"up", {}, kUnknown, Call::Up, kOk, kUp, kBothUp, true},
    {"up_again", {.was_up = true}, kDown, Call::Up, kOk, kUp, kBothUp, true},
    {"up_dormant", {.dormant = true}, kDown, Call::Up, kOk, kDormant, kAdminUp, true},
    {"up_no_carrier", {.carrier = false}, kDown, Call::Up, kOk, kDown, kAdminUp, true},
    {"up_no_carrier_dormant",
     {.carrier = false, .dormant = true},
     kDown,
     Call::Up,
     kOk,
     kDown,
     kAdminUp,
     true},
    {"up_no_carrier_virtual",
     {.carrier = false, .is_virtual = true},
     kDown,
     Call::Up,
     kOk,
     kLower,
     kAdminUp,
     true},
    {"up_l2_fails", {.l2 = L2Kind::FailsUp}, kUnknown, Call::Up, Errc::Eio, kUnknown, kNone, false},
    {"up_l2_fails_after_down",
     {.l2 = L2Kind::FailsUp, .was_up = true},
     kDown,
     Call::Up,
     Errc::Eio,
     kDown,
     kNone,
     false},
    {"up_not_ready", {.ready = false}, kUnknown, Call::Up, Errc::Enxio, kUnknown, kNone, false},
    {"up_not_ready_no_l2",
     {.ready = false, .l2 = L2Kind::None},
     kUnknown,
     Call::Up,
     kOk,
     kLower,
     kAdminUp,
     true},
    {"up_no_l2", {.l2 = L2Kind::None}, kUnknown, Call::Up, kOk, kUp, kBothUp, true},
    {"up_when_up", kAUp, kUp, Call::Up, Errc::Ealready, kUp, kNone, false},
    {"up_when_dormant", kSleeping, kDormant, Call::Up, Errc::Ealready, kDormant, kNone, false},
    {"up_when_no_carrier", kNoCarrier, kDown, Call::Up, Errc::Ealready, kDown, kNone, false},
    {"up_when_lower", kNoCarrierVirtual, kLower, Call::Up, Errc::Ealready, kLower, kNone, false},
    {"down_never_up", {}, kUnknown, Call::Down, Errc::Ealready, kUnknown, kNone, false},
    {"down_twice", {.was_up = true}, kDown, Call::Down, Errc::Ealready, kDown, kNone, false},
    {"down", kAUp, kUp, Call::Down, kOk, kDown, kBothDown, true},
    {"down_virtual", kAUpVirtual, kUp, Call::Down, kOk, kDown, kBothDown, true},
    {"down_dormant", kSleeping, kDormant, Call::Down, kOk, kDown, kAdminDown, true},
    {"down_no_carrier", kNoCarrier, kDown, Call::Down, kOk, kDown, kAdminDown, true},
    {"down_lower", kNoCarrierVirtual, kLower, Call::Down, kOk, kDown, kAdminDown, true},
    {"down_not_ready", kNotReady, kLower, Call::Down, kOk, kDown, kAdminDown, true},
    {"down_l2_fails",
     {.admin = true, .l2 = L2Kind::FailsDown},
     kUp,
     Call::Down,
     Errc::Ebusy,
     kUp,
     kNone,
     false},
};

const std::vector<Row> kCarrierRows = {
    {"carrier_off", kAUp, kUp, Call::CarrierOff, kOk, kDown, kIfDown, true},
    {"carrier_off_virtual", kAUpVirtual, kUp, Call::CarrierOff, kOk, kLower, kIfDown, true},
    {"carrier_off_dormant", kSleeping, kDormant, Call::CarrierOff, kOk, kDown, kNone, true},
    {"carrier_off_dormant_virtual", kSleepingVirtual, kDormant, Call::CarrierOff, kOk, kLower,
     kNone, true},
    {"carrier_on", kNoCarrier, kDown, Call::CarrierOn, kOk, kUp, kIfUp, true},
    {"carrier_on_virtual", kNoCarrierVirtual, kLower, Call::CarrierOn, kOk, kUp, kIfUp, true},
    {"carrier_on_dormant", kNoCarrierDormant, kDown, Call::CarrierOn, kOk, kDormant, kNone, true},
    {"carrier_on_again", kAUp, kUp, Call::CarrierOn, kOk, kUp, kNone, false},
    {"carrier_off_again", kNoCarrier, kDown, Call::CarrierOff, kOk, kDown, kNone, false},
    {"carrier_on_admin_down", {.carrier = false}, kDown, Call::CarrierOn, kOk, kDown, kNone, true},
    {"carrier_off_admin_down", {}, kUnknown, Call::CarrierOff, kOk, kDown, kNone, true},
    {"dormant_on", kAUp, kUp, Call::DormantOn, kOk, kDormant, kIfDown, true},
    {"dormant_off", kSleeping, kDormant, Call::DormantOff, kOk, kUp, kIfUp, true},
    {"dormant_on_no_carrier", kNoCarrier, kDown, Call::DormantOn, kOk, kDown, kNone, true},
    {"dormant_on_lower", kNoCarrierVirtual, kLower, Call::DormantOn, kOk, kLower, kNone, true},
    {"dormant_off_no_carrier", kNoCarrierDormant, kDown, Call::DormantOff, kOk, kDown, kNone, true},
    {"dormant_on_again", kSleeping, kDormant, Call::DormantOn, kOk, kDormant, kNone, false},
    {"dormant_off_again", kAUp, kUp, Call::DormantOff, kOk, kUp, kNone, false},
    {"dormant_on_admin_down", {}, kUnknown, Call::DormantOn, kOk, kDown, kNone, true},
    {"dormant_off_admin_down", {.dormant = true}, kDown, Call::DormantOff, kOk, kDown, kNone, true},
    {"carrier_on_not_ready",
     {.admin = true, .carrier = false, .ready = false, .l2 = L2Kind::None},
     kLower,
     Call::CarrierOn,
     kOk,
     kLower,
     kNone,
     true},
};

Status perform(NetIf& iface, Call call) {
  switch (call) {
    case Call::Up:
      return iface.up();
    case Call::Down:
      return iface.down();
    case Call::CarrierOn:
      iface.carrier_on();
      break;
    case Call::CarrierOff:
      iface.carrier_off();
      break;
    case Call::DormantOn:
      iface.dormant_on();
      break;
    case Call::DormantOff:
      iface.dormant_off();
      break;
  }
  return Status();
}

NetIf& make(NodeRig& rig, const Start& start) {
  NetIf& iface = rig.node.add_iface({.name = "x", .is_virtual = start.is_virtual});
  EXPECT_TRUE(iface.set_link_address({{2, 0, 0, 0, 0, 1}}).ok());
  if (start.l2 != L2Kind::None) iface.bind_l2(rig.l2);
  if (start.was_up) {
    EXPECT_TRUE(iface.up().ok());
    EXPECT_TRUE(iface.down().ok());
  }
  if (!start.carrier) iface.carrier_off();
  if (start.dormant) iface.dormant_on();
  iface.set_device_ready(start.ready);
  if (start.admin) {
    EXPECT_TRUE(iface.up().ok());
  }
  if (start.l2 == L2Kind::FailsUp) rig.l2.up_answer = Errc::Eio;
  if (start.l2 == L2Kind::FailsDown) rig.l2.down_answer = Errc::Ebusy;
  return iface;
}

class Transition : public testing::TestWithParam<Row> {};

TEST_P(Transition, AnswersMovesAndTells) {
  const Row& row = GetParam();
  NodeRig rig;
  NetIf& iface = make(rig, row.start);
  ASSERT_EQ(iface.oper_state(), row.from);
  const SimTime before = iface.oper_changed_at();
  rig.scheduler.run_until(rig.scheduler.now() + seconds(1));
  rig.sink.records.clear();
  const bool admin = iface.is_admin_up();

  EXPECT_EQ(perform(iface, row.call).code(), row.answer);

  EXPECT_EQ(oper_state_name(iface.oper_state()), oper_state_name(row.to));
  EXPECT_EQ(iface.is_up(), row.to == kUp);
  Lines events;
  for (const std::string& event : row.events) events.push_back("n.x " + event);
  EXPECT_EQ(rig.events(), events);
  EXPECT_EQ(iface.oper_changed_at(), row.stored ? rig.scheduler.now() : before);
  const bool admin_call = row.call == Call::Up || row.call == Call::Down;
  EXPECT_EQ(iface.is_admin_up(), admin_call && row.answer == kOk ? row.call == Call::Up : admin);
}
std::string label_of(const testing::TestParamInfo<Row>& info) {
  return info.param.label;
}
INSTANTIATE_TEST_SUITE_P(Admin, Transition, testing::ValuesIn(kAdminRows), label_of);
INSTANTIATE_TEST_SUITE_P(Carrier, Transition, testing::ValuesIn(kCarrierRows), label_of);

TEST(NetIfState, FlagsSetWhileAdminDownCountAtTheNextUp) {
  NodeRig rig;
  NetIf& iface = make(rig, {});
  iface.dormant_on();
  iface.carrier_off();
  EXPECT_TRUE(iface.is_dormant());
  EXPECT_FALSE(iface.is_carrier_ok());
  ASSERT_TRUE(iface.up().ok());
  iface.carrier_on();
  EXPECT_EQ(iface.oper_state(), kDormant);
  iface.dormant_off();
  EXPECT_EQ(rig.events(), (Lines{"n.x IF_ADMIN_UP", "n.x IF_UP"}));
}

TEST(NetIfState, AHeldIfaceIsDormantWhateverItsOwnerSays) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "x"});
  iface.hold_dormant(true);
  iface.hold_dormant(true);
  iface.dormant_on();
  iface.dormant_off();
  EXPECT_EQ(iface.oper_state(), kDormant);
  iface.dormant_on();
  iface.hold_dormant(false);
  EXPECT_EQ(iface.oper_state(), kDormant) << "the owner's own word is remembered";
  iface.dormant_off();
  EXPECT_EQ(rig.events(), (Lines{"n.x IF_DOWN", "n.x IF_UP"}));
}

TEST(NetIfState, RandomCallsKeepTheInvariants) {
  NodeRig rig;
  NetIf& iface = make(rig, {});
  RandomStream draw = rig.rng.stream("calls");
  for (int i = 0; i < 3000; ++i) {
    static_cast<void>(perform(iface, static_cast<Call>(draw.below(6))));
    const OperInputs in{iface.is_admin_up(), true, iface.is_carrier_ok(), iface.is_dormant(),
                        false};
    if (iface.oper_state() != kUnknown) {
      ASSERT_EQ(iface.oper_state(), oper_state(in));
    }
    ASSERT_EQ(iface.is_up(), iface.oper_state() == kUp);
  }
  std::string last_if = "n.x IF_DOWN", last_admin = "n.x IF_ADMIN_DOWN";
  std::size_t ups = 0, downs = 0;
  for (const std::string& event : rig.events()) {
    ups += event == "n.x IF_UP";
    downs += event == "n.x IF_DOWN";
    std::string& last = event.find("ADMIN") != std::string::npos ? last_admin : last_if;
    ASSERT_NE(event, last) << "they alternate";
    last = event;
  }
  EXPECT_GT(iface.stats().up_count, 50u);
  EXPECT_EQ(iface.stats().up_count, ups);
  EXPECT_EQ(iface.down_count(), downs);
}

TEST(NetIfState, HandlersSeeTheLiveStateNotThatOfTheEvent) {
  NodeRig rig;
  NetIf& iface = make(rig, {});
  Lines seen;
  MgmtCallback callback{mgmt_mask(MgmtEvent::IfUp, MgmtEvent::IfDown), [&](const MgmtNotice& n) {
                          seen.push_back(std::string(mgmt_event_name(n.event)) + " " +
                                         std::string(oper_state_name(n.iface->oper_state())));
                        }};
  rig.node.mgmt.add(callback);
  ASSERT_TRUE(iface.up().ok());
  iface.carrier_off();
  EXPECT_EQ(seen, Lines{});
  rig.scheduler.run();
  EXPECT_EQ(seen, (Lines{"IF_UP down", "IF_DOWN down"}));
}

// ---- bindings

TEST(NetIfState, ADriverThatCannotRunKeepsTheIfaceDown) {
  NodeRig rig;
  NetIf& iface = rig.add_down({.name = "x"});
  rig.driver(iface).run_answer = Errc::Eio;
  EXPECT_EQ(iface.up().code(), Errc::Eio);
  EXPECT_FALSE(iface.is_admin_up());
  EXPECT_EQ(rig.events(), Lines{});
  EXPECT_EQ(rig.l2.calls, (Lines{"enable", "disable"})) << "the L2 is as it was";
}

TEST(NetIfState, ADriverThatCannotStopKeepsTheIfaceUp) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "x"});
  rig.driver(iface).stop_answer = Errc::Ebusy;
  rig.l2.calls.clear();
  EXPECT_EQ(iface.down().code(), Errc::Ebusy);
  EXPECT_TRUE(iface.is_up());
  EXPECT_EQ(rig.events(), Lines{});
  EXPECT_EQ(rig.l2.calls, (Lines{"disable", "enable"})) << "the L2 is as it was";
}

TEST(NetIfState, WhatAnL2ReportsMeanwhileComesAfterTheAdminEvent) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "x"});
  rig.l2.meanwhile = [](NetIf& i) { i.carrier_off(); };
  ASSERT_TRUE(iface.down().ok());
  EXPECT_EQ(rig.events(), (Lines{"n.x IF_ADMIN_DOWN", "n.x IF_DOWN"}));
  rig.sink.records.clear();
  rig.l2.meanwhile = [](NetIf& i) { i.carrier_on(); };
  ASSERT_TRUE(iface.up().ok());
  EXPECT_EQ(rig.events(), (Lines{"n.x IF_ADMIN_UP", "n.x IF_UP"}));
}

TEST(NetIfState, WhatAnL2ReportsMeanwhileCountsWhenItRefuses) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "x"});
  rig.l2.meanwhile = [](NetIf& i) { i.dormant_on(); };
  rig.l2.down_answer = Errc::Ebusy;
  EXPECT_EQ(iface.down().code(), Errc::Ebusy);
  EXPECT_EQ(iface.oper_state(), kDormant);
  EXPECT_EQ(rig.events(), Lines{"n.x IF_DOWN"});
}

TEST(NetIfState, TheDriversCarrierAndAddressAreTakenAtBinding) {
  NodeRig rig;
  NetIf& iface = rig.node.add_iface({.name = "x"});
  test::ScriptedDriver driver;
  driver.carrier = false;
  iface.bind_l2(rig.l2);
  iface.bind_driver(driver);
  EXPECT_FALSE(iface.is_carrier_ok());
  EXPECT_EQ(iface.oper_state(), kDown);
  EXPECT_EQ(iface.link_address(), driver.mac);
}

TEST(NetIfState, TheLinkAddressStandsWhileRunning) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "x"});
  const MacAddress before = iface.link_address(), other{{2, 0, 0, 0, 0, 0x99}};
  EXPECT_EQ(iface.set_link_address(other).code(), Errc::Eperm);
  EXPECT_EQ(iface.link_address(), before);
  iface.carrier_off();
  EXPECT_TRUE(iface.set_link_address(other).ok()) << "admin-up but not running";
  EXPECT_EQ(iface.link_address(), other);
}

// The L2's own clearing up may run callbacks that call down() once more.
TEST(NetIfState, DownWithinDownIsRefused) {
  NodeRig rig;
  NetIf& iface = rig.add({.name = "if0"}, "192.0.2.1/24");
  Status inner;
  rig.l2.meanwhile = [&](NetIf& same) { inner = same.down(); };
  EXPECT_TRUE(iface.down().ok());
  EXPECT_EQ(inner.code(), Errc::Ealready);
  EXPECT_EQ(rig.sink.event_names(), (Lines{"n.if0 IF_ADMIN_DOWN", "n.if0 IF_DOWN"}));
}

}  // namespace
}  // namespace flapjack
