// SPDX-License-Identifier: Apache-2.0
#include "tools/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>

#include "scenarios/suggest.h"
#include "tools/interrupt.h"
#include "tools/live/connector_address.h"
#include "tools/views/pcap_view.h"

namespace flapjack {
namespace {

using Verb = Exit (*)(const CliOptions&);

// CLI11's own exit codes never leave this file.
class Cli {
 public:
  Cli();
  int run(std::vector<std::string> words);

 private:
  CLI::App* add(const std::string& name, const std::string& about, Verb verb);
  void add_run_options(CLI::App* app);
  void add_format(CLI::App* app, const std::vector<std::string>& names);
  int fail(const std::string& message) const;
  std::string wrong_capture();
  std::string wrong_connector() const;
  std::string unknown_option(const std::vector<std::string>& words) const;
  int unknown_verb(const std::string& word) const;

  CLI::App app_{"flapjack: links flap, sockets jack in, layers stack", "flapjack"};
  CliOptions options_;
  int verbose_ = 0;
  bool quiet_ = false;
  std::string format_ = "human";
  std::optional<std::string> seed_, pcap_scope_;
  std::vector<std::pair<CLI::App*, Verb>> verbs_;
};

// A value that is one of `words`.
CLI::Validator one_of(const std::vector<std::string>& words) {
  const auto wrong = [words](const std::string& word) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return std::string();
    return "unknown word " + in_quotes(word) + ": " + choice_help(word, words);
  };
  return CLI::Validator(wrong, "");
}

CLI::App* Cli::add(const std::string& name, const std::string& about, Verb verb) {
  CLI::App* app = app_.add_subcommand(name, about);
  verbs_.emplace_back(app, verb);
  return app;
}

void Cli::add_format(CLI::App* app, const std::vector<std::string>& names) {
  app->add_option("--format", format_, "one of " + join(names))
      ->check(one_of(names));
}

void Cli::add_run_options(CLI::App* app) {
  add_format(app, {"human", "json", "ndjson"});
  app->add_flag("-v,--verbose", verbose_, "-v: every event, -vv: every packet and hop");
  app->add_flag("-q,--quiet", quiet_, "the verdict only");
  app->add_option("--seed", seed_, "seed instead of the scenario's own (0 to 2^64-1)");
  app->add_option("--color", options_.color, "auto, always or never")
      ->check(one_of({"auto", "always", "never"}));
  app->add_option("--log", options_.log_levels,
                  "MODULE=LEVEL: modules stack, l2, offload, connmgr, scenarios or all; levels "
                  "trace, debug, info, warn, error, off")
      ->allow_extra_args(false);  // or it would take the file's name, too
}

Cli::Cli() {
  app_.require_subcommand(0, 1);
  app_.set_version_flag("--version", "flapjack " FLAPJACK_VERSION);
  CLI::App* run = add("run", "run one scenario and tell its story", verb_run);
  run->add_option("FILE", options_.paths, "the scenario; - is standard input")
      ->required()
      ->expected(1);
  add_run_options(run);
  run->add_flag("--stats", options_.stats, "show what every iface and protocol counted");
  run->add_option("--pcap", options_.pcap, "write a capture (pcapng) to this file; - is stdout");
  run->add_option("--pcap-scope", pcap_scope_,
                  "what is in it: links, ifaces, events, several with commas, or all (default "
                  "links,events)");
  run->add_option("--connector", options_.connector,
                  "[NODE=]unix:PATH or [NODE=]udp:HOST:PORT: follow the clock, with processes "
                  "outside as agents of a node's Connector");
  run->add_flag("--connector-wait", options_.connector_wait,
                "time stands still until the first agent has come");
  CLI::App* test = add("test", "run every scenario of some folders or files", verb_test);
  test->add_option("DIR", options_.paths, "folders, searched for *.json, or files")->required();
  add_run_options(test);
  CLI::App* check = add("check", "check scenarios without running them", verb_check);
  check->add_option("FILE", options_.paths, "scenarios, or folders of them")->required();
  add_format(check, {"human", "json"});
  add("schema", "print the JSON schema of the scenario format", verb_schema);
  CLI::App* list = add("list", "print what scenarios can name", verb_list);
  list->add_option("WHAT", options_.what,
                   "technologies, l2s, drivers, wrappers, engines, connectivities, apps, services, "
                   "verbs, agent_groups, agent_actions, connector_ids, events, counters, "
                   "packet_keys, profiles or kconfig; all without");
  add_format(list, {"human", "json"});
  CLI::App* conform = add("conform", "check connectivity implementations against the guidelines",
                          verb_conform);
  conform->add_option("IMPL", options_.paths, "implementations; all without");
  conform->add_option("--profile", options_.profile, "the release whose behaviour counts");
  conform->add_option("--grace", options_.grace, "how long a loss lasts before it is told");
  conform->add_flag("--partial-options", options_.partial_options,
                    "an option read or written at a wrong size may be cut, as documented");
  conform->add_option("--item", options_.items, "only these numbers of the checklist")
      ->check(CLI::Range(1, 44).description(""))
      ->allow_extra_args(false);
  add_format(conform, {"human", "json", "junit"});
  CLI::App* explain = add("explain", "print what a profile or a Kconfig option decides",
                          verb_explain);
  explain->add_option("WHAT", options_.what, "profile or kconfig")->required();
  explain->add_option("NAME", options_.name, "one of them; all without");
}

int Cli::fail(const std::string& message) const {
  std::fprintf(stderr, "flapjack: %s\nflapjack: see flapjack --help\n", message.c_str());
  return static_cast<int>(Exit::Usage);
}

// "MODULE=LEVEL", both known; empty when it is right.
std::string wrong_log_setting(const std::string& setting) {
  const std::vector<std::string> modules = {"all",     "stack",   "l2",
                                            "offload", "connmgr", "scenarios"};
  const std::vector<std::string> levels = {"trace", "debug", "info", "warn", "error", "off"};
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos) return "--log " + setting + ": write MODULE=LEVEL";
  const auto check = [&](const std::string& word, const std::vector<std::string>& known,
                         const std::string& what) {
    if (std::find(known.begin(), known.end(), word) != known.end()) return std::string();
    return "--log " + setting + ": no " + what + " " + in_quotes(word) + ": " +
           choice_help(word, known);
  };
  const std::string module = check(setting.substr(0, equals), modules, "module");
  return module.empty() ? check(setting.substr(equals + 1), levels, "level") : module;
}

