// SPDX-License-Identifier: Apache-2.0
// Link: the medium between drivers. Two ends make a wire; more make a bus (also: an access point
// and its stations). Each end has a transmitter of its own, so ends never wait for one another.
//
//   sender: [queue] -> transmitter (rate) -> delay + jitter -> the other end, or on a bus the ends
//                                                              the destination address names
//
// Serialisation is arithmetic, so a frame costs one event, its arrival, and only the oldest frame
// of each end has one in the scheduler. Frames of one end never overtake each other, unless they
// are told to. Faults, an MTU, a queue that is not first in first out: link_faults.cc, after the
// test of one flag of the end.
//
// What can be cut: the link (set_up), an end with whatever stands there (set_end_present), the
// carrier of one end (set_end_carrier). A cut loses what is in flight to and from what was cut, at
// the moment of the cut (CarrierLostInFlight). No carrier changes when a link is held, divided or
// a black hole.
//
// This file and its .cc record the hops link_in and link_out, with the link as subject.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "l2/fault_model.h"
#include "l2/flight_list.h"
#include "l2/link_config.h"
#include "l2/link_env.h"
#include "stack/base/arena.h"
#include "stack/base/prefetch.h"
#include "stack/base/small_vector.h"
#include "stack/sim/timer.h"

namespace flapjack {

class alignas(kCacheLine) Link : public ArenaObject<Link> {
 public:
  /// `path` is the link's subject in traces.
  Link(const LinkEnv& env, std::string_view path, const LinkConfig& config = {});
  /// The same with a config that many links may share.
  Link(const LinkEnv& env, std::string_view path, std::shared_ptr<const LinkConfig> config);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Adds an end, present and with its own carrier on; its index is the number of ends before it.
  /// Carriers are worked out anew, so add all ends before ifaces are attached to their drivers.
  /// `user` must call detach() before it dies.
  std::size_t add_end(LinkEnd& user, const LinkEndConfig& config);
  /// The user of `end` is gone: frames for it are dropped from now on (LinkDown).
  void detach(std::size_t end);

  /// Sends a frame from `end`; consumes it. Dropped here: LinkDown (the sender, or the one receiver
  /// it is for, cannot be reached), TooBig, QueueFull, BlackHole, Loss, in this order, and Scripted
  /// before all of them. Of more than two ends those get it that its Ethernet header names; in
  /// another framing all.
  void carry(std::size_t end, PacketPtr frame);

  /// The first step to what the arrival of a frame of `end` needs; see Delegate::Kind.
  Foresight foresee(std::uint32_t end) const;
  /// What carry() needs.
  Foresight foresee_carry() const;

  // State, from scripts. Carriers change and watchers run in the turn of the call.
  /// The whole link.
  void set_up(bool up);
  /// False: the end is gone from the medium with what stands there; the others lose a peer.
  void set_end_present(std::size_t end, bool present);
  /// False: this end has no carrier and nothing passes to or from it; its peers notice nothing.
  void set_end_carrier(std::size_t end, bool carrier);
  /// Whether the device at the end is switched on (admin state). It takes no carrier from anybody;
  /// only who asks for peer_present() notices, as a station does when its access point is off.
  void set_end_running(std::size_t end, bool running);
  /// False: a station there has joined no network. Nothing passes to or from it (not_associated),
  /// a frame to a group passes it by, no carrier changes and nobody is told.
  void set_end_joined(std::size_t end, bool joined);
  /// From now on what `end` sends travels so; what waits for the transmitter, too.
  void set_config(std::size_t end, const LinkConfig& config);
  /// The same for every end, also for ends added later.
  void set_config(const LinkConfig& config);
  /// While held, what `end` sends stays on the medium. Let go, it arrives at once what is due, one
  /// event a frame, in the order it would have (event `released`, with how many were overdue).
  void set_end_held(std::size_t end, bool held);
  /// Divides the ends into groups, `group_of_end` one number each: a frame between two groups is
  /// lost when it arrives (Partitioned). An end of group 0 belongs to all. Partitions add up; the
  /// number given back takes this one away.
  std::size_t add_partition(std::vector<std::uint8_t> group_of_end);
  void remove_partition(std::size_t number);
  /// Who may choose frames to be lost; outlives its use; null: nobody.
  void set_filter(LinkFilter* filter);
  /// On a bus every frame reaches the end, from now on (see LinkEndConfig).
  void set_end_promiscuous(std::size_t end, bool on);
  /// See LinkEndConfig::framing, for whoever learns it late.
  void set_end_framing(std::size_t end, Framing framing) { ends_.at(end).framing = framing; }

