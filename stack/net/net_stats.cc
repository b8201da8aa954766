// SPDX-License-Identifier: Apache-2.0
#include "stack/net/net_stats.h"

#include "stack/net/stack.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

constexpr std::array<NetCounter, 39> kCounters = {{
    {"bytes.sent", &NetStats::bytes_sent},         {"bytes.recv", &NetStats::bytes_recv},
    {"frames.sent", &NetStats::frames_sent},       {"frames.recv", &NetStats::frames_recv},
    {"processing_error", &NetStats::processing_error},
    {"ip.vhlerr", &NetStats::ip_vhlerr},           {"ip.hblenerr", &NetStats::ip_hblenerr},
    {"ip.lblenerr", &NetStats::ip_lblenerr},       {"ip.fragerr", &NetStats::ip_fragerr},
    {"ip.chkerr", &NetStats::ip_chkerr},           {"ip.protoerr", &NetStats::ip_protoerr},
    {"ipv4.recv", &NetStats::ipv4_recv},           {"ipv4.sent", &NetStats::ipv4_sent},
    {"ipv4.drop", &NetStats::ipv4_drop},           {"ipv4.forwarded", &NetStats::ipv4_forwarded},
    {"ipv6.recv", &NetStats::ipv6_recv},           {"ipv6.sent", &NetStats::ipv6_sent},
    {"ipv6.drop", &NetStats::ipv6_drop},           {"ipv6.forwarded", &NetStats::ipv6_forwarded},
    {"arp.recv", &NetStats::arp_recv},             {"arp.sent", &NetStats::arp_sent},
    {"icmp.recv", &NetStats::icmp_recv},           {"icmp.sent", &NetStats::icmp_sent},
    {"icmp.drop", &NetStats::icmp_drop},           {"icmp.typeerr", &NetStats::icmp_typeerr},
    {"icmp.chkerr", &NetStats::icmp_chkerr},       {"nd.recv", &NetStats::nd_recv},
    {"nd.sent", &NetStats::nd_sent},               {"nd.drop", &NetStats::nd_drop},
    {"igmp.recv", &NetStats::igmp_recv},           {"igmp.sent", &NetStats::igmp_sent},
    {"igmp.drop", &NetStats::igmp_drop},           {"mld.recv", &NetStats::mld_recv},
    {"mld.sent", &NetStats::mld_sent},             {"mld.drop", &NetStats::mld_drop},
    {"udp.recv", &NetStats::udp_recv},             {"udp.sent", &NetStats::udp_sent},
    {"udp.drop", &NetStats::udp_drop},             {"udp.chkerr", &NetStats::udp_chkerr},
}};

// Hop names are static, so that their places tell them apart; kHops: none of them.
std::size_t hop_number(std::string_view name) {
  std::size_t number = 0;
  while (number < kHops && hop_name(static_cast<Hop>(number)).data() != name.data()) ++number;
  return number;
}

int ip_version(const Packet& packet) { return packet.size() > 0 ? packet.data()[0] >> 4 : 0; }

std::string_view reason_of(const TraceRecord& record) {
  for (const Attr& attr : record.attrs) {
    if (attr.key == "reason") return attr.text;
  }
  return {};
}

bool is(std::string_view reason, DropReason one) { return reason == drop_reason_name(one); }

}  // namespace

std::span<const NetCounter> net_counters() { return kCounters; }

void NetStats::add(const NetStats& other) {
  for (const NetCounter& counter : kCounters) this->*counter.field += other.*counter.field;
  for (std::size_t cls = 0; cls < tx_class.size(); ++cls) {
    for (const auto flows : {&NetStats::tx_class, &NetStats::rx_class}) {
      ClassFlow& sum = (this->*flows)[cls];
      const ClassFlow& more = (other.*flows)[cls];
      sum.packets += more.packets;
      sum.bytes += more.bytes;
      sum.timed += more.timed;
      sum.time = sum.time + more.time;
    }
  }
}

void NetStatsSink::watch(const Stack& stack) {
  nodes_.push_back({&stack, stats_.size()});
  const auto node = static_cast<std::uint32_t>(nodes_.size());
  stats_.resize(stats_.size() + stack.ifaces().size());
  const auto note = [&](SubjectId subject, IfIndex iface) {
    if (subjects_.size() <= subject.value) subjects_.resize(subject.value + 1);
    subjects_[subject.value] = {node, iface};
  };
  note(stack.subject(), {});
  for (const auto& iface : stack.ifaces()) note(iface->subject(), iface->index());
}

const NetStats& NetStatsSink::of(const NetIf& iface) const {
  const Subject& subject = subjects_.at(iface.subject().value);
  assert(subject.node != 0);
  return stats_[nodes_[subject.node - 1].first + iface.index().value - 1];
}

