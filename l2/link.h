// SPDX-License-Identifier: Apache-2.0
// Link: the medium between drivers. Two ends make a wire; more make a bus (also: an access point
// and its stations). Each end has a transmitter of its own, so ends never wait for one another.
//
//   sender: [queue] -> transmitter (rate) -> delay + jitter -> the other end, or on a bus the ends
//                                                              the destination address names
//
// Serialisation is arithmetic, so a frame costs one event, its arrival, and only the oldest frame
// of each end has one in the scheduler. Frames of one end never overtake each other.
//
// What can be cut: the link (set_up), an end with whatever stands there (set_end_present), the
// carrier of one end (set_end_carrier). A cut loses what is in flight to and from what was cut, at
// the moment of the cut (CarrierLostInFlight).
//
// This file and its .cc record the hops link_in and link_out, with the link as subject.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "l2/flight_ring.h"
#include "l2/link_env.h"
#include "stack/sim/timer.h"

namespace flapjack {

/// How one end's frames travel. Frame lengths count what the L2 made: a real Ethernet's preamble,
/// FCS and gap (24 bytes a frame) only count when extra_bytes says so.
struct LinkConfig {
  std::uint64_t rate = 0;       ///< bit/s; 0: frames take no time to send
  Duration delay;               ///< from the last bit sent to the last bit there; >= 0
  DurationDistribution jitter;  ///< drawn for each frame and added to `delay`; order is kept
  /// Probability that a frame is lost, in parts per 10^9. It is lost where it enters (as in Linux
  /// netem) and takes no time of the transmitter.
  std::uint64_t loss_ppb = 0;
  std::size_t queue = 100;      ///< frames that may wait for the transmitter; 0: no limit
  std::size_t extra_bytes = 0;  ///< on the wire with every frame, >= 0
};

/// Whoever stands at an end of a link; implemented by drivers.
class LinkEnd {
 public:
  virtual ~LinkEnd() = default;
  /// A frame arrived; consumed. Runs in an event of lane Frame.
  virtual void deliver(PacketPtr frame) = 0;
  /// The carrier this end sees changed; runs in the turn of whoever changed the link.
  virtual void on_medium(bool up) = 0;
};

/// Who stands at an end of a link.
struct LinkEndConfig {
  std::string name;          ///< "dev.eth0"; names its random streams: "<link>.loss.<name>"
  MacAddress mac;            ///< what a bus delivers unicast frames by
  bool promiscuous = false;  ///< a bus delivers every frame
  /// It needs a peer that is no station itself, such as an access point: other stations on the
  /// same medium do not count for its peer_present(), unless there are only stations.
  bool station = false;
  /// Whether carrier goes off when there is no other end. Default: on a wire yes, on a bus no.
  std::optional<bool> carrier_follows_peer;
};

class Link {
 public:
  /// `path` is the link's subject in traces.
  Link(const LinkEnv& env, std::string path, const LinkConfig& config = {});
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Adds an end, present and with its own carrier on; its index is the number of ends before it.
  /// Carriers are worked out anew, so add all ends before ifaces are attached to their drivers.
  /// `user` must call detach() before it dies.
  std::size_t add_end(LinkEnd& user, LinkEndConfig config);
  /// The user of `end` is gone: frames for it are dropped from now on (LinkDown).
  void detach(std::size_t end);

  /// Sends a frame from `end`; consumes it. Dropped here: LinkDown (the sender, or the one receiver
  /// it is for, cannot be reached), QueueFull, Loss, in this order. More than two ends: the frame
  /// begins with an Ethernet header.
  void carry(std::size_t end, PacketPtr frame);

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
  /// From now on frames sent by `end` travel so; those accepted before keep their times.
  void set_config(std::size_t end, const LinkConfig& config) { ends_.at(end)->link = config; }
  /// The same for every end, also for ends added later.
  void set_config(const LinkConfig& config);

  bool is_up() const { return up_; }
  bool is_end_present(std::size_t end) const { return ends_.at(end)->present; }
  bool is_end_running(std::size_t end) const { return ends_.at(end)->running; }
  bool is_end_carrier(std::size_t end) const { return ends_.at(end)->carrier; }
  const LinkConfig& config(std::size_t end) const { return ends_.at(end)->link; }
  /// The carrier `end` shows its driver.
  bool medium_up(std::size_t end) const;
  /// The link is up, `end` is present with its device running, and so is some other end; for a
  /// station one that is none.
  bool peer_present(std::size_t end) const;
  /// Calls `watcher` at every change of peer_present(end), after the carriers were updated. Lives
  /// as long as the link.
  void watch_peer(std::size_t end, std::function<void(bool)> watcher);

  const std::string& path() const { return path_; }
  SubjectId subject() const { return subject_; }
  std::size_t end_count() const { return ends_.size(); }
  const std::string& end_name(std::size_t end) const { return ends_.at(end)->config.name; }
  std::optional<std::size_t> end_by_name(std::string_view name) const;
  /// Frames of `end` that were accepted and have not arrived.
  std::size_t in_flight(std::size_t end) const { return ends_.at(end)->ring.size(); }

 private:
  struct End {
    End(Link& owner, std::size_t index, LinkEnd& user, LinkEndConfig config);
    LinkEnd* user;
    LinkEndConfig config;
    LinkConfig link;
    RandomStream loss, jitter;
    FlightRing ring;
    std::size_t started = 0;  // frames at the ring's front that are past the transmitter's queue
    SimTime free, last_arrival;
    Timer arrival;
    bool present = true, carrier = true, running = true;
    bool shown_medium = false, shown_peer = false;
    std::uint64_t cut = 0;  // the cut that last concerned it: older frames are lost to it
    std::vector<std::function<void(bool)>> watchers;
  };
  struct Address {
    MacAddress mac;
    std::size_t end;
    auto operator<=>(const Address&) const = default;
  };

  bool is_bus() const { return ends_.size() > 2; }
  /// Whether frames can pass to and from the end now.
  bool reachable(const End& end) const { return up_ && end.present && end.carrier; }
  bool follows_peer(const End& end) const;
  std::optional<std::size_t> only_receiver(std::size_t from, const Packet& frame) const;
  DropReason refuse(std::size_t from, const Packet& frame);
  void launch(End& from, PacketPtr frame);
  void arrive(std::uint64_t end);
  void deliver_bus(std::size_t from, Flight flight);
  void hand_over(End& to, PacketPtr frame);
  void drop(DropReason reason, PacketPtr frame);
  void cut(std::size_t end);
  void arm(End& from);
  void update();

  LinkEnv env_;
  std::string path_;
  SubjectId subject_;
  LinkConfig config_;
  std::vector<std::unique_ptr<End>> ends_;
  std::vector<Address> addresses_;  // sorted: a bus looks receivers up
  std::vector<std::size_t> promiscuous_;
  std::vector<std::size_t> receivers_;  // scratch of deliver_bus
  bool up_ = true, updating_ = false, changed_ = false;
  std::uint64_t cuts_ = 0;
  void count_on_air(const End& end, int step);

  std::size_t present_ = 0;
  // Ends that are no stations; ends that are present with a running device; both at once.
  std::size_t hosts_ = 0, on_air_ = 0, hosts_on_air_ = 0;
};

}  // namespace flapjack
