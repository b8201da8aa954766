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

}  // namespace
}  // namespace flapjack
