// SPDX-License-Identifier: Apache-2.0
// The command line: words -> verb -> exit code. Results go to stdout, talk and errors to stderr.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flapjack {

/// Exit codes, the same for every verb.
enum class Exit : int {
  Passed = 0,
  Failed = 1,      ///< an expectation failed
  Usage = 2,       ///< wrong words, or a scenario that is not valid
  Bug = 3,         ///< flapjack itself is wrong
  Nothing = 5,     ///< nothing was selected
  Interrupted = 130,
};

/// How much `run` tells.
enum class Verbosity : int { Quiet = 0, Story = 1, Events = 2, Packets = 3 };

enum class Format : int { Human, Json, Ndjson, Junit };

/// What the words of one call said.
struct CliOptions {
  std::vector<std::string> paths;
  Format format = Format::Human;
  Verbosity verbosity = Verbosity::Story;
  std::string color = "auto";  ///< auto, always, never
  std::vector<std::string> log_levels;  ///< MODULE=LEVEL
  std::optional<std::uint64_t> seed;
  bool stats = false;  ///< `run` shows the network statistics
  std::string what;  ///< of `list` and `explain`
  std::string name;  ///< of `explain`
  std::optional<std::string> pcap;  ///< file of the capture, - for stdout
  std::string profile;        ///< of `conform`; empty: the default
  std::string grace = "0s";   ///< of `conform`, unchecked
  bool partial_options = false;  ///< of `conform`
  std::vector<int> items;     ///< of `conform`; empty: all
  std::optional<std::string> connector;  ///< valid, see ConnectorAddress
  bool connector_wait = false;
  std::string pcap_scope = "links,events";  ///< valid words, see PcapScope
};

/// The whole program; `words` begins with its own name.
int run_cli(const std::vector<std::string>& words);

// The verbs, each in a file of its own.
Exit verb_run(const CliOptions& options);
Exit verb_test(const CliOptions& options);
Exit verb_check(const CliOptions& options);
Exit verb_schema(const CliOptions& options);
Exit verb_conform(const CliOptions& options);
Exit verb_list(const CliOptions& options);
Exit verb_explain(const CliOptions& options);

}  // namespace flapjack
