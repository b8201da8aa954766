// SPDX-License-Identifier: Apache-2.0
// Link: its state, as scripts change it: what is there, what has a carrier, who is told.
#include <algorithm>

#include "l2/link.h"

namespace flapjack {

void Link::set_up(bool up) {
  if (up_ == up) return;
  up_ = up;
  ++changes_;
  ++host_changes_;
  for (std::size_t i = 0; i < ends_.size(); ++i) cut(i);
  update();
}

void Link::set_end_present(std::size_t end, bool present) {
  End& changed = ends_.at(end);
  if (changed.present == present) return;
  changed.present = present;
  present ? ++present_ : --present_;
  count_change(changed);
  if (changed.running) count_on_air(changed, present ? +1 : -1);
  cut(end);
  update();
}

// Watchers compare it with what it was: an end that has none need not count.
void Link::count_change(End& end) {
  if (end.rest != nullptr) ++end.rest->changes;
}

void Link::count_on_air(const End& end, int step) {
  ++changes_;
  on_air_ += static_cast<std::uint32_t>(step);
  if (end.station) return;
  ++host_changes_;
  hosts_on_air_ += static_cast<std::uint32_t>(step);
}

void Link::set_end_running(std::size_t end, bool running) {
  End& changed = ends_.at(end);
  if (changed.running == running) return;
  changed.running = running;
  count_change(changed);
  if (changed.present) count_on_air(changed, running ? +1 : -1);
  update();
}

void Link::set_end_joined(std::size_t end, bool joined) { ends_.at(end).joined = joined; }

void Link::set_end_carrier(std::size_t end, bool carrier) {
  End& changed = ends_.at(end);
  if (changed.carrier == carrier) return;
  changed.carrier = carrier;
  count_change(changed);
  cut(end);
  update();
}

/// Loses what is in flight to and from `end`. Called when it comes back, too: what others sent
/// while it was away does not reach it afterwards.
void Link::cut(std::size_t end) {
  if (is_bus()) {
    Bus& bus = uncommon_->bus;
    bus.latest_cut[end] = ++bus.cuts;
  }
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    End& from = ends_[i];
    if (in_flight(i) == 0) continue;
    cut_from(from, [&](const Packet& frame) {
      return i == end || only_receiver(i, frame) == end;
    });
  }
}

/// Loses those frames of an end for which `gone(frame)`. What waited behind them moves up; a
/// transmitter that was at one of them is free.
template <class Gone>
void Link::cut_from(End& from, const Gone& gone) {
  const auto lose = [&](PacketPtr frame) {
    drop(DropReason::CarrierLostInFlight, std::move(frame));
  };
  const SimTime now = scheduler().now();
  const SimTime last_arrival = from.last_arrival, free = from.free;
  std::vector<PacketPtr> waiting = take_waiting(from);
  const bool sending = !from.flights.empty() && from.free > now;
  const bool interrupted = sending && gone(from.flights.latest());
  const bool moves = interrupted || std::any_of(waiting.begin(), waiting.end(),
                                                [&](const PacketPtr& f) { return gone(*f); });
  from.flights.remove(gone, lose);
  if (interrupted) from.free = now;
  if (from.flights.empty()) {
    from.free = from.last_arrival = now;
  } else if (moves) {
    from.last_arrival = from.flights.back().flight.arrives;
  } else {
    from.last_arrival = last_arrival;
    from.free = free;
  }
  for (PacketPtr& frame : waiting) {
    const std::uint64_t cuts = frame->flight.cuts;
    if (gone(*frame)) {
      lose(std::move(frame));
    } else if (moves) {
      launch(from, std::move(frame), cuts);
    } else {
      from.flights.push_back(std::move(frame));
    }
  }
  arm(from);
  Extra* const extra = extra_of(from);
  if (extra == nullptr) return;
  extra->queue.remove(gone, lose);
  extra->turn.cancel();
  start_turn(from);
}

bool Link::follows_peer(const End& end) const {
  return end.carrier_follows_peer.value_or(!is_bus());
}

bool Link::medium_up(std::size_t end) const {
  const End& at = ends_.at(end);
  return reachable(at) && (!follows_peer(at) || present_ > 1);
}

bool Link::peer_present(std::size_t end) const {
  const End& own = ends_.at(end);
  if (!up_ || !own.present || !own.running) return false;
  return wants_host(own) ? hosts_on_air_ > 0 : on_air_ > 1;
}

std::optional<std::size_t> Link::peer_of(std::size_t end) const {
  if (!peer_present(end)) return std::nullopt;
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    const bool joinable = !wants_host(ends_[end]) || !ends_[i].station;
    if (i != end && joinable && is_end_on_air(i)) return i;
  }
  return std::nullopt;
}

void Link::watch_air(std::size_t end, std::function<void()> watcher) {
  rest_of(ends_.at(end)).watchers.push_back([watcher = std::move(watcher)](bool) { watcher(); });
}

void Link::watch_peer(std::size_t end, std::function<void(bool)> watcher) {
  const auto told = [shown = peer_present(end), watcher = std::move(watcher)](bool peer) mutable {
    if (peer == shown) return;
    shown = peer;
    watcher(peer);
  };
  rest_of(ends_.at(end)).watchers.push_back(told);
}

void Link::set_end_promiscuous(std::size_t end, bool on) {
  bool& promiscuous = ends_.at(end).promiscuous;
  if (promiscuous == on) return;
  promiscuous = on;
  if (!is_bus()) return;
  std::vector<std::size_t>& all = uncommon_->bus.promiscuous;
  const auto place = std::lower_bound(all.begin(), all.end(), end);
  if (on) {
    all.insert(place, end);
  } else {
    all.erase(place);
  }
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
      End& end = ends_[i];
      const bool up = medium_up(i);
      if (up == end.shown_medium) continue;
      end.shown_medium = up;
      if (end.user != nullptr) end.user->on_medium(up);
    }
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const End& end = ends_[i];
      if (end.rest == nullptr || end.rest->watchers.empty()) continue;
      Rest& rest = *end.rest;
      const std::uint32_t changes = rest.changes + (wants_host(end) ? host_changes_ : changes_);
      if (changes == rest.shown_changes) continue;
      rest.shown_changes = changes;
      const bool peer = peer_present(i);
      for (std::size_t w = 0; w < rest.watchers.size(); ++w) rest.watchers[w](peer);
    }
  }
  updating_ = false;
}

}  // namespace flapjack
