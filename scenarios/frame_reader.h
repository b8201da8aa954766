// SPDX-License-Identifier: Apache-2.0
// FrameReader: what a frame on a medium is, in the words of packet patterns. Ethernet (one VLAN tag
// deep) and PPP on a byte line; what travels in an IP-in-IPv4 tunnel counts as the packet. Nobody's
// checksums are looked at: a view shows what is on the wire. A fragment is a FRAGMENT and nothing
// else, as the rest of its datagram may never come.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/node_names.h"

namespace flapjack {

class FrameReader {
 public:
  /// `nodes` must outlive the views of names below.
  FrameReader(std::span<const std::uint8_t> frame, const NodeNames& nodes);

  /// False: no word says what it is; then nothing below counts.
  bool known() const { return !proto_.empty(); }
  std::string_view from() const { return from_; }
  /// The node it is for, of ARP, NS and NA without a receiver of their own the one asked for.
  std::string_view to() const { return to_; }
  /// One of kPacketProtocols.
  std::string_view proto() const { return proto_; }
  /// A closer word of the same list, e.g. NS of what is also ICMPv6; or the same as proto().
  std::string_view kind() const { return kind_.empty() ? proto_ : kind_; }
  std::uint8_t tcp_flags() const { return tcp_flags_; }
  /// Bytes above the protocol's header.
  std::int64_t len() const { return len_; }
  /// Appends the value of a further key: sport, dport, type, code, target, part, offset, of. False
  /// when such a packet has none.
  bool append_attr(std::string& out, std::string_view key) const;

 private:
  struct Fragment {
    std::uint32_t offset = 0;  ///< bytes
    bool more = false;
    std::uint8_t protocol = 0;
    std::string_view part() const { return offset == 0 ? "first" : more ? "middle" : "last"; }
  };
  using Bytes = std::span<const std::uint8_t>;
  bool look_into_ppp(Bytes frame);
  void look_into_ethernet(Bytes frame);
  void look_into_arp(Bytes bytes);
  void look_into_ipv4(Bytes datagram);
  void look_into_ipv6(Bytes datagram);
  void look_into_transport(std::uint8_t protocol, Bytes payload);
  void look_into_udp(Bytes payload);
  void look_into_tcp(Bytes payload);
  void look_into_icmp(Bytes payload);
  void look_into_icmpv6(Bytes payload);
  void look_into_nd(Bytes message);
  void fragment(const Fragment& fragment, std::size_t bytes);
  void ends(const IpAddress& source, const IpAddress& destination);

  const NodeNames& nodes_;
  std::string_view sender_;  // by its link address
  std::string_view from_, to_, proto_, kind_;
  IpAddress source_, destination_;
  std::int64_t len_ = 0;
  std::uint8_t tcp_flags_ = 0;
  std::uint16_t source_port_ = 0, destination_port_ = 0;
  int icmp_type_ = -1, icmp_code_ = -1;
  std::optional<Ipv6Address> target_;
  std::optional<Fragment> fragment_;
};

}  // namespace flapjack
