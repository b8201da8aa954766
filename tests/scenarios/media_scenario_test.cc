// SPDX-License-Identifier: Apache-2.0
// Who hears what on a medium that several share, and what becomes of frames that wait while the
// link changes.
#include <gtest/gtest.h>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

// Without link addresses a bus can tell nobody apart: everybody hears everything.
TEST(SharedMedium, FramesWithoutALinkHeaderReachEverybody) {
  const Ran ran(R"({ "until": "3s", "nodes": {
      "a": { "ifaces": { "e": { "technology": "dummy", "ipv4": "10.0.0.1/24",
                                "ipv6": "2001:db8::1/64" } },
             "apps": { "v4": { "udp_ping": "10.0.0.2:7", "from": "1s", "every": "100ms" },
                       "v6": { "udp_ping": "[2001:db8::2]:7", "from": "1s",
                               "every": "100ms" } } },
      "b": { "ifaces": { "e": { "technology": "dummy", "ipv4": "10.0.0.2/24",
                                "ipv6": "2001:db8::2/64" } }, "services": ["udp_echo:7"] },
      "c": { "ifaces": { "e": { "technology": "dummy", "ipv4": "10.0.0.3/24",
                                "ipv6": "2001:db8::3/64" } } } },
    "links": { "w": { "between": ["a.e", "b.e", "c.e"], "delay": "1ms" } },
    "expect": [ { "delivered": "a.v4", "is": "== 100%" }, { "delivered": "a.v6", "is": "== 100%" },
                { "never": "w dropped" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(SharedMedium, ABridgeHearsAllThatItsVlanPortIsFor) {
  const Ran ran(R"({ "until": "5s", "nodes": {
      "a": { "ifaces": { "e": {}, "v": { "vlan": { "on": "e", "id": 10 },
                                         "ipv4": "10.0.0.1/24" } },
             "apps": { "p": { "udp_ping": "b:7", "every": "100ms" } } },
      "c": { "ifaces": { "e": { "ipv4": "10.0.3.3/24" } } },
      "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] },
      "hub": { "ifaces": { "p0": {}, "p1": {}, "v10": { "vlan": { "on": "p0", "id": 10 } },
                           "br": { "bridge": ["v10", "p1"] } } } },
    "links": { "bus": { "between": ["a.e", "hub.p0", "c.e"] },
               "w": { "between": ["b.e", "hub.p1"] } },
    "expect": [ { "delivered": "a.p", "is": ">= 90%" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(SharedMedium, AVlanHearsAnAddressOfItsOwn) {
  const Ran ran(R"({ "until": "5s", "nodes": {
      "a": { "ifaces": { "e": {}, "v": { "vlan": { "on": "e", "id": 10 }, "ipv4": "10.0.0.1/24",
                                         "mac": "02:00:5e:00:53:77" } },
             "apps": { "p": { "udp_ping": "b:7", "every": "100ms" } } },
      "c": { "ifaces": { "e": { "ipv4": "10.0.3.3/24" } } },
      "b": { "ifaces": { "e": {}, "v": { "vlan": { "on": "e", "id": 10 },
                                         "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
    "links": { "bus": { "between": ["a.e", "b.e", "c.e"] } },
    "expect": [ { "delivered": "a.p", "is": ">= 90%" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(SharedMedium, AVlanOnABridgeHearsAnAddressOfItsOwn) {
  const Ran ran(R"({ "until": "5s", "nodes": {
      "hub": { "ifaces": { "p0": {}, "br": { "bridge": ["p0"] },
                           "v": { "vlan": { "on": "br", "id": 7 }, "ipv4": "10.7.0.1/24",
                                  "mac": "02:00:5e:00:53:77" } }, "services": ["udp_echo:7"] },
      "a": { "ifaces": { "e": {}, "v": { "vlan": { "on": "e", "id": 7 },
                                         "ipv4": "10.7.0.2/24" } },
             "apps": { "p": { "udp_ping": "hub:7", "every": "100ms" } } } },
    "links": { "w": { "between": ["a.e", "hub.p0"] } },
    "expect": [ { "delivered": "a.p", "is": ">= 90%" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// Eight frames of a second each wait for x, one of 100 ms for y behind them.
TEST(SharedMedium, WhatWaitedBehindLostFramesMovesUp) {
  const Ran ran(R"({ "until": "10s", "nodes": {
      "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } }, "apps": {
          "wx": { "udp_ping": "x:7", "from": "10ms", "count": 1 },
          "wy": { "udp_ping": "y:7", "from": "20ms", "count": 1 },
          "x": { "udp_ping": "x:7", "send": "958B", "every": "10ms", "from": "1s", "count": 8 },
          "y": { "udp_ping": "y:7", "send": "58B", "from": "1500ms", "count": 1 },
          "y2": { "udp_ping": "y:7", "send": "58B", "from": "4500ms", "count": 1 } } },
      "x": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] },
      "y": { "ifaces": { "e": { "ipv4": "10.0.0.3/24" } }, "services": ["udp_echo:7"] } },
    "links": { "w": { "between": ["a.e", "x.e", "y.e"], "rate": "8kbit/s",
                      "queue": { "limit": 50 } } },
    "timeline": [ { "at": "2s", "vanish": "x.e" } ],
    "expect": [ { "eventually": "a.y acked", "from": "2s", "by": "2500ms" },
                { "eventually": "a.y2 acked", "from": "4500ms", "by": "4900ms" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// b has no carrier from 20.2 s on; what a has sent it then is lost. a sends 16 kbit/s: 50 ms for
// the first frame and the third, 500 ms for the second.
std::string cut_while_sending(const char* first, const char* second, const std::string& way,
                              const char* answered) {
  const auto app = [](const char* name, const char* to, const char* from, const char* bytes) {
    return '"' + std::string(name) + R"(": { "udp_ping": ")" + to + R"(:7", "from": ")" + from +
           R"(", "count": 1, "wait": "5s", "send": ")" + bytes + "\" }";
  };
  return R"({ "until": "30s", "nodes": {
      "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } }, "apps": { )" +
         app("wb", "b", "1s", "58B") + ", " + app("wc", "c", "4s", "58B") + ", " +
         app("f1", first, "20s", "58B") + ", " + app("f2", second, "20.001s", "958B") + ", " +
         app("f3", "c", "20.3s", "58B") + R"( } },
      "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] },
      "c": { "ifaces": { "e": { "ipv4": "10.0.0.3/24" } }, "services": ["udp_echo:7"] } },
    "links": { "bus": { "between": ["a.e", "b.e", "c.e"], "rate": "16kbit/s", )" + way + R"( } },
    "timeline": [ { "at": "20.2s", "carrier_down": "b.e" } ],
    "expect": [ { "eventually": "a > c UDP len=58", "from": "20.3s", "by": "20.3s" },
                { "eventually": "a.f3 acked", )" + answered + "} ] }";
}

// There and back 50 ms each to send. With the first frame still on its way or not, nothing waits
// for a frame that was lost while it was sent.
TEST(SharedMedium, WhatIsLostWhileItIsSentHoldsUpNothing) {
  const Ran ran(cut_while_sending("c", "b", R"("delay": "500ms")",
                                  R"("from": "21.35s", "by": "21.45s")"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// The second frame overtakes the first, which is lost; it is being sent until 20.55 s.
TEST(SharedMedium, ATransmitterGoesOnWithAFrameThatOvertakes) {
  const Ran ran(cut_while_sending(
      "b", "c", R"("delay": "900ms", "up": { "reorder": { "share": "100%", "gap": 2,
          "by": "800ms" } })", R"("from": "22.4s", "by": "22.5s")"));
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(ChangedLink, ANewDelayIsNotTheOneBeforeRepeated) {
  const Ran ran(R"({ "until": "6s", "nodes": {
      "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } },
             "apps": { "p": { "udp_ping": "b:7", "every": "10ms", "from": "1s" } } },
      "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
    "links": { "w": { "between": ["a.e", "b.e"], "delay": "100ms",
        "up": { "jitter": "1ms", "correlation": { "delay": "100%" } },
        "down": { "delay": "0s" } } },
    "timeline": [ { "at": "3s", "set_link": "w", "up": { "delay": "1ms" } } ],
    "expect": [ { "whenever": "a.p sent", "then": "a.p acked", "within": "3ms",
                  "from": "3150ms", "to": "5900ms" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

// "first" is being sent; "low" and "high" wait while the discipline changes.
std::string changed_discipline(const std::string& before, const std::string& after,
                               const std::string& expect) {
  const auto queue = [](const std::string& discipline) {
    return R"("queue": { "limit": 100, "discipline": ")" + discipline + R"(" })";
  };
  return R"({ "until": "3s", "nodes": {
      "a": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } }, "apps": {
          "w": { "udp_ping": "b:7", "from": "100ms", "count": 1 },
          "first": { "udp_ping": "b:7", "send": "900B", "from": "1s", "count": 1 },
          "low": { "udp_ping": "b:7", "send": "900B", "from": "1001ms", "count": 1 },
          "high": { "udp_ping": "b:7", "send": "907B", "from": "1002ms", "count": 1,
                    "tos": 224, "priority": 7 } } },
      "b": { "ifaces": { "e": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
    "links": { "w": { "between": ["a.e", "b.e"], "rate": "80kbit/s", "up": { )" +
         queue(before) + R"( } } },
    "timeline": [ { "at": "1010ms", "set_link": "w", "up": { )" +
         queue(after) + R"( } } ],
    "expect": [ { "from": "1s", "sequence": ["a.first acked", )" +
         expect + R"(] } ] })";
}

TEST(ChangedLink, WhatWaitsIsSortedAnew) {
  const std::string sorted = R"("a.high acked", "a.low acked")";
  const std::string as_they_came = R"("a.low acked", "a.high acked")";
  for (const std::string before : {"fifo", "head_drop", "priority"}) {
    const Ran ran(changed_discipline(before, "dscp", sorted));
    EXPECT_TRUE(ran.passed()) << before << "\n" << ran.messages;
  }
  for (const std::string before : {"priority", "dscp"}) {
    for (const std::string after : {"fifo", "head_drop"}) {
      const Ran ran(changed_discipline(before, after, as_they_came));
      EXPECT_TRUE(ran.passed()) << before << " to " << after << "\n" << ran.messages;
    }
  }
}

}  // namespace
}  // namespace flapjack
