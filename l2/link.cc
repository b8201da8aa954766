// SPDX-License-Identifier: Apache-2.0
#include "l2/link.h"

#include <algorithm>

#include "stack/wire/ethernet.h"

namespace flapjack {
Link::End::End(LinkEnd& user_at, const LinkEndConfig& config, SubjectId its_name)
    : user(&user_at),
      promiscuous(config.promiscuous),
      station(config.station),
      framing(config.framing),
      name(its_name),
      mac(config.mac),
      carrier_follows_peer(config.carrier_follows_peer) {}

Link::Link(const LinkEnv& env, std::string_view path, const LinkConfig& config)
    : Link(env, path, std::make_shared<const LinkConfig>(config)) {}

Link::Link(const LinkEnv& env, std::string_view path, std::shared_ptr<const LinkConfig> config)
    : tracer_(env.tracer),
      config_(std::move(config)),
      subject_(tracer_.subject(path)),
      slab_(env.slab),
      rng_(env.rng) {
  static_assert(sizeof(End) == 80 && sizeof(Link) == 4 * kCacheLine);
  assert(config_ != nullptr && &env.scheduler == &scheduler());
}

Link::~Link() {
  for (const End& end : ends_) scheduler().cancel(end.arrival);
}

std::size_t Link::add_end(LinkEnd& user, const LinkEndConfig& config) {
  const std::size_t index = ends_.size();
  ends_.emplace_back(user, config, tracer_.subject(config.name));
  if (uncommon_ != nullptr) {
    for (Partition& partition : uncommon_->partitions) partition.groups.push_back(0);
  }
  refresh(index);
  if (is_bus()) grow_bus();
  ++present_;
  if (!config.station) ++hosts_;
  count_on_air(ends_.back(), +1);
  update();
  return index;
}

// Its ends become receivers to look up, as far as they are none yet.
void Link::grow_bus() {
  Bus& bus = uncommon().bus;
  std::vector<Address>& addresses = bus.addresses;
  for (std::size_t index = addresses.size(); index < ends_.size(); ++index) {
    const Address address{ends_[index].mac, index};
    addresses.insert(std::upper_bound(addresses.begin(), addresses.end(), address), address);
    if (ends_[index].promiscuous) bus.promiscuous.push_back(index);
  }
  bus.latest_cut.resize(ends_.size());
  bus.receivers.reserve(ends_.size());
}

void Link::detach(std::size_t end) {
  ends_.at(end).user = nullptr;
}

std::optional<std::size_t> Link::end_by_name(std::string_view name) const {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (end_name(i) == name) return i;
  }
  return std::nullopt;
}

// ---- frames

void Link::carry(std::size_t end, PacketPtr frame) {
  assert(frame != nullptr);
  const CauseScope scope(scheduler());
  assert(end < ends_.size());
  End& from = ends_[end];
  tracer_.hop(Hop::LinkIn, subject_, *frame);
  const std::uint8_t priority = frame->meta.priority;
  leave_node(*frame);
  if (!from.joined) return drop(DropReason::NotAssociated, std::move(frame));
  if (from.special) return carry_special(end, std::move(frame), priority);
  if (cannot_leave(end, *frame)) return drop(DropReason::LinkDown, std::move(frame));
  if (queue_full(from)) return drop(DropReason::QueueFull, std::move(frame));
  launch(from, std::move(frame), cuts());
}

/// Whom a frame of `end` names; nobody where frames name nobody, which everybody hears.
std::optional<MacAddress> Link::destination(std::size_t end, const Packet& frame) const {
  if (ends_[end].framing != Framing::Ethernet) return std::nullopt;
  const auto header = EthernetHeader::parse(frame.bytes());
  return header ? std::optional(header->destination) : std::nullopt;
}

/// The one end a frame can be for, as far as the medium can tell.
std::optional<std::size_t> Link::only_receiver(std::size_t from, const Packet& frame) const {
  if (!is_bus()) return 1 - from;
  const auto mac = destination(from, frame);
  if (!mac || mac->is_group()) return std::nullopt;
  const std::vector<Address>& addresses = uncommon_->bus.addresses;
  const auto found = std::lower_bound(addresses.begin(), addresses.end(), Address{*mac, 0});
  if (found == addresses.end() || found->mac != *mac) return std::nullopt;
  const auto next = found + 1;
  if (next != addresses.end() && next->mac == *mac) return std::nullopt;
  const std::vector<std::size_t>& listeners = uncommon_->bus.promiscuous;
  const bool overheard = std::any_of(listeners.begin(), listeners.end(), [&](std::size_t i) {
    return i != from && i != found->end && ends_[i].joined && reachable(ends_[i]);
  });
  if (overheard) return std::nullopt;
  return found->end;
}

bool Link::cannot_leave(std::size_t end, const Packet& frame) const {
  if (!reachable(ends_[end]) || ends_.size() < 2) return true;
  if (!is_bus()) return !reachable(ends_[1 - end]);
  const auto to = only_receiver(end, frame);
  return to && !reachable(ends_[*to]);
}

bool Link::queue_full(End& from) const {
  const SimTime now = scheduler().now();
  const std::size_t limit = config_of(from).queue;
  if (from.free <= now || limit == 0) return false;
  return from.flights.waiting(now) >= limit;
}

/// Gives the frame its times, as if it were alone on its way.
void Link::transmit(End& from, Packet& frame, std::uint64_t cuts) {
  const LinkConfig& link = config_of(from);
  const SimTime starts = std::max(from.free, scheduler().now());
  from.free = starts + link.rate.time_of(frame.size() + link.extra_bytes);
  frame.flight = {starts, from.free + delay_of(from), cuts, false};
}

