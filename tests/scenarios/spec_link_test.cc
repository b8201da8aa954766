// SPDX-License-Identifier: Apache-2.0
// The keys of links: what they are bound to, and what is refused with which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

/// A scenario with the link "w" whose further keys are `keys`.
std::string with_link(const std::string& keys, const std::string& steps = {}) {
  return std::string("{ \"until\": \"1s\", \"nodes\": { \"a\": { \"ifaces\": { \"e\": {}, "
                     "\"g\": {}, \"h\": {} } }, \"b\": { \"ifaces\": { \"e\": {} } } },"
                     " \"timeline\": [") +
         steps + "], \"links\": { \"w\":\n{ \"between\": [\"a.e\", \"b.e\"]" + keys + " } } }";
}

// ---- what is bound

struct Good {
  const char* keys;
  std::function<bool(const LinkParams& up, const LinkParams& down)> holds;
  friend void PrintTo(const Good& g, std::ostream* out) { *out << g.keys; }
};

class GoodLinks : public ::testing::TestWithParam<Good> {};

TEST_P(GoodLinks, AreBound) {
  const Loaded l(with_link(std::string(", ") + GetParam().keys));
  ASSERT_TRUE(l.spec) << l.messages;
  const LinkSpec& link = l.spec->links.at(0);
  EXPECT_TRUE(GetParam().holds(link.up, link.down));
}

INSTANTIATE_TEST_SUITE_P(
    All, GoodLinks,
    ::testing::Values(
        Good{R"("loss": "1%")", [](auto& u, auto& d) {
               return u.loss.random_ppb == 10'000'000 && d.loss.random_ppb == 10'000'000;
             }},
        Good{R"("loss": "1%", "down": { "loss": { "every": 7 } })", [](auto& u, auto& d) {
               return u.loss.every == 0 && d.loss.every == 7 && d.loss.random_ppb == 0;
             }},
        Good{R"("loss": { "gilbert_elliott": { "enter": "1%", "leave": "25%" } })",
             [](auto& u, auto&) {
               const GilbertElliott& ge = *u.loss.gilbert_elliott;
               return ge.enter_ppb == 10'000'000 && ge.leave_ppb == 250'000'000 &&
                      ge.bad_ppb == kCertain && ge.good_ppb == 0;
             }},
        Good{R"("loss": { "gilbert_elliott": { "enter": "0%", "leave": "0%", "bad": "50%",
                          "good": "2%" } })",
             [](auto& u, auto&) {
               return u.loss.gilbert_elliott->bad_ppb == 500'000'000 &&
                      u.loss.gilbert_elliott->good_ppb == 20'000'000;
             }},
        Good{R"("loss": "2%", "jitter": "1ms", "correlation": "25%")", [](auto& u, auto&) {
               return u.correlation.loss_ppb == 250'000'000 &&
                      u.correlation.delay_ppb == 250'000'000;
             }},
        Good{R"("jitter": "1ms", "correlation": { "delay": "30%" })", [](auto& u, auto&) {
               return u.correlation.loss_ppb == 0 && u.correlation.delay_ppb == 300'000'000;
             }},
        Good{R"("duplicate": "0.1%", "corrupt": "0.01%", "mtu": "1358B")", [](auto& u, auto&) {
               return u.duplicate_ppb == 1'000'000 && u.corrupt_ppb == 100'000 && u.mtu == 1358;
             }},
        Good{R"("delay": "5ms", "reorder": "1%")", [](auto& u, auto&) {
               return u.reorder->share_ppb == 10'000'000 && u.reorder->gap == 1 &&
                      u.reorder->by.ns == 0;
             }},
        Good{R"("delay": "5ms", "reorder": { "gap": 5, "by": "2ms" })", [](auto& u, auto&) {
               return u.reorder->share_ppb == kPpbOne && u.reorder->gap == 5 &&
                      u.reorder->by == milliseconds(2);
             }},
        Good{R"("delay": "5ms", "jitter": "1ms", "distribution": "normal")", [](auto& u, auto&) {
               return to_text(u.jitter_distribution()) == "normal(5ms, 1ms)";
             }},
        Good{R"("delay": "5ms", "jitter": "2ms", "distribution": "exp")", [](auto& u, auto&) {
               return to_text(u.jitter_distribution()) == "exp(2ms)" && !u.spread;
             }},
        Good{R"j("distribution": "lognormal(4ms, 0.6)")j",
             [](auto& u, auto&) { return to_text(*u.spread) == "lognormal(4ms, 0.6)"; }},
        Good{R"j("distribution": "pareto(1ms, 1.5)")j",
             [](auto& u, auto&) { return to_text(*u.spread) == "pareto(1ms, 1.5)"; }},
        Good{R"j("distribution": "choice(1ms, 9ms)", "up": { "jitter": "1ms" })j",
             [](auto& u, auto& d) { return !u.spread && d.spread && u.jitter.ns == 1'000'000; }},
        Good{R"("rate": "1Mbit/s", "queue": { "limit": 9, "discipline": "head_drop" })",
             [](auto& u, auto&) {
               return u.queue == 9 && u.discipline == QueueDiscipline::HeadDrop;
             }},
        Good{R"("rate": "1Mbit/s", "queue": 9, "up": { "queue": { "discipline": "priority" } })",
             [](auto& u, auto& d) {
               return u.queue == 9 && u.discipline == QueueDiscipline::Priority &&
                      d.discipline == QueueDiscipline::Fifo;
             }},
        Good{R"("rate": "1Mbit/s", "queue": { "discipline": "dscp" })", [](auto& u, auto&) {
               return !u.queue && u.discipline == QueueDiscipline::Dscp;
             }}));

