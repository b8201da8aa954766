// SPDX-License-Identifier: Apache-2.0
// flapjack list [WHAT]: what scenarios can name, with a line on each.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "scenarios/builtin.h"
#include "scenarios/suggest.h"
#include "stack/net/cn_feed.h"
#include "tools/cli.h"

namespace flapjack {
namespace {

struct Listing {
  std::string what;
  std::vector<Word> words;
};

template <class Entries>
Listing listing(std::string what, const Entries& entries) {
  Listing list{std::move(what), {}};
  for (const auto& entry : entries) {
    if constexpr (requires { entry.word; }) {
      list.words.push_back({entry.word.name, entry.word.doc});
    } else {
      list.words.push_back({entry.name, entry.doc});
    }
  }
  return list;
}

// The ids under which a node publishes, "16.2": what programs outside need to know.
Listing connector_ids() {
  Listing list{"connector_ids", {}};
  const auto add = [&](const CnId& id, std::string_view what) {
    list.words.push_back({std::to_string(id.idx) + "." + std::to_string(id.val),
                          std::string(what)});
  };
  for (const MgmtEvent event : mgmt_events()) add(cn_id(event), mgmt_event_name(event));
  for (std::size_t i = 1; i < kDropReasons; ++i) {
    const auto reason = static_cast<DropReason>(i);
    add(cn_id(reason), "dropped, " + std::string(drop_reason_name(reason)));
  }
  add(kCnControlId, "control: joins (1) or leaves (2) a group");
  return list;
}

std::vector<Listing> listings(const Registry& r) {
  return {listing("technologies", r.technologies), listing("l2s", r.l2s),
          listing("drivers", r.drivers), listing("wrappers", r.wrappers),
          listing("engines", r.engines), listing("connectivities", r.connectivities),
          listing("apps", r.apps), listing("services", r.services), listing("verbs", r.verbs),
          listing("agent_groups", r.agent_groups), listing("agent_actions", r.agent_actions),
          connector_ids(), listing("events", r.events), listing("counters", r.counters),
          listing("packet_keys", r.packet_keys), listing("profiles", r.profiles),
          listing("kconfig", r.kconfigs)};
}

void print(const Listing& list) {
  std::size_t width = 0;
  for (const Word& word : list.words) width = std::max(width, word.name.size());
  std::printf("%s:\n", list.what.c_str());
  for (const Word& word : list.words) {
    std::printf("  %-*s  %s\n", static_cast<int>(width), word.name.c_str(), word.doc.c_str());
  }
}

}  // namespace

Exit verb_list(const CliOptions& options) {
  std::vector<Listing> all = listings(builtin_registry());
  if (!options.what.empty()) {
    std::vector<std::string> names;
    for (const Listing& list : all) names.push_back(list.what);
    std::erase_if(all, [&](const Listing& list) { return list.what != options.what; });
    if (all.empty()) {
      std::fprintf(stderr, "flapjack: nothing called %s to list: %s\n",
                   in_quotes(options.what).c_str(), choice_help(options.what, names).c_str());
      return Exit::Usage;
    }
  }
  if (options.format == Format::Human) {
    for (const Listing& list : all) print(list);
    return Exit::Passed;
  }
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Listing& list : all) {
    for (const Word& word : list.words) json[list.what][word.name] = word.doc;
  }
  std::printf("%s\n", json.dump(2).c_str());
  return Exit::Passed;
}

}  // namespace flapjack
