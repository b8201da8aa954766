// SPDX-License-Identifier: Apache-2.0
// Which layer a record comes from: the module of its log line.
#pragma once
#include <string_view>

#include "stack/trace/trace_record.h"

namespace flapjack {

/// "stack", "l2", "offload", "connmgr" or "scenarios".
std::string_view module_of(const TraceRecord& record);

/// True for what an app does for each message: hidden from the story, shown by -v.
bool is_routine(const TraceRecord& record);

}  // namespace flapjack
