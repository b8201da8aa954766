// SPDX-License-Identifier: Apache-2.0
// What a timeline step can do to a World: one function a verb, each giving back how to undo it.
// Effects that several steps hold at one time last until the last of them is undone.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/link_book.h"
#include "scenarios/pool_book.h"
#include "scenarios/registry.h"
#include "scenarios/spec.h"
#include "scenarios/value_book.h"

namespace flapjack {

/// Counts who holds an effect, by the effect's name and target.
class HoldBook {
 public:
  /// Names a holder: the round of the effect in which it took it.
  using Round = std::uint64_t;

  /// True for the first holder: the effect begins.
  bool take(const std::string& effect) { return ++effects_[effect].holders == 1; }
  Round round(const std::string& effect) { return effects_[effect].round; }
  /// True for the last holder: the effect ends. False, too, if it has been ended since.
  bool release(const std::string& effect, Round round) {
    Effect& held = effects_[effect];
    return held.round == round && --held.holders == 0;
  }
  bool is_held(const std::string& effect) { return effects_[effect].holders > 0; }
  /// Ends the effect whoever holds it; false when nobody did.
  bool end(const std::string& effect) {
    Effect& held = effects_[effect];
    ++held.round;
    return std::exchange(held.holders, 0) > 0;
  }

 private:
  struct Effect {
    int holders = 0;
    Round round = 0;
  };
  std::map<std::string, Effect> effects_;
};

/// An effect that begins with its first holder and ends with its last; `set(on)` does it.
template <class Set>
Undo hold_effect(HoldBook& holds, const std::string& effect, Set set) {
  if (holds.take(effect)) set(true);
  return [&holds, effect, set, round = holds.round(effect)] {
    if (holds.release(effect, round)) set(false);
    return Status();
  };
}

/// Makes a step's calls that have to wait, each in a fiber of its own.
class LateCalls {
 public:
  /// Begins at once; what the call, or the `undo` of one, refuses is told when it returns.
  virtual void call_later(const StepSpec& step, bool undo, std::function<Status()> call) = 0;

 protected:
  ~LateCalls() = default;
};

/// One application of one step.
class VerbCall {
 public:
  VerbCall(World& world, const ScenarioSpec& spec, const StepSpec& step, HoldBook& holds,
           ValueBook& values, LinkBook& links, PoolBook& pools, LateCalls& late)
      : world(world),
        spec(spec),
        step(step),
        holds(holds),
        values(values),
        links(links),
        pools(pools),
        late(late) {}

  World& world;
  const ScenarioSpec& spec;
  const StepSpec& step;
  HoldBook& holds;
  ValueBook& values;
  LinkBook& links;
  PoolBook& pools;
  LateCalls& late;
  Status result;  ///< what the call behind the verb returned
  bool takes_packet = false;  ///< of a verb about a packet: the packet is lost

  NetIf& iface() const;
  Node& node() const;
  App& service() const;
};

/// "ignore dev.eth0": what HoldBook knows the step's effect by.
std::string effect_of(const VerbCall& call);
/// "hold wire up": what HoldBook knows the step's effect by, on one direction of its link.
std::string effect_of(const VerbCall& call, bool up);

namespace verbs {
Undo carrier_down(VerbCall& call);
Undo dormant(VerbCall& call);
Undo admin_down(VerbCall& call);
Undo suspend(VerbCall& call);
Undo vanish(VerbCall& call);
Undo set_link(VerbCall& call);
Undo connect(VerbCall& call);
Undo disconnect(VerbCall& call);
Undo ignore(VerbCall& call);
Undo watch(VerbCall& call);
Undo ignore_l2(VerbCall& call);
Undo watch_l2(VerbCall& call);
Undo admin_up(VerbCall& call);
Undo all_up(VerbCall& call);
Undo all_down(VerbCall& call);
Undo all_connect(VerbCall& call);
Undo all_disconnect(VerbCall& call);
Undo resend_status(VerbCall& call);
Undo check_online(VerbCall& call);
Undo conn_timeout(VerbCall& call);
Undo conn_fatal(VerbCall& call);
Undo fail_calls(VerbCall& call);
Undo refuse_admin(VerbCall& call);
Undo set_flag(VerbCall& call);
Undo set_timeout(VerbCall& call);
Undo set_idle_timeout(VerbCall& call);
Undo used(VerbCall& call);
Undo add_address(VerbCall& call);
Undo del_address(VerbCall& call);
Undo set_key(VerbCall& call);
Undo set_opt(VerbCall& call);
Undo get_opt(VerbCall& call);
Undo modem_reset(VerbCall& call);
Undo service_down(VerbCall& call);
Undo lease(VerbCall& call);
Undo ra(VerbCall& call);
Undo note(VerbCall& call);
Undo black_hole(VerbCall& call);
Undo hold(VerbCall& call);
Undo release(VerbCall& call);
Undo fade(VerbCall& call);
Undo partition(VerbCall& call);
Undo drop(VerbCall& call);
Undo exhaust(VerbCall& call);
Undo stall(VerbCall& call);
}  // namespace verbs

}  // namespace flapjack
