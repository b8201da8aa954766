// SPDX-License-Identifier: Apache-2.0
// The composition root is consistent in itself.
#include "scenarios/builtin.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace flapjack {
namespace {

template <class Entries>
void expect_unique(const char* what, const Entries& entries) {
  std::set<std::string> names;
  EXPECT_FALSE(entries.empty()) << what;
  for (const auto& entry : entries) {
    const auto& word = [&]() -> const auto& {
      if constexpr (requires { entry.word; }) {
        return entry.word;
      } else {
        return entry;
      }
    }();
    EXPECT_TRUE(names.insert(word.name).second) << what << " " << word.name;
    EXPECT_FALSE(word.doc.empty()) << what << " " << word.name;
  }
}

TEST(Builtin, NamesAreUniqueWithinAKind) {
  const Registry r = builtin_registry();
  expect_unique("profiles", r.profiles);
  expect_unique("kconfigs", r.kconfigs);
  expect_unique("technologies", r.technologies);
  expect_unique("l2s", r.l2s);
  expect_unique("drivers", r.drivers);
  expect_unique("wrappers", r.wrappers);
  expect_unique("engines", r.engines);
  expect_unique("connectivities", r.connectivities);
  expect_unique("apps", r.apps);
  expect_unique("services", r.services);
  expect_unique("verbs", r.verbs);
  expect_unique("counters", r.counters);
  expect_unique("packet_keys", r.packet_keys);
}

// An event of one name may have several entries, for subjects that are not the same.
TEST(Builtin, EventsAreUniqueForASubject) {
  std::set<std::pair<std::string, int>> seen;
  for (const EventWord& event : builtin_registry().events) {
    EXPECT_FALSE(event.doc.empty()) << event.name;
    EXPECT_NE(event.subjects, 0) << event.name;
    for (int bit = 1; bit <= 32; bit *= 2) {
      if ((event.subjects & bit) == 0) continue;
      EXPECT_TRUE(seen.insert({event.name, bit}).second) << event.name << " " << bit;
    }
  }
}

TEST(Builtin, KconfigOptionsTellWhatWasSet) {
  for (const KconfigEntry& option : builtin_registry().kconfigs) {
    for (const std::int64_t value : {option.high, option.low, option.high}) {
      // a member of a choice is unset by another member only
      const bool choice = option.word.name.starts_with("NET_TC_MAPPING") ||
                          option.word.name.starts_with("NET_DEFAULT_IF") ||
                          option.word.name.starts_with("NET_MGMT_EVENT_THREAD") ||
                          option.word.name.starts_with("NET_MGMT_EVENT_SYSTEM") ||
                          option.word.name.starts_with("NET_MGMT_EVENT_DIRECT");
      if (choice && value == 0) continue;
      NodeConfig config;
      option.apply(config, value);
      EXPECT_EQ(option.value(config), value) << option.word.name;
    }
  }
}

TEST(Builtin, DefaultsExist) {
  const Registry r = builtin_registry();
  for (const TechnologyEntry& t : r.technologies) {
    EXPECT_NE(find_entry(r.l2s, t.word.default_l2), nullptr) << t.word.name;
    // one that stands on other ifaces has no driver
    EXPECT_TRUE(t.driver.empty() || find_entry(r.drivers, t.driver) != nullptr) << t.word.name;
    if (t.word.default_conn_impl.empty()) continue;
    EXPECT_NE(find_entry(r.connectivities, t.word.default_conn_impl), nullptr) << t.word.name;
  }
  for (const AppEntry& app : r.apps) {
    for (const std::string& service : app.word.needs_service) {
      EXPECT_NE(find_entry(r.services, service), nullptr) << app.word.name;
    }
  }
  EXPECT_EQ(r.engines.front().make, nullptr);  // the default is the native path
}

TEST(Builtin, OtherKindsAndNamesAreNotThere) {
  const Registry r = builtin_registry();
  EXPECT_EQ(find_entry(r.engines, "lwp"), nullptr);
  EXPECT_EQ(find_entry(r.verbs, ""), nullptr);
}

// The vocabulary of the front end is the registry's, word by word and in its order.
TEST(Builtin, TheVocabularyIsTheRegistrys) {
  const Registry r = builtin_registry();
  const Vocabulary v = r.vocabulary();
  ASSERT_EQ(v.verbs.size(), r.verbs.size());
  for (std::size_t i = 0; i < r.verbs.size(); ++i) {
    EXPECT_EQ(v.verbs[i].name, r.verbs[i].word.name);
  }
  EXPECT_EQ(v.engines.size(), r.engines.size());
  EXPECT_EQ(v.conn_impls.size(), r.connectivities.size());
  EXPECT_EQ(v.technologies.size(), r.technologies.size());
  EXPECT_EQ(v.profiles.size(), r.profiles.size());
  EXPECT_EQ(v.l2s.size(), r.l2s.size());
  EXPECT_EQ(v.kconfigs.size(), r.kconfigs.size());
  EXPECT_EQ(v.apps.size(), r.apps.size());
  EXPECT_EQ(v.services.size(), r.services.size());
  EXPECT_EQ(v.events.size(), r.events.size());
  EXPECT_EQ(v.counters.size(), r.counters.size());
  EXPECT_EQ(v.packet_keys.size(), r.packet_keys.size());
}

}  // namespace
}  // namespace flapjack