// What one direction of the file needs may come from a step.
TEST(SpecLink, AStepMayBringWhatAKeyNeeds) {
  const std::string step = R"({ "at": "0s", "set_link": "w", "delay": "1ms" })";
  EXPECT_FALSE(Loaded(with_link(R"(, "reorder": "1%")")).spec);
  EXPECT_TRUE(Loaded(with_link(R"(, "reorder": "1%")", step)).spec);
  const std::string apart = R"(, "down": { "reorder": "1%" }, "up": { "delay": "1ms" })";
  EXPECT_FALSE(Loaded(with_link(apart)).spec);
}

TEST(SpecLink, APatchOfADirectionReplacesTheLossWhole) {
  const Loaded l(with_link(
      R"(, "loss": { "every": 7 })",
      R"({ "at": "0s", "set_link": "w", "loss": "1%", "up": { "loss": "0%" } })"));
  ASSERT_TRUE(l.spec) << l.messages;
  LinkParams params = l.spec->links[0].up;
  l.spec->timeline[0].both.apply_to(params);
  EXPECT_EQ(params.loss.every, 0);
  EXPECT_EQ(params.loss.random_ppb, 10'000'000);
  l.spec->timeline[0].up.apply_to(params);
  EXPECT_EQ(params.loss.random_ppb, 0);
}

// ---- devices

std::string with_faults(const std::string& faults) {
  return "{ \"until\": \"1s\", \"nodes\": { \"a\": { \"ifaces\": { \"e\": { \"faults\":\n" +
         faults + " } } } } }";
}

TEST(SpecLink, DevicesHaveFaultsByDirection) {
  const Loaded l(with_faults(R"({ "tx": { "loss": { "every": 3 }, "delay": "1ms", "mtu": "500B",
      "reorder": "2%" }, "rx": { "corrupt": "1%", "jitter": "1ms", "correlation": "10%" } })"));
  ASSERT_TRUE(l.spec) << l.messages;
  const DeviceFaults& faults = *l.spec->nodes[0].ifaces[0].faults;
  EXPECT_EQ(faults.tx.loss.every, 3);
  EXPECT_EQ(faults.tx.mtu, 500);
  EXPECT_EQ(faults.tx.corrupt_ppb, 0);
  EXPECT_EQ(faults.rx.corrupt_ppb, 10'000'000);
  EXPECT_EQ(faults.rx.correlation.delay_ppb, 100'000'000);
}

