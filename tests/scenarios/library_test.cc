// SPDX-License-Identifier: Apache-2.0
// The library of scenarios: they pass, twice alike and side by side; what they and a scenario of
// every word record is what patterns may name.
#include <filesystem>
#include <map>
#include <set>

#include "scenarios/pattern_values.h"
#include "scenarios/timeline.h"
#include "stack/trace/digest_sink.h"
#include "tests/scenarios/built_world.h"
#include "tests/scenarios/every_word.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> library() {
  std::vector<std::string> paths;
  for (const auto& entry :
       fs::recursive_directory_iterator(FLAPJACK_SOURCE_DIR "/scenarios/library")) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> all_texts() {
  std::vector<std::string> texts = {kEveryWord, kEveryEngine};
  for (const std::string& path : library()) texts.push_back(read_text(path));
  return texts;
}

class Library : public testing::TestWithParam<std::string> {};

TEST_P(Library, PassesTwiceAlike) {
  const std::string text = read_text(GetParam());
  const Ran once(text);
  ASSERT_TRUE(once.report) << once.messages;
  EXPECT_EQ(once.messages, "");
  for (const ExpectResult& r : once.report->expectations) {
    EXPECT_TRUE(r.pass) << r.spec->text << "\n  expected " << r.expected << "\n  actual "
                        << r.actual << "\n  nearest " << r.nearest;
  }
  EXPECT_FALSE(once.report->expectations.empty());
  EXPECT_EQ(once.report->verdict, RunVerdict::Pass);
  EXPECT_EQ(once.report->leaks.size(), 0u);
  EXPECT_EQ(Ran(text).report->digest, once.report->digest);
}

// Without a digest only those records are made that an expectation or a step waits for.
TEST_P(Library, JudgesTheSameWithoutADigest) {
  Ran ran(read_text(GetParam()));
  const auto& whole = ran.report;
  RunOptions without;
  without.digest = false;
  ASSERT_TRUE(whole) << ran.messages;
  const auto report = run_scenario(*ran.spec, ran.registry, without, ran.sink);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->verdict, whole->verdict);
  EXPECT_EQ(report->events, whole->events);
  ASSERT_EQ(report->expectations.size(), whole->expectations.size());
  for (std::size_t i = 0; i < whole->expectations.size(); ++i) {
    EXPECT_EQ(report->expectations[i].pass, whole->expectations[i].pass);
    EXPECT_EQ(report->expectations[i].actual, whole->expectations[i].actual);
    EXPECT_EQ(report->expectations[i].nearest, whole->expectations[i].nearest);
  }
  ASSERT_EQ(report->counters.size(), whole->counters.size());
  for (std::size_t i = 0; i < whole->counters.size(); ++i) {
    EXPECT_EQ(report->counters[i].value, whole->counters[i].value) << whole->counters[i].path;
  }
}

TEST_P(Library, OpensWithWhatItIsAbout) {
  const std::string text = read_text(GetParam());
  const std::size_t key = text.find('"');
  EXPECT_EQ(text.substr(key, 9), "\"about\": ");
  const Ran ran(text);
  ASSERT_TRUE(ran.spec);
  EXPECT_GT(ran.spec->about.size(), 20u);
}

// With another seed chance is another, but nothing breaks.
TEST_P(Library, OtherSeedsRun) {
  const SourceFile file("t.json", read_text(GetParam()));
  const Registry registry = builtin_registry();
  DiagnosticSink sink;
  auto spec = load_scenario(file, registry.vocabulary(), sink);
  ASSERT_TRUE(spec);
  for (spec->seed = 2; spec->seed < 7; ++spec->seed) {
    const auto report = run_scenario(*spec, registry, {}, sink);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->verdict, RunVerdict::Pass) << "seed " << spec->seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Library, testing::ValuesIn(library()), [](const auto& info) {
  std::string name = fs::path(info.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(LibraryAsAWhole, HasTheScenariosOfTheReadme) {
  std::set<std::string> names;
  for (const std::string& path : library()) names.insert(fs::path(path).filename().string());
  for (const char* name : {"ap-reboot.json", "lwip-modem.json", "two-ifaces.json",
                           "flap-storm.json", "seed-003-walk.json"}) {
    EXPECT_EQ(names.count(name), 1u) << name;
  }
}

// One scenario that is stepped by hand.
struct Stepped {
  explicit Stepped(const std::string& path) : built(read_text(path), path) {
    timeline = std::make_unique<Timeline>(*built.world, *built.spec, built.registry, built.names);
    built.world->tracer().add_sink(digest);
    built.world->boot();
    timeline->start();
  }
  bool step() { return built.world->scheduler().run_one(built.spec->until); }

  DigestSink digest;  // told of what is still on its way when the world ends
  BuiltWorld built;
  std::unique_ptr<Timeline> timeline;
};

TEST(LibraryAsAWhole, AllOfThemStepByStepAtOnce) {
  std::vector<std::string> alone;
  std::vector<std::unique_ptr<Stepped>> together;
  for (const std::string& path : library()) {
    Stepped one(path);
    while (one.step()) {
    }
    alone.push_back(one.digest.digest());
    together.push_back(std::make_unique<Stepped>(path));
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto& one : together) more = one->step() || more;
  }
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(together[i]->digest.digest(), alone[i]) << together[i]->built.file.name();
  }
}

TargetSet kind_of(const ScenarioSpec& spec, const std::string& path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) {
    return only(spec.find_node(path) != nullptr ? TargetKind::Node : TargetKind::Link);
  }
  const NodeSpec* node = spec.find_node(path.substr(0, dot));
  if (node == nullptr) return 0;
  const std::string name = path.substr(dot + 1);
  if (node->find_iface(name) != nullptr) return only(TargetKind::Iface);
  if (node->find_app(name) != nullptr) return only(TargetKind::App);
  if (node->find_service(name) != nullptr) return only(TargetKind::Service);
  return node->find_agent(name) != nullptr ? only(TargetKind::Agent) : TargetSet{0};
}

