// SPDX-License-Identifier: Apache-2.0
#include "tools/views/json_view.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace flapjack {
namespace {

using Json = nlohmann::ordered_json;

Json expectation(const RunInfo& info, const ExpectResult& result) {
  Json json;
  json["src"] = to_text(info.file, result.spec->place);
  json["text"] = result.spec->text;
  json["verdict"] = result.pass ? "pass" : "fail";
  json["expected"] = result.expected;
  json["actual"] = result.actual;
  json["nearest"] = result.nearest.empty() ? Json() : Json(result.nearest);
  return json;
}

}  // namespace

bool JsonView::end(const RunInfo& info, const RunReport& report) {
  Json json;
  json["format"] = 1;
  json["scenario"] = info.file;
  json["seed"] = info.spec->seed;
  json["params"] = Json::object();
  json["run"] = report.digest.substr(0, 8);
  json["verdict"] = run_verdict_name(report.verdict);
  if (!report.error.empty()) json["error"] = report.error;
  json["digest"] = report.digest;
  json["until_ns"] = report.ended.ns;
  json["events"] = report.events;
  json["records"] = report.records;
  json["wall_us"] = info.wall_us;
  json["expectations"] = Json::array();
  for (const ExpectResult& result : report.expectations) {
    json["expectations"].push_back(expectation(info, result));
  }
  json["warnings"] = Json::array();
  for (const RunWarning& warning : warnings_of(report)) {
    json["warnings"].push_back(
        {{"src", to_text(info.file, warning.place)}, {"text", warning.text}});
  }
  json["blocked"] = Json::array();
  for (const BlockedCall& call : report.blocked) {
    json["blocked"].push_back(
        {{"who", call.fiber}, {"waits_for", call.waits_for}, {"since_ns", call.since.ns}});
  }
  json["apps"] = Json::object();
  for (const AppReport& app : report.apps) {
    json["apps"][app.path] = {{"sent", app.counts.sent}, {"delivered", app.counts.delivered}};
  }
  json["leaks"] = report.leaks.size();
  json["violations"] = report.violations;
  json["counters"] = Json::object();
  for (const CounterValue& counter : report.counters) {
    json["counters"][counter.path] = counter.value;
  }
  if (!report.stats.empty()) {
    Json& stats = json["stats"] = Json::object();
    for (const CounterValue& counter : report.stats) stats[counter.path] = counter.value;
  }
  json["reproduce"] = info.reproduce;
  json["engine"] = "flapjack " FLAPJACK_VERSION;
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  return true;
}

}  // namespace flapjack
