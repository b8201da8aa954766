// SPDX-License-Identifier: Apache-2.0
// App: the contract of what runs on a node: apps (they begin) and services (they answer). Made by
// the registry's factories, started when the node has booted, destroyed before its stack.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/spec.h"
#include "stack/trace/tracer.h"

namespace flapjack {

struct Node;

/// What an app has achieved so far; services leave it at zero.
struct AppCounts {
  std::uint64_t sent = 0;       ///< messages handed to the stack, refused ones included
  std::uint64_t delivered = 0;  ///< of these, answered by the peer
};

class App {
 public:
  virtual ~App() = default;
  /// Once, at time 0, after every node has booted.
  virtual void start() = 0;
  /// A service ends as a crashed program does, or runs again; what it remembers stays. Called in
  /// turn, down first. False, and nothing happens, when there is no such thing.
  virtual bool set_down(bool) { return false; }
  /// Its thread stops, or goes on with what waits. False as above.
  virtual bool set_stalled(bool) { return false; }
  virtual AppCounts counts() const { return {}; }
  /// Which of its messages, from 1, was answered last, for an app whose records do not say `seq`.
  virtual std::uint64_t answered_last() const { return 0; }
  /// A counter of its own; none of that name.
  virtual std::optional<std::int64_t> counter(std::string_view) const { return {}; }
};

/// Where an app or service runs and what its records are about.
struct AppEnv {
  Node& node;
  SubjectId subject;  ///< "dev.telemetry"
  SimTime until;      ///< end of the run
};

/// What an app needs of its AppSpec, with its peers' addresses.
inline Endpoint endpoint_of(const PeerSpec& peer) {
  if (peer.ipv6) return {*peer.ipv6, peer.port};
  return {Ipv4Address{peer.address.value}, peer.port};
}

}  // namespace flapjack
