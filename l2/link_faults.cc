// SPDX-License-Identifier: Apache-2.0
// Link: the way of frames at ends where something goes wrong, is too big, waits in a queue of a
// special kind, is held or divided.
#include <algorithm>

#include "l2/link.h"

namespace flapjack {

namespace {

bool other_delay(const LinkConfig& a, const LinkConfig& b) {
  return a.delay != b.delay || !(a.jitter == b.jitter);
}

/// Whether frames take other times, or another order, on their way. Reordering, once it is on, has
/// them wait in the queue, where nobody may pass those who have come before.
bool other_times(const LinkConfig& a, const LinkConfig& b) {
  return a.rate != b.rate || other_delay(a, b) || a.extra_bytes != b.extra_bytes ||
         a.discipline != b.discipline ||
         (a.reorder_ppb == 0) != (b.reorder_ppb == 0);
}

/// Where a frame waits; the packet's priority only counts for a queue by it.
std::size_t band_of(QueueDiscipline discipline, const Packet& frame, Framing framing,
                    std::uint8_t priority) {
  if (discipline == QueueDiscipline::Priority) return band_of_priority(priority);
  return discipline == QueueDiscipline::Dscp ? band_of_dscp(frame.bytes(), framing) : 0;
}

}  // namespace

Link::Extra::Extra(Link& owner, std::size_t index, std::string_view name)
    : faults({owner.scheduler(), owner.tracer_, owner.slab_, owner.rng_}, owner.subject_,
             std::string(owner.path()) + ".", "." + std::string(name)),
      turn(owner.scheduler(), Lane::Frame, delegate<&Link::send_next>(&owner, index)) {}

Link::Extra& Link::extra(std::size_t end) {
  Rest& rest = rest_of(ends_[end]);
  if (rest.extra == nullptr) rest.extra = std::make_unique<Extra>(*this, end, end_name(end));
  return *rest.extra;
}

void Link::carry_special(std::size_t end, PacketPtr frame, std::uint8_t priority) {
  End& from = ends_[end];
  const std::size_t band =
      band_of(config_of(from).discipline, *frame, from.framing, priority);
  if (has_filter() && uncommon_->filter->takes(subject_, *frame)) {
    return drop(DropReason::Scripted, std::move(frame));
  }
  const DropReason refused = refuse_special(end, *frame, band);
  if (refused != DropReason::None) return drop(refused, std::move(frame));
  FaultModel::Passed passed = from.rest->extra->faults.pass(std::move(frame));
  if (passed.frame == nullptr) return;
  enqueue(from, std::move(passed.frame), band, passed.overtakes);
  if (passed.copy == nullptr) return;
  const DropReason copy_refused = refuse_special(end, *passed.copy, band);
  if (copy_refused != DropReason::None) return drop(copy_refused, std::move(passed.copy));
  enqueue(from, std::move(passed.copy), band, false);
}

DropReason Link::refuse_special(std::size_t end, const Packet& frame, std::size_t band) {
  End& from = ends_[end];
  const LinkConfig& link = config_of(from);
  if (cannot_leave(end, frame)) return DropReason::LinkDown;
  if (link.mtu != 0 && packet_bytes(frame.bytes(), from.framing) > link.mtu) {
    return DropReason::TooBig;
  }
  if (from.held && in_flight(end) >= link.hold_limit) return DropReason::QueueFull;
  if (!queued(from)) return queue_full(from) ? DropReason::QueueFull : DropReason::None;
  const bool waits = from.free > scheduler().now() || !from.rest->extra->queue.empty();
  const bool refused = waits && from.rest->extra->queue.refuses(link.discipline, band, link.queue);
  return refused ? DropReason::QueueFull : DropReason::None;
}

/// Whether frames wait in the end's queue, instead of having their times worked out in advance. A
/// frame that overtakes needs it, too: it must not pass one that has not left yet.
bool Link::queued(const End& end) const {
  const LinkConfig& link = config_of(end);
  return link.discipline != QueueDiscipline::Fifo || link.reorder_ppb != 0;
}

void Link::enqueue(End& from, PacketPtr frame, std::size_t band, bool overtakes) {
  TransmitQueue& queue = from.rest->extra->queue;
  const bool idle = queue.empty() && from.free <= scheduler().now();
  if (idle && overtakes) return launch_early(from, std::move(frame), cuts());
  if (idle || !queued(from)) return launch(from, std::move(frame), cuts());
  frame->flight = {{}, {}, cuts(), overtakes};
  const LinkConfig& link = config_of(from);
  PacketPtr pushed_out = queue.push(link.discipline, band, link.queue, std::move(frame));
  if (pushed_out != nullptr) drop(DropReason::QueueFull, std::move(pushed_out));
  start_turn(from);
}

/// The transmitter goes on with what waits in the queue, if anything, once it is free.
void Link::start_turn(End& from) {
  Extra* const extra = extra_of(from);
  if (extra == nullptr || extra->queue.empty() || extra->turn.running()) return;
  extra->turn.start_at(std::max(from.free, scheduler().now()));
}

void Link::send_next(std::uint64_t end) {
  End& from = ends_[end];
  TransmitQueue& queue = from.rest->extra->queue;
  while (!queue.empty() && from.free <= scheduler().now()) {
    PacketPtr next = queue.pop();
    const Flight flight = next->flight;
    flight.overtakes ? launch_early(from, std::move(next), flight.cuts)
                     : launch(from, std::move(next), flight.cuts);
  }
  start_turn(from);
}

/// Sends a frame that arrives before others that left earlier, but never before it has left itself.
void Link::launch_early(End& from, PacketPtr frame, std::uint64_t cuts) {
  const Duration by = config_of(from).reorder_by;
  transmit(from, *frame, cuts);
  Packet& early = *frame;
  SimTime& arrives = early.flight.arrives;
  arrives = by.ns == 0 ? from.free : std::max(from.free, arrives - by);
  from.last_arrival = std::max(from.last_arrival, arrives);
  const auto overtaken = static_cast<std::int64_t>(from.flights.insert(std::move(frame)));
  if (overtaken > 0) {
    tracer_.packet_event(subject_, "reordered", early, {Attr::of("frames", overtaken)});
  }
  if (&from.flights.front() == &early) arm(from);
}

void Link::set_config(std::size_t end, const LinkConfig& config) {
  End& at = ends_.at(end);
  Rest& rest = rest_of(at);
  const std::shared_ptr<const LinkConfig> before = at.own_config ? rest.config : config_;
  rest.config = std::make_shared<const LinkConfig>(config);
  at.own_config = true;
  config_changed(end, *before);
}

void Link::set_config(const LinkConfig& config) {
  const auto common = std::exchange(config_, std::make_shared<const LinkConfig>(config));
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    End& at = ends_[i];
    const auto own = at.own_config ? std::move(at.rest->config) : nullptr;
    at.own_config = false;
    config_changed(i, own != nullptr ? *own : *common);
  }
}

