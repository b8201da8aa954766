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
      config(std::move(end_config)),
      link(owner.config_),
      loss(owner.env_.rng.stream(owner.path_ + ".loss." + config.name)),
      jitter(owner.env_.rng.stream(owner.path_ + ".jitter." + config.name)),
      arrival(owner.env_.scheduler, Lane::Frame, delegate<&Link::arrive>(&owner, index)) {}

Link::Link(const LinkEnv& env, std::string path, const LinkConfig& config)
    : env_(env), path_(std::move(path)), subject_(env.tracer.subject(path_)), config_(config) {}

std::size_t Link::add_end(LinkEnd& user, LinkEndConfig config) {
  const std::size_t index = ends_.size();
  const Address address{config.mac, index};
  addresses_.insert(std::upper_bound(addresses_.begin(), addresses_.end(), address), address);
  if (config.promiscuous) promiscuous_.push_back(index);
  ends_.push_back(std::make_unique<End>(*this, index, user, std::move(config)));
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
  End& from = *ends_.at(end);
  env_.tracer.hop(Hop::LinkIn, subject_, *frame);
  leave_node(*frame);
  const DropReason refused = refuse(end, *frame);
  if (refused != DropReason::None) return drop(refused, std::move(frame));
  launch(from, std::move(frame));
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

DropReason Link::refuse(std::size_t end, const Packet& frame) {
  End& from = *ends_[end];
  if (!reachable(from) || ends_.size() < 2) return DropReason::LinkDown;
  const auto to = only_receiver(end, frame);
  if (to && !reachable(*ends_[*to])) return DropReason::LinkDown;
  const SimTime now = env_.scheduler.now();
  while (from.started < from.ring.size() && from.ring.at(from.started).starts <= now) {
    ++from.started;
  }
  const std::size_t waiting = from.ring.size() - from.started;
  if (from.free > now && from.link.queue != 0 && waiting >= from.link.queue) {
    return DropReason::QueueFull;
  }
  if (from.link.loss_ppb != 0 && from.loss.chance(from.link.loss_ppb)) return DropReason::Loss;
  return DropReason::None;
}

void Link::launch(End& from, PacketPtr frame) {
  const LinkConfig& link = from.link;
  const SimTime starts = std::max(from.free, env_.scheduler.now());
  from.free = starts + transfer_time(frame->size() + link.extra_bytes, link.rate);
  SimTime arrives = from.free + link.delay;
  if (!link.jitter.is_zero()) arrives = arrives + link.jitter.sample(from.jitter);
  arrives = std::max(arrives, from.last_arrival);
  from.last_arrival = arrives;
  from.ring.push_back({std::move(frame), starts, arrives, cuts_});
  if (from.ring.size() == 1) arm(from);
}

void Link::arm(End& from) {
  if (from.ring.empty()) {
    from.arrival.cancel();
  } else {
    from.arrival.start_at(from.ring.front().arrives);
  }
}

void Link::arrive(std::uint64_t end) {
  End& from = *ends_[end];
  Flight flight = from.ring.pop_front();
  if (from.started > 0) --from.started;
  if (!from.ring.empty()) arm(from);
  if (is_bus()) return deliver_bus(end, std::move(flight));
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
  if (receivers_.empty()) {
    return drop(group ? DropReason::LinkDown : DropReason::NotForUs, std::move(flight.frame));
  }
  const std::size_t last = receivers_.back();
  receivers_.pop_back();
  for (const std::size_t i : receivers_) {  // a receiver's reaction may cut another one
    if (!misses(i)) hand_over(*ends_[i], env_.slab.clone(*flight.frame));
  }
  if (misses(last)) return drop(DropReason::CarrierLostInFlight, std::move(flight.frame));
  hand_over(*ends_[last], std::move(flight.frame));
}

void Link::hand_over(End& to, PacketPtr frame) {
  if (to.user == nullptr) return drop(DropReason::LinkDown, std::move(frame));
  const RecordId cause = frame->meta.cause;
  if (cause.valid()) env_.scheduler.set_cause(cause);
  env_.tracer.hop(Hop::LinkOut, subject_, *frame);
  to.user->deliver(std::move(frame));
}

void Link::drop(DropReason reason, PacketPtr frame) {
  env_.tracer.drop(reason, subject_, *frame);
}

// ---- state

void Link::set_config(const LinkConfig& config) {
  config_ = config;
  for (const auto& end : ends_) end->link = config;
}

void Link::set_up(bool up) {
  if (up_ == up) return;
  up_ = up;
  for (std::size_t i = 0; i < ends_.size(); ++i) cut(i);
  update();
}

void Link::set_end_present(std::size_t end, bool present) {
  End& changed = *ends_.at(end);
  if (changed.present == present) return;
  changed.present = present;
  present ? ++present_ : --present_;
  if (changed.running) count_on_air(changed, present ? +1 : -1);
  cut(end);
  update();
}

void Link::count_on_air(const End& end, int step) {
  on_air_ += static_cast<std::size_t>(step);
  if (!end.config.station) hosts_on_air_ += static_cast<std::size_t>(step);
}

void Link::set_end_running(std::size_t end, bool running) {
  End& changed = *ends_.at(end);
  if (changed.running == running) return;
  changed.running = running;
  if (changed.present) count_on_air(changed, running ? +1 : -1);
  update();
}

void Link::set_end_carrier(std::size_t end, bool carrier) {
  End& changed = *ends_.at(end);
  if (changed.carrier == carrier) return;
  changed.carrier = carrier;
  cut(end);
  update();
}

/// Loses what is in flight to and from `end`. Called when it comes back, too: what others sent
/// while it was away does not reach it afterwards.
void Link::cut(std::size_t end) {
  ends_[end]->cut = ++cuts_;
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    End& from = *ends_[i];
    std::size_t left = from.ring.size();
    if (left == 0) continue;
    for (; left > 0; --left) {
      Flight flight = from.ring.pop_front();
      if (i == end || only_receiver(i, *flight.frame) == end) {
        drop(DropReason::CarrierLostInFlight, std::move(flight.frame));
      } else {
        from.ring.push_back(std::move(flight));
      }
    }
    from.started = 0;
    if (from.ring.empty()) from.free = from.last_arrival = env_.scheduler.now();
    arm(from);
  }
}

