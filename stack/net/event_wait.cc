// SPDX-License-Identifier: Apache-2.0
#include "stack/net/event_wait.h"

#include "stack/net/stack.h"

namespace flapjack {
namespace {

// Removes itself also when the fiber is unwound.
class Waiting {
 public:
  Waiting(Stack& stack, NetIf* iface, std::uint64_t mask)
      : stack_(stack), raised_(stack.fibers(), "a net_mgmt event") {
    callback_.mask = mask | mgmt::kWaitBit;
    callback_.handler = [this, iface](const MgmtNotice& notice) {
      if (iface != nullptr && notice.iface != iface) return;
      notice_ = notice;
      stack_.mgmt.remove(callback_);  // one event, and no second one before the fiber runs
      raised_.give();
    };
    stack_.mgmt.add(callback_);
  }
  ~Waiting() { stack_.mgmt.remove(callback_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  Result<MgmtNotice> wait(Timeout timeout) {
    const Status taken = raised_.take(timeout);
    if (taken.ok()) return notice_;
    return taken.code() == Errc::Eagain ? Errc::Etimedout : taken.code();
  }

 private:
  Stack& stack_;
  Semaphore raised_;
  MgmtNotice notice_{};
  MgmtCallback callback_;
};

}  // namespace

Result<MgmtNotice> event_wait(Stack& stack, std::uint64_t mask, Timeout timeout) {
  return Waiting(stack, nullptr, mask).wait(timeout);
}

Result<MgmtNotice> event_wait_on_iface(NetIf& iface, std::uint64_t mask, Timeout timeout) {
  return Waiting(iface.stack(), &iface, mask).wait(timeout);
}

}  // namespace flapjack
