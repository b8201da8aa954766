// SPDX-License-Identifier: Apache-2.0
// Each code of building (F09xx) means one thing: scenarios/CODES.md says which files may use it.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

using Files = std::map<std::string, std::set<std::string>>;

// Code -> the files that the table names.
Files told() {
  Files files;
  const std::string text = read_text(FLAPJACK_SOURCE_DIR "/scenarios/CODES.md");
  const std::regex row("\\| (F09\\d\\d) \\| [^|]+ \\| ([a-z_0-9, ]+) \\|");
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    const std::string code = (*it)[1], where = (*it)[2];
    EXPECT_EQ(files.count(code), 0u) << code << " is there twice";
    const std::regex name("[a-z_0-9]+");
    for (std::sregex_iterator n(where.begin(), where.end(), name); n != end; ++n) {
      files[code].insert(n->str());
    }
  }
  return files;
}

// Code -> the files whose text has it.
Files used() {
  Files files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(FLAPJACK_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() != ".cc") continue;
    const std::string text = read_text(entry.path().string());
    const std::regex code("\"(F09\\d\\d)\"");
    for (std::sregex_iterator it(text.begin(), text.end(), code), end; it != end; ++it) {
      files[(*it)[1]].insert(entry.path().stem().string());
    }
  }
  return files;
}

TEST(ErrorCodes, EachMeansOneThing) {
  EXPECT_GE(told().size(), 25u);
  EXPECT_EQ(told(), used());
}

// Where several messages share a code, their number is known: a new one has to be looked at.
TEST(ErrorCodes, ThoseOfTheBuilderAreUsedAsOftenAsTheyMeanTheSame) {
  std::map<std::string, int> uses;
  const std::string text = read_text(FLAPJACK_SOURCE_DIR "/scenarios/builder.cc");
  const std::regex code("\"(F09\\d\\d)\"");
  for (std::sregex_iterator it(text.begin(), text.end(), code), end; it != end; ++it) {
    ++uses[(*it)[1]];
  }
  std::erase_if(uses, [](const auto& each) { return each.second == 1; });
  EXPECT_EQ(uses, (std::map<std::string, int>{
                      {"F0901", 2},      // an app and a service
                      {"F0922", 2}}));   // of IPv4 and of IPv6
}

}  // namespace
}  // namespace flapjack
