// SPDX-License-Identifier: Apache-2.0
#include "stack/net/traffic_class.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {

TrafficClass::TrafficClass(Stack& stack, Direction direction, const Config& config)
    : stack_(stack),
      direction_(direction),
      count_(static_cast<std::uint8_t>(config.classes)),
      map_(config.map),
      skip_high_(config.skip_high) {
  assert(config.classes <= 8);
  assert(config.classes == 0 || config.classes >= fewest_classes(config.map));
  if (count_ > 1 || skip_high_) {
    rest().limit = static_cast<std::uint32_t>(
        config.slots / std::max<std::size_t>(effective_classes(count_, skip_high_), 1));
  }
  if (!stack.cpu.enabled()) return;
  for (std::size_t cls = 0; cls < count_; ++cls) {
    rest().more[cls].thread = static_cast<std::uint32_t>(stack.cpu.add_thread(*this, cls));
  }
}

TrafficClass::Rest& TrafficClass::rest() {
  if (rest_ == nullptr) rest_ = std::make_unique<Rest>();
  return *rest_;
}

void TrafficClass::submit(PacketPtr packet) {
  if (skips(*packet)) return process_in_callers_turn(std::move(packet));
  const std::size_t number = class_of(packet->meta.priority);
  Class& cls = at(number);
  const bool shared = count_ > 1 || skip_high_;
  if (shared && cls.waiting.size() >= rest_->limit) return refuse(std::move(packet), number);
  if (stack_.tracer().wants(TraceKind::Hop)) [[unlikely]] {
    const SubjectId where = stack_.iface(packet->meta.iface)->subject();
    if (direction_ == Direction::Tx) {
      stack_.tracer().hop(Hop::TxQueue, where, *packet);
    } else {
      stack_.tracer().hop(Hop::RxQueue, where, *packet);
    }
  }
  packet->meta.queued_at_ns = stack_.scheduler().now().ns;
  cls.waiting.push_back(std::move(packet));
  cls.peak = std::max(cls.peak, static_cast<std::uint32_t>(cls.waiting.size()));
  if (count_ > 1) rest_->peak = std::max(rest_->peak, ++rest_->queued);
  if (!awake_ && may_run(cls)) wake(number);
}

// A stream reservation map has priorities that do not skip in the class of those that do.
std::size_t TrafficClass::class_of(std::uint8_t priority) const {
  if (count_ <= 1) return 0;
  const std::size_t all = effective_classes(count_, skip_high_);
  const std::size_t number = traffic_class_of(priority, all, map_);
  return std::min<std::size_t>(number, count_ - 1u);
}

bool TrafficClass::skips(const Packet& packet) const {
  return count_ == 0 ||
         (skip_high_ &&
          effective_priority(packet.meta.priority) >= Priority::CriticalApplications);
}

void TrafficClass::refuse(PacketPtr packet, std::size_t cls) {
  NetIf& iface = *stack_.iface(packet->meta.iface);
  ++rest().more[cls].dropped;
  ++(direction_ == Direction::Tx ? iface.losses().tx_dropped : iface.losses().rx_dropped);
  stack_.tracer().drop(DropReason::QueueFull, iface.subject(), *packet);
  stack_.contexts.forget(packet->meta.context, packet->meta.id);
}

// The class has work and may run.
void TrafficClass::wake(std::size_t cls) {
  if (rest_ != nullptr && stack_.cpu.enabled()) return stack_.cpu.wake(rest_->more[cls].thread);
  if (!awake_) schedule_turn();
}

void TrafficClass::schedule_turn() {
  awake_ = true;
  stack_.scheduler().post(Lane::Work, delegate<&TrafficClass::work>(this));
}

std::size_t TrafficClass::queued_of(IfIndex iface) const {
  std::size_t count = 0;
  for (std::size_t number = 0; number < count_; ++number) {
    const Class& cls = at(number);
    cls.waiting.for_each([&](const Packet& packet) { count += packet.meta.iface == iface; });
    const Packet* const current = rest_ != nullptr ? rest_->more[number].current.get() : nullptr;
    count += current != nullptr && current->meta.iface == iface;
  }
  return count;
}

// Taken out first: a callback of one of them may send the next, or call this again.
void TrafficClass::finish_of(IfIndex iface) {
  if (stack_.cpu.enabled() || stack_.work.queue == this) return;
  const CauseScope scope(stack_.scheduler());
  for (std::size_t cls = count_; cls-- > 0;) {
    Class& own = at(cls);
    PacketList mine, others;
    while (!own.waiting.empty()) {
      PacketPtr packet = own.waiting.pop_front();
      (packet->meta.iface == iface ? mine : others).push_back(std::move(packet));
    }
    own.waiting.swap(others);
    while (!mine.empty() && may_run(cls)) process(note_taken(mine.pop_front(), cls), cls);
    while (!own.waiting.empty()) mine.push_back(own.waiting.pop_front());
    own.waiting.swap(mine);  // in front what it could not do, if anything
  }
}

