// SPDX-License-Identifier: Apache-2.0
// Steps that hand arguments to a call: what is read, and what is refused.
#include "scenarios/spec_call.h"

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

// Two ifaces of one node; the step is line 3.
std::string with_step(const std::string& step) {
  return R"({ "until": "9s", "nodes": {
    "n": { "ifaces": { "a": { "technology": "dummy" } } } }, "timeline": [
)" + step + "\n] }";
}

CallArgsSpec args_of(const std::string& step) {
  const Ran ran(with_step(step));
  EXPECT_TRUE(ran.spec) << ran.messages;
  return ran.spec ? ran.spec->timeline.at(0).args : CallArgsSpec();
}

// What an "ipv4" or "ipv6" of the interface may be, a step may give it.
TEST(SpecCall, ALoopbackTakesItsOwnAddresses) {
  const Ran ran(R"({ "until": "3s", "nodes": { "n": { "ifaces": { "lo": {
    "technology": "loopback", "ipv4": "127.0.0.1/8", "ipv6": "2001:db8::1/64" } } } },
    "timeline": [ { "at": "1s", "add_address": "n.lo", "address": "127.0.0.2/8" },
                  { "at": "1s", "add_address": "n.lo", "address": "::1/128" },
                  { "at": "2s", "del_address": "n.lo", "address": "127.0.0.2" },
                  { "at": "2s", "del_address": "n.lo", "address": "::1" } ] })");
  ASSERT_TRUE(ran.report) << ran.messages;
  EXPECT_EQ(ran.events("n.lo step_refused").size(), 0u);
  EXPECT_EQ(ran.records(TraceKind::Event, "n.lo", "IPV6_ADDR_DEL").size(), 1u);
}

TEST(SpecCall, ArgumentsAreRead) {
  const CallArgsSpec four = args_of(R"({ "at": "1s", "add_address": "n.a",
                                         "address": "192.0.2.9/24" })");
  EXPECT_EQ(four.address, IpAddress(*Ipv4Address::parse("192.0.2.9")));
  EXPECT_EQ(four.prefix_len, 24);
  const CallArgsSpec six = args_of(R"({ "at": "1s", "address": "2001:db8::9/48",
                                        "add_address": "n.a" })");
  EXPECT_EQ(six.address, IpAddress(*Ipv6Address::parse("2001:db8::9")));
  EXPECT_EQ(six.prefix_len, 48);
  EXPECT_EQ(args_of(R"({ "at": "1s", "del_address": "n.a", "address": "2001:db8::9" })").address,
            six.address);
  EXPECT_EQ(args_of(R"({ "at": "1s", "del_address": "n.a", "address": "192.0.2.9" })").address,
            four.address);
  const CallArgsSpec flag = args_of(R"({ "at": "1s", "set_flag": "n.a", "flag": "persistent",
                                         "value": true })");
  EXPECT_EQ(flag.flag, "persistent");
  EXPECT_TRUE(flag.value);
  EXPECT_EQ(args_of(R"({ "at": "1s", "set_timeout": "n.a", "timeout": "2min" })").timeout_s, 120);
  EXPECT_EQ(args_of(R"({ "at": "1s", "set_idle_timeout": "n.a", "timeout": "0s" })").timeout_s, 0);
  EXPECT_EQ(args_of(R"({ "at": "1s", "ignore_l2": "n", "l2": "dummy" })").l2, "dummy");
  EXPECT_EQ(args_of(R"({ "at": "1s", "watch_l2": "n", "l2": "none" })").l2, kNoL2);
  EXPECT_TRUE(args_of(R"({ "at": "1s", "all_up": "n", "skip_ignored": true })").skip_ignored);
  EXPECT_FALSE(args_of(R"({ "at": "1s", "all_up": "n" })").skip_ignored);
}

struct Bad {
  const char* step;
  const char* message;
  friend void PrintTo(const Bad& b, std::ostream* out) { *out << b.step; }
};

class BadCalls : public ::testing::TestWithParam<Bad> {};

