// SPDX-License-Identifier: Apache-2.0
#include "l2/link.h"

#include <algorithm>

#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

/// Time to send `bytes` at `rate` bit/s, rounded up to a whole nanosecond.
Duration transfer_time(std::uint64_t bytes, std::uint64_t rate) {
  if (rate == 0) return {};
  constexpr std::uint64_t kBitNs = 8ull * 1'000'000'000ull;
  assert(bytes < ~std::uint64_t{0} / kBitNs);
  return {static_cast<std::int64_t>((bytes * kBitNs + rate - 1) / rate)};
}

std::optional<MacAddress> destination(const Packet& frame) {
  const auto header = EthernetHeader::parse(frame.bytes());
  return header ? std::optional(header->destination) : std::nullopt;
}

}  // namespace

Link::End::End(Link& owner, std::size_t index, LinkEnd& user_at, LinkEndConfig end_config)
    : user(&user_at),
      link(owner.config_),
      arrival(owner.env_.scheduler, Lane::Frame, delegate<&Link::arrive>(&owner, index)),
      jitter(owner.env_.rng.stream(owner.path_ + ".jitter." + end_config.name)),
      config(std::move(end_config)) {}

Link::Link(const LinkEnv& env, std::string path, const LinkConfig& config)
    : Link(env, std::move(path), std::make_shared<const LinkConfig>(config)) {}

Link::Link(const LinkEnv& env, std::string path, std::shared_ptr<const LinkConfig> config)
    : env_(env),
      subject_(env.tracer.subject(path)),
      path_(std::move(path)),
      config_(std::move(config)) {
  assert(config_ != nullptr);
}

std::size_t Link::add_end(LinkEnd& user, LinkEndConfig config) {
  const std::size_t index = ends_.size();
  const Address address{config.mac, index};
  addresses_.insert(std::upper_bound(addresses_.begin(), addresses_.end(), address), address);
  if (config.promiscuous) promiscuous_.push_back(index);
  ends_.push_back(std::make_unique<End>(*this, index, user, std::move(config)));
  for (Partition& partition : partitions_) partition.groups.push_back(0);
  refresh(index);
  receivers_.reserve(ends_.size());
  ++present_;
  if (!ends_.back()->config.station) ++hosts_;
  count_on_air(*ends_.back(), +1);
  update();
  return index;
}

void Link::detach(std::size_t end) {
  ends_.at(end)->user = nullptr;
}

std::optional<std::size_t> Link::end_by_name(std::string_view name) const {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (ends_[i]->config.name == name) return i;
  }
  return std::nullopt;
}

// ---- frames

void Link::carry(std::size_t end, PacketPtr frame) {
  assert(frame != nullptr);
  const CauseScope scope(env_.scheduler);
  assert(end < ends_.size());
  End& from = *ends_[end];
  env_.tracer.hop(Hop::LinkIn, subject_, *frame);
  const std::uint8_t priority = frame->meta.priority;
  leave_node(*frame);
  if (!from.joined) return drop(DropReason::NotAssociated, std::move(frame));
  if (from.special) return carry_special(end, std::move(frame), priority);
  if (cannot_leave(end, *frame)) return drop(DropReason::LinkDown, std::move(frame));
  if (queue_full(from)) return drop(DropReason::QueueFull, std::move(frame));
  launch(from, std::move(frame), cuts_);
}

/// The one end a frame can be for, as far as the medium can tell.
std::optional<std::size_t> Link::only_receiver(std::size_t from, const Packet& frame) const {
  if (!is_bus()) return 1 - from;
  const auto mac = destination(frame);
  if (!mac || mac->is_group()) return std::nullopt;
  const auto found = std::lower_bound(addresses_.begin(), addresses_.end(), Address{*mac, 0});
  if (found == addresses_.end() || found->mac != *mac) return std::nullopt;
  const auto next = found + 1;
  if (next != addresses_.end() && next->mac == *mac) return std::nullopt;
  return found->end;
}

bool Link::cannot_leave(std::size_t end, const Packet& frame) const {
  if (!reachable(*ends_[end]) || ends_.size() < 2) return true;
  if (!is_bus()) return !reachable(*ends_[1 - end]);
  const auto to = only_receiver(end, frame);
  return to && !reachable(*ends_[*to]);
}

bool Link::queue_full(End& from) const {
  const SimTime now = env_.scheduler.now();
  if (from.free <= now || from.link->queue == 0) return false;
  while (from.started < from.ring.size() && from.ring.at(from.started).starts <= now) {
    ++from.started;
  }
  return from.ring.size() - from.started >= from.link->queue;
}

/// Gives the frame its times, as if it were alone on its way.
Flight Link::transmit(End& from, PacketPtr frame, std::uint64_t cuts) {
  const LinkConfig& link = *from.link;
  const SimTime starts = std::max(from.free, env_.scheduler.now());
  from.free = starts + transfer_time(frame->size() + link.extra_bytes, link.rate);
  return {std::move(frame), starts, from.free + delay_of(from), cuts};
}

