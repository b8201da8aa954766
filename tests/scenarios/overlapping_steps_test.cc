// SPDX-License-Identifier: Apache-2.0
// Steps with "for" that overlap: an undo takes away its own step's effect only. What shows is the
// latest that still holds, else what stood there before the first of them.
#include <gmock/gmock.h>

#include "scenarios/value_book.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Strings = std::vector<std::string>;

// Node n: w is bound, e is not; each has an address.
std::string with_steps(const std::string& steps) {
  return R"({ "until": "20s", "nodes": {
    "n": { "ifaces": {
      "w": { "technology": "wifi", "ipv4": "10.0.0.1/24",
             "conn": { "associate": "100ms", "timeout": "1s" } },
      "e": { "ipv4": "10.1.0.1/24", "ipv6": "auto" } } },
    "peer": { "ifaces": { "w": { "ipv4": "10.0.0.2/24" }, "e": { "ipv4": "10.1.0.2/24" } } } },
    "links": { "air": { "between": ["n.w", "peer.w"] }, "wire": { "between": ["n.e", "peer.e"] } },
    "timeline": [)" + steps + "] }";
}

// "1s 9" of every setting: when, and its first or `key`'s value.
Strings settings(const Ran& ran, const std::string& name, const std::string& key) {
  Strings found;
  for (const KeptRecord& r : ran.all("n.w", name)) {
    found.push_back(to_text(Duration{r.at.ns}) + " " + std::string(r.attr(key)));
  }
  return found;
}

std::string step(const char* at, const char* span, const std::string& what) {
  const std::string hold = *span == 0 ? "" : std::string(R"(, "for": ")") + span + '"';
  return std::string(R"({ "at": ")") + at + R"(", )" + what + hold + " },";
}

TEST(OverlappingSteps, ATimeoutIsThatOfTheLatestThatHolds) {
  const auto timeout = [](const char* at, const char* span, const char* value) {
    return step(at, span, R"("set_timeout": "n.w", "timeout": ")" + std::string(value) + '"');
  };
  struct Row {
    std::string steps;
    Strings told;
  };
  const Row rows[] = {
      {timeout("1s", "5s", "3s") + timeout("2s", "10s", "7s"), {"1s 3", "2s 7", "12s 1"}},
      {timeout("1s", "9s", "3s") + timeout("2s", "3s", "7s"), {"1s 3", "2s 7", "5s 3", "10s 1"}},
      // what is set for good stays
      {timeout("1s", "5s", "3s") + timeout("2s", "", "7s"), {"1s 3", "2s 7"}},
      {timeout("1s", "", "3s") + timeout("2s", "5s", "7s"), {"1s 3", "2s 7", "7s 3"}},
  };
  for (const Row& row : rows) {
    const Ran ran(with_steps(row.steps));
    ASSERT_TRUE(ran.passed()) << ran.messages;
    EXPECT_EQ(settings(ran, "set_timeout", "seconds"), row.told) << row.steps;
  }
}

TEST(OverlappingSteps, AnIdleTimeoutAndAFlagEndWithTheLast) {
  const std::string flag = R"("set_flag": "n.w", "flag": "persistent", "value": true)";
  const std::string other = R"("set_flag": "n.w", "flag": "no_auto_down", "value": true)";
  const std::string idle = R"("set_idle_timeout": "n.w", "timeout": )";
  const Ran ran(with_steps(step("1s", "5s", flag) + step("2s", "10s", flag) +
                           step("3s", "1s", other) + step("1s", "5s", idle + R"("30s")") +
                           step("2s", "10s", idle + R"("40s")")));
  ASSERT_TRUE(ran.passed()) << ran.messages;
  EXPECT_THAT(settings(ran, "set_flag", "value"),
              ElementsAre("1s 1", "2s 1", "3s 1", "4s 0", "12s 0"));
  EXPECT_THAT(settings(ran, "set_idle_timeout", "seconds"),
              ElementsAre("1s 30", "2s 40", "12s 0"));
}

// Losses are at 100% throughout, or for the rest of what the outer one lasts.
TEST(OverlappingSteps, AFadeGoesOnWhenTheOneWithinItEnds) {
  const auto acked_after = [](const std::string& steps, const std::string& when) {
    const Ran ran(pair_scenario(R"(, "timeline": [)" + steps + R"(], "expect": [
        { "counter": "dev.ping.delivered", "is": 0, )" + when + "} ]",
                                R"(, "every": "200ms", "wait": "50ms")"));
    return ran.report ? ran.result().actual : ran.messages;
  };
  const std::string outer = R"("fade": "wire", "to": "100%", "over": "1ms")";
  const std::string inner = R"("fade": "wire", "to": "0%", "over": "1ms")";
  EXPECT_EQ(acked_after(step("1s", "", outer) + step("4s", "2s", outer), R"("from": "1.1s")"),
            "0");
  EXPECT_EQ(acked_after(step("1s", "", outer) + step("4s", "2s", inner), R"("from": "6.1s")"),
            "0");
  EXPECT_EQ(acked_after(step("1s", "7s", outer) + step("4s", "2s", inner),
                        R"("from": "6.1s", "to": "7.9s")"),
            "0");
  // the outer one ends first: the inner one is then all there is
  EXPECT_EQ(acked_after(step("1s", "3s", inner) + step("2s", "4s", outer),
                        R"("from": "2.1s", "to": "5.9s")"),
            "0");
}

