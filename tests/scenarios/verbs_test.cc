// SPDX-License-Identifier: Apache-2.0
// What each verb does to whom, on a wire, on a bus, on a radio and to a whole node.
#include "scenarios/verbs.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

// A wire, a bus with three nodes, a station and its access point, a modem and its cell.
const char* const kNodes = R"({ "until": "10s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" }, "eth1": { "ipv4": "10.1.0.2/24" } } },
    "p": { "ifaces": { "eth0": { "ipv4": "10.1.0.3/24" } } },
    "q": { "ifaces": { "eth0": { "ipv4": "10.1.0.4/24" } } },
    "sta": { "ifaces": { "wifi0": { "technology": "wifi", "ipv4": "10.2.0.1/24",
             "conn": { "associate": "100ms", "detect": "200ms", "retry": "400ms",
                       "persistent": true } } } },
    "ap": { "ifaces": { "wlan0": { "ipv4": "10.2.0.2/24" } },
            "services": ["dhcp", "ra"] },
    "mod": { "ifaces": { "lte0": { "technology": "lte", "ipv4": "10.4.0.1/24",
             "conn": { "associate": "100ms", "persistent": true } } } },
    "cell": { "ifaces": { "lte0": { "ipv4": "10.4.0.2/24" } } },
    "off": { "ifaces": { "eth0": { "ipv4": "10.3.0.1/24", "auto_start": false } } } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] },
             "lan": { "between": ["srv.eth1", "p.eth0", "q.eth0"] },
             "air": { "between": ["sta.wifi0", "ap.wlan0"] },
             "sky": { "between": ["mod.lte0", "cell.lte0"] } },
  "timeline": [)";

// Two seconds of it, from 5s on, and what the ifaces and nodes then say.
struct Row {
  const char* verb;
  const char* target;
  std::vector<std::string> events;
};

std::vector<Row> conn_mgr_rows() {
  return {
      {"connect", "sta.wifi0", {"7s sta.wifi0 IF_DOWN", "7s sta.wifi0 IF_ADMIN_DOWN",
                                "7s sta L4_DISCONNECTED"}},
      // given up, it is taken admin-down automatically; connecting takes it up again
      {"disconnect", "sta.wifi0", {"5s sta.wifi0 IF_DOWN", "5s sta.wifi0 IF_ADMIN_DOWN",
                                   "5s sta L4_DISCONNECTED", "7s sta.wifi0 IF_ADMIN_UP",
                                   "7.1s sta.wifi0 IF_UP", "7.1s sta L4_CONNECTED"}},
      {"ignore", "dev.eth0", {"5s dev L4_DISCONNECTED", "7s dev L4_CONNECTED"}},
      {"admin_up", "off.eth0", {"5s off.eth0 IF_ADMIN_UP", "7s off.eth0 IF_ADMIN_DOWN"}},
      {"all_up", "off", {"5s off.eth0 IF_ADMIN_UP", "7s off.eth0 IF_ADMIN_DOWN"}},
      {"all_down", "p", {"5s p.eth0 IF_ADMIN_DOWN", "5s p.eth0 IF_DOWN", "5s p L4_DISCONNECTED",
                         "7s p.eth0 IF_ADMIN_UP", "7s p.eth0 IF_UP", "7s p L4_CONNECTED"}},
      {"all_connect", "sta", {"7s sta.wifi0 IF_DOWN", "7s sta.wifi0 IF_ADMIN_DOWN",
                              "7s sta L4_DISCONNECTED"}},
      {"all_disconnect", "sta", {"5s sta.wifi0 IF_DOWN", "5s sta.wifi0 IF_ADMIN_DOWN",
                                 "5s sta L4_DISCONNECTED", "7s sta.wifi0 IF_ADMIN_UP",
                                 "7.1s sta.wifi0 IF_UP", "7.1s sta L4_CONNECTED"}},
      {"resend_status", "p", {"5s p L4_CONNECTED"}},
      {"conn_timeout", "sta.wifi0", {"5s sta.wifi0 IF_ADMIN_DOWN", "5s sta.wifi0 IF_DOWN",
                                     "5s sta L4_DISCONNECTED"}},
      {"conn_fatal", "sta.wifi0", {"5s sta.wifi0 IF_ADMIN_DOWN", "5s sta.wifi0 IF_DOWN",
                                   "5s sta L4_DISCONNECTED"}},
      {"fail_calls", "sta.wifi0", {}},  // nobody calls: verbs_conn_test.cc
      {"refuse_admin", "p.eth0", {}},
      {"check_online", "p", {}},  // it has none: verbs_conn_test.cc
      {"watch", "dev.eth0", {}},  // it was watched before: verbs_conn_test.cc
      {"ignore_l2", "dev", {"5s dev L4_DISCONNECTED", "7s dev L4_CONNECTED"}},
      {"watch_l2", "dev", {}},
      // what these set: verbs_conn_test.cc
      {"set_flag", "sta.wifi0", {}},
      {"set_timeout", "sta.wifi0", {}},
      {"set_idle_timeout", "sta.wifi0", {}},
      {"used", "sta.wifi0", {}},
      {"add_address", "p.eth0", {}},
      {"del_address", "p.eth0", {"5s p L4_DISCONNECTED", "7s p L4_CONNECTED"}},
      {"set_key", "sta.wifi0", {}},  // while it is associated
      {"set_opt", "sta.wifi0", {}},
      {"get_opt", "sta.wifi0", {}},
      {"modem_reset", "mod.lte0", {"5s mod.lte0 IF_DOWN", "5s mod L4_DISCONNECTED",
                                   "5.1s mod.lte0 IF_UP", "5.1s mod L4_CONNECTED"}},
  };
}