bool Link::follows_peer(const End& end) const {
  return end.config.carrier_follows_peer.value_or(!is_bus());
}

bool Link::medium_up(std::size_t end) const {
  const End& at = *ends_.at(end);
  return reachable(at) && (!follows_peer(at) || present_ > 1);
}

bool Link::peer_present(std::size_t end) const {
  const End& own = *ends_.at(end);
  if (!up_ || !own.present || !own.running) return false;
  return own.config.station && hosts_ > 0 ? hosts_on_air_ > 0 : on_air_ > 1;
}

void Link::watch_peer(std::size_t end, std::function<void(bool)> watcher) {
  ends_.at(end)->watchers.push_back(std::move(watcher));
}

/// Tells drivers and watchers what changed for them: all carriers first, in the order of the ends.
/// Whoever is told may change the link again; the outer call then goes round once more.
void Link::update() {
  changed_ = true;
  if (updating_) return;
  updating_ = true;
  while (changed_) {
    changed_ = false;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      End& end = *ends_[i];
      const bool up = medium_up(i);
      if (up == end.shown_medium) continue;
      end.shown_medium = up;
      if (end.user != nullptr) end.user->on_medium(up);
    }
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      End& end = *ends_[i];
      const bool peer = peer_present(i);
      if (peer == end.shown_peer) continue;
      end.shown_peer = peer;
      for (std::size_t w = 0; w < end.watchers.size(); ++w) end.watchers[w](peer);
    }
  }
  updating_ = false;
}

}  // namespace flapjack
