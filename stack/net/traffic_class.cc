// SPDX-License-Identifier: Apache-2.0
#include "stack/net/traffic_class.h"

#include <array>

#include "stack/net/stack.h"

namespace flapjack {

std::size_t traffic_class_of(std::uint8_t priority, std::size_t classes) {
  constexpr std::uint8_t kMap[8][8] = {
      {0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 0, 1, 1, 2, 2},
      {0, 0, 1, 1, 2, 2, 3, 3}, {0, 0, 1, 1, 2, 2, 3, 4}, {1, 0, 2, 2, 3, 3, 4, 5},
      {1, 0, 2, 3, 4, 4, 5, 6}, {1, 0, 2, 3, 4, 5, 6, 7}};
  assert(classes >= 1 && classes <= 8);
  return kMap[classes - 1][priority > 7 ? 0 : priority];
}

TrafficClass::TrafficClass(Stack& stack, Direction direction, std::size_t classes,
                           std::size_t slots)
    : stack_(stack),
      direction_(direction),
      classes_(classes),
      limit_(classes > 1 ? slots / classes : ~std::size_t{0}),
      turn_(stack.scheduler(), Lane::Work, delegate<&TrafficClass::work>(this)) {
  assert(classes <= 8);
}

TrafficClass::~TrafficClass() = default;

void TrafficClass::submit(PacketPtr packet) {
  if (classes_.empty()) return process(std::move(packet));
  NetIf& iface = *stack_.iface(packet->meta.iface);
  PacketList& queue = classes_[traffic_class_of(packet->meta.priority, classes_.size())];
  if (queue.size() >= limit_) {
    ++(direction_ == Direction::Tx ? iface.stats().tx_dropped : iface.stats().rx_dropped);
    stack_.tracer().drop(DropReason::QueueFull, iface.subject(), *packet);
    return stack_.contexts.forget(packet->meta.context, packet->meta.id);
  }
  if (direction_ == Direction::Tx) {
    stack_.tracer().hop(Hop::TxQueue, iface.subject(), *packet);
  } else {
    stack_.tracer().hop(Hop::RxQueue, iface.subject(), *packet);
  }
  queue.push_back(std::move(packet));
  ++queued_;
  if (!turn_.running()) turn_.start(Duration{});
}

void TrafficClass::work() {
  std::size_t highest = classes_.size() - 1;
  while (classes_[highest].empty()) --highest;
  PacketPtr packet = classes_[highest].pop_front();
  --queued_;
  if (queued_ > 0) turn_.start(Duration{});
  if (packet->meta.cause.valid()) stack_.scheduler().set_cause(packet->meta.cause);
  process(std::move(packet));
}

void TrafficClass::process(PacketPtr packet) {
  NetIf& iface = *stack_.iface(packet->meta.iface);
  if (direction_ == Direction::Tx) {
    iface.tx(std::move(packet));
  } else {
    stack_.core.process_rx(iface, std::move(packet));
  }
}

}  // namespace flapjack
