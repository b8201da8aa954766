// SPDX-License-Identifier: Apache-2.0
// The longer lists of the composition root.
#pragma once
#include "scenarios/registry.h"

namespace flapjack {

std::vector<ProfileEntry> builtin_profiles();
std::vector<KconfigEntry> builtin_kconfigs();
std::vector<KconfigEntry> builtin_socket_kconfigs();
std::vector<EventWord> builtin_events();
std::vector<CounterWord> builtin_counters();

}  // namespace flapjack
