// SPDX-License-Identifier: Apache-2.0
// PlainConnectivity: a connectivity implementation written for the tests alone, without the shared
// policy, and with one fault of the reader's choice. Most faults are those of real implementations.
#pragma once
#include "connmgr/binding.h"
#include "connmgr/technology.h"
#include "stack/net/stack.h"

namespace flapjack::test {

enum class Planted {
  None,
  SilentTimeout,         // nRF Connect SDK, Wi-Fi of 2023: the timer stops it without an event
  TimeoutWithoutConfig,  // infuse-sdk: nothing stored, so TIMEOUT at once
  FatalAndTimeout,       // nRF Connect SDK, LTE: the stop fails, then both events
  RetriesAfterTimeout,   // infuse-sdk issue 582
  WrongErrno,            // Zephyr's nsos: EINVAL for every wrong option
  ForcesFlags,           // DECT NR+: it knows better than the application
  UpBeforeLink,          // Zephyr issue 52139: oper-up as soon as asked, not once connected
  AttemptOutlives,       // disconnect does not stop an attempt
  AlwaysPersistent,      // comes back after any loss
  SharedState,           // one state for all ifaces
  ReadsIface,            // does nothing while it finds the iface up
  DefaultIface,          // also changes what it takes for the only iface
  StaleCountdown,        // success does not end the countdown
  CachedPersistence,     // persistence as it was at connect
  GivesUpFirst,          // no second sub-attempt unless persistent
  NoIdleReturn,          // an idle disconnect is one like any other
  UnsetsPersistent,      // a timeout ends the persistence for good
  SetsNoAuto,            // after a fatal error it asks not to be connected again
  RefusesWhenUp,         // a connect while connected is EALREADY
  ToleratesRetry,        // the first retry of the technology's own after a loss
  ToleratesNextRetry,    // every second one, wherever it is
  SecondLossEnds,        // a second loss is not followed by an attempt
  SecondIdleEnds,        // nor is a second idle disconnect
  TimeoutAgain,          // a disconnect after a timeout tells of the timeout again
  ReadsAdmin,            // lost while admin-down: no new attempt
  ConnectRestarts,       // a connect while connecting begins the association anew
  LateAfterTimeout,      // a success that comes after the timeout is taken
  LateAfterFatal,        // and one that comes after a fatal error
  CountdownEach,         // every sub-attempt has the whole time
  // Not faults, but other ways to do it.
  StopsLater,     // the technology leaves a while after the disconnect
  RetriesSlowly,  // a long pause between sub-attempts
  SecondConnectExtends,  // a connect while connecting begins the countdown anew
  Defers,      // commands wait for a work queue; of those that wait the last one counts
  StopsFirst,  // whatever runs is stopped before each start
};

class PlainConnectivity : public Connectivity {
 public:
  PlainConnectivity(Planted planted, TechnologyFactory make)
      : planted_(planted), make_(std::move(make)) {}

  ConnectivityTraits traits() const override { return {.name = "plain"}; }
  std::unique_ptr<BindingContext> attach(Binding& binding) override;
  void init(Binding& binding) override;
  Status connect(Binding& binding) override;
  Status disconnect(Binding& binding) override;
  Status set_option(Binding&, int, std::span<const std::uint8_t>) override { return refusal(); }
  Status get_option(Binding&, int, std::span<std::uint8_t>, std::size_t& length) override {
    length = 0;
    return refusal();
  }

 private:
  class Context;
  Status refusal() const {
    return planted_ == Planted::WrongErrno ? Errc::Einval : Errc::Enoprotoopt;
  }
  Planted planted_;
  TechnologyFactory make_;
  bool shared_wanted_ = false;
};

}  // namespace flapjack::test
