// SPDX-License-Identifier: Apache-2.0
// App: the contract of what runs on a node: apps (they begin) and services (they answer). Made by
// the registry's factories, started when the node has booted, destroyed before its stack.
// AppList: those of one node.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Where an app or service runs and what its records are about.
struct AppEnv {
  Node& node;
  SubjectId subject;  ///< "dev.telemetry"
  SimTime until;      ///< end of the run
};

class App {
 public:
  explicit App(const AppEnv& env) : subject_(env.subject) {}
  virtual ~App() = default;
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  /// What its records are about; its path ends with its name.
  SubjectId subject() const { return subject_; }
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

 private:
  friend class AppList;
  std::unique_ptr<App> next_;  // in the list of its node
  SubjectId subject_;
};

/// Owns apps and services, in the order in which they start. Each holds the next one, so that the
/// few of a node take no memory beside their own.
class AppList {
 public:
  class Iterator {
   public:
    using value_type = App;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(App* at = nullptr) : at_(at) {}
    App& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ = at_->next_.get();
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    App* at_;
  };

  AppList() = default;
  ~AppList() { clear(); }
  AppList(const AppList&) = delete;
  AppList& operator=(const AppList&) = delete;

  void push_back(std::unique_ptr<App> app) {
    std::unique_ptr<App>* place = &first_;
    while (*place != nullptr) place = &(*place)->next_;
    *place = std::move(app);
  }
  /// Destroys them, the first one first.
  void clear() {
    while (first_ != nullptr) first_ = std::move(first_->next_);
  }
  Iterator begin() const { return Iterator(first_.get()); }
  Iterator end() const { return Iterator(); }

 private:
  std::unique_ptr<App> first_;
};

/// What an app needs of its AppSpec, with its peers' addresses.
inline Endpoint endpoint_of(const PeerSpec& peer) {
  if (peer.ipv6) return {*peer.ipv6, peer.port};
  return {Ipv4Address{peer.address.value}, peer.port};
}

}  // namespace flapjack