/// Another config than `before` holds for the end.
void Link::config_changed(std::size_t end, const LinkConfig& before) {
  End& at = ends_[end];
  const LinkConfig& config = config_of(at);
  if (other_times(before, config)) recall_waiting(end, before);
  Extra* const extra = extra_of(at);
  if (extra != nullptr && other_delay(before, config)) extra->faults.forget_delay();
  refresh(end);
  start_turn(at);
}

/// Frames that have been given their times and have not left wait without any again, in the queue
/// of the discipline that holds now; those in a queue change into that one in the order in which
/// they came. Their priority is known no more.
void Link::recall_waiting(std::size_t end, const LinkConfig& before) {
  End& at = ends_[end];
  const QueueDiscipline discipline = config_of(at).discipline;
  Extra* const queuing = extra_of(at);
  std::vector<PacketPtr> waiting = take_waiting(at);
  if (!waiting.empty()) {
    assert(queuing == nullptr || queuing->queue.empty());  // they wait in one place
    arm(at);
  } else if (queuing != nullptr && discipline != before.discipline) {
    waiting = queuing->queue.take_all();
  }
  for (PacketPtr& frame : waiting) {
    const std::size_t band = band_of(discipline, *frame, at.framing, 0);
    extra(end).queue.push(discipline, band, 0, std::move(frame));
  }
}

