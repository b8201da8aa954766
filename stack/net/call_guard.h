// SPDX-License-Identifier: Apache-2.0
// CallGuard: holds an engine to the rule of timed calls (contract/context_offload.h): once a call
// with a positive timeout has expired, its callback is not called any more. A guarded callback that
// comes after that is not passed on: a packet it brings is dropped, and `late_callback` recorded,
// which the invariants of a run name.
//
// Owned by the callback it guards; NetContext keeps it for the length of the call.
#pragma once
#include <memory>
#include <string_view>
#include <utility>

#include "stack/contract/context_offload.h"
#include "stack/net/net_context.h"
#include "stack/net/stack.h"

namespace flapjack {

inline constexpr std::string_view kLateCallback = "late_callback";

class CallGuard {
 public:
  /// `call`: "connect", ...; static. Guards nothing unless `timeout` is a positive span.
  CallGuard(Stack& stack, SubjectId subject, std::string_view call, Timeout timeout) {
    if (timeout.is_no_wait() || timeout.is_forever()) return;
    watch_ = std::make_shared<Watch>(Watch{stack, subject, call, false});
  }

  /// `callback` as the engine gets it; unchanged when there is nothing to guard.
  template <template <class> class Function, class... Args>
  Function<void(NetContext&, Args...)> wrap(
      Function<void(NetContext&, Args...)> callback) const {
    if (watch_ == nullptr || !callback) return callback;
    return [watch = watch_, user = std::move(callback)](NetContext& context, Args... args) {
      if (watch->expired) return watch->refuse(args...);
      user(context, std::forward<Args>(args)...);
    };
  }
  /// The call has returned `status`, which is passed on.
  Status returned(Status status) {
    if (watch_ != nullptr) watch_->expired = status.code() == Errc::Etimedout;
    return status;
  }

 private:
  struct Watch {
    Stack& stack;
    SubjectId subject;
    std::string_view call;
    bool expired;

    template <class... Args>
    void refuse(Args&... args) const {
      const RecordId late =
          stack.tracer().event(subject, kLateCallback, {Attr::of("call", call)});
      const CauseScope scope(stack.scheduler(), late);
      (drop(args), ...);
    }
    void drop(PacketPtr& packet) const {
      if (packet != nullptr) {
        stack.tracer().drop(DropReason::ConnRefused, subject, *packet);
        packet.reset();
      }
    }
    template <class Other>
    void drop(Other&) const {}
  };
  std::shared_ptr<Watch> watch_;
};

}  // namespace flapjack