// Takes the words about the capture; empty when they are right.
std::string Cli::wrong_capture() {
  if (pcap_scope_ && !options_.pcap) return "--pcap-scope needs --pcap";
  if (pcap_scope_) options_.pcap_scope = *pcap_scope_;
  std::string unknown;
  if (!PcapScope::parse(options_.pcap_scope, &unknown)) {
    return "--pcap-scope " + options_.pcap_scope + ": unknown word " + in_quotes(unknown) + ": " +
           choice_help(unknown, {"links", "ifaces", "events", "all"});
  }
  if (options_.pcap == "-" && options_.format != Format::Human) {
    return "--pcap - and --format " + format_ + " cannot both have stdout";
  }
  return {};
}

std::string Cli::wrong_connector() const {
  if (!options_.connector) {
    return options_.connector_wait ? "--connector-wait needs --connector" : "";
  }
  std::string why;
  if (ConnectorAddress::parse(*options_.connector, &why)) return {};
  return "--connector " + *options_.connector + ": " + why +
         "; write unix:PATH or udp:HOST:PORT, perhaps with NODE= before it";
}

// What is wrong with the first option that its verb does not know; CLI11 would blame the words
// behind it.
std::string Cli::unknown_option(const std::vector<std::string>& words) const {
  const CLI::App* app = &app_;
  for (const auto& [verb, call] : verbs_) {
    if (verb->get_name() == words.front()) app = verb;
  }
  std::vector<std::string> known;
  for (const CLI::Option* option : app->get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (const std::string& word : words) {
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string nearest = suggest(name, known);
    return "unknown option " + name + (nearest.empty() ? "" : ": did you mean " + nearest + "?");
  }
  return {};
}

int Cli::unknown_verb(const std::string& word) const {
  std::vector<std::string> names;
  for (const auto& [app, verb] : verbs_) names.push_back(app->get_name());
  const std::string hint = suggestion_help(word, names, "there are: ");
  return fail("unknown verb \"" + word + "\"" + (hint.empty() ? "" : ": " + hint));
}

int Cli::run(std::vector<std::string> words) {
  words.erase(words.begin());
  if (words.empty()) {
    std::fputs(app_.help().c_str(), stderr);
    return static_cast<int>(Exit::Usage);
  }
  const bool known = words.front().starts_with("-") ||
                     std::any_of(verbs_.begin(), verbs_.end(), [&](const auto& v) {
                       return v.first->get_name() == words.front();
                     });
  if (!known) return unknown_verb(words.front());
  const std::string unknown = unknown_option(words);
  if (!unknown.empty()) return fail(unknown);
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app_.parse(words);
  } catch (const CLI::Success& done) {  // --help, --version
    return app_.exit(done) == 0 ? 0 : static_cast<int>(Exit::Usage);
  } catch (const CLI::ParseError& error) {
    return fail(error.what());
  }
  options_.format = format_ == "json"     ? Format::Json
                    : format_ == "ndjson" ? Format::Ndjson
                    : format_ == "junit"  ? Format::Junit
                                          : Format::Human;
  if (quiet_ && verbose_ > 0) return fail("-q and -v exclude each other");
  if (verbose_ > 2) return fail("-vvv is not supported yet; -vv shows every packet and hop");
  for (const std::string& setting : options_.log_levels) {
    const std::string wrong = wrong_log_setting(setting);
    if (!wrong.empty()) return fail(wrong);
  }
  const std::string wrong = wrong_capture();
  if (!wrong.empty()) return fail(wrong);
  const std::string misplaced = wrong_connector();
  if (!misplaced.empty()) return fail(misplaced);
  options_.verbosity =
      quiet_ ? Verbosity::Quiet : static_cast<Verbosity>(1 + verbose_);
  if (seed_) {
    const char* const last = seed_->data() + seed_->size();
    const auto [end, error] = std::from_chars(seed_->data(), last, options_.seed.emplace());
    if (error != std::errc{} || end != last) {
      return fail("--seed " + *seed_ + ": not a whole number from 0 to 18446744073709551615");
    }
  }
  for (const auto& [app, verb] : verbs_) {
    if (app->parsed()) return static_cast<int>(verb(options_));
  }
  return fail("no verb given");
}

}  // namespace

int run_cli(const std::vector<std::string>& words) {
  catch_interrupts();
  try {
    const int exit = Cli().run(words);
    const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (written) return exit;
    std::fprintf(stderr, "flapjack: the results could not be written\n");
    return static_cast<int>(Exit::Usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flapjack: internal error: %s\n", error.what());
    return static_cast<int>(Exit::Bug);
  }
}

}  // namespace flapjack
