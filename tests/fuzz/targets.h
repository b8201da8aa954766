// SPDX-License-Identifier: Apache-2.0
// The table of all targets; the build writes targets.cc from the names of the files.
#pragma once
#include <span>

#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

struct Target {
  const char* name;  ///< "ipv4" of ipv4_fuzz.cc
  void (*run)(Bytes input);
};

std::span<const Target> targets();

}  // namespace flapjack::fuzz