TEST(OverlappingSteps, AnAddressStaysUntilTheLastIsOver) {
  const std::string add = R"("add_address": "n.e", "address": "10.1.0.9/24")";
  const std::string del = R"("del_address": "n.e", "address": "10.1.0.9")";
  const std::string own = R"("del_address": "n.e", "address": "10.1.0.1")";
  struct Row {
    std::string steps;
    Strings told;
  };
  const Row rows[] = {
      {step("1s", "3s", add) + step("2s", "5s", add), {"1s ADD", "7s DEL"}},
      {step("1s", "9s", add) + step("2s", "1s", add), {"1s ADD", "10s DEL"}},
      {step("1s", "3s", add) + step("2s", "", add), {"1s ADD"}},
      {step("1s", "9s", add) + step("2s", "1s", del), {"1s ADD", "2s DEL", "3s ADD", "10s DEL"}},
      {step("1s", "3s", add) + step("2s", "5s", del), {"1s ADD", "2s DEL"}},
      {step("1s", "3s", own) + step("2s", "5s", own), {"1s DEL", "7s ADD"}},
  };
  for (const Row& row : rows) {
    const Ran ran(with_steps(row.steps));
    ASSERT_TRUE(ran.passed()) << ran.messages;
    Strings told;
    for (const std::string& line : ran.events("n.e IPV4_ADDR_")) {
      told.push_back(line.substr(0, line.find(' ')) + " " + line.substr(line.rfind('_') + 1));
    }
    if (!told.empty() && told.front() == "0s ADD") told.erase(told.begin());
    EXPECT_EQ(told, row.told) << row.steps;
    EXPECT_THAT(ran.events("n.e step_refused"), IsEmpty()) << row.steps;
  }
}

// Only within another one with "for" is the second no refusal.
// What stood there before was in a network of another size.
TEST(OverlappingSteps, AnAddressComesBackIntoItsNetwork) {
  const Ran ran(R"({ "until": "30s", "nodes": {
    "dev": { "ifaces": { "e": { "ipv4": "192.0.2.2/24" } },
             "apps": { "p": { "udp_ping": "srv:7" } } },
    "srv": { "ifaces": { "e": { "ipv4": "192.0.2.200/24" } }, "services": ["udp_echo:7"] } },
    "links": { "l": { "between": ["dev.e", "srv.e"] } },
    "timeline": [ { "at": "5s", "del_address": "dev.e", "address": "192.0.2.2", "for": "4s" },
                  { "at": "6s", "add_address": "dev.e", "address": "192.0.2.2/25", "for": "6s" } ],
    "expect": [ { "delivered": "dev.p", "is": "== 100%", "from": "13s" } ] })");
  EXPECT_TRUE(ran.passed()) << ran.messages;
}

TEST(OverlappingSteps, AnAddressThatIsNotThereCannotBeDeleted) {
  const std::string own = R"("del_address": "n.e", "address": "10.1.0.1")";
  for (const char* span : {"", "3s"}) {
    const Ran ran(with_steps(step("1s", "", own) + step("2s", span, own)));
    EXPECT_THAT(ran.events("n.e step_refused"), ElementsAre("2s n.e step_refused")) << span;
  }
  const Ran ran(with_steps(step("1s", "9s", own) + step("2s", "", own)));
  EXPECT_THAT(ran.events("n.e step_refused"), ElementsAre("2s n.e step_refused"));
}

TEST(ValueBook, ShowsTheLatestThatHolds) {
  ValueBook book;
  const auto a = book.put("x", 1, 5, false);
  const auto b = book.put("x", 5, 5, false);
  const auto c = book.put("x", 5, 6, false);
  EXPECT_EQ(book.take_back("x", b), std::nullopt);
  EXPECT_EQ(book.take_back("x", b), std::nullopt);  // it is gone
  EXPECT_EQ(book.take_back("x", c), 5);
  EXPECT_TRUE(book.shows("x", 5));
  EXPECT_FALSE(book.shows("y", 0));
  EXPECT_EQ(book.take_back("x", a), 1);
  EXPECT_FALSE(book.shows("x", 1));
}

}  // namespace
}  // namespace flapjack
