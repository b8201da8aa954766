// SPDX-License-Identifier: Apache-2.0
// Technology and TechnologyUser: the line between the logic of a connectivity implementation and
// what it drives: a supplicant, a modem, a cable. The logic starts and stops, the technology
// reports. Tests and the conformance bench put a technology of their own below the same logic.
//
// Both are objects of one binding; the technology is destroyed first. Reports come in scheduler
// events of their own, never within start() or stop().
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "stack/base/status.h"

namespace flapjack {

class Binding;

/// What a technology reports; implemented by the logic above it.
class TechnologyUser {
 public:
  virtual ~TechnologyUser() = default;
  /// The network is joined and usable. False when nobody wants it (any more); stop() has then been
  /// called.
  virtual bool associated() = 0;
  /// One sub-attempt ended in vain, for a reason that may pass.
  virtual void sub_attempt_failed() = 0;
  /// An established connection is gone.
  virtual void lost() = 0;
  /// It was switched off, with any connection or sub-attempt: nothing more without a new connect.
  virtual void switched_off() { lost(); }
  /// It can never work again without a new connect; `reason` goes with the event.
  virtual void fatal(int reason) = 0;
  /// It has begun to associate by itself, as supplicants and modems do.
  virtual void restarted() = 0;
  /// Whether it has the configuration that it needs to try; it has until it says otherwise. True
  /// again after true: the configuration is another one.
  virtual void configured(bool usable) = 0;
};

class Technology {
 public:
  virtual ~Technology() = default;
  /// Once, at boot: puts what it drives at rest. Most are at rest already.
  virtual void init() {}
  /// Begins one sub-attempt. Its end is reported later, in an event of its own.
  virtual void start() = 0;
  /// Gives up the sub-attempt or leaves the network; also called when there is nothing to stop.
  virtual void stop() = 0;
  /// Whether it has the configuration that it needs to try (Connectivity::has_connection_config).
  virtual bool has_config() const { return true; }
  /// The technology's part of Connectivity::set_option(), get_option().
  virtual Status set_option(int, std::span<const std::uint8_t>) { return Errc::Enoprotoopt; }
  virtual Status get_option(int, std::span<std::uint8_t>, std::size_t& length) {
    length = 0;
    return Errc::Enoprotoopt;
  }
};

/// Makes the technology of one binding; `user` outlives it.
using TechnologyFactory =
    std::function<std::unique_ptr<Technology>(Binding& binding, TechnologyUser& user)>;

}  // namespace flapjack
