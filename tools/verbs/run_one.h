// SPDX-License-Identifier: Apache-2.0
// One run of one file, shown by a view: what `run` does once and `test` does often.
#pragma once
#include "tools/cli.h"
#include "tools/views/run_view.h"

namespace flapjack {

/// The views are told begin and end only when the scenario is valid.
Exit run_one(const std::string& path, const Registry& registry, const CliOptions& options,
             const RunViews& views);

}  // namespace flapjack
