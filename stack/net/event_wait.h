// SPDX-License-Identifier: Apache-2.0
// Waiting for a net_mgmt event in a fiber (net_mgmt_event_wait, net_mgmt_event_wait_on_iface): a
// callback of its own for as long as the wait lasts. An event raised before it began is not seen:
// look at the state first.
#pragma once
#include "stack/base/status.h"
#include "stack/net/net_mgmt.h"

namespace flapjack {

class Stack;

/// The first event that `mask` matches, with its iface and info as they were queued. Etimedout;
/// Edeadlk outside a fiber, where Zephyr's net_mgmt thread would wait for itself.
Result<MgmtNotice> event_wait(Stack& stack, std::uint64_t mask, Timeout timeout);
/// The same for events of `iface` alone.
Result<MgmtNotice> event_wait_on_iface(NetIf& iface, std::uint64_t mask, Timeout timeout);

}  // namespace flapjack
