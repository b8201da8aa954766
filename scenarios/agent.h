// SPDX-License-Identifier: Apache-2.0
// Agent: a program on a node that listens to its Connector (a scenario's "agents"). It joins
// groups, reads its socket message by message, notices by the seq of each idx what it missed, and
// calls the connection manager when it hears what it waits for.
//
// Events: agent_event (event, iface, reason, idx, val, seq), agent_gap (group, missed), agent_acted
// (do, iface), agent_refused (do, iface, errno), agent_failed (call, errno, limit; of a group above
// the Connector's limit also group, number).
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "scenarios/app.h"
#include "scenarios/registry.h"
#include "stack/net/cn_feed.h"

namespace flapjack {

class Agent : public App {
 public:
  Agent(const AppEnv& env, const AgentSpec& spec, const Registry& registry);

  void start() override;
  /// A reader that is stopped keeps its socket; what it does not read in time is lost.
  bool set_stalled(bool on) override;
  std::optional<std::int64_t> counter(std::string_view name) const override;

 private:
  struct Act {
    const AgentActSpec* spec;
    const AgentActionEntry* entry;
  };
  struct Due {
    const Act* act;
    NetIf* iface;
    RecordId cause;
  };
  struct Expected {
    std::uint32_t idx, seq;
  };
  void readable();
  void hear(const CnMsgHeader& header, std::span<const std::uint8_t> data);
  void check_seq(const CnMsgHeader& header);
  void act(std::string_view on, NetIf* iface);
  void call(const Act& act, NetIf* iface);
  void call_all();
  void fail(std::string_view call, Errc error, std::size_t limit, const CnGroup* group = nullptr);
  RecordId tell(std::string_view event, std::span<const Attr> attrs);

  AppEnv env_;
  AgentSpec spec_;
  std::vector<Act> acts_;
  std::vector<Expected> expected_;  // the next seq of each idx
  std::int64_t events_ = 0, gaps_ = 0, missed_ = 0, acted_ = 0;
  bool stalled_ = false;
  bool waiting_ = false;   // within a call that waits for a lock of the connection manager
  std::vector<Due> due_;  // what it does once that has returned
  Timer busy_;
  std::unique_ptr<CnSocket> socket_;
};

}  // namespace flapjack