void Link::launch(End& from, PacketPtr frame, std::uint64_t cuts) {
  transmit(from, *frame, cuts);
  SimTime& arrives = frame->flight.arrives;
  from.last_arrival = arrives = std::max(arrives, from.last_arrival);
  from.flights.push_back(std::move(frame));
  if (from.flights.size() == 1) arm(from);
}

// ---- foresight, for wires: who shares a medium with many seldom finds it cold

constexpr std::size_t kForeseen = 3 * kCacheLine;

Foresight Link::foresee_carry() const {
  prefetch(this, kForeseen);
  return {};
}

Foresight Link::foresee(std::uint32_t) const {
  prefetch(this, kForeseen);
  return foresight<&Link::foresee_receiver>(this);
}

// Who has sent a short time ago, such as who waits for this answer, needs no foresight.
Foresight Link::foresee_receiver(std::uint32_t end) const {
  if (ends_.size() != 2) return {};
  const End& to = ends_[1 - end];
  if (to.user == nullptr || scheduler().is_recent(to.free)) return {};
  prefetch(to.user, 1);
  return foresight<&LinkEnd::foresee_deliver>(to.user);
}

Duration Link::delay_of(End& from) {
  const LinkConfig& link = config_of(from);
  if (link.jitter.is_zero()) return link.delay;
  Rest& rest = rest_of(from);
  if (!rest.jitter) {
    const std::string_view name = tracer_.path(from.name);
    rest.jitter = rng_.stream(std::string(path()) + ".jitter." + std::string(name));
  }
  const Duration jitter = link.jitter.sample(*rest.jitter);
  return link.delay + (from.special ? rest.extra->faults.correlate(jitter) : jitter);
}

void Link::arm(End& from) {
  if (from.flights.empty() || from.held) {
    scheduler().cancel(from.arrival);
    return;
  }
  // what was held is overdue
  const SimTime when = std::max(from.flights.front().flight.arrives, scheduler().now());
  const auto end = static_cast<std::size_t>(&from - ends_.data());
  scheduler().reschedule(from.arrival, when, Lane::Frame, delegate<&Link::arrive>(this, end));
}

void Link::arrive(std::uint64_t end) {
  End& from = ends_[end];
  PacketPtr frame = from.flights.pop_front();
  if (!from.flights.empty()) arm(from);
  if (is_bus()) return deliver_bus(end, std::move(frame));
  if (divided_ && separated(end, 1 - end)) {
    return drop(DropReason::Partitioned, std::move(frame));
  }
  hand_over(ends_[1 - end], std::move(frame));
}

/// Delivers to whom the frame is addressed, to everybody for a group address, and always to the
/// promiscuous; each receiver but the last gets a copy of its own.
void Link::deliver_bus(std::size_t from, PacketPtr frame) {
  const auto mac = destination(from, *frame);
  const bool group = !mac || mac->is_group();
  bool known = false;
  std::vector<std::size_t>& receivers = uncommon_->bus.receivers;
  receivers.clear();
  if (group) {
    for (std::size_t i = 0; i < ends_.size(); ++i) receivers.push_back(i);
  } else {
    receivers = uncommon_->bus.promiscuous;
    const std::vector<Address>& addresses = uncommon_->bus.addresses;
    auto found = std::lower_bound(addresses.begin(), addresses.end(), Address{*mac, 0});
    for (; found != addresses.end() && found->mac == *mac; ++found) {
      known = known || found->end != from;
      if (!ends_[found->end].promiscuous) receivers.push_back(found->end);
    }
    std::sort(receivers.begin(), receivers.end());
  }
  const std::uint64_t cuts = frame->flight.cuts;
  const auto misses = [&](std::size_t i) {
    return i == from || !reachable(ends_[i]) || cuts < uncommon_->bus.latest_cut[i];
  };
  std::erase_if(receivers, misses);
  if (group) leave_out_unjoined();
  const bool somebody = !receivers.empty();
  if (divided_) lose_to_partition(from, *frame);
  if (receivers.empty()) {
    const DropReason nobody = group   ? DropReason::LinkDown
                              : known ? DropReason::CarrierLostInFlight
                                      : DropReason::NotForUs;
    return drop(somebody ? DropReason::Partitioned : nobody, std::move(frame));
  }
  const std::size_t last = receivers.back();
  receivers.pop_back();
  for (const std::size_t i : receivers) {  // a receiver's reaction may cut another one
    if (!misses(i)) hand_over(ends_[i], slab_.clone(*frame));
  }
  if (misses(last)) return drop(DropReason::CarrierLostInFlight, std::move(frame));
  hand_over(ends_[last], std::move(frame));
}

// Who has joined nothing hears no group; only when that is everybody, one loses the frame.
void Link::leave_out_unjoined() {
  std::vector<std::size_t>& receivers = uncommon_->bus.receivers;
  const auto joined = [&](std::size_t i) { return ends_[i].joined; };
  const auto first = std::find_if(receivers.begin(), receivers.end(), joined);
  if (first != receivers.end()) {
    std::erase_if(receivers, [&](std::size_t i) { return !joined(i); });
  } else if (receivers.size() > 1) {
    receivers.resize(1);
  }
}

void Link::hand_over(End& to, PacketPtr frame) {
  if (to.user == nullptr) return drop(DropReason::LinkDown, std::move(frame));
  if (!to.joined) return drop(DropReason::NotAssociated, std::move(frame));
  const RecordId cause = frame->meta.cause;
  if (cause.valid()) scheduler().set_cause(cause);
  tracer_.hop(Hop::LinkOut, subject_, *frame);
  to.user->deliver(std::move(frame));
}

void Link::drop(DropReason reason, PacketPtr frame) {
  tracer_.drop(reason, subject_, *frame);
}

}  // namespace flapjack
