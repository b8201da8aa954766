// SPDX-License-Identifier: Apache-2.0
// Planted: the faults that PlainConnectivity can have, most of them those of real implementations,
// and other right ways to do it.
#pragma once

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
  TwentiethLossEnds,     // nor is the twentieth
  SecondIdleEnds,        // nor is a second idle disconnect
  TimeoutAgain,          // a disconnect after a timeout tells of the timeout again
  ReadsAdmin,            // lost while admin-down: no new attempt
  ConnectRestarts,       // a connect while connecting begins the association anew
  LateAfterTimeout,      // a success that comes after the timeout is taken
  LateAfterFatal,        // and one that comes after a fatal error
  CountdownEach,         // every sub-attempt has the whole time
  GraceIsTimeout,        // a loss is told only when the timeout would be over
  RetriesAfterFatal,     // with a timeout there are five more seconds after a fatal error
  SilentFatal,           // persistent and with a timeout: no event for a fatal error
  SharedCountdown,       // one timer for all ifaces
  SharedConfig,          // one configuration for all ifaces
  FatalToAll,            // a fatal error ends the attempts of all ifaces
  AddressOnFirst,        // addresses always on the first binding's iface
  AddressOnDecoy,        // addresses on the node's first iface
  AddressOverLoss,       // a loss leaves the address
  Address6OverLoss,      // a loss leaves the IPv6 address
  AddressAfterFatal,     // so does a fatal error
  AddressOnce,           // the second connection gets none
  DeadAfterTimeout,      // a connect after a timeout is forgotten
  CachedTimeout,         // after a loss the timeout is that of the connect
  SecondConnectEndsCountdown,  // a connect while connecting leaves no countdown
  IdleByTimeout,               // with an idle timeout every disconnect is taken for an idle one
  UpAtAdminUp,                 // up as soon as admin-up
  OptionsBusy,                 // options only while idle
  ReadsOptionsWhenDown,        // options only while not connected
  OptionOfAll,                 // one value for all ifaces
  ClearsNoAuto,                // a connect with a timeout asks to be connected again
  NeverConfigured,             // has_connection_config says that there is none
  OptionOfFirst,               // what is written goes to the first iface
  OptionCut,                   // a text of up to 64 bytes is taken, and 16 of them kept
  OptionReset,                 // a connect sets the options back
  OptionLongInvalid,           // a text that is too long is EINVAL
  OptionLengthKept,            // a credential that cannot be read leaves the length
  OptionEnds,                  // an option that is written ends an attempt or a connection
  IgnoresDisconnectInGrace,    // with a grace of 6 s: a disconnect within it
  IgnoresConnectInGrace,       // or a connect
  BusyInPause,                 // a connect between two sub-attempts is EBUSY
  TimeoutAfterLoss,            // not persistent, lost: a timeout though nothing is tried
  UpTwice,                     // persistent: it goes up, down and up
  DeafToConfig,                // persistent: a configuration that comes later is not seen
  WaitsForConfig,              // persistent: without a configuration there is no timeout
  LastCommandLoses,            // persistent: a connect in the instant of a disconnect is lost
  TimeoutWraps,                // the timeout is counted in 16 bit of milliseconds
  OneLossTimeout,              // only the attempt after the first loss has a timeout
  FatalAfterLoss,              // persistent, lost: a failure is fatal
  RefusesUnconfigured,         // persistent: a connect without configuration is EINVAL
  ClearsPersistence,           // a disconnect while connecting ends the persistence for good
  OneGrace,                    // of 6 s: only the first loss has it
  FirstLossTimeout,            // the timeout after a loss is that of the first one
  DownIfUp,                    // goes down only while it finds the iface up
  ErrorIfAdminUp,              // an error while admin-down is not heard
  LateFailureRestarts,         // a failure that comes after a disconnect is one of an attempt
  IdlePersistenceCached,       // for an idle disconnect, persistence as it was at connect
  IdleTimeoutCached,           // and the timeout
  StaleGrace,                  // of 2 s: what is back within it does not end it
  RetryEndsGrace,              // a retry of the technology's own does, and nothing comes after it
  DeafToErrorInGrace,          // an error within it is not heard
  AddressOverGrace,            // no address after what was back within it
  DeafToErrorInPause,          // an error between two sub-attempts is not heard
  DeafToErrorInWait,           // nor one while there is no configuration
  UpAfterLoss,                 // up a second after the association, also when lost by then
  StartBeforeDown,             // a loss is told after the new attempt has begun
  LateLossRestarts,            // persistent: a loss that is reported after the disconnect
  NoLossTimeout,               // the attempt after a loss has no timeout
  DeafToDisconnectInWait,      // a disconnect without configuration only ends the countdown
  FirstFailureFatal,           // persistent: a failure before the first success is fatal
  GivesUpAfterHundred,         // the hundredth failure in a row is the last
  CoolsDown,             // a connect within two seconds of a timeout, an error or a loss is lost
  AddressAfterEnd,       // the address that is due after OPER_UP comes also after a disconnect
  AddressLostInGrace,    // grace of 2 s: the address that is due is given up with a loss
  StopLostWhenNew,       // a disconnect within 10 ms of a start does not stop it
  PauseOverTimeout,      // nor does a timeout the pause between two sub-attempts
  TimeoutLostInGrace,    // grace of 6 s: a timeout within it is lost
  NoCountdownInGrace,    // what is asked for within it has none
  ClearedEndsAttempt,    // lost, and no longer persistent: a failure is the end
  WholeSeconds,          // a countdown ends at a whole second of the uptime
  OptionUnknownEnotsup,  // an option that there is not is ENOTSUP
  OptionExactRefused,    // one does not fit into as many bytes as it has
  FirstTriesAgain,       // only the first iface has a second sub-attempt
  FirstCountsDown,       // or a countdown
  IdleInAttemptEnds,     // an idle disconnect during an attempt is one like any other
  UpByWorkItem,          // goes up by a work item, which a disconnect does not cancel
  OptionResetAtEnd,      // a disconnect sets the options back
  DeafAfterOption,       // the first loss after an option was written is not heard
  UnusableForgotten,     // up two seconds after the association; a loss before that is the end
  Damps,                 // no attempt after a third loss within a minute
  // Not faults, but other ways to do it.
  StopsLater,            // the technology leaves a while after the disconnect
  RetriesSlowly,         // a long pause between sub-attempts
  SecondConnectExtends,  // a connect while connecting begins the countdown anew
  Defers,                // commands wait for a work queue; of those that wait the last one counts
  StopsFirst,            // whatever runs is stopped before each start
  OwnSubTimer,           // a sub-attempt has ten seconds, and a second later there is another
  StartsAfterGrace,      // grace of 6 s: the new attempt begins when it is over
  LongGrace,             // 39.5 s
  CountsFromGrace,       // grace of 6 s: the whole loss, with its countdown, only then
  Defaults,          // init sets every flag and timeout its own way; a large option, cut to size
  SaysUnconfigured,  // has_connection_config
  ReadyLate,         // nothing can be started in the first three seconds, so nothing is stopped
  PausesAtLoss,      // and six seconds after each loss
  RetriesAtOnce,     // no pause between sub-attempts
  OptionShowsLate,   // a text that is set shows from the next connect on
  RefusesOptions,    // an option that cannot be written is EPERM, one that cannot be read EACCES
  Addressed6,        // IPv6 addresses only, with the connection
  Addressed,         // addresses half a second after the connection
  // With commands that wait 5 ms for a work queue:
  DefersRetries,     // no pause between sub-attempts
  DefersUsable,      // up two seconds after the association
  DefersAddress,     // an address two seconds after it
  DefersSubTimer,    // a sub-attempt has four seconds; its end waits behind them
  DownAfterAddress,  // the address goes a millisecond before the OPER_DOWN
  TellsFirst,        // grace of 15 s: first the TIMEOUT, then OPER_DOWN, and soon a STOP
  OptionsAnew,       // not ready in the first 2.5 s; an option that is written begins it all anew
};

}  // namespace flapjack::test
