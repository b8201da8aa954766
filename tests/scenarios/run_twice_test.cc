// SPDX-License-Identifier: Apache-2.0
// The same scenario with the same seed gives the same trace; an app that lives on something else
// than its World's random streams is found, with the first record that differs.
#include "scenarios/run_twice.h"

#include "scenarios/world.h"
#include "tests/scenarios/every_word.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

std::optional<TwiceReport> twice(const Registry& registry, const std::string& name,
                                 const std::string& text) {
  SourceFile file(name, text);
  DiagnosticSink sink;
  const auto spec = load_scenario(file, registry.vocabulary(), sink);
  auto report = spec ? run_twice(*spec, registry, sink) : std::nullopt;
  EXPECT_TRUE(report) << render(file, sink);
  return report;
}

TEST(RunTwice, EverythingThereIsIsRepeatable) {
  const Registry registry = builtin_registry();
  for (const char* text : {kEveryWord, kEveryEngine}) {
    const auto report = twice(registry, "t.json", text);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->difference, "");
    EXPECT_GT(report->records, 1000u);
  }
}

/// What it does comes from nowhere that a seed could repeat: how often it was made in this process.
class Planted : public App {
 public:
  enum class What { Attribute, Time, Extra };
  Planted(const AppEnv& env, What what, int made)
      : App(env), env_(env), what_(what), made_(made),
        turn_(env.node.stack.scheduler(), Lane::App, delegate<&Planted::tick>(this)) {}
  void start() override {
    turn_.start(what_ == What::Time ? milliseconds(1000 + made_) : seconds(1));
  }

 private:
  void tick() {
    Tracer& tracer = env_.node.stack.tracer();
    tracer.event(subject(), "sent",
                 {Attr::of("seq", what_ == What::Attribute ? std::int64_t{made_} : 1)});
    if (what_ == What::Extra && made_ > 1) tracer.event(subject(), "skipped");
  }
  AppEnv env_;
  What what_;
  int made_;
  Timer turn_;
};

template <Planted::What what>
std::unique_ptr<App> plant(const AppEnv& env, const AppSpec&, bool) {
  static int made = 0;
  return std::make_unique<Planted>(env, what, ++made);
}

TEST(RunTwice, WhatNoSeedRepeatsIsNamed) {
  struct Row {
    std::unique_ptr<App> (*make)(const AppEnv&, const AppSpec&, bool);
    const char* first;
    const char* then;
  };
  const Row rows[] = {
      {plant<Planted::What::Attribute>, "first 1.000s dev.bad sent seq=1 ",
       ", then 1.000s dev.bad sent seq=2 "},
      {plant<Planted::What::Time>, "first 1.001s dev.bad sent seq=1 ",
       ", then 1.002s dev.bad sent seq=1 "},
      {plant<Planted::What::Extra>, "first 2.000s scenario end", ", then 1.000s dev.bad skipped "},
  };
  for (const Row& row : rows) {
    Registry registry = builtin_registry();
    registry.apps.push_back({{"planted", "is different each time", {}, false, {}}, row.make});
    const auto report = twice(registry, "t.json", R"({ "until": "2s", "nodes": {
      "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
               "apps": { "bad": { "planted": "srv:7" } } },
      "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:7"] } },
      "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } } })");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->difference.rfind("record ", 0), 0u) << report->difference;
    EXPECT_NE(report->difference.find(row.first), std::string::npos) << report->difference;
    EXPECT_NE(report->difference.find(row.then), std::string::npos) << report->difference;
  }
}

}  // namespace
}  // namespace flapjack
