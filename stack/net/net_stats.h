// SPDX-License-Identifier: Apache-2.0
// NetStats: what a node's ifaces and protocols sent, received and lost (Zephyr: struct net_stats),
// gathered by NetStatsSink, which reads hops and drops and nothing else: without it nothing is
// counted and nothing costs.
//
// How a drop is counted depends on where the packet was, its latest hop: at the L2 as processing
// error (not when it was for somebody else), at IP and above as a drop of that protocol, and as an
// error of the header, the checksum or the fragments if that was the reason. Packets lost on their
// way down are in IfStats.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stack/base/ids.h"
#include "stack/sim/time.h"
#include "stack/trace/hop.h"
#include "stack/trace/trace_sink.h"

namespace flapjack {

class NetIf;
class Stack;

/// Counters of one traffic class of one direction (struct net_stats_tc).
struct ClassFlow {
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t timed = 0;  ///< packets in `time`
  Duration time;            ///< tx: tx queue to driver; rx: rx queue to the app; their sum
};

struct NetStats {
  std::uint64_t bytes_sent = 0, bytes_recv = 0;    ///< of frames, link header included
  std::uint64_t frames_sent = 0, frames_recv = 0;
  std::uint64_t processing_error = 0;
  /// Header's version, header's length, total length, fragments, checksum, unknown protocol.
  std::uint64_t ip_vhlerr = 0, ip_hblenerr = 0, ip_lblenerr = 0, ip_fragerr = 0, ip_chkerr = 0,
                ip_protoerr = 0;
  std::uint64_t ipv4_recv = 0, ipv4_sent = 0, ipv4_drop = 0, ipv4_forwarded = 0;
  std::uint64_t ipv6_recv = 0, ipv6_sent = 0, ipv6_drop = 0, ipv6_forwarded = 0;
  std::uint64_t arp_recv = 0, arp_sent = 0;
  std::uint64_t icmp_recv = 0, icmp_sent = 0, icmp_drop = 0, icmp_typeerr = 0, icmp_chkerr = 0;
  std::uint64_t nd_recv = 0, nd_sent = 0, nd_drop = 0;
  std::uint64_t igmp_recv = 0, igmp_sent = 0, igmp_drop = 0;
  std::uint64_t mld_recv = 0, mld_sent = 0, mld_drop = 0;
  std::uint64_t udp_recv = 0, udp_sent = 0, udp_drop = 0, udp_chkerr = 0;
  std::array<ClassFlow, 8> tx_class, rx_class;

  void add(const NetStats& other);
};
struct NetCounter {
  std::string_view name;  ///< "ipv4.recv"
  std::uint64_t NetStats::*field;
};
/// All but the classes, in the order of the struct.
std::span<const NetCounter> net_counters();

class NetStatsSink : public TraceSink {
 public:
  static constexpr TraceMask mask() {
    return TraceMask::of(TraceKind::Hop) | TraceMask::of(TraceKind::Drop);
  }

  /// Counts for the ifaces that `stack` has now; it outlives the sink's use.
  void watch(const Stack& stack);
  const NetStats& of(const NetIf& iface) const;
  /// The sum over its ifaces.
  NetStats total(const Stack& stack) const;

  void record(const Tracer& tracer, const TraceRecord& record) override;

 private:
  enum class Layer : std::uint8_t { None, Icmp, Nd, Mld, Igmp, Udp };
  struct Node {
    const Stack* stack;
    std::size_t first;  // of its ifaces' counters
  };
  struct Subject {
    std::uint32_t node = 0;  // number + 1; 0: not watched
    IfIndex iface;           // none: the node itself
  };
  // What is known of a packet from its latest hop.
  struct Track {
    PacketId packet;
    Hop hop = Hop::AppSend;
    Layer layer = Layer::None;
    std::uint8_t cls = 0;
    std::uint32_t owner = 0;  // whose queue it is in: a place of stats_
    SimTime queued = kNever;
  };
  struct Where {
    const Stack* stack;
    const NetIf* iface;
    NetStats* stats;
  };
  bool find(const TraceRecord& record, Where& where);
  Track& track(const Packet& packet);
  void on_hop(Hop hop, const Where& where, const TraceRecord& record);
  void leave_queue(Track& track, std::array<ClassFlow, 8> NetStats::*flows, SimTime now);
  void on_drop(const Where& where, const TraceRecord& record);
  static void count_message(NetStats& stats, Layer layer, bool sent);
  static void count_frame(const Where& where, const Packet& frame, bool sent);
  static void count_ip_error(NetStats& stats, std::string_view reason, const Packet& packet);
  static void count_layer_drop(NetStats& stats, Layer layer, std::string_view reason);
  static Layer layer_of(const Packet& packet);

  std::vector<Node> nodes_;
  std::vector<NetStats> stats_;
  std::vector<Subject> subjects_;  // by SubjectId
  std::vector<Track> tracks_;      // by Packet::slot()
};

}  // namespace flapjack
