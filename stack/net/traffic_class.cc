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
      skip_high_(config.skip_high),
      limit_(static_cast<std::uint32_t>(
          config.slots /
          std::max<std::size_t>(effective_classes(config.classes, config.skip_high), 1))),
      others_(config.classes > 1 ? std::make_unique<Class[]>(config.classes - 1) : nullptr) {
  assert(config.classes <= 8);
  assert(config.classes == 0 || config.classes >= fewest_classes(config.map));
  if (!stack.cpu.enabled()) return;
  for (std::size_t cls = 0; cls < count_; ++cls) {
    at(cls).thread = static_cast<std::uint32_t>(stack.cpu.add_thread(*this, cls));
  }
}

TrafficClass::~TrafficClass() { stack_.scheduler().cancel(turn_); }

void TrafficClass::submit(PacketPtr packet) {
  if (skips(*packet)) return process_in_callers_turn(std::move(packet));
  const std::size_t number = class_of(packet->meta.priority);
  Class& cls = at(number);
  const bool shared = count_ > 1 || skip_high_;
  if (shared && cls.waiting.size() >= limit_) return refuse(std::move(packet), cls);
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
  if (count_ > 1) peak_ = std::max(peak_, ++queued_);
  wake(number);
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

void TrafficClass::refuse(PacketPtr packet, Class& cls) {
  NetIf& iface = *stack_.iface(packet->meta.iface);
  ++cls.dropped;
  ++(direction_ == Direction::Tx ? iface.stats().tx_dropped : iface.stats().rx_dropped);
  stack_.tracer().drop(DropReason::QueueFull, iface.subject(), *packet);
  stack_.contexts.forget(packet->meta.context, packet->meta.id);
}

void TrafficClass::wake(std::size_t cls) {
  if (!may_run(cls)) return;
  if (stack_.cpu.enabled()) return stack_.cpu.wake(at(cls).thread);
  if (!awake_) schedule_turn();
}

void TrafficClass::schedule_turn() {
  awake_ = true;
  turn_ = stack_.scheduler().after({}, Lane::Work, delegate<&TrafficClass::work>(this));
}

std::size_t TrafficClass::queued_of(IfIndex iface) const {
  std::size_t count = 0;
  for (std::size_t number = 0; number < count_; ++number) {
    const Class& cls = at(number);
    cls.waiting.for_each([&](const Packet& packet) { count += packet.meta.iface == iface; });
    count += cls.current != nullptr && cls.current->meta.iface == iface;
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
    while (!mine.empty() && may_run(cls)) process(note_taken(mine.pop_front(), own), cls);
    while (!own.waiting.empty()) mine.push_back(own.waiting.pop_front());
    own.waiting.swap(mine);  // in front what it could not do, if anything
  }
}

PacketPtr TrafficClass::take(Class& cls) { return note_taken(cls.waiting.pop_front(), cls); }

PacketPtr TrafficClass::note_taken(PacketPtr packet, Class& cls) {
  if (count_ > 1) --queued_;
  ++cls.packets;
  const Duration waited = stack_.scheduler().now() - SimTime{packet->meta.queued_at_ns};
  if (waited.ns == 0) return packet;
  cls.waited = cls.waited + waited;
  cls.waited_max = std::max(cls.waited_max, waited);
  return packet;
}

// Without a modelled cpu: one packet of the highest class that may run.
void TrafficClass::work() {
  awake_ = false;
  const std::size_t cls = highest();
  if (cls == count_) return;
  PacketPtr packet = take(at(cls));
  if (queued() > 0 && highest() < count_) schedule_turn();
  process(std::move(packet), cls);
}

std::size_t TrafficClass::highest() const {
  for (std::size_t cls = count_; cls-- > 1;) {
    if (has_work(cls) && may_run(cls)) return cls;
  }
  return count_ > 0 && has_work(0) && may_run(0) ? 0 : count_;
}

Duration TrafficClass::begin(std::size_t number) {
  Class& cls = at(number);
  assert(cls.current == nullptr);
  cls.current = take(cls);
  const CpuConfig::Cost& cost = direction_ == Direction::Tx ? stack_.config().cpu.tx
                                                            : stack_.config().cpu.rx;
  return cost.of(number, cls.current->size());
}

void TrafficClass::finish(std::size_t cls) {
  process(std::move(at(cls).current), cls);
}

void TrafficClass::process(PacketPtr packet, std::size_t cls) {
  if (packet->meta.cause.valid()) stack_.scheduler().set_cause(packet->meta.cause);
  const WorkScope scope(stack_.work, {this, static_cast<std::uint32_t>(cls), false});
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
    stack_.core.process_rx(iface, std::move(packet));
  }
}

ClassStats TrafficClass::stats(std::size_t cls) const {
  const Class& of = at(cls);
  return {of.packets, of.dropped, of.peak, of.waited, of.waited_max};
}

ClassStats TrafficClass::total() const {
  if (count_ == 1) return stats(0);
  ClassStats sum;
  for (std::size_t number = 0; number < count_; ++number) {
    const Class& cls = at(number);
    sum.packets += cls.packets;
    sum.dropped += cls.dropped;
    sum.waited = sum.waited + cls.waited;
    sum.waited_max = std::max(sum.waited_max, cls.waited_max);
  }
  sum.peak = peak_;
  return sum;
}

void TrafficClass::stall(bool on) {
  stalled_ = on;
  for (std::size_t cls = 0; cls < count_; ++cls) {
    if (stack_.cpu.enabled()) {
      stack_.cpu.update(at(cls).thread);
    } else if (has_work(cls)) {
      wake(cls);
    }
  }
}

void TrafficClass::block(std::size_t cls) {
  ++at(cls).blocks;
  if (stack_.cpu.enabled()) stack_.cpu.update(at(cls).thread);
}

void TrafficClass::unblock(std::size_t cls) {
  assert(at(cls).blocks > 0);
  if (--at(cls).blocks > 0) return;
  if (stack_.cpu.enabled()) return stack_.cpu.update(at(cls).thread);
  if (has_work(cls)) wake(cls);
}

}  // namespace flapjack
