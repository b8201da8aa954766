// SPDX-License-Identifier: Apache-2.0
// The digests of the library's runs, kept in golden/fingerprints.txt: every compiler, optimisation
// level and sanitizer that runs this test must come to the same ones. After a change that is meant
// to change them, read what changed (`flapjack run -vv`), then put in the new ones, which the
// failure prints.
#include <filesystem>
#include <map>
#include <sstream>

#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

TEST(Golden, EveryScenarioOfTheLibraryHasItsFingerprint) {
  namespace fs = std::filesystem;
  const std::string root = std::string(FLAPJACK_SOURCE_DIR);
  std::map<std::string, std::string> golden;
  std::istringstream lines(read_text(root + "/tests/scenarios/golden/fingerprints.txt"));
  for (std::string name, digest; lines >> name >> digest;) golden[name] = digest;
  std::map<std::string, std::string> actual;
  for (const auto& entry : fs::directory_iterator(root + "/scenarios/library")) {
    const Ran ran(read_text(entry.path().string()));
    ASSERT_TRUE(ran.report) << entry.path() << "\n" << ran.messages;
    actual[entry.path().filename().string()] = ran.report->digest;
  }
  std::string wanted;
  for (const auto& [name, digest] : actual) wanted += name + " " + digest + "\n";
  EXPECT_EQ(golden, actual) << wanted;
}

}  // namespace
}  // namespace flapjack
