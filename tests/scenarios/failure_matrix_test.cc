// SPDX-License-Identifier: Apache-2.0
// Runs the failure matrix cell by cell; the rows are in the files failure_matrix_*_test.cc. A cell
// that is skipped prints its reason.
#include "tests/scenarios/failure_matrix.h"

#include <set>

namespace flapjack {

const FactsRun& matrix_run(const std::string& text) {
  static std::map<std::string, std::unique_ptr<FactsRun>> runs;
  std::unique_ptr<FactsRun>& run = runs[text];
  if (run == nullptr) run = std::make_unique<FactsRun>(text);
  return *run;
}

void expect_sends_fail(const FactsRun& run, const std::string& code, std::int64_t from,
                       std::int64_t to) {
  for (const char* app : {"dev.local", "dev.remote"}) {
    const auto sent = within_ms(run.times(app, "sent"), from, to);
    EXPECT_FALSE(sent.empty());
    EXPECT_EQ(within_ms(run.times(app, "send_failed", "errno=" + code), from, to), sent) << app;
  }
}

namespace {

std::vector<MatrixCell> all_cells() {
  std::vector<MatrixCell> all;
  for (auto rows : {link_rows, address_rows, node_rows, engine_rows, conn_rows}) {
    for (MatrixCell& cell : rows()) all.push_back(std::move(cell));
  }
  return all;
}

class FailureMatrix : public testing::TestWithParam<MatrixCell> {};

TEST_P(FailureMatrix, Cell) {
  if (!GetParam().check) GTEST_SKIP() << GetParam().skipped;
  GetParam().check();
}

INSTANTIATE_TEST_SUITE_P(All, FailureMatrix, testing::ValuesIn(all_cells()),
                         [](const auto& test) { return test.param.row + "_" + test.param.column; });

// 17 failures, 6 parts of a node: each cell is there once.
TEST(FailureMatrixTable, IsComplete) {
  std::map<std::string, std::vector<std::string>> rows;
  std::size_t skipped = 0, silent = 0;
  for (const MatrixCell& cell : all_cells()) {
    rows[cell.row].push_back(cell.column);
    EXPECT_NE(static_cast<bool>(cell.check), !cell.skipped.empty()) << cell.row << cell.column;
    if (!cell.check) ++(cell.skipped == kNothingSaid ? silent : skipped);
  }
  EXPECT_EQ(rows.size(), 17u);
  for (const auto& [row, columns] : rows) {
    EXPECT_EQ(columns, std::vector<std::string>(std::begin(kMatrixColumns),
                                                std::end(kMatrixColumns))) << row;
  }
  std::cout << 17 * 6 - skipped - silent << " cells checked, " << skipped << " not modelled, "
            << silent << " of which nothing is said\n";
}

}  // namespace
}  // namespace flapjack
