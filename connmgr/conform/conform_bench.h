// SPDX-License-Identifier: Apache-2.0
// The conformance bench: a node with an iface that is bound to nothing (the default one) and some
// that are bound to the implementation under test, above a technology that does what a Plan says.
// One run, one Trace. Connecting and admin-down are never automatic here, so that all that happens
// is the implementation's doing.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "connmgr/conform/conform_trace.h"
#include "connmgr/conn_mgr.h"
#include "connmgr/radio_medium.h"
#include "connmgr/technology.h"

namespace flapjack::conformance {

/// The implementation under test.
struct ConformSubject {
  std::string name;
  /// Makes it above a technology of the bench's.
  std::function<std::unique_ptr<Connectivity>(TechnologyFactory)> make;
  /// How long a loss may last before it tells; it says so itself.
  Duration grace{};
  /// It documents that an option read or written at a wrong size is cut instead of refused.
  bool partial_options = false;
  /// Makes it with the technology that it ships with, for its options; may be empty.
  std::function<std::unique_ptr<Connectivity>()> make_own{};
};

/// An idle timeout longer than most plans: the countdown must not begin a disconnect by itself.
inline constexpr int kIdleTimeout = 10 * 365 * 24 * 3600;

/// Runs one plan. `config`: how the connection manager behaves (profile).
Trace run_plan(const ConformSubject& subject, const ConnMgrConfig& config, const Plan& plan);

/// Reads and writes options, of the technology of the bench or its own; only the faults found.
Trace run_options(const ConformSubject& subject, bool own);

}  // namespace flapjack::conformance
