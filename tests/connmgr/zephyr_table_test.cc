// SPDX-License-Identifier: Apache-2.0
// connmgr/ZEPHYR.md: complete rows, and names that are there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace flapjack::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// "A.B" of every TEST*(A, B) of a folder.
std::set<std::string> tests_in(const fs::path& folder) {
  std::set<std::string> found;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    std::istringstream in(text_of(file.path()));
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("TEST")) continue;
      const std::size_t open = line.find('('), comma = line.find(", "), close = line.find(')');
      if (close == std::string::npos) continue;
      found.insert(line.substr(open + 1, comma - open - 1) + "." +
                   line.substr(comma + 2, close - comma - 2));
    }
  }
  return found;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

// What stands between backticks.
std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> found;
  std::istringstream in(cell);
  std::string piece;
  for (bool inside = false; std::getline(in, piece, '`'); inside = !inside) {
    if (inside) found.push_back(piece);
  }
  return found;
}

std::string headers() {
  std::string all;
  const fs::path root = FLAPJACK_SOURCE_DIR;
  for (const char* folder : {"connmgr", "stack/net"}) {
    for (const fs::directory_entry& file : fs::directory_iterator(root / folder)) {
      if (file.path().extension() == ".h") all += text_of(file.path());
    }
  }
  return all;
}

TEST(ZephyrTable, EveryRowIsWholeAndItsNamesAreThere) {
  const fs::path root = FLAPJACK_SOURCE_DIR;
  std::set<std::string> tests = tests_in(root / "tests/connmgr");
  tests.merge(tests_in(root / "tests/stack/net"));
  const std::string known = headers();
  std::istringstream in(text_of(root / "connmgr/ZEPHYR.md"));
  std::set<std::string> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| ") || line.starts_with("| Zephyr") || line.starts_with("| Rule")) {
      continue;
    }
    const std::vector<std::string> cells = cells_of(line);
    ASSERT_EQ(cells.size(), 4u) << line;
    for (const std::string& cell : cells) EXPECT_FALSE(cell.empty()) << line;
    EXPECT_TRUE(rows.insert(cells[0]).second) << "twice: " << cells[0];
    for (const std::string& name : quoted(cells[1])) {
      const std::size_t at = name.rfind("::");
      const std::string last = at == std::string::npos ? name : name.substr(at + 2);
      EXPECT_NE(known.find(last), std::string::npos) << name;
    }
    EXPECT_FALSE(quoted(cells[2]).empty()) << line;
    for (const std::string& name : quoted(cells[2])) EXPECT_TRUE(tests.contains(name)) << name;
    for (const std::string& name : quoted(cells[3])) {
      if (name.find('.') == std::string::npos || name.find("(") != std::string::npos) continue;
      EXPECT_TRUE(tests.contains(name)) << name;
    }
    const std::size_t file = cells[3].find("race-");
    if (file == std::string::npos) continue;
    EXPECT_TRUE(fs::exists(root / "scenarios/library" / cells[3].substr(file))) << cells[3];
  }
  EXPECT_GT(rows.size(), 80u);
}

}  // namespace
}  // namespace flapjack::test