PacketPtr TrafficClass::take(std::size_t cls) {
  return note_taken(at(cls).waiting.pop_front(), cls);
}

PacketPtr TrafficClass::note_taken(PacketPtr packet, std::size_t cls) {
  if (count_ > 1) --rest_->queued;
  ++at(cls).packets;
  const Duration waited = stack_.scheduler().now() - SimTime{packet->meta.queued_at_ns};
  if (waited.ns != 0) [[unlikely]] note_wait(waited, cls);
  return packet;
}

void TrafficClass::note_wait(Duration waited, std::size_t cls) {
  More& more = rest().more[cls];
  more.waited = more.waited + waited;
  more.waited_max = std::max(more.waited_max, waited);
}

// Without a modelled cpu: one packet of the highest class that may run.
void TrafficClass::work() {
  awake_ = false;
  const std::size_t cls = highest();
  if (cls == count_) return;
  PacketPtr packet = take(cls);
  if (queued() > 0 && highest() < count_) schedule_turn();
  process(std::move(packet), cls);
}

std::size_t TrafficClass::highest() const {
  for (std::size_t cls = count_; cls-- > 1;) {
    if (has_work(cls) && may_run(cls)) return cls;
  }
  return count_ > 0 && has_work(0) && may_run(0) ? 0 : count_;
}

Duration TrafficClass::begin(std::size_t cls) {
  PacketPtr& current = rest_->more[cls].current;
  assert(current == nullptr);
  current = take(cls);
  const CpuConfig::Cost& cost = direction_ == Direction::Tx ? stack_.config().cpu.tx
                                                            : stack_.config().cpu.rx;
  return cost.of(cls, current->size());
}

void TrafficClass::finish(std::size_t cls) {
  process(std::move(rest_->more[cls].current), cls);
}

void TrafficClass::process(PacketPtr packet, std::size_t cls) {
  if (packet->meta.cause.valid()) stack_.scheduler().set_cause(packet->meta.cause);
  const WorkScope scope(stack_.work, {this, static_cast<std::uint8_t>(cls), false});
  process_now(std::move(packet));
}

void TrafficClass::process_in_callers_turn(PacketPtr packet) {
  if (direction_ == Direction::Tx) return process_now(std::move(packet));
  const WorkScope scope(stack_.work, {nullptr, 0, true});
  process_now(std::move(packet));
}

void TrafficClass::process_now(PacketPtr packet) {
  NetIf& iface = *stack_.iface(packet->meta.iface);
  if (direction_ == Direction::Tx) {
    iface.tx(std::move(packet));
  } else {
    stack_.core().process_rx(iface, std::move(packet));
  }
}

ClassStats TrafficClass::stats(std::size_t cls) const {
  const Class& of = at(cls);
  if (rest_ == nullptr) return {of.packets, 0, of.peak, {}, {}};
  const More& more = rest_->more[cls];
  return {of.packets, more.dropped, of.peak, more.waited, more.waited_max};
}

ClassStats TrafficClass::total() const {
  if (count_ == 1) return stats(0);
  ClassStats sum;
  for (std::size_t number = 0; number < count_; ++number) {
    const ClassStats of = stats(number);
    sum.packets += of.packets;
    sum.dropped += of.dropped;
    sum.waited = sum.waited + of.waited;
    sum.waited_max = std::max(sum.waited_max, of.waited_max);
  }
  if (count_ > 1) sum.peak = rest_->peak;
  return sum;
}

void TrafficClass::stall(bool on) {
  stalled_ = on;
  for (std::size_t cls = 0; cls < count_; ++cls) {
    if (stack_.cpu.enabled()) {
      stack_.cpu.update(rest_->more[cls].thread);
    } else if (has_work(cls) && may_run(cls)) {
      wake(cls);
    }
  }
}

void TrafficClass::block(std::size_t cls) {
  ++at(cls).blocks;
  if (stack_.cpu.enabled()) stack_.cpu.update(rest_->more[cls].thread);
}

void TrafficClass::unblock(std::size_t cls) {
  assert(at(cls).blocks > 0);
  if (--at(cls).blocks > 0) return;
  if (stack_.cpu.enabled()) return stack_.cpu.update(rest_->more[cls].thread);
  if (has_work(cls) && may_run(cls)) wake(cls);
}

}  // namespace flapjack
