// SPDX-License-Identifier: Apache-2.0
#include "stack/net/packet_waits.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr std::size_t kMostWaits = 64;  // far above the threads that could block in Zephyr

/// Why a wait was in vain: the pool had no room, or never has so much.
Errc failure_of(const PacketPool& pool, std::size_t bytes) {
  return pool.could_hold(bytes) ? Errc::Etimedout : Errc::Enomem;
}

}  // namespace

PacketWait::PacketWait(Stack& of, PacketPool& from, std::size_t bytes)
    : stack(of),
      pool(from),
      turn(of.scheduler(), Lane::Work,
           delegate<[](PacketWait& wait) { wait.stack.waits().finish(wait); }>(this)),
      request(bytes, delegate<[](PacketWait& wait) { wait.turn.start(Duration{}); }>(this)) {}

std::size_t PacketWaits::waiting() const {
  const StackParts* const parts = stack_.made_parts();
  return parts != nullptr ? parts->waits.size() : 0;
}

std::string_view PacketWaits::name_of(const PacketPool& pool) const {
  return &pool == &stack_.tx_pool ? "tx" : "rx";
}

bool PacketWaits::may_wait(PacketPool& pool, std::size_t bytes, Timeout timeout) {
  if (timeout.is_no_wait() || stack_.work.interrupt) return false;
  const bool ends = !timeout.is_forever() || pool.could_hold(bytes);
  if (ends && waiting() < kMostWaits) return true;
  record_failure(pool, Errc::Enomem);
  return false;
}

RecordId PacketWaits::record_wait(const PacketPool& pool) {
  Tracer& tracer = stack_.tracer();
  const RecordId record =
      tracer.event(stack_.subject(), "alloc_wait", {Attr::of("pool", name_of(pool))});
  return record.valid() ? record : tracer.cause();
}

void PacketWaits::record_failure(const PacketPool& pool, Errc code) {
  stack_.tracer().event(stack_.subject(), "alloc_failed",
                        {Attr::of("pool", name_of(pool)), Attr::of("errno", code)});
}

void PacketWaits::line_up(std::unique_ptr<PacketWait> wait, Timeout timeout) {
  wait->cause = record_wait(wait->pool);
  wait->held_up = stack_.work;
  if (wait->held_up.queue != nullptr) wait->held_up.queue->block(wait->held_up.cls);
  if (!timeout.is_forever()) wait->turn.start(timeout.span());
  PacketWait& waiting = *stack_.parts().waits.emplace_back(std::move(wait));
  if (waiting.pool.could_hold(waiting.request.bytes)) waiting.pool.wait(waiting.request);
}

void PacketWaits::finish(PacketWait& wait) {
  Waits& waits = stack_.parts().waits;
  const auto found = std::find_if(waits.begin(), waits.end(),
                                  [&](const auto& each) { return each.get() == &wait; });
  assert(found != waits.end());
  const std::unique_ptr<PacketWait> over = std::move(*found);
  waits.erase(found);
  const CauseScope scope(stack_.scheduler(), over->cause);
  if (over->request.packet == nullptr) {
    wait.pool.cancel(wait.request);
    record_failure(wait.pool, failure_of(wait.pool, wait.request.bytes));
  }
  {
    const WorkScope thread(stack_.work, over->held_up);
    over->go_on(std::move(over->request.packet));
  }
  if (over->held_up.queue != nullptr) over->held_up.queue->unblock(over->held_up.cls);
}

PacketPtr PacketWaits::allocate(PacketPool& pool, std::size_t bytes, Timeout timeout) {
  PacketPtr packet = pool.allocate(bytes);
  if (packet != nullptr || timeout.is_no_wait()) return packet;
  FiberHost& fibers = stack_.fibers();
  if (fibers.current() == nullptr) return nullptr;
  const bool could_hold = pool.could_hold(bytes);
  if (!could_hold && timeout.is_forever()) {
    record_failure(pool, Errc::Enomem);
    return nullptr;
  }
  const RecordId waits = record_wait(pool);
  Semaphore granted(fibers, "a free " + std::string(name_of(pool)) + " packet");
  PacketRequest request(bytes, delegate<&Semaphore::give>(&granted));
  if (could_hold) pool.wait(request);
  static_cast<void>(granted.take(timeout).ok());  // what counts is whether there is a packet
  if (request.packet == nullptr) {
    const CauseScope scope(stack_.scheduler(), waits);
    record_failure(pool, failure_of(pool, bytes));
  }
  return std::move(request.packet);
}

}  // namespace flapjack
