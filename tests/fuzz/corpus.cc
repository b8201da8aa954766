// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/corpus.h"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace flapjack::fuzz {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<Buffer> read_hex(std::string_view text) {
  Buffer bytes;
  int half = -1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#') {
      while (i < text.size() && text[i] != '\n') ++i;
      continue;
    }
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) continue;
    const int digit = digit_of(text[i]);
    if (digit < 0) return {};
    if (half >= 0) bytes.push_back(static_cast<std::uint8_t>(half << 4 | digit));
    half = half >= 0 ? -1 : digit;
  }
  return half < 0 ? std::optional(bytes) : std::nullopt;
}

std::optional<std::vector<Seed>> read_corpus(const std::string& folder) {
  std::error_code error;
  std::vector<Seed> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".hex") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto bytes = read_hex(text.str());
    if (!bytes) {
      std::fprintf(stderr, "%s: not a text of hex digits\n", entry.path().c_str());
      return {};
    }
    seeds.push_back({entry.path().stem().string(), *bytes});
  }
  if (error) std::fprintf(stderr, "%s: %s\n", folder.c_str(), error.message().c_str());
  std::sort(seeds.begin(), seeds.end(),
            [](const Seed& a, const Seed& b) { return a.name < b.name; });
  return error ? std::nullopt : std::optional(std::move(seeds));
}

}  // namespace flapjack::fuzz
