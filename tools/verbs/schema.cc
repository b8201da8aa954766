// SPDX-License-Identifier: Apache-2.0
// flapjack schema: the JSON schema (draft-07) of the scenario format, for editors.
#include <cstdio>

#include "scenarios/builtin.h"
#include "scenarios/spec_json.h"
#include "tools/cli.h"

namespace flapjack {

Exit verb_schema(const CliOptions&) {
  std::fputs(emit_schema(builtin_registry().vocabulary()).c_str(), stdout);
  return Exit::Passed;
}

}  // namespace flapjack
