// SPDX-License-Identifier: Apache-2.0
// DnsQuery: asks the node's resolver for its names, one at every interval, in turn. A query that is
// still open when the next one is due is not waited for.
//
// Events: resolved (name, address, addresses, rtt), resolve_failed (name, code): a status of the
// resolver (CANCELED, FAIL) or the error of the call (EAGAIN, ENOENT, EINVAL).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "scenarios/app.h"
#include "stack/net/stack.h"

namespace flapjack {

class DnsQuery : public App {
 public:
  DnsQuery(const AppEnv& env, const AppSpec& spec);

  void start() override;
  /// sent: queries; delivered: those that brought an address.
  AppCounts counts() const override { return counts_; }
  std::uint64_t answered_last() const override { return answered_last_; }

 private:
  struct Asked {
    std::string name;
    SimTime at;
    std::uint64_t number;  // of the query, from 1
    IpAddress first;
    std::int64_t addresses = 0;
  };
  void ask_next();
  void ask(const std::string& name);
  void on_answer(Asked& asked, DnsStatus status, const IpAddress* address);
  void fail(const std::string& name, std::string_view code);

  Stack& stack_;
  std::vector<std::string> names_;
  DnsType type_;
  Duration every_, wait_;
  SimTime from_, until_;
  std::uint64_t count_;
  AppCounts counts_;
  std::uint64_t answered_last_ = 0;
  Timer next_;
  std::shared_ptr<DnsQuery*> self_;  // a callback that finds it gone is too late
};

}  // namespace flapjack