void Link::launch(End& from, PacketPtr frame, std::uint64_t cuts) {
  Flight flight = transmit(from, std::move(frame), cuts);
  from.last_arrival = flight.arrives = std::max(flight.arrives, from.last_arrival);
  from.ring.push_back(std::move(flight));
  if (from.ring.size() == 1) arm(from);
}

// ---- foresight, for wires: who shares a medium with many seldom finds it cold

void Link::prefetch_ends(unsigned step) const {
  if (step == 0) return flapjack::prefetch(this, front_of(*this, path_));
  if (step != 1 || ends_.size() != 2) return;
  for (const auto& end : ends_) flapjack::prefetch(end.get(), front_of(*end, end->cut));
}

void Link::prefetch_sender(std::size_t end, unsigned step) const {
  if (step < 2) return prefetch_ends(step);
  if (step == 2 && ends_.size() == 2) ends_[end]->ring.prefetch();
}

void Link::prefetch(std::uint64_t end, unsigned step) const {
  if (step < 2) return prefetch_ends(step);
  if (ends_.size() != 2) return;
  const LinkEnd* const receiver = ends_[1 - end]->user;
  if (receiver == nullptr) return;
  if (step > 2) return receiver->prefetch_receiver(step - 3);
  flapjack::prefetch(receiver, 2 * kCacheLine);
  ends_[end]->ring.prefetch();
}

Duration Link::delay_of(End& from) {
  const LinkConfig& link = *from.link;
  if (link.jitter.is_zero()) return link.delay;
  const Duration jitter = link.jitter.sample(from.jitter);
  return link.delay + (from.special ? from.extra->faults.correlate(jitter) : jitter);
}

void Link::arm(End& from) {
  if (from.ring.empty() || from.held) {
    from.arrival.cancel();
  } else {  // what was held is overdue
    from.arrival.start_at(std::max(from.ring.front().arrives, env_.scheduler.now()));
  }
}

void Link::arrive(std::uint64_t end) {
  End& from = *ends_[end];
  Flight flight = from.ring.pop_front();
  if (from.started > 0) --from.started;
  if (!from.ring.empty()) arm(from);
  if (is_bus()) return deliver_bus(end, std::move(flight));
  if (!partitions_.empty() && separated(end, 1 - end)) {
    return drop(DropReason::Partitioned, std::move(flight.frame));
  }
  hand_over(*ends_[1 - end], std::move(flight.frame));
}

/// Delivers to whom the frame is addressed, to everybody for a group address, and always to the
/// promiscuous; each receiver but the last gets a copy of its own.
void Link::deliver_bus(std::size_t from, Flight flight) {
  const auto mac = destination(*flight.frame);
  const bool group = !mac || mac->is_group();
  receivers_.clear();
  if (group) {
    for (std::size_t i = 0; i < ends_.size(); ++i) receivers_.push_back(i);
  } else {
    receivers_ = promiscuous_;
    auto found = std::lower_bound(addresses_.begin(), addresses_.end(), Address{*mac, 0});
    for (; found != addresses_.end() && found->mac == *mac; ++found) {
      if (!ends_[found->end]->config.promiscuous) receivers_.push_back(found->end);
    }
    std::sort(receivers_.begin(), receivers_.end());
  }
  const auto misses = [&](std::size_t i) {
    return i == from || !reachable(*ends_[i]) || flight.cuts < ends_[i]->cut;
  };
  std::erase_if(receivers_, misses);
  if (group) leave_out_unjoined();
  const bool somebody = !receivers_.empty();
  if (!partitions_.empty()) lose_to_partition(from, flight);
  if (receivers_.empty()) {
    const DropReason nobody = group ? DropReason::LinkDown : DropReason::NotForUs;
    return drop(somebody ? DropReason::Partitioned : nobody, std::move(flight.frame));
  }
  const std::size_t last = receivers_.back();
  receivers_.pop_back();
  for (const std::size_t i : receivers_) {  // a receiver's reaction may cut another one
    if (!misses(i)) hand_over(*ends_[i], env_.slab.clone(*flight.frame));
  }
  if (misses(last)) return drop(DropReason::CarrierLostInFlight, std::move(flight.frame));
  hand_over(*ends_[last], std::move(flight.frame));
}

// Who has joined nothing hears no group; only when that is everybody, one loses the frame.
void Link::leave_out_unjoined() {
  const auto joined = [&](std::size_t i) { return ends_[i]->joined; };
  const auto first = std::find_if(receivers_.begin(), receivers_.end(), joined);
  if (first != receivers_.end()) {
    std::erase_if(receivers_, [&](std::size_t i) { return !joined(i); });
  } else if (receivers_.size() > 1) {
    receivers_.resize(1);
  }
}

void Link::hand_over(End& to, PacketPtr frame) {
  if (to.user == nullptr) return drop(DropReason::LinkDown, std::move(frame));
  if (!to.joined) return drop(DropReason::NotAssociated, std::move(frame));
  const RecordId cause = frame->meta.cause;
  if (cause.valid()) env_.scheduler.set_cause(cause);
  env_.tracer.hop(Hop::LinkOut, subject_, *frame);
  to.user->deliver(std::move(frame));
}

void Link::drop(DropReason reason, PacketPtr frame) {
  env_.tracer.drop(reason, subject_, *frame);
}

}  // namespace flapjack
