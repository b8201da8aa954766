// SPDX-License-Identifier: Apache-2.0
#include "connmgr/scripted_connectivity.h"

#include <algorithm>
#include <mutex>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {

// Plays the script on one iface; a timer an entry.
class ScriptedConnectivity::Player : public BindingContext {
 public:
  Player(Binding& binding, const std::vector<ScriptEntry>& script, RadioMedium* medium)
      : binding_(binding), script_(script) {
    if (medium != nullptr) {
      medium->watch([this](bool present) {
        const Status status = run(present ? ScriptTrigger::Found : ScriptTrigger::Lost);
        static_cast<void>(status);  // nobody called
      });
    }
    for (std::size_t i = 0; i < script.size(); ++i) {
      timers_.push_back(std::make_unique<Timer>(binding.stack().scheduler(), Lane::Frame,
                                                delegate<&Player::play>(this, i)));
    }
  }

  bool has(ScriptTrigger trigger) const {
    return std::any_of(script_.begin(), script_.end(),
                       [&](const ScriptEntry& e) { return e.trigger == trigger; });
  }

  Status run(ScriptTrigger trigger) {
    Status result;
    for (std::size_t i = 0; i < script_.size(); ++i) {
      if (is_command(trigger) && is_command(script_[i].trigger)) timers_[i]->cancel();
    }
    for (std::size_t i = 0; i < script_.size(); ++i) {
      const ScriptEntry& entry = script_[i];
      if (entry.trigger != trigger) continue;
      if (entry.action == ScriptAction::Return) {
        result = static_cast<Errc>(-entry.value.value_or(0));
      } else if (entry.delay > Duration{}) {
        timers_[i]->start(entry.delay);
      } else {
        play(i);
      }
    }
    return result;
  }

 private:
  static bool is_command(ScriptTrigger trigger) {
    return trigger == ScriptTrigger::Connect || trigger == ScriptTrigger::Disconnect;
  }
  void play(std::uint64_t index) {
    const std::lock_guard guard(binding_);
    const ScriptEntry& entry = script_[index];
    NetIf& iface = binding_.iface();
    Stack& stack = binding_.stack();
    const CauseScope scope(
        stack.scheduler(),
        stack.tracer().event(iface.subject(), conn_event::kScripted,
                             {Attr::of("trigger", script_trigger_name(entry.trigger)),
                              Attr::of("action", script_action_name(entry.action))}));
    switch (entry.action) {
      case ScriptAction::Up:
        return iface.dormant_off();
      case ScriptAction::Down:
        return iface.dormant_on();
      case ScriptAction::CarrierOn:
        return iface.carrier_on();
      case ScriptAction::CarrierOff:
        return iface.carrier_off();
      case ScriptAction::Timeout:
        return stack.mgmt.notify(MgmtEvent::ConnIfTimeout, &iface);
      case ScriptAction::Fatal:
        return stack.mgmt.notify(MgmtEvent::ConnIfFatalError, &iface,
                                 entry.value ? MgmtInfo(MgmtReason{*entry.value}) : MgmtInfo());
      case ScriptAction::Return:
        return;
    }
  }

  Binding& binding_;
  const std::vector<ScriptEntry>& script_;
  std::vector<std::unique_ptr<Timer>> timers_;
};

ConnectivityTraits ScriptedConnectivity::traits() const {
  return {.name = "scripted"};
}

std::unique_ptr<BindingContext> ScriptedConnectivity::attach(Binding& binding) {
  return std::make_unique<Player>(binding, script_, medium_);
}

void ScriptedConnectivity::init(Binding& binding) {
  Player& player = binding.context_as<Player>();
  if (!player.has(ScriptTrigger::Init)) return binding.iface().dormant_on();
  const Status status = player.run(ScriptTrigger::Init);
  static_cast<void>(status);  // init returns nothing, and the parser lets no script say so
}

Status ScriptedConnectivity::connect(Binding& binding) {
  return binding.context_as<Player>().run(ScriptTrigger::Connect);
}

Status ScriptedConnectivity::disconnect(Binding& binding) {
  return binding.context_as<Player>().run(ScriptTrigger::Disconnect);
}

Status ScriptedConnectivity::set_option(Binding& binding, int, std::span<const std::uint8_t>) {
  Player& player = binding.context_as<Player>();
  if (!player.has(ScriptTrigger::SetOption)) return Errc::Enoprotoopt;
  return player.run(ScriptTrigger::SetOption);
}

Status ScriptedConnectivity::get_option(Binding& binding, int, std::span<std::uint8_t>,
                                        std::size_t& length) {
  length = 0;
  Player& player = binding.context_as<Player>();
  if (!player.has(ScriptTrigger::GetOption)) return Errc::Enoprotoopt;
  return player.run(ScriptTrigger::GetOption);
}

}  // namespace flapjack