TEST_P(BadCalls, AreRefusedOnce) {
  const Ran ran(with_step(GetParam().step));
  EXPECT_FALSE(ran.spec);
  ASSERT_EQ(ran.sink.all().size(), 1u) << ran.messages;
  EXPECT_EQ(ran.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCalls,
    ::testing::Values(
        Bad{R"({ "at": "1s", "add_address": "n.a" })",
            "3:15 F0103 \"add_address\" needs \"address\""},
        Bad{R"({ "at": "1s", "add_address": "n.a", "address": "192.0.2.9" })",
            "3:48 F0110 the prefix length is missing"},
        Bad{R"({ "at": "1s", "add_address": "n.a", "address": "2001:db8::9" })",
            "3:48 F0110 the prefix length is missing"},
        Bad{R"({ "at": "1s", "del_address": "n.a", "address": "192.0.2.9/24" })",
            "3:48 F0110 an address without a prefix length is wanted here"},
        Bad{R"({ "at": "1s", "del_address": "n.a", "address": "2001:db8::9/64" })",
            "3:48 F0110 an address without a prefix length is wanted here"},
        Bad{R"({ "at": "1s", "add_address": "n.a", "address": "224.0.0.9/24" })",
            "3:48 F0110 \"224.0.0.9/24\" is not the address of one host"},
        Bad{R"({ "at": "1s", "add_address": "n.a", "address": "127.0.0.1/8" })",
            "3:48 F0110 \"127.0.0.1/8\" is not the address of one host"},
        Bad{R"({ "at": "1s", "del_address": "n.a", "address": "127.0.0.1" })",
            "3:48 F0110 \"127.0.0.1\" is not the address of one host"},
        Bad{R"({ "at": "1s", "add_address": "n.a", "address": "::1/128" })",
            "3:48 F0110 \"::1/128\" is not the address of one host"},
        Bad{R"({ "at": "1s", "add_address": "n.a", "address": 7 })",
            "3:48 F0104 expected a string, found a number"},
        Bad{R"({ "at": "1s", "add_address": "n", "address": "192.0.2.9/24" })",
            "3:30 F0302 \"n\" is a node, but \"add_address\" takes an interface"},
        Bad{R"({ "at": "1s", "set_flag": "n.a", "flag": "persistent" })",
            "3:15 F0103 \"set_flag\" needs \"value\""},
        Bad{R"({ "at": "1s", "set_flag": "n.a", "flag": "sticky", "value": true })",
            "3:42 F0106 unknown flag \"sticky\""},
        Bad{R"({ "at": "1s", "set_flag": "n.a", "flag": "persistent", "value": 1 })",
            "3:65 F0104 expected true or false, found a number"},
        Bad{R"({ "at": "1s", "set_timeout": "n.a" })",
            "3:15 F0103 \"set_timeout\" needs \"timeout\""},
        Bad{R"({ "at": "1s", "set_timeout": "n.a", "timeout": "1500ms" })",
            "3:48 F0207 Zephyr keeps this timeout in whole seconds"},
        Bad{R"({ "at": "1s", "ignore_l2": "n", "l2": "etherner" })",
            "3:39 F0106 unknown l2 \"etherner\""},
        Bad{R"({ "at": "1s", "watch_l2": "n" })", "3:15 F0103 \"watch_l2\" needs \"l2\""},
        Bad{R"({ "at": "1s", "resend_status": "n", "skip_ignored": true })",
            "3:37 F0108 \"skip_ignored\" does not go with \"resend_status\""},
        Bad{R"({ "at": "1s", "connect": "n.a", "key": "x" })",
            "3:33 F0108 \"key\" does not go with \"connect\""},
        Bad{R"({ "at": "1s", "connect": "n.a", "address": "192.0.2.9/24" })",
            "3:33 F0108 \"address\" does not go with \"connect\""},
        Bad{R"({ "at": "1s", "used": "n.a", "for": "1s" })",
            "3:30 F0108 \"for\" does not go with \"used\""}));

}  // namespace
}  // namespace flapjack
