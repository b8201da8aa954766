// SPDX-License-Identifier: Apache-2.0
// flapjack_fuzz_replay TARGET CORPUS [INPUTS]: runs a target over its seeds, then over that many
// inputs near them; a fault is reported with the input as hex digits, ready to become a seed.
//
// flapjack_fuzz_replay --list: the names of all targets.
// flapjack_fuzz_replay --expand CORPUS OUT: the seeds as the binary files that libFuzzer reads.
// flapjack_fuzz_replay --run TARGET FILE: one binary file.
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/mutator.h"
#include "tests/fuzz/targets.h"

namespace flapjack::fuzz {
namespace {

Bytes current_input;  // for the signal handler

// Nothing but what a signal handler may call.
void report_fault(int signal) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto write_text = [](const char* text, std::size_t size) {
    static_cast<void>(!::write(STDERR_FILENO, text, size));
  };
  constexpr char kText[] = "fault with this input:\n";
  write_text(kText, sizeof kText - 1);
  for (const std::uint8_t byte : current_input) {
    const char digits[] = {kDigits[byte >> 4], kDigits[byte & 15]};
    write_text(digits, 2);
  }
  write_text("\n", 1);
  ::_exit(signal == SIGABRT ? 70 : 71);
}

// In a buffer of its exact size: one byte too many is seen by the sanitizer.
void run(const Target& target, const Buffer& input) {
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), exact.get());
  current_input = {exact.get(), input.size()};
  target.run(current_input);
  current_input = {};
}

const Target* find_target(std::string_view name) {
  for (const Target& target : targets()) {
    if (target.name == name) return &target;
  }
  std::fprintf(stderr, "no target %.*s\n", static_cast<int>(name.size()), name.data());
  return nullptr;
}

int replay(const Target& target, const std::string& folder, unsigned inputs) {
  const auto seeds = read_corpus(folder);
  if (!seeds || seeds->empty()) {
    std::fprintf(stderr, "%s: no seeds\n", folder.c_str());
    return 1;
  }
  for (const Seed& seed : *seeds) run(target, seed.bytes);
  Mutator mutator(*seeds, target.name);
  for (unsigned i = 0; i < inputs; ++i) run(target, mutator.next());
  std::printf("%s: %zu seeds, %u inputs\n", target.name, seeds->size(), inputs);
  return 0;
}

int expand(const std::string& folder, const std::string& out) {
  const auto seeds = read_corpus(folder);
  if (!seeds) return 1;
  std::filesystem::create_directories(out);
  for (const Seed& seed : *seeds) {
    std::ofstream file(std::filesystem::path(out) / seed.name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(seed.bytes.data()),
               static_cast<std::streamsize>(seed.bytes.size()));
    if (!file) return 1;
  }
  return 0;
}

int run_file(const Target& target, const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return 1;
  run(target, Buffer(std::istreambuf_iterator<char>(file), {}));
  return 0;
}

int main_with(std::span<const std::string_view> args) {
  if (args.size() == 1 && args[0] == "--list") {
    for (const Target& target : targets()) std::puts(target.name);
    return 0;
  }
  if (args.size() == 3 && args[0] == "--expand") {
    return expand(std::string(args[1]), std::string(args[2]));
  }
  unsigned inputs = 0;
  const bool run_one = args.size() == 3 && args[0] == "--run";
  const bool numbered = !run_one && args.size() == 3;
  if (!run_one && args.size() != 2 && !numbered) {
    std::fputs("usage: flapjack_fuzz_replay TARGET CORPUS [INPUTS]\n", stderr);
    return 2;
  }
  if (numbered) {
    const char* end = args[2].data() + args[2].size();
    if (std::from_chars(args[2].data(), end, inputs).ptr != end) return 2;
  }
  const Target* target = find_target(args[run_one ? 1 : 0]);
  if (target == nullptr) return 2;
  if (run_one) return run_file(*target, std::string(args[2]).c_str());
  return replay(*target, std::string(args[1]), inputs);
}

}  // namespace
}  // namespace flapjack::fuzz

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    std::signal(signal, flapjack::fuzz::report_fault);
  }
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  return flapjack::fuzz::main_with(args);
}