NetStats NetStatsSink::total(const Stack& stack) const {
  NetStats sum;
  for (const auto& iface : stack.ifaces()) sum.add(of(*iface));
  return sum;
}

// A record of the node itself is of the iface that its packet came in or leaves by.
bool NetStatsSink::find(const TraceRecord& record, Where& where) {
  const std::uint32_t number = record.subject.value;
  if (record.frame == nullptr || number >= subjects_.size()) return false;
  const Subject& subject = subjects_[number];
  if (subject.node == 0) return false;
  const Node& node = nodes_[subject.node - 1];
  const IfIndex index = subject.iface.valid() ? subject.iface : record.frame->meta.iface;
  where.stack = node.stack;
  where.iface = node.stack->iface(index);
  if (where.iface == nullptr) return false;
  where.stats = &stats_[node.first + index.value - 1];
  return true;
}

NetStatsSink::Track& NetStatsSink::track(const Packet& packet) {
  if (tracks_.size() <= packet.slot()) tracks_.resize(packet.slot() + 1);
  Track& track = tracks_[packet.slot()];
  if (track.packet != packet.meta.id) track = {.packet = packet.meta.id};
  return track;
}

void NetStatsSink::record(const Tracer&, const TraceRecord& record) {
  Where where{};
  const bool hopped = record.kind != TraceKind::Drop;
  const std::size_t number = hopped ? hop_number(record.name) : kHops;
  const auto hop = static_cast<Hop>(number);
  if (hopped && hop == Hop::AppRecv && record.frame != nullptr) {  // the app may have a name
    return leave_queue(track(*record.frame), &NetStats::rx_class, record.at);
  }
  if (!find(record, where)) return;
  if (!hopped) return on_drop(where, record);
  if (number < kHops) on_hop(hop, where, record);
}

// The packet of a node that is not watched was in no queue.
void NetStatsSink::leave_queue(Track& track, std::array<ClassFlow, 8> NetStats::*flows,
                               SimTime now) {
  if (track.queued == kNever) return;
  ClassFlow& flow = (stats_[track.owner].*flows)[track.cls];
  ++flow.timed;
  flow.time = flow.time + (now - track.queued);
  track.queued = kNever;
}

// The transport header is in front.
NetStatsSink::Layer NetStatsSink::layer_of(const Packet& packet) {
  switch (static_cast<IpProtocol>(packet.meta.protocol)) {
    case IpProtocol::Icmp: return Layer::Icmp;
    case IpProtocol::Igmp: return Layer::Igmp;
    case IpProtocol::Udp: return Layer::Udp;
    case IpProtocol::Icmpv6: break;
    default: return Layer::None;
  }
  const int type = packet.size() > 0 ? packet.data()[0] : 0;
  if (type >= 133 && type <= 137) return Layer::Nd;  // RFC 4861 section 4
  const bool mld = (type >= 130 && type <= 132) || type == 143;  // RFC 2710, RFC 3810
  return mld ? Layer::Mld : Layer::Icmp;
}

void NetStatsSink::count_frame(const Where& where, const Packet& frame, bool sent) {
  NetStats& stats = *where.stats;
  ++(sent ? stats.frames_sent : stats.frames_recv);
  (sent ? stats.bytes_sent : stats.bytes_recv) += frame.size();
  const L2* l2 = where.iface->l2();
  if (l2 == nullptr || l2->traits().header_bytes != kEthernetHeaderBytes) return;
  const auto header = EthernetHeader::parse(frame.bytes());
  if (header && header->type == kEtherTypeArp) ++(sent ? stats.arp_sent : stats.arp_recv);
}

void NetStatsSink::count_message(NetStats& stats, Layer layer, bool sent) {
  switch (layer) {
    case Layer::Icmp: ++(sent ? stats.icmp_sent : stats.icmp_recv); return;
    case Layer::Nd: ++(sent ? stats.nd_sent : stats.nd_recv); return;
    case Layer::Mld: ++(sent ? stats.mld_sent : stats.mld_recv); return;
    case Layer::Igmp: ++(sent ? stats.igmp_sent : stats.igmp_recv); return;
    default: return;
  }
}

