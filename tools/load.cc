// SPDX-License-Identifier: Apache-2.0
#include "tools/load.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace flapjack {

namespace fs = std::filesystem;

std::optional<SourceFile> read_scenario(const std::string& path) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
    return SourceFile("<stdin>", std::move(text));
  }
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (fs::is_directory(path, error) || !file) {
    const char* why = fs::is_directory(path, error)  ? "is a folder; try: flapjack test"
                      : fs::exists(path, error)      ? "cannot be read"
                                                     : "no such file";
    std::fprintf(stderr, "flapjack: %s: %s\n", path.c_str(), why);
    return {};
  }
  try {
    text.assign(std::istreambuf_iterator<char>(file), {});
  } catch (const std::exception&) {
    std::fprintf(stderr, "flapjack: %s: cannot be read\n", path.c_str());
    return {};
  }
  return SourceFile(path, std::move(text));
}

std::optional<std::vector<std::string>> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (path != "-" && !fs::exists(path, error)) {
        std::fprintf(stderr, "flapjack: %s: no such file or folder\n", path.c_str());
        return {};
      }
      found.push_back(path);
      continue;
    }
    std::vector<std::string> below;
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file() && entry.path().extension() == ".json") {
        below.push_back(entry.path().string());
      }
    }
    std::sort(below.begin(), below.end());
    found.insert(found.end(), below.begin(), below.end());
  }
  if (found.empty()) std::fprintf(stderr, "flapjack: no scenario (*.json) found\n");
  return found;
}

}  // namespace flapjack
