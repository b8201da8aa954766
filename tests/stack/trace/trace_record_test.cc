// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/trace_record.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

// A number that no error has is written as the call returned it.
TEST(TraceRecord, ErrorsByNameOrNumber) {
  const struct {
    int returned;
    const char* text;
  } kRows[] = {{0, "OK"}, {-10, "ECHILD"}, {-140, "ECANCELED"}, {-4242, "-4242"}, {3, "3"}};
  for (const auto& row : kRows) {
    std::string text;
    append_value(text, Attr::of("result", static_cast<Errc>(-row.returned)));
    EXPECT_EQ(text, row.text);
  }
}

}  // namespace
}  // namespace flapjack