// Why a pattern could not name this record; empty when it could.
std::string unlisted(const Registry& registry, const ScenarioSpec& spec, const KeptRecord& r) {
  const TargetSet kind = kind_of(spec, r.subject);
  bool known = false;
  std::set<std::string> keys;
  std::map<std::string, ValueKind> kinds;
  for (const EventWord& word : registry.events) {
    if (word.name != r.name) continue;
    known = true;
    if ((word.subjects & kind) == 0) continue;
    keys.insert(word.keys.begin(), word.keys.end());
    keys.insert("");
    kinds.insert(word.kinds.begin(), word.kinds.end());
  }
  if (!known) return r.name + " is not listed";
  if (keys.empty()) return r.name + " is not listed for " + r.subject;
  for (const auto& [key, value] : r.attrs) {
    if (keys.count(key) == 0) return r.name + " has the key " + key + " that is not listed";
    const auto of = kinds.find(key);
    if (of != kinds.end() && value_text(of->second, value) != value) {
      return r.name + " has " + key + "=" + value + " that is not of its kind";
    }
  }
  return {};
}

TEST(LibraryAsAWhole, EveryRecordCanBeNamed) {
  std::set<std::string> wrong, seen;
  for (const std::string& text : all_texts()) {
    const Ran ran(text);
    ASSERT_TRUE(ran.report) << ran.messages;
    EXPECT_EQ(ran.report->leaks.size(), 0u);
    for (const KeptRecord& r : ran.trace.records) {
      if (!is_event_like(r.kind)) continue;
      seen.insert(r.name);
      const std::string why = unlisted(ran.registry, *ran.spec, r);
      if (!why.empty()) wrong.insert(why);
    }
  }
  EXPECT_EQ(wrong, std::set<std::string>{});
  // these runs are worth something: most of what is listed happened
  for (const char* name : {"mgmt_event_dropped", "step_refused", "send_failed", "service_failed",
                           "connect_failed", "connection_lost", "CONN_IF_TIMEOUT", "lost",
                           "CONN_IF_FATAL_ERROR", "auto_down", "scripted", "accepted", "skipped",
                           "arp_wait", "offload_call", "offload_done", "dropped"}) {
    EXPECT_EQ(seen.count(name), 1u) << name;
  }
}

template <class Entries>
void expect_used(const char* what, const Entries& entries, const std::set<std::string>& used) {
  for (const auto& entry : entries) {
    EXPECT_EQ(used.count(entry.word.name), 1u) << "no scenario uses " << what << " "
                                               << entry.word.name;
  }
}

TEST(LibraryAsAWhole, EveryWordHasAScenario) {
  std::set<std::string> verbs, apps, services, technologies, engines, impls, l2s, profiles;
  const Registry registry = builtin_registry();
  for (const std::string& text : all_texts()) {
    const Ran ran(text);
    ASSERT_TRUE(ran.spec) << ran.messages;
    for (const StepSpec& step : ran.spec->timeline) verbs.insert(step.verb);
    for (const NodeSpec& node : ran.spec->nodes) {
      profiles.insert(node.profile);
      for (const AppSpec& app : node.apps) apps.insert(app.kind);
      for (const ServiceSpec& service : node.services) services.insert(service.kind);
      for (const IfaceSpec& iface : node.ifaces) {
        technologies.insert(iface.technology);
        engines.insert(iface.engine);
        l2s.insert(iface.engine == registry.engines.front().word.name ? iface.l2 : "offloaded");
        if (iface.conn) impls.insert(iface.conn->impl);
      }
    }
  }
  expect_used("verb", registry.verbs, verbs);
  expect_used("app", registry.apps, apps);
  expect_used("service", registry.services, services);
  expect_used("technology", registry.technologies, technologies);
  expect_used("engine", registry.engines, engines);
  expect_used("connectivity", registry.connectivities, impls);
  expect_used("l2", registry.l2s, l2s);
  expect_used("profile", registry.profiles, profiles);
}

}  // namespace
}  // namespace flapjack