TEST(SpecLink, BadFaultsOfDevices) {
  const struct {
    const char *faults, *message;
  } rows[] = {
      {R"({ "up": {} })", "2:3 F0101 unknown key \"up\""},
      {R"({ "tx": { "rate": "1kbit/s" } })", "2:11 F0101 unknown key \"rate\""},
      {R"({ "tx": { "queue": 3 } })", "2:11 F0101 unknown key \"queue\""},
      {R"({ "rx": { "reorder": "1%" } })",
       "2:22 F0111 on a link without delay there is nothing to overtake"},
      {R"("1%")", "2:1 F0104 expected an object, found a string"},
  };
  for (const auto& row : rows) {
    const Loaded l(with_faults(row.faults));
    EXPECT_EQ(l.sink.all().size(), 1u) << l.messages;
    EXPECT_EQ(l.brief(), row.message);
  }
}

// ---- traces

struct TraceFile {
  explicit TraceFile(const std::string& text) {
    std::ofstream(name, std::ios::binary) << text;
  }
  ~TraceFile() { std::remove(name.c_str()); }
  const std::string name = "spec_link_test.trace";  // beside "t.json"
};

TEST(SpecLink, ReadsATraceBesideTheScenario) {
  const TraceFile file("kept 3\nlost\n");
  const Loaded l(with_link(R"(, "loss": { "trace": "spec_link_test.trace" })"));
  ASSERT_TRUE(l.spec) << l.messages;
  ASSERT_EQ(l.spec->links[0].up.loss.trace->runs.size(), 2u);
  EXPECT_EQ(l.spec->links[0].up.loss.trace, l.spec->links[0].down.loss.trace);
}

TEST(SpecLink, ABadTraceSaysWhere) {
  const TraceFile file("kept 3\nlots\n");
  const Loaded l(with_link(R"(, "loss": { "trace": "spec_link_test.trace" })"));
  EXPECT_EQ(l.brief(), "2:49 F0404 in \"spec_link_test.trace\", line 2: \"lots\" is none of: "
                       "kept, lost, kept 12, 5s..5.2s");
  const Loaded none(with_link(R"(, "loss": { "trace": "no/such.trace" })"));
  EXPECT_EQ(none.brief(), "2:49 F0403 the loss trace \"no/such.trace\" does not exist");
  const Loaded folder(with_link(R"(, "loss": { "trace": "." })"));
  EXPECT_EQ(folder.brief(), "2:49 F0403 the loss trace \".\" cannot be read");
}

// ---- what is refused

struct Bad {
  const char* link;
  const char* message;
  friend void PrintTo(const Bad& b, std::ostream* out) { *out << b.link; }
};

class BadLinks : public ::testing::TestWithParam<Bad> {};