/// Those that have their times and have not left, in their order; what follows can leave when the
/// first of them would have.
std::vector<PacketPtr> Link::take_waiting(End& from) {
  const SimTime now = scheduler().now();
  std::vector<PacketPtr> waiting;
  for (std::size_t left = from.flights.waiting(now); left > 0; --left) {
    waiting.push_back(from.flights.pop_back());
  }
  if (waiting.empty()) return waiting;
  std::reverse(waiting.begin(), waiting.end());
  from.free = waiting.front()->flight.starts;
  from.last_arrival = from.flights.empty() ? now : from.flights.back().flight.arrives;
  return waiting;
}

/// Works out anew whether the end's frames need carry_special().
void Link::refresh(std::size_t end) {
  End& at = ends_[end];
  const LinkConfig& link = config_of(at);
  at.special = link.any() || link.mtu != 0 || queued(at) || at.held || has_filter();
  if (!at.special && extra_of(at) == nullptr) return;
  Extra& more = extra(end);
  more.faults.set(link);
  if (queued(at)) return;
  // First in first out again: who waits gets its time now, in the order of the old queue.
  more.turn.cancel();
  while (!more.queue.empty()) {
    PacketPtr next = more.queue.pop();
    const std::uint64_t cuts = next->flight.cuts;
    launch(at, std::move(next), cuts);
  }
}

void Link::set_end_held(std::size_t end, bool held) {
  End& at = ends_.at(end);
  if (at.held == held) return;
  at.held = held;
  refresh(end);
  if (!held) {
    const auto overdue = static_cast<std::int64_t>(at.flights.due(scheduler().now()));
    tracer_.event(subject_, "released",
                  {Attr::of("end", end_name(end)), Attr::of("frames", overdue)});
  }
  arm(at);
}

void Link::set_filter(LinkFilter* filter) {
  uncommon().filter = filter;
  for (std::size_t i = 0; i < ends_.size(); ++i) refresh(i);
}

std::size_t Link::in_flight(std::size_t end) const {
  const End& at = ends_.at(end);
  const Extra* const extra = extra_of(at);
  return at.flights.size() + (extra != nullptr ? extra->queue.size() : 0);
}

// ---- partitions

std::size_t Link::add_partition(std::vector<std::uint8_t> group_of_end) {
  assert(group_of_end.size() == ends_.size());
  Uncommon& its = uncommon();
  its.partitions.push_back({++its.partitions_made, std::move(group_of_end)});
  divided_ = true;
  return its.partitions_made;
}

void Link::remove_partition(std::size_t number) {
  std::vector<Partition>& all = uncommon().partitions;
  std::erase_if(all, [&](const Partition& p) { return p.number == number; });
  divided_ = !all.empty();
}

bool Link::separated(std::size_t from, std::size_t to) const {
  const std::vector<Partition>& all = uncommon_->partitions;
  return std::any_of(all.begin(), all.end(), [&](const Partition& p) {
    return p.groups[from] != 0 && p.groups[to] != 0 && p.groups[from] != p.groups[to];
  });
}

/// Strikes from the receivers who is in another part than `from`. While some are left, each of the
/// others is named in an event; a frame that nobody gets is dropped by the caller.
void Link::lose_to_partition(std::size_t from, Packet& frame) {
  const auto lost = [&](std::size_t i) { return separated(from, i); };
  std::vector<std::size_t>& receivers = uncommon_->bus.receivers;
  if (!std::all_of(receivers.begin(), receivers.end(), lost)) {
    for (const std::size_t i : receivers) {
      if (!lost(i)) continue;
      tracer_.packet_event(subject_, "unheard", frame, {Attr::of("end", end_name(i))});
    }
  }
  std::erase_if(receivers, lost);
}

}  // namespace flapjack
