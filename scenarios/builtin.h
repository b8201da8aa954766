// SPDX-License-Identifier: Apache-2.0
// The composition root: everything this program can build worlds from.
#pragma once
#include "scenarios/registry.h"

namespace flapjack {

/// Every L2, technology, engine, connectivity, app, service, verb, event, counter, profile and
/// Kconfig option there is, by name.
Registry builtin_registry();

}  // namespace flapjack
