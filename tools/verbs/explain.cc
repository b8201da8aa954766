// SPDX-License-Identifier: Apache-2.0
// flapjack explain profile [NAME], kconfig [NAME]: what a profile decides and where that comes
// from; what a Kconfig option does, its range and default.
#include <cstdio>

#include "scenarios/builtin.h"
#include "scenarios/profile_switches.h"
#include "scenarios/suggest.h"
#include "tools/cli.h"

namespace flapjack {
namespace {

NodeConfig config_of(const ProfileEntry& profile) {
  NodeConfig config;
  profile.apply(config);
  return config;
}

template <class Entry>
Exit unknown(const char* what, const std::string& name, const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.word.name);
  std::fprintf(stderr, "flapjack: no %s is called \"%s\"\n", what, name.c_str());
  const std::string help = suggestion_help(name, names);
  if (!help.empty()) std::fprintf(stderr, "  = help: %s\n", help.c_str());
  return Exit::Usage;
}

void print_line(std::string_view indent, std::string_view key, std::string_view text) {
  std::printf("%.*s%-13.*s %.*s\n", static_cast<int>(indent.size()), indent.data(),
              static_cast<int>(key.size()), key.data(), static_cast<int>(text.size()),
              text.data());
}

void print_switch(const ProfileSwitch& s, const std::vector<ProfileEntry>& profiles,
                  const ProfileEntry* chosen) {
  std::printf("%2d  %.*s: %.*s\n", s.point, static_cast<int>(s.name.size()), s.name.data(),
              static_cast<int>(s.about.size()), s.about.data());
  if (s.value == nullptr) {
    print_line("      ", "not here", s.absent);
  } else {
    if (chosen != nullptr) print_line("    > ", chosen->word.name, s.value(config_of(*chosen)));
    for (const ProfileEntry& profile : profiles) {
      if (&profile != chosen) print_line("      ", profile.word.name, s.value(config_of(profile)));
    }
  }
  print_line("      ", "source", s.source);
}

Exit explain_profile(const Registry& registry, const std::string& name) {
  const ProfileEntry* chosen = name.empty() ? nullptr : find_entry(registry.profiles, name);
  if (!name.empty() && chosen == nullptr) return unknown("profile", name, registry.profiles);
  for (const ProfileEntry& profile : registry.profiles) {
    if (chosen != nullptr && chosen != &profile) continue;
    std::printf("%s: %s%s\n", profile.word.name.c_str(), profile.word.doc.c_str(),
                &profile == &registry.profiles.front() ? " (the default)" : "");
  }
  std::printf("\n");
  for (const ProfileSwitch& s : profile_switches()) {
    print_switch(s, registry.profiles, chosen);
  }
  return Exit::Passed;
}

// ", default 14", or each profile's where they differ; a value below the range means "as needed".
// Behind it what a node has without the option where the file's node needs another.
void print_defaults(const KconfigEntry& option, const std::vector<ProfileEntry>& profiles) {
  const auto text = [&](const ProfileEntry& profile) {
    const std::int64_t value = option.value(config_of(profile));
    return value < option.low ? std::string("as needed") : std::to_string(value);
  };
  const std::string first = text(profiles.front());
  std::printf(", default %s", first.c_str());
  for (const ProfileEntry& profile : profiles) {
    const std::string own = text(profile);
    if (own != first) std::printf(" (%s: %s)", profile.word.name.c_str(), own.c_str());
  }
  if (!option.unset.empty()) {
    std::printf("; without the option %.*s", static_cast<int>(option.unset.size()),
                option.unset.data());
  }
  std::printf("\n");
}

Exit explain_kconfig(const Registry& registry, const std::string& name) {
  const KconfigEntry* chosen = name.empty() ? nullptr : find_entry(registry.kconfigs, name);
  if (!name.empty() && chosen == nullptr) return unknown("option", name, registry.kconfigs);
  for (const KconfigEntry& option : registry.kconfigs) {
    if (chosen != nullptr && chosen != &option) continue;
    std::printf("%s: %s\n  %lld to %lld", option.word.name.c_str(), option.word.doc.c_str(),
                static_cast<long long>(option.low), static_cast<long long>(option.high));
    print_defaults(option, registry.profiles);
  }
  return Exit::Passed;
}

}  // namespace

Exit verb_explain(const CliOptions& options) {
  const Registry registry = builtin_registry();
  if (options.what == "profile") return explain_profile(registry, options.name);
  if (options.what == "kconfig") return explain_kconfig(registry, options.name);
  std::fprintf(stderr, "flapjack: nothing called %s to explain: %s\n",
               in_quotes(options.what).c_str(),
               choice_help(options.what, {"profile", "kconfig"}).c_str());
  return Exit::Usage;
}

}  // namespace flapjack