TEST_P(BadLinks, AreRefusedOnce) {
  const std::string link = GetParam().link;
  const bool keys = link.rfind('"', 0) == 0;
  std::string text = with_link(keys ? ",\n" + link : "");
  if (!keys) {
    const std::size_t begin = text.find("\n{");
    text = text.substr(0, begin + 1) + link + " } }";
  }
  const Loaded l(text);
  EXPECT_FALSE(l.spec);
  ASSERT_EQ(l.sink.all().size(), 1u) << l.messages;
  EXPECT_EQ(l.brief(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Ends, BadLinks,
    ::testing::Values(
        Bad{"{}", "2:1 F0103 \"between\" is missing"},
        Bad{R"({ "between": ["a.e"] })", "2:14 F0107 a link is between at least two interfaces"},
        Bad{R"({ "between": ["a.e", "a.e"] })", "2:22 F0303 \"a.e\" is an end of this link twice"},
        Bad{R"({ "between": ["a.e", "b"] })",
            "2:22 F0302 \"b\" is a node, but \"between\" takes an interface"},
        Bad{R"({ "between": ["a.e", "b.e"] }, "v": { "between": ["a.e", "a.g"] })",
            "2:51 F0303 \"a.e\" is on link \"w\" already"},
        Bad{R"({ "between": ["a.e", "b.e"] }, "a": { "between": ["a.g", "a.h"] })",
            "2:32 F0303 a node has the name \"a\" already"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, BadLinks,
    ::testing::Values(
        Bad{R"("loss": { "evry": 7 })", "3:11 F0101 unknown loss \"evry\""},
        Bad{R"("loss": {})", "3:9 F0102 this loss does not say what it is"},
        Bad{R"("loss": { "every": 7, "gilbert_elliott": { "enter": "1%", "leave": "1%" } })",
            "3:23 F0102 a loss is of one kind, found \"every\" and "
            "\"gilbert_elliott\""},
        Bad{R"("loss": { "every": 0 })", "3:20 F0207 0 is not between 1 and 1000000000"},
        Bad{R"("loss": { "gilbert_elliott": { "enter": "1%" } })",
            "3:30 F0103 \"leave\" is missing"},
        Bad{R"("loss": { "gilbert_elliott": "1%" })",
            "3:30 F0104 expected an object, found a string"},
        Bad{R"("loss": ["1%"])", "3:9 F0104 expected a string, found an array"},
        Bad{R"("correlation": "25%")",
            "3:16 F0111 nothing here is drawn that could correlate"},
        Bad{R"("loss": { "every": 3 }, "correlation": { "loss": "25%" })",
            "3:40 F0111 nothing here is drawn that could correlate"},
        Bad{R"("correlation": { "lost": "1%" }, "loss": "1%")", "3:18 F0101 unknown key \"lost\""},
        Bad{R"("reorder": "1%")",
            "3:12 F0111 on a link without delay there is nothing to overtake"},
        Bad{R"("delay": "1ms", "reorder": { "gap": 0 })",
            "3:37 F0207 0 is not between 1 and 1000000000"},
        Bad{R"("delay": "1ms", "reorder": { "by": "0s" })",
            "3:36 F0207 this duration must be above 0"},
        Bad{R"("queue": { "discipline": "head_drop" })",
            "3:10 F0111 on a link without a rate nothing waits"},
        Bad{R"("rate": "1Mbit/s", "queue": { "discipline": "red" })",
            "3:45 F0105 discipline \"red\" is not supported yet"},
        Bad{R"("rate": "1Mbit/s", "queue": { "discipline": "lifo" })",
            "3:45 F0106 unknown discipline \"lifo\""},
        Bad{R"("queue": 0)", "3:10 F0207 0 is not between 1 and 1000000"},
        Bad{R"("mtu": "67B")", "3:8 F0207 an MTU is 68B to 65535B"},
        Bad{R"("mtu": 1500)", "3:8 F0204 a size needs a unit"},
        Bad{R"("up": { "between": [] })", "3:9 F0101 unknown key \"between\""},
        Bad{R"("distribution": "normal")",
            "3:17 F0111 a \"distribution\" without \"jitter\" changes nothing"},
        Bad{R"("distribution": "pareto")", "3:17 F0206 \"pareto\" needs its parameters"},
        Bad{R"("distribution": "cauchy")", "3:17 F0206 unknown distribution \"cauchy\""},
        Bad{R"j("distribution": "exp(2ms)", "jitter": "1ms")j",
            "3:29 F0108 \"jitter\" does not go with a \"distribution\" that has parameters"},
        Bad{R"j("up": { "distribution": "exp(2ms)", "jitter": "1ms" })j",
            "3:37 F0108 \"jitter\" does not go with a \"distribution\" that has parameters"}));

}  // namespace
}  // namespace flapjack