std::vector<Row> rows() {
  std::vector<Row> all = conn_mgr_rows();
  const std::vector<Row> others = {
      // the other end of a wire notices nothing
      {"carrier_down", "dev.eth0", {"5s dev.eth0 IF_DOWN", "5s dev L4_DISCONNECTED",
                                    "7s dev.eth0 IF_UP", "7s dev L4_CONNECTED"}},
      {"carrier_down", "p.eth0", {"5s p.eth0 IF_DOWN", "5s p L4_DISCONNECTED",
                                  "7s p.eth0 IF_UP", "7s p L4_CONNECTED"}},
      {"carrier_down", "wire", {"5s dev.eth0 IF_DOWN", "5s srv.eth0 IF_DOWN",
                                "5s dev L4_DISCONNECTED", "7s dev.eth0 IF_UP", "7s srv.eth0 IF_UP",
                                "7s dev L4_CONNECTED"}},
      {"carrier_down", "lan", {"5s srv.eth1 IF_DOWN", "5s p.eth0 IF_DOWN", "5s q.eth0 IF_DOWN",
                               "5s p L4_DISCONNECTED", "5s q L4_DISCONNECTED", "7s srv.eth1 IF_UP",
                               "7s p.eth0 IF_UP", "7s q.eth0 IF_UP", "7s p L4_CONNECTED",
                               "7s q L4_CONNECTED"}},
      {"dormant", "dev.eth0", {"5s dev.eth0 IF_DOWN", "5s dev L4_DISCONNECTED",
                               "7s dev.eth0 IF_UP", "7s dev L4_CONNECTED"}},
      {"admin_down", "dev.eth0",
       {"5s dev.eth0 IF_ADMIN_DOWN", "5s dev.eth0 IF_DOWN", "5s dev L4_DISCONNECTED",
        "7s dev.eth0 IF_ADMIN_UP", "7s dev.eth0 IF_UP", "7s dev L4_CONNECTED"}},
      {"suspend", "dev.eth0", {}},  // it stays up, and nobody notices
      // both ends of a wire lose each other; on a bus nobody but the one that is gone
      {"vanish", "srv.eth0", {"5s dev.eth0 IF_DOWN", "5s srv.eth0 IF_DOWN",
                              "5s dev L4_DISCONNECTED", "7s dev.eth0 IF_UP", "7s srv.eth0 IF_UP",
                              "7s dev L4_CONNECTED"}},
      {"vanish", "p", {"5s p.eth0 IF_DOWN", "5s p L4_DISCONNECTED", "7s p.eth0 IF_UP",
                       "7s p L4_CONNECTED"}},
      {"vanish", "srv", {"5s dev.eth0 IF_DOWN", "5s srv.eth0 IF_DOWN", "5s srv.eth1 IF_DOWN",
                         "5s dev L4_DISCONNECTED", "5s srv L4_DISCONNECTED", "7s dev.eth0 IF_UP",
                         "7s srv.eth0 IF_UP", "7s srv.eth1 IF_UP", "7s dev L4_CONNECTED",
                         "7s srv L4_CONNECTED"}},
      // a station notices 200ms later and has it back with the next attempt that succeeds
      {"vanish", "ap.wlan0", {"5s ap.wlan0 IF_DOWN", "5s ap L4_DISCONNECTED",
                              "5.2s sta.wifi0 IF_DOWN", "5.2s sta L4_DISCONNECTED",
                              "7s ap.wlan0 IF_UP", "7s ap L4_CONNECTED", "7.14s sta.wifi0 IF_UP",
                              "7.14s sta L4_CONNECTED"}},
      {"set_link", "wire", {}},
      // what these do to clients: dhcp_scenario_test.cc, router_advert_test.cc
      {"service_down", "ap.dhcp", {}},
      {"lease", "ap.dhcp", {}},
      {"ra", "ap.ra", {}},
      {"note", "dev.eth0", {}},
      // no carrier changes and nobody is told
      {"black_hole", "air", {}},
      {"hold", "wire", {}},
      {"release", "wire", {}},
      {"fade", "lan", {}},
      {"partition", R"(["p", "sta"])", {}},
      {"drop", "packet", {}},
      {"exhaust", "dev.rx_pkts", {}},
      {"stall", "dev.rx_queue", {}},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

// What a step needs beside its verb.
std::string more_of(const std::string& verb) {
  if (verb == "set_link") return R"(, "delay": "1ms")";
  if (verb == "set_opt" || verb == "get_opt") return R"(, "option": 0)";
  if (verb == "set_key") return R"(, "key": "flapjack")";
  if (verb == "ignore_l2" || verb == "watch_l2") return R"(, "l2": "ethernet")";
  if (verb == "set_flag") return R"(, "flag": "no_auto_down", "value": true)";
  if (verb == "set_timeout" || verb == "set_idle_timeout") return R"(, "timeout": "1s")";
  if (verb == "add_address") return R"(, "address": "10.1.0.9/24")";
  if (verb == "del_address") return R"(, "address": "10.1.0.3")";
  if (verb == "lease") return R"(, "answer": "nak")";
  if (verb == "ra") return R"(, "lifetime": "0s")";
  if (verb == "fade") return R"(, "to": "100%", "over": "1s")";
  if (verb == "exhaust") return R"(, "leave": 0)";
  if (verb == "drop") return R"(, "on": "dev > srv UDP")";
  return {};
}

std::vector<std::string> story(const std::string& verb, const std::string& target) {
  const std::string value = target[0] == '[' ? target : "\"" + target + "\"";
  std::string step = "{ \"" + verb + "\": " + value + more_of(verb);
  if (verb != "drop") step += R"(, "at": "5s")";
  if (find_entry(builtin_registry().verbs, verb)->word.undoable) step += R"(, "for": "2s")";
  step += " }";
  const Ran ran(kNodes + step + " ] }");
  EXPECT_TRUE(ran.passed()) << ran.messages;
  std::vector<std::string> found;
  for (const KeptRecord& r : ran.trace.records) {
    const bool iface = r.name == "IF_UP" || r.name == "IF_DOWN" || r.name == "IF_ADMIN_UP" ||
                       r.name == "IF_ADMIN_DOWN";
    const bool node = r.name == "L4_CONNECTED" || r.name == "L4_DISCONNECTED";
    if (r.at < SimTime{} + seconds(5) || !(iface || node)) continue;
    found.push_back(to_text(Duration{r.at.ns}) + " " + r.subject + " " + r.name);
  }
  return found;
}

TEST(Verbs, DoThisToThat) {
  for (const Row& row : rows()) {
    const auto found = story(row.verb, row.target);
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(row.events))
        << row.verb << " " << row.target;
  }
}

TEST(Verbs, EachOneIsTested) {
  std::set<std::string> tested;
  for (const Row& row : rows()) tested.insert(row.verb);
  for (const VerbEntry& verb : builtin_registry().verbs) {
    EXPECT_EQ(tested.count(verb.word.name), 1u) << verb.word.name;
  }
}

// An iface on no link has no carrier, before and after a step that could give it back.
TEST(Verbs, NoCableNoCarrier) {
  const Ran ran(R"({ "until": "5s", "nodes": { "d": { "ifaces": { "eth0": {} } } },
    "timeline": [{ "at": "1s", "carrier_down": "d.eth0", "for": "1s" },
                 { "at": "3s", "admin_down": "d.eth0", "for": "1s" }] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
  EXPECT_EQ(ran.events("d.eth0 IF_UP").size(), 0u);
}

// An iface's own queue goes before the link's, and a step's before both.
TEST(Verbs, QueueOfAnIface) {
  const auto losses = [](const std::string& iface, const std::string& steps) {
    const Ran ran(R"({ "until": "2s", "nodes": {
      "dev": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24")" + iface + R"( } }, "apps": {
        "a": { "udp_ping": "srv:7", "from": "1s", "count": 1 },
        "b": { "udp_ping": "srv:7", "from": "1s", "count": 1 },
        "c": { "udp_ping": "srv:7", "from": "1s", "count": 1 },
        "d": { "udp_ping": "srv:7", "count": 1 } } },
      "srv": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } }, "services": ["udp_echo:7"] } },
      "links": { "wire": { "between": ["dev.eth0", "srv.eth0"], "rate": "1Mbit/s", "queue": 9 } },
      "timeline": [)" + steps + "] }");
    EXPECT_TRUE(ran.passed()) << ran.messages;
    return ran.records(TraceKind::Drop, "wire", "dropped").size();
  };
  EXPECT_EQ(losses("", ""), 0u);
  EXPECT_EQ(losses(R"(, "queue": 1)", ""), 1u);
  EXPECT_EQ(losses(R"(, "queue": 1)", R"({"at": "0.5s", "set_link": "wire", "delay": "1us"})"), 1u);
  EXPECT_EQ(losses(R"(, "queue": 1)", R"({"at": "0.5s", "set_link": "wire", "queue": 5})"), 0u);
}

}  // namespace
}  // namespace flapjack
