// SPDX-License-Identifier: Apache-2.0
// CnSocket: what an agent holds of its node's Connector (Linux: a socket of family AF_NETLINK and
// protocol NETLINK_CONNECTOR). It joins groups, sends to the kernel side, a group or another
// socket, and has a receive queue of so many bytes: what finds it full is lost, the sender is not
// told, and a gap in the seq of the messages is all that the agent will ever see of it.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "stack/base/delegate.h"
#include "stack/base/status.h"
#include "stack/net/cn_buffers.h"
#include "stack/sim/timer.h"

namespace flapjack {

class Connector;

/// Where a message goes: a port, a group; both 0: the kernel side's callbacks.
struct CnAddress {
  std::uint32_t portid = 0, group = 0;
};

struct CnSocketConfig {
  std::size_t receive_bytes = 212992;  ///< net.core.rmem_default: of whole datagrams
  std::uint32_t portid = 0;            ///< 0: the next free one
  /// Called in lane App when the queue is no longer empty; once, until recv() has said Eagain.
  Delegate on_readable = {};
};

class CnSocket {
 public:
  ~CnSocket();
  CnSocket(const CnSocket&) = delete;
  CnSocket& operator=(const CnSocket&) = delete;

  std::uint32_t portid() const { return portid_; }
  /// NETLINK_ADD_MEMBERSHIP. Einval: no such group (1 to Connector::groups()).
  Status join(std::uint32_t group);
  /// NETLINK_DROP_MEMBERSHIP; Ok when it was no member. Einval as join().
  Status leave(std::uint32_t group);
  bool is_member(std::uint32_t group) const;
  /// setsockopt(): level 270 with option 1 joins, with ConnectorConfig::drop_option leaves. Else
  /// Enoprotoopt.
  Status set_option(int level, int option, std::uint32_t group);

  /// Sends one datagram. To the kernel side it is Ok whatever comes of it there, as the sender is
  /// not told (Connector::receive() is). Emsgsize: larger than the largest; Enobufs: no memory; to
  /// a port Econnrefused: nobody has it, Eagain: its queue is full.
  Status send(std::span<const std::uint8_t> datagram, CnAddress to = {});
  /// The oldest datagram; Eagain when there is none.
  Result<CnDatagram> recv();
  bool is_readable() const { return count_ > 0; }

  std::size_t queued() const { return count_; }
  std::size_t queued_bytes() const { return queued_bytes_; }
  /// Datagrams put into the queue; datagrams that found it full.
  std::uint64_t received() const { return received_; }
  std::uint64_t overruns() const { return overruns_; }

 private:
  friend class Connector;
  CnSocket(Connector& connector, std::uint32_t portid, const CnSocketConfig& config);
  bool put(const CnDatagram& datagram);
  void grow();
  void tell();

  Connector& connector_;
  std::uint32_t portid_;
  CnSocketConfig config_;
  std::vector<std::uint32_t> groups_;  // sorted
  std::vector<CnDatagram> ring_;       // grows to the most that ever waited
  std::size_t head_ = 0, count_ = 0, queued_bytes_ = 0;
  std::uint64_t received_ = 0, overruns_ = 0;
  bool told_ = false;
  Timer readable_;
};

}  // namespace flapjack
