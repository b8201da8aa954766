// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_instance.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

struct Instances : testing::Test {
  Scheduler scheduler;
  RandomStream random{1};
};

TEST_F(Instances, SwitchOnlyWhenAnotherIsEntered) {
  LwipInstance a(scheduler, random, {}, SIZE_MAX), b(scheduler, random, {}, SIZE_MAX);
  { LwipInstance::Entry entry(a); }
  const std::uint64_t before = LwipInstance::switches();
  for (int i = 0; i < 10; ++i) LwipInstance::Entry entry(a);
  EXPECT_EQ(LwipInstance::switches(), before);
  { LwipInstance::Entry entry(b); }
  EXPECT_EQ(LwipInstance::switches(), before + 1);
  {
    LwipInstance::Entry outer(a);
    LwipInstance::Entry inner(b);
  }
  EXPECT_EQ(LwipInstance::switches(), before + 4) << "in, in, and back to the outer one";
}

TEST_F(Instances, StateIsSmall) {
  EXPECT_GT(LwipInstance::state_bytes(), 500u);
  EXPECT_LT(LwipInstance::state_bytes(), 8192u);
}

TEST_F(Instances, ThousandsComeAndGo) {
  for (int i = 0; i < 3; ++i) {
    std::vector<std::unique_ptr<LwipInstance>> many;
    for (int k = 0; k < 1000; ++k) {
      many.push_back(std::make_unique<LwipInstance>(scheduler, random, LwipTcpSizes{}, SIZE_MAX));
      EXPECT_GT(many.back()->heap().used(), 0u) << "lwIP has timers from the start";
    }
  }
}

TEST_F(Instances, ClockIsSimulatedMilliseconds) {
  LwipInstance instance(scheduler, random, {}, SIZE_MAX);
  scheduler.run_until(SimTime{1'999'999});
  EXPECT_EQ(instance.now_ms(), 1u);
  scheduler.run_until(SimTime{} + milliseconds(0x1'0000'0005));
  EXPECT_EQ(instance.now_ms(), 5u) << "modulo 2^32";
}

TEST(LwipTcpSizes, WindowsNeedAScale) {
  const struct {
    std::uint32_t window;
    int scale;
    bool valid;
  } rows[] = {{1459, 0, false},       {16384, 0, true},       {65535, 0, true},
              {65536, 1, true},       {524288, 4, true},      {1u << 29, 14, true},
              {0x3fffc000, 14, true}, {0x40000000, 14, false}};
  for (const auto& row : rows) {
    const LwipTcpSizes sizes = LwipTcpSizes::with_window(row.window);
    EXPECT_EQ(sizes.window_scale, row.scale) << row.window;
    EXPECT_EQ(sizes.valid(), row.valid) << row.window;
  }
}

}  // namespace
}  // namespace flapjack