  bool is_up() const { return up_; }
  bool is_end_present(std::size_t end) const { return ends_.at(end).present; }
  bool is_end_running(std::size_t end) const { return ends_.at(end).running; }
  bool is_end_carrier(std::size_t end) const { return ends_.at(end).carrier; }
  bool is_end_held(std::size_t end) const { return ends_.at(end).held; }
  const LinkConfig& config(std::size_t end) const { return config_of(ends_.at(end)); }
  /// The carrier `end` shows its driver.
  bool medium_up(std::size_t end) const;
  /// The link is up, `end` is present with its device running, and so is some other end; for a
  /// station one that is none.
  bool peer_present(std::size_t end) const;
  /// Calls `watcher` at every change of peer_present(end), after the carriers were updated. Lives
  /// as long as the link.
  void watch_peer(std::size_t end, std::function<void(bool)> watcher);
  /// The other end that a device at `end` would join, the first of those that peer_present() is
  /// about; nothing when there is none.
  std::optional<std::size_t> peer_of(std::size_t end) const;
  bool is_end_on_air(std::size_t end) const {
    return ends_.at(end).present && ends_.at(end).running;
  }
  /// Calls `watcher` whenever some peer of the end, or its own carrier or device, has changed;
  /// otherwise as watch_peer().
  void watch_air(std::size_t end, std::function<void()> watcher);

  Arena* arena() const { return slab_.arena(); }
  Tracer& tracer() const { return tracer_; }
  std::string_view path() const { return tracer_.path(subject_); }
  SubjectId subject() const { return subject_; }
  std::size_t end_count() const { return ends_.size(); }
  std::string_view end_name(std::size_t end) const { return tracer_.path(ends_.at(end).name); }
  /// The number of that name.
  SubjectId end_subject(std::size_t end) const { return ends_.at(end).name; }
  const MacAddress& end_mac(std::size_t end) const { return ends_.at(end).mac; }
  std::optional<std::size_t> end_by_name(std::string_view name) const;
  /// Frames of `end` that were accepted and have not arrived.
  std::size_t in_flight(std::size_t end) const;

 private:
  // What only an end with faults or a queue of its own kind has; kept once it was needed, so that
  // its random streams go on.
  struct Extra {
    Extra(Link& owner, std::size_t index, std::string_view name);
    FaultModel faults;
    TransmitQueue queue;
    Timer turn;  // the transmitter is free for the next of the queue
  };
  // What few ends have, from the first use on.
  struct Rest {
    std::shared_ptr<const LinkConfig> config;  // null: it goes by the link's
    std::unique_ptr<Extra> extra;
    std::optional<RandomStream> jitter;            // once something was drawn from it
    std::uint32_t changes = 0, shown_changes = 0;  // of it and its peers: what watchers know
    std::vector<std::function<void(bool)>> watchers;
  };
  struct End {
    End(LinkEnd& user, const LinkEndConfig& config, SubjectId name);
    // a cache line of what every frame needs
    LinkEnd* user;
    FlightList flights;
    SimTime free, last_arrival;
    EventHandle arrival;
    bool present : 1 = true, carrier : 1 = true, running : 1 = true, held : 1 = false;
    bool joined : 1 = true;
    bool special : 1 = false;  // carry_special() has its frames
    bool shown_medium : 1 = false;
    bool own_config : 1 = false;  // rest->config is not null
    bool promiscuous, station;
    Framing framing;
    SubjectId name;
    // the rest
    std::unique_ptr<Rest> rest;
    MacAddress mac;
    std::optional<bool> carrier_follows_peer;
  };
  struct Partition {
    std::size_t number;
    std::vector<std::uint8_t> groups;  // one for each end
  };
  struct Address {
    MacAddress mac;
    std::size_t end;
    auto operator<=>(const Address&) const = default;
  };
  // What only a bus has: it looks receivers up.
  struct Bus {
    std::vector<Address> addresses;         // sorted
    std::vector<std::size_t> promiscuous;   // sorted
    std::vector<std::size_t> receivers;     // scratch of deliver_bus
    std::uint64_t cuts = 0;                 // so far
    std::vector<std::uint64_t> latest_cut;  // of each end: older frames are lost to it
  };
  // What few links have, from the first use on, and every bus.
  struct Uncommon {
    std::vector<Partition> partitions;
    std::size_t partitions_made = 0;
    LinkFilter* filter = nullptr;
    Bus bus;
  };

