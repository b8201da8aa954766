// SPDX-License-Identifier: Apache-2.0
// What a timeline step can do to a World: one function a verb, each giving back how to undo it.
// Effects that several steps hold at one time last until the last of them is undone.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/registry.h"
#include "scenarios/spec.h"

namespace flapjack {

/// Counts who holds an effect, by the effect's name and target.
class HoldBook {
 public:
  /// True for the first holder: the effect begins.
  bool take(const std::string& effect) { return ++holders_[effect] == 1; }
  /// True for the last holder: the effect ends.
  bool release(const std::string& effect) { return --holders_[effect] == 0; }

 private:
  std::map<std::string, int> holders_;
};

/// The parameters of every link as the scenario wrote them, and the changes that are in force.
class LinkBook {
 public:
  LinkBook(World& world, const ScenarioSpec& spec) : world_(world), spec_(spec) {}
  /// Puts the step's patches in force; the number takes them back.
  std::size_t apply(const std::string& link, const StepSpec& step);
  void remove(const std::string& link, std::size_t number);

 private:
  struct Change {
    std::size_t number;
    const StepSpec* step;
  };
  void update(const std::string& link);

  World& world_;
  const ScenarioSpec& spec_;
  std::map<std::string, std::vector<Change>> changes_;
  std::size_t next_ = 0;
};

/// What the file says of the frames that the iface at `end` of `link` sends; an iface's own "queue"
/// goes before the link's.
LinkParams end_params(const ScenarioSpec& spec, const LinkSpec& link, std::size_t end);

/// LinkParams of the file as the link's configuration.
LinkConfig link_config(const LinkParams& params);

/// One application of one step.
class VerbCall {
 public:
  VerbCall(World& world, const StepSpec& step, HoldBook& holds, LinkBook& links)
      : world(world), step(step), holds(holds), links(links) {}

  World& world;
  const StepSpec& step;
  HoldBook& holds;
  LinkBook& links;
  Status result;  ///< what the call behind the verb returned

  NetIf& iface() const;
  Node& node() const;
};

namespace verbs {
Undo carrier_down(VerbCall& call);
Undo dormant(VerbCall& call);
Undo admin_down(VerbCall& call);
Undo vanish(VerbCall& call);
Undo set_link(VerbCall& call);
Undo connect(VerbCall& call);
Undo disconnect(VerbCall& call);
Undo ignore(VerbCall& call);
Undo note(VerbCall& call);
}  // namespace verbs

}  // namespace flapjack
