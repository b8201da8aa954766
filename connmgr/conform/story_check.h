// SPDX-License-Identifier: Apache-2.0
// Runs the stories and adds what they break to the items: each breach to the item that it breaks,
// shortened to the steps that it needs; two stories on two ifaces that differ from each alone, to
// item 37.
#pragma once
#include <vector>

#include "connmgr/conform/conform.h"

namespace flapjack::conformance {

/// `results`: the items that are wanted, in any order; items outside of them are not told.
void check_stories(const ConformSubject& subject, const ConnMgrConfig& config,
                   std::vector<ItemResult>& results, bool starts);

}  // namespace flapjack::conformance