  Scheduler& scheduler() const { return tracer_.scheduler(); }
  bool is_bus() const { return ends_.size() > 2; }
  const LinkConfig& config_of(const End& end) const {
    return end.own_config ? own_config(end) : *config_;
  }
  /// In a call, lest a compiler looks into the rest, which is cold memory, before it has to.
  [[gnu::cold, gnu::noinline]] static const LinkConfig& own_config(const End& end) {
    return *end.rest->config;
  }
  static Rest& rest_of(End& end) {
    if (end.rest == nullptr) end.rest = std::make_unique<Rest>();
    return *end.rest;
  }
  /// Null: it has none.
  static Extra* extra_of(const End& end) {
    return end.rest != nullptr ? end.rest->extra.get() : nullptr;
  }
  /// What a frame that enters notes. A cut of a wire loses all its frames: no older one is left.
  std::uint64_t cuts() const { return is_bus() ? uncommon_->bus.cuts : 0; }
  bool has_filter() const { return uncommon_ != nullptr && uncommon_->filter != nullptr; }
  Uncommon& uncommon() {
    if (uncommon_ == nullptr) uncommon_ = std::make_unique<Uncommon>();
    return *uncommon_;
  }
  /// Whether frames can pass to and from the end now.
  bool reachable(const End& end) const { return up_ && end.present && end.carrier; }
  bool follows_peer(const End& end) const;
  void count_change(End& end);
  void count_on_air(const End& end, int step);
  /// Its peers are ends that are no stations.
  bool wants_host(const End& end) const { return end.station && hosts_ > 0; }
  void grow_bus();
  std::optional<MacAddress> destination(std::size_t end, const Packet& frame) const;
  std::optional<std::size_t> only_receiver(std::size_t from, const Packet& frame) const;
  bool cannot_leave(std::size_t from, const Packet& frame) const;
  bool queue_full(End& from) const;
  Foresight foresee_receiver(std::uint32_t end) const;
  void transmit(End& from, Packet& frame, std::uint64_t cuts);
  void launch(End& from, PacketPtr frame, std::uint64_t cuts);
  Duration delay_of(End& from);
  void arrive(std::uint64_t end);
  void deliver_bus(std::size_t from, PacketPtr frame);
  void leave_out_unjoined();
  void hand_over(End& to, PacketPtr frame);
  void drop(DropReason reason, PacketPtr frame);
  void cut(std::size_t end);
  template <class Gone>
  void cut_from(End& from, const Gone& gone);
  void arm(End& from);
  void update();

  // link_faults.cc
  Extra& extra(std::size_t end);
  void carry_special(std::size_t end, PacketPtr frame, std::uint8_t priority);
  DropReason refuse_special(std::size_t end, const Packet& frame, std::size_t band);
  void enqueue(End& from, PacketPtr frame, std::size_t band, bool overtakes);
  void launch_early(End& from, PacketPtr frame, std::uint64_t cuts);
  void send_next(std::uint64_t end);
  void config_changed(std::size_t end, const LinkConfig& before);
  void recall_waiting(std::size_t end, const LinkConfig& before);
  std::vector<PacketPtr> take_waiting(End& from);
  void start_turn(End& from);
  void refresh(std::size_t end);
  bool queued(const End& end) const;
  bool separated(std::size_t from, std::size_t to) const;
  void lose_to_partition(std::size_t from, Packet& frame);

  // what every frame needs: with two ends, three cache lines
  Tracer& tracer_;
  std::shared_ptr<const LinkConfig> config_;  // of ends that have none of their own; never null
  SubjectId subject_;
  bool up_ = true, updating_ = false, changed_ = false;
  bool divided_ = false;  // there are partitions
  SmallVector<End, 2> ends_;
  // the rest
  std::unique_ptr<Uncommon> uncommon_;
  PacketSlab& slab_;
  const Rng& rng_;
  std::uint32_t present_ = 0;
  // Ends that are no stations; ends that are present with a running device; both at once.
  std::uint32_t hosts_ = 0, on_air_ = 0, hosts_on_air_ = 0;
  std::uint32_t changes_ = 0, host_changes_ = 0;  // of any end's place on the air, of no station's
};

}  // namespace flapjack
