// SPDX-License-Identifier: Apache-2.0
// SpecProblem: a reason to refuse a checked scenario that only the builder can see.
#pragma once
#include <string>

#include "scenarios/source.h"

namespace flapjack {

struct SpecProblem {
  std::string code, message, help;
  SourcePlace place;
};

}  // namespace flapjack
