// SPDX-License-Identifier: Apache-2.0
// The longer lists of the composition root.
#pragma once
#include "scenarios/registry.h"

namespace flapjack {

std::vector<ProfileEntry> builtin_profiles();
std::vector<KconfigEntry> builtin_kconfigs();
std::vector<Word> builtin_agent_groups();
std::vector<AgentActionEntry> builtin_agent_actions();
std::vector<std::pair<std::string, std::string>> builtin_agent_events();
std::vector<KconfigEntry> builtin_socket_kconfigs();
std::vector<ConnectivityEntry> builtin_connectivities();
std::vector<EventWord> builtin_events();
/// Says of each key that has no list of values what its values are.
void add_value_kinds(std::vector<EventWord>& events);
std::vector<CounterWord> builtin_counters();

}  // namespace flapjack