void NetStatsSink::on_hop(Hop hop, const Where& where, const TraceRecord& record) {
  const Packet& packet = *record.frame;
  NetStats& stats = *where.stats;
  Track& track = this->track(packet);
  track.hop = hop;
  const bool v6 = ip_version(packet) == 6;
  const auto queue = [&](std::array<ClassFlow, 8>& flows, const TrafficClass& of) {
    const std::size_t cls = of.class_of(packet.meta.priority);
    track.cls = static_cast<std::uint8_t>(cls);
    track.owner = static_cast<std::uint32_t>(where.stats - stats_.data());
    track.queued = record.at;
    ++flows[cls].packets;
    flows[cls].bytes += packet.size();
  };
  switch (hop) {
    case Hop::DriverTx:
      leave_queue(track, &NetStats::tx_class, record.at);
      return count_frame(where, packet, true);
    case Hop::DriverRx: return count_frame(where, packet, false);
    case Hop::TxQueue: return queue(stats.tx_class, where.stack->tx_queue);
    case Hop::RxQueue: return queue(stats.rx_class, where.stack->rx_queue);
    case Hop::L3In:
      if (ip_version(packet) == 4 || v6) ++(v6 ? stats.ipv6_recv : stats.ipv4_recv);
      return;
    case Hop::CoreOut:
      if (packet.meta.forwarded) ++(v6 ? stats.ipv6_forwarded : stats.ipv4_forwarded);
      if (!packet.meta.forwarded) ++(v6 ? stats.ipv6_sent : stats.ipv4_sent);
      return;
    case Hop::L4Out:
      track.layer = layer_of(packet);
      stats.udp_sent += track.layer == Layer::Udp;
      return count_message(stats, track.layer, true);
    case Hop::L4In:
      track.layer = layer_of(packet);
      return count_message(stats, track.layer, false);
    case Hop::ConnMatch:  // a raw copy was made before anybody looked at its ports
      stats.udp_recv += packet.meta.protocol == static_cast<std::uint8_t>(IpProtocol::Udp) &&
                        packet.meta.destination.port != 0;
      return;
    default: return;
  }
}

void NetStatsSink::on_drop(const Where& where, const TraceRecord& record) {
  const Packet& packet = *record.frame;
  const Track& track = this->track(packet);
  const std::string_view reason = reason_of(record);
  NetStats& stats = *where.stats;
  switch (track.hop) {
    case Hop::DriverRx:
    case Hop::RxQueue:
    case Hop::L2In:
      stats.processing_error += !is(reason, DropReason::NotForUs);
      return;
    case Hop::L3In: return count_ip_error(stats, reason, packet);
    case Hop::L4In:
    case Hop::ConnMatch:
      if (is(reason, DropReason::UnknownProtocol)) {
        ++stats.ip_protoerr;
        ++(packet.meta.destination.address.is_v6() ? stats.ipv6_drop : stats.ipv4_drop);
        return;
      }
      return count_layer_drop(stats, track.layer, reason);
    default: return;
  }
}

void NetStatsSink::count_ip_error(NetStats& stats, std::string_view reason, const Packet& packet) {
  const int version = ip_version(packet);
  if (version != 4 && version != 6) {
    ++stats.ip_vhlerr;
    ++stats.ip_protoerr;
    return;
  }
  ++(version == 6 ? stats.ipv6_drop : stats.ipv4_drop);
  stats.ip_chkerr += is(reason, DropReason::BadChecksum);
  stats.ip_fragerr += is(reason, DropReason::FragmentUnsupported) ||
                      is(reason, DropReason::FragmentOverlap) ||
                      is(reason, DropReason::FragmentCount) ||
                      is(reason, DropReason::ReassemblyBusy) ||
                      is(reason, DropReason::ReassemblyTimeout);
  if (!is(reason, DropReason::BadHeader) || version != 4) return;
  Ipv4Header header;
  constexpr ChecksumPolicy kNoMatter{.fill = false, .verify = false};
  switch (Ipv4Header::parse(packet.bytes(), kNoMatter, header)) {
    case Ipv4Header::Error::Short:
    case Ipv4Header::Error::HeaderLength: ++stats.ip_hblenerr; return;
    case Ipv4Header::Error::TotalLength: ++stats.ip_lblenerr; return;
    case Ipv4Header::Error::Version: ++stats.ip_vhlerr; return;
    default: return;  // addresses that may not be where they are
  }
}

void NetStatsSink::count_layer_drop(NetStats& stats, Layer layer, std::string_view reason) {
  const bool sum = is(reason, DropReason::BadChecksum);
  switch (layer) {
    case Layer::Icmp:
      ++stats.icmp_drop;
      stats.icmp_chkerr += sum;
      stats.icmp_typeerr += is(reason, DropReason::NoListener);
      return;
    case Layer::Nd: ++stats.nd_drop; return;
    case Layer::Mld: ++stats.mld_drop; return;
    case Layer::Igmp: ++stats.igmp_drop; return;
    case Layer::Udp:
      ++stats.udp_drop;
      stats.udp_chkerr += sum;
      return;
    case Layer::None: return;
  }
}

}  // namespace flapjack
