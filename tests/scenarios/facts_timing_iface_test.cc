// SPDX-License-Identifier: Apache-2.0
// Oper states and the choice of an iface against what Zephyr's are known to do: predicted, then
// run. (RFC 2863; Zephyr: net_if.c.)
#include "tests/scenarios/facts_fixture.h"

namespace flapjack {
namespace {

using Times = std::vector<SimTime>;
using Strings = std::vector<std::string>;

// ---- oper states

std::string hold(const std::string& verb, const std::string& from, const std::string& span) {
  return R"({ "at": ")" + from + R"(", ")" + verb + R"(": "dev.eth0", "for": ")" + span + "\" }";
}

// Events are of crossing the border of UP, and of the admin state; the flags are kept meanwhile.
TEST(FactsTimingOperState, Transitions) {
  const std::string carrier = "carrier_down", dormant = "dormant", admin = "admin_down";
  struct Row {
    std::string steps;
    Strings events;  // after boot
  };
  const Row rows[] = {
      {hold(carrier, "1s", "1s"), {"1s IF_DOWN", "2s IF_UP"}},
      {hold(dormant, "1s", "1s"), {"1s IF_DOWN", "2s IF_UP"}},
      {hold(admin, "1s", "1s"), {"1s IF_ADMIN_DOWN", "1s IF_DOWN", "2s IF_ADMIN_UP", "2s IF_UP"}},
      // dormant before it is admin-up again: IF_UP comes with the end of dormancy
      {hold(admin, "1s", "1s") + "," + hold(dormant, "1500ms", "1500ms"),
       {"1s IF_ADMIN_DOWN", "1s IF_DOWN", "2s IF_ADMIN_UP", "3s IF_UP"}},
      {hold(admin, "1s", "1s") + "," + hold(carrier, "1500ms", "1500ms"),
       {"1s IF_ADMIN_DOWN", "1s IF_DOWN", "2s IF_ADMIN_UP", "3s IF_UP"}},
      // DOWN -> DORMANT and back are silent
      {hold(carrier, "1s", "2s") + "," + hold(dormant, "2s", "2s"), {"1s IF_DOWN", "4s IF_UP"}},
      {hold(dormant, "1s", "3s") + "," + hold(carrier, "2s", "1s"), {"1s IF_DOWN", "4s IF_UP"}},
      // not up before: only the admin event
      {hold(dormant, "1s", "2s") + "," + hold(admin, "2s", "2s"),
       {"1s IF_DOWN", "2s IF_ADMIN_DOWN", "4s IF_ADMIN_UP", "4s IF_UP"}},
      {hold(carrier, "1s", "8s") + "," + hold(admin, "2s", "2s"),
       {"1s IF_DOWN", "2s IF_ADMIN_DOWN", "4s IF_ADMIN_UP", "9s IF_UP"}},
      {hold(carrier, "1s", "1s") + "," + hold(dormant, "1s", "1s") + "," + hold(admin, "1s", "1s"),
       {"1s IF_DOWN", "1s IF_ADMIN_DOWN", "2s IF_ADMIN_UP", "2s IF_UP"}},
  };
  for (const Row& row : rows) {
    Lan lan;
    lan.timeline = row.steps;
    const FactsRun run = lan.run();
    Strings seen;
    for (const KeptRecord& r : run.trace.records) {
      if (r.kind != TraceKind::Event || r.subject != "dev.eth0" || r.at == SimTime{}) continue;
      if (r.name.rfind("IF_", 0) == 0) seen.push_back(to_text(r.at - SimTime{}) + " " + r.name);
    }
    EXPECT_EQ(seen, row.events) << row.steps;
  }
}

// ---- which iface

/// dev with two ifaces, each on a wire of its own with a node that echoes.
struct Two {
  std::string eth0 = R"("ipv4": "10.0.0.2/24")", eth1 = R"("ipv4": "10.0.0.3/24")";
  std::string to, timeline;

  FactsRun run() const {
    return FactsRun(R"({ "until": "10s", "nodes": {
      "dev": { "ifaces": { "eth0": { )" + eth0 + R"( }, "eth1": { )" + eth1 + R"( } },
               "apps": { "ping": { "udp_ping": ")" + to + R"(:7", "from": "1s", "count": 1 } } },
      "a": { "ifaces": { "eth0": { "ipv4": "10.0.0.9/24" } }, "services": ["udp_echo:7"] },
      "b": { "ifaces": { "eth0": { "ipv4": "10.0.0.9/24" } }, "services": ["udp_echo:7"] } },
      "links": { "one": { "between": ["dev.eth0", "a.eth0"] },
                 "two": { "between": ["dev.eth1", "b.eth0"] } },
      "timeline": [ )" + timeline + " ] }");
  }
};

// The number of leading bits that the destination and the masked address have in common decides;
// the later one wins a tie. The mask itself does not count.
TEST(FactsTimingChoice, TheLastOfTheBestAddresses) {
  struct Row {
    const char *eth0, *eth1, *to, *iface;
  };
  const Row rows[] = {
      {"10.0.0.2/24", "10.0.0.3/24", "10.0.0.9", "dev.eth1"},      // 28 bits each
      {"10.0.0.2/24", "10.0.1.2/16", "10.0.0.9", "dev.eth1"},      // 28 again, although wider
      {"10.0.1.2/16", "10.0.0.2/24", "10.0.0.9", "dev.eth1"},
      {"10.0.0.2/24", "10.0.1.2/24", "10.0.0.9", "dev.eth0"},      // 28 against 23
      {"10.0.0.2/24", "192.0.2.2/24", "10.0.0.9", "dev.eth0"},
      {"10.0.0.10/29", "10.0.0.2/24", "10.0.0.9", "dev.eth0"},     // 10.0.0.8: 31 against 28
  };
  for (const Row& row : rows) {
    Two two;
    two.eth0 = std::string(R"("ipv4": ")") + row.eth0 + "\"";
    two.eth1 = std::string(R"("ipv4": ")") + row.eth1 + "\"";
    two.to = row.to;
    const FactsRun run = two.run();
    for (const char* iface : {"dev.eth0", "dev.eth1"}) {
      EXPECT_EQ(run.sent(iface, "arp_request").empty(), iface != std::string(row.iface))
          << row.eth0 << " " << row.eth1;
    }
  }
}

// Neither the state of an iface nor who has a gateway is looked at: the later address wins a
// destination that is like none of them, and has no gateway.
TEST(FactsTimingChoice, NoFailoverAndNoLookAtGateways) {
  Two two;
  two.eth0 = R"("ipv4": "10.0.0.2/24", "gateway": "10.0.0.9")";
  two.eth1 = R"("ipv4": "10.1.0.2/24")";
  two.to = "198.51.100.9";
  EXPECT_EQ(two.run().drops("dev.eth1", "no_route"), Times{at_ms(1000)});
  two.eth1 = R"("ipv4": "10.0.0.3/24")";
  two.to = "10.0.0.9";
  two.timeline = R"({ "at": "500ms", "carrier_down": "dev.eth1" })";
  const FactsRun down = two.run();
  EXPECT_EQ(down.times("dev.ping", "send_failed", "errno=ENETDOWN"), Times{at_ms(1000)});
  EXPECT_TRUE(down.sent("dev.eth0", "").empty());
}

}  // namespace
}  // namespace flapjack
