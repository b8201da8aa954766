// SPDX-License-Identifier: Apache-2.0
// The edges of a window when they are events.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Row {
  const char* expect;
  bool pass;
};

// Carrier of dev.eth0 is gone from 3 s to 4 s; pings at every whole second.
std::string outage(const std::string& expect) {
  return pair_scenario(R"(, "timeline": [{ "at": "3s", "carrier_down": "dev.eth0", "for": "1s" }],
    "expect": [{ )" + expect + " }]");
}

class WindowTable : public testing::TestWithParam<Row> {};

TEST_P(WindowTable, Holds) {
  const Ran ran(outage(GetParam().expect));
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.passed(), GetParam().pass) << GetParam().expect << "\n"
                                           << ran.result().actual;
}

const Row kRows[] = {
    // both edges from one event, the second with a time after it
    {R"("eventually": "dev.ping acked", "from": "dev.eth0 IF_DOWN",
        "by": "dev.eth0 IF_DOWN + 10ms")", false},
    {R"("never": "dev.eth0 IF_UP", "from": "dev.eth0 IF_DOWN",
        "to": "dev.eth0 IF_DOWN + 999999999ns")", true},
    {R"("eventually": "dev.eth0 IF_UP", "from": "dev.eth0 IF_DOWN",
        "to": "dev.eth0 IF_DOWN + 1s")", true},
    {R"("never": "dev.ping send_failed", "from": "dev.eth0 IF_UP + 1s",
        "to": "dev.eth0 IF_UP + 2s")", true},
    // an edge is that very event: what it causes at the same instant comes after it
    {R"("never": "dev L4_DISCONNECTED", "from": "0s", "to": "dev.eth0 IF_DOWN")", true},
    {R"("eventually": "dev L4_DISCONNECTED", "from": "dev.eth0 IF_DOWN")", true},
    {R"("never": "dev L4_CONNECTED", "from": "dev.eth0 IF_DOWN", "to": "dev.eth0 IF_UP")", true},
    {R"("eventually": "dev.eth0 IF_UP", "from": "dev.eth0 IF_DOWN", "to": "dev.eth0 IF_UP")",
     true},
    {R"("never": "dev.eth0 IF_DOWN", "from": "dev L4_DISCONNECTED")", true},
    // net_mgmt events are next to each other whatever flapjack tells in between
    {R"("sequence": ["dev.eth0 IF_DOWN", { "event": "dev L4_DISCONNECTED", "next": true }])",
     true},
    {R"("sequence": ["dev.eth0 IF_DOWN", { "event": "dev.eth0 IF_UP", "next": true }])", false},
};
INSTANTIATE_TEST_SUITE_P(Rows, WindowTable, testing::ValuesIn(kRows));

// What holds only because its window never opened is said, with the reason.
TEST(Window, ThatNeverOpensIsTold) {
  const auto told = [](const std::string& expect) {
    const Ran ran(outage(expect));
    if (!ran.report) return ran.messages;
    std::string texts = ran.passed() ? "" : "failed ";
    for (const RunWarning& w : warnings_of(*ran.report)) texts += w.text;
    return texts;
  };
  const std::string down = R"("never": "dev.eth0 IF_DOWN", "from": "dev.eth0 )";
  EXPECT_EQ(told(down + R"(IF_ADMIN_DOWN")"),
            "the window of \"never\" never opened: nothing was \"dev.eth0 IF_ADMIN_DOWN\"");
  EXPECT_EQ(told(down + R"(IF_UP + 11s")"),
            "the window of \"never\" never opened: \"dev.eth0 IF_UP\" came, but the run ended "
            "before its time had passed");
  EXPECT_EQ(told(R"("whenever": "dev.eth0 IF_DOWN", "then": "dev.eth0 IF_UP", "within": "1ms",
                    "from": "dev.eth0 IF_ADMIN_DOWN")"),
            "the window of \"whenever\" never opened: nothing was \"dev.eth0 IF_ADMIN_DOWN\"");
  EXPECT_EQ(told(R"("never": "dev.eth0 IF_UP", "from": "dev.eth0 IF_DOWN", "to": "1ms")"),
            "the window of \"never\" never opened: \"dev.eth0 IF_DOWN\" came too late: the window "
            "was over");
  EXPECT_EQ(told(R"("delivered": "dev.ping", "is": "<= 50%", "from": "dev.eth0 IF_DOWN",
                    "to": "1ms")"), "failed ");
  EXPECT_EQ(told(R"("never": "dev.eth0 IF_ADMIN_DOWN", "from": "dev.eth0 IF_DOWN")"), "");
  EXPECT_EQ(told(R"("eventually": "dev.eth0 IF_DOWN", "from": "dev.eth0 IF_ADMIN_DOWN")"),
            "failed ");
}

}  // namespace
}  // namespace flapjack
