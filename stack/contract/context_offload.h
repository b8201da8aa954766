// SPDX-License-Identifier: Apache-2.0
// ContextOffload: the context-level engine contract (Zephyr: struct net_offload). An iface that has
// one hands its contexts' calls over instead of building packets.
//
// Rule of all calls with a timeout: no_wait returns at once and the callback comes later (for recv
// and accept: at every event); forever and positive timeouts block the calling fiber and the
// callback has been called before they return; when a positive timeout expires the callback is not
// called for this call any more and Etimedout is returned. Outside a fiber a call that would block
// returns Edeadlk. Completions run as scheduler events of their own.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "stack/base/shared_function.h"
#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

class NetContext;
class NetIf;

enum class SocketType : std::uint8_t { Stream, Datagram, Raw };
/// What a context speaks: an IP protocol number (IANA), or for Family::Packet an EtherType in host
/// order; any number is valid. Default: the natural one of a stream or datagram context, every
/// protocol for a raw IP context, none for a packet context.
enum class Protocol : std::uint16_t { Default = 0, Icmp = 1, Tcp = 6, Udp = 17 };
/// For Family::Packet: every EtherType (Zephyr and Linux: ETH_P_ALL).
inline constexpr Protocol kEveryEtherType{3};

/// Ok when connected; Econnrefused, Etimedout, ... otherwise.
using ConnectCallback = std::function<void(NetContext&, Status)>;
/// A peer's connection as a context of its own, which the callback then owns (put it when done).
using AcceptCallback = std::function<void(NetContext& accepted, const Endpoint& peer)>;
/// Bytes handed over, or why not.
using SendCallback = std::function<void(NetContext&, Result<std::size_t>)>;
/// Data: a packet whose bytes are payload and whose meta.source is the peer, Ok. End of stream:
/// null and Ok. Trouble: null and a code (Econnreset, Etimedout, Enetdown, ...). While it runs it
/// may be replaced, its context put, and it may be called again.
using RecvCallback = SharedFunction<void(NetContext&, PacketPtr, Status)>;

/// Base of what an engine keeps for a context; owned by the context.
class OffloadState {
 public:
  virtual ~OffloadState() = default;
};

class ContextOffload {
 public:
  virtual ~ContextOffload() = default;
  /// Makes an endpoint in the engine for `context` (NetContext::set_offload_state).
  /// Epfnosupport, Eprotonosupport, Enobufs (the engine has no more).
  virtual Status get(NetContext& context, Family family, SocketType type, Protocol protocol) = 0;
  virtual Status bind(NetContext& context, const Endpoint& local) = 0;
  virtual Status listen(NetContext& context, int backlog) = 0;
  /// For datagrams only sets the peer.
  virtual Status connect(NetContext& context, const Endpoint& peer, ConnectCallback done,
                         Timeout timeout) = 0;
  virtual Status accept(NetContext& context, AcceptCallback accepted, Timeout timeout) = 0;
  /// The packet's bytes are payload only; consumed, on an error too. `to` is null for send().
  virtual Result<std::size_t> send(NetContext& context, PacketPtr payload, const Endpoint* to,
                                   SendCallback done, Timeout timeout) = 0;
  virtual Status recv(NetContext& context, RecvCallback received, Timeout timeout) = 0;
  virtual Status put(NetContext& context) = 0;
};

}  // namespace flapjack
