// SPDX-License-Identifier: Apache-2.0
// flapjack conform [IMPL...]: every item of the checklist for connectivity implementations, with
// the shortest trace that breaks it.
#include "connmgr/conform/conform.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "scenarios/builtin.h"
#include "scenarios/quantity.h"
#include "scenarios/suggest.h"
#include "tools/cli.h"

namespace flapjack {
namespace {

using conformance::ConformReport;
using conformance::ConformSubject;
using conformance::ItemResult;
using conformance::ItemVerdict;

ConformSubject subject_of(const ConnectivityEntry& entry, Duration grace, bool partial_options) {
  ConformSubject subject;
  subject.name = entry.word.name;
  subject.grace = grace;
  subject.partial_options = partial_options;
  subject.make = [&entry, grace](TechnologyFactory technology) {
    return entry.make_above(std::move(technology), grace);
  };
  subject.make_own = [&entry] {
    ConnSpec spec;
    spec.impl = entry.word.name;
    if (spec.impl == "lte") spec.address = Ipv4Spec{"100.64.0.2", 0x64400002, 24, {}};
    return std::move(entry.make(spec, nullptr).connectivity);
  };
  return subject;
}

void print_human(const ConformReport& report) {
  std::printf("%s\n", report.name.c_str());
  for (const ItemResult& item : report.items) {
    const std::string text(item.guideline);
    std::printf("  %2d  %-4s  %s", item.number, std::string(verdict_name(item.verdict)).c_str(),
                text.c_str());
    std::printf(item.why.empty() ? "\n" : " (%s)\n", item.why.c_str());
    if (!item.example) continue;
    std::printf("            %s:\n", item.example->wrong.c_str());
    std::printf("              %s\n", item.example->setting.c_str());
    for (const std::string& line : item.example->text()) {
      std::printf("              %s\n", line.c_str());
    }
  }
  std::printf("  %d pass, %d fail, %d do not apply\n", report.count(ItemVerdict::Pass),
              report.count(ItemVerdict::Fail), report.count(ItemVerdict::NotApplicable));
}

nlohmann::ordered_json json_of(const ConformReport& report) {
  nlohmann::ordered_json out = {{"implementation", report.name}, {"passed", report.passed()}};
  for (const ItemResult& item : report.items) {
    nlohmann::ordered_json row = {{"item", item.number},
                                  {"guideline", std::string(item.guideline)},
                                  {"verdict", item.verdict == ItemVerdict::Pass   ? "pass"
                                              : item.verdict == ItemVerdict::Fail ? "fail"
                                                                                  : "n/a"},
                                  {"traces", item.runs}};
    if (!item.why.empty()) row["why"] = item.why;
    if (item.example) {
      row["wrong"] = item.example->wrong;
      row["setting"] = item.example->setting;
      row["trace"] = item.example->text();
    }
    out["items"].push_back(std::move(row));
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

void print_junit(const std::vector<ConformReport>& reports) {
  std::printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
  for (const ConformReport& report : reports) {
    std::printf("<testsuite name=\"%s\" tests=\"%zu\" failures=\"%d\" skipped=\"%d\">\n",
                escaped(report.name).c_str(), report.items.size(), report.count(ItemVerdict::Fail),
                report.count(ItemVerdict::NotApplicable));
    for (const ItemResult& item : report.items) {
      std::printf("<testcase classname=\"conform.%s\" name=\"%02d %s\">",
                  escaped(report.name).c_str(), item.number, escaped(item.guideline).c_str());
      if (item.verdict == ItemVerdict::NotApplicable) {
        std::printf("<skipped message=\"%s\"/>", escaped(item.why).c_str());
      }
      if (item.example) {
        std::printf("<failure message=\"%s\">\n", escaped(item.example->wrong).c_str());
        std::printf("%s\n", escaped(item.example->setting).c_str());
        for (const std::string& line : item.example->text()) {
          std::printf("%s\n", escaped(line).c_str());
        }
        std::printf("</failure>");
      }
      std::printf("</testcase>\n");
    }
    std::printf("</testsuite>\n");
  }
  std::printf("</testsuites>\n");
}

// The implementations to examine; empty, and a message, for a name that is none.
std::vector<const ConnectivityEntry*> chosen(const Registry& registry,
                                             const std::vector<std::string>& names) {
  std::vector<const ConnectivityEntry*> entries;
  std::vector<std::string> known;
  for (const ConnectivityEntry& entry : registry.connectivities) {
    if (entry.make_above == nullptr) continue;
    known.push_back(entry.word.name);
    if (names.empty()) entries.push_back(&entry);
  }
  for (const std::string& name : names) {
    const ConnectivityEntry* entry = find_entry(registry.connectivities, name);
    if (entry == nullptr || entry->make_above == nullptr) {
      const bool is_none = entry == nullptr;
      const char* const wrong =
          is_none ? "flapjack: no implementation %s to examine: %s\n"
                  : "flapjack: %s does what its script says and cannot be examined; "
                    "these can: %s\n";
      std::fprintf(stderr, wrong, in_quotes(name).c_str(),
                   (is_none ? choice_help(name, known) : join(known)).c_str());
      return {};
    }
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

Exit verb_conform(const CliOptions& options) {
  const Registry registry = builtin_registry();
  const auto entries = chosen(registry, options.paths);
  if (entries.empty()) return Exit::Usage;
  NodeConfig node;
  const std::string profile =
      options.profile.empty() ? registry.profiles.front().word.name : options.profile;
  const ProfileEntry* const entry = find_entry(registry.profiles, profile);
  if (entry == nullptr) {
    std::vector<std::string> known;
    for (const ProfileEntry& each : registry.profiles) known.push_back(each.word.name);
    std::fprintf(stderr, "flapjack: no profile %s: %s\n", in_quotes(profile).c_str(),
                 choice_help(profile, known).c_str());
    return Exit::Usage;
  }
  entry->apply(node);
  const Parsed<Duration> grace = parse_duration(options.grace);
  if (!grace.ok()) {
    std::fprintf(stderr, "flapjack: --grace: %s\n", grace.error().message.c_str());
    return Exit::Usage;
  }
  std::vector<ConformReport> reports;
  bool passed = true;
  for (const ConnectivityEntry* implementation : entries) {
    const ConformSubject subject =
        subject_of(*implementation, grace.value(), options.partial_options);
    reports.push_back(conformance::conform(subject, node.conn_mgr, options.items));
    passed = passed && reports.back().passed();
  }
  if (options.format == Format::Human) {
    for (const ConformReport& report : reports) print_human(report);
  } else if (options.format == Format::Junit) {
    print_junit(reports);
  } else {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const ConformReport& report : reports) out.push_back(json_of(report));
    std::printf("%s\n", out.dump(2).c_str());
  }
  return passed ? Exit::Passed : Exit::Failed;
}

}  // namespace flapjack
