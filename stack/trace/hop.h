// SPDX-License-Identifier: Apache-2.0
// The stops of a packet's journey, in journey order, and the reasons for which one may be dropped.
// Each Hop is recorded by exactly one file (checked in the tests), named here beside it.
#pragma once
#include <cstdint>
#include <string_view>

namespace flapjack {

enum class Hop : std::uint8_t {
  AppSend,      ///< stack/net/net_context: the app hands over payload
  OffloadCall,  ///< stack/net/net_context: payload goes to the iface's engine
  L4Out,        ///< stack/net/ip: transport header is on
  CoreOut,      ///< stack/net/net_core: IP header is on, iface chosen
  NdWait,       ///< stack/net/nd: parked until the IPv6 neighbour's address is known
  TxQueue,      ///< stack/net/traffic_class: waits in a tx work queue
  L2Out,        ///< stack/net/net_if: handed to the L2
  ArpWait,      ///< l2/arp_cache: parked until the neighbour's address is known
  DriverTx,     ///< stack/net/net_if: handed to the driver
  LinkIn,       ///< l2/link: accepted by the medium
  LinkOut,      ///< l2/link: delivered by the medium
  DriverRx,     ///< stack/net/net_if: the driver hands over a frame
  RxQueue,      ///< stack/net/traffic_class: waits in an rx work queue
  L2In,         ///< stack/net/net_core: link header is about to be looked at
  L3In,         ///< stack/net/net_core: handed to IP
  L4In,         ///< stack/net/ip: handed to ICMP, UDP, TCP
  ConnMatch,    ///< stack/net/net_conn: its connection entry was found
  OffloadDone,  ///< stack/net/net_context: the engine hands over payload
  AppRecv,      ///< stack/net/net_context: the app's callback gets it
};
inline constexpr std::size_t kHops = static_cast<std::size_t>(Hop::AppRecv) + 1;

enum class DropReason : std::uint8_t {
  None,
  AdminDown,         ///< received on an iface that is admin-down
  IfaceDown,         ///< to be sent by an iface that is not up
  CarrierDown,       ///< carrier was lost while it waited
  Suspended,
  QueueFull,         ///< a bounded queue had no room
  NoBuffers,         ///< a packet pool was exhausted
  NoL2,              ///< sent natively to an iface that has no L2 send
  BadLinkHeader,
  NotForUs,          ///< link or IP destination is somebody else
  Martian,           ///< an IP address that cannot be where it is (RFC 1812 section 5.3.7)
  UnknownProtocol,
  BadHeader,         ///< a field of an IP, ICMP, UDP or ARP header makes no sense
  BadChecksum,
  TtlExpired,
  FragmentUnsupported,
  FragmentOverlap,   ///< fragments of one datagram that contradict one another
  FragmentCount,     ///< its datagram has more fragments than are kept (NET_IPVn_FRAGMENT_MAX_PKT)
  ReassemblyBusy,    ///< as many datagrams as may be are being put together already
  ReassemblyTimeout, ///< the rest of the datagram did not come
  SourceRoute,       ///< asks to be sent on by a route of its own
  TooBig,            ///< larger than the MTU and may not or cannot be fragmented
  NoRoute,           ///< not on-link and no gateway
  NoListener,        ///< no connection entry matches
  ArpTimeout,        ///< no answer to the ARP request
  ArpBusy,           ///< as many packets as may be wait for the same neighbour already
  ArpEvicted,        ///< the neighbour table needed its place
  NoSource,          ///< no address of this node to ask its neighbour from
  NeighborTimeout,   ///< no answer to the neighbour solicitation
  NeighborBusy,      ///< another packet waits for the same neighbour already
  NeighborTableFull, ///< every neighbour in the table is needed
  LinkDown,          ///< the medium is cut, or an end of it is gone
  Loss,              ///< the medium's scripted loss
  CarrierLostInFlight,  ///< on the medium when it was cut
  BlackHole,         ///< the medium swallows everything and says nothing
  Partitioned,       ///< its receiver is in another part of a divided medium
  NotAssociated,     ///< to or from a station that has joined no network
  Scripted,          ///< a step chose this very packet
  DriverRefused,     ///< the driver is not running
  L2Refused,
  ConnRefused,       ///< the connection's callback refused it
  EngineRefused,     ///< an offload engine could not take it
  UnknownVlan,       ///< tagged for a VLAN that the iface does not have
  BadFcs,            ///< the frame check sequence of an HDLC-like frame is wrong
  NotNegotiated,     ///< the link layer has not agreed with its peer on this protocol yet
  Filtered,          ///< a bridge had nobody to pass it to
  BridgeLoop,        ///< has passed more bridges than any sound network has
  FloodLimit,        ///< a bridge flooded more frames in one second than it may
  UnknownTunnel,     ///< an encapsulated datagram of nobody this node has a tunnel to
  Shutdown,          ///< still queued when its owner went away
};
inline constexpr std::size_t kDropReasons = static_cast<std::size_t>(DropReason::Shutdown) + 1;

/// "app_send", ...
std::string_view hop_name(Hop hop);
/// "admin_down", ..., as they appear in `dropped reason=...`.
std::string_view drop_reason_name(DropReason reason);

}  // namespace flapjack
