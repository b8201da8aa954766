// SPDX-License-Identifier: Apache-2.0
// NetContext: what an app holds (Zephyr: struct net_context): an endpoint that sends and receives
// through the native path or through the engine of its iface, chosen once, at get().
//
// Three kinds, by family and type: IP (Inet, Inet6; stream or datagram), raw IP (Inet, Inet6; Raw:
// whole IP packets, sent and received) and packet (Packet; Raw: whole frames, Datagram: what is
// behind the link header). Raw and packet contexts get copies; nobody loses a packet to them.
//
// This file and its .cc record the hops app_send, offload_call, offload_done and app_recv.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "stack/base/arena.h"
#include "stack/base/prefetch.h"
#include "stack/base/small_vector.h"
#include "stack/contract/context_offload.h"
#include "stack/net/context_options.h"
#include "stack/net/link_endpoint.h"
#include "stack/net/net_conn.h"
#include "stack/sim/fiber.h"
#include "stack/sim/rng.h"

namespace flapjack {

class NetContexts;
class NetIf;
class Stack;

enum class ContextState : std::uint8_t { Unconnected, Connecting, Connected, Listening };

class alignas(kCacheLine) NetContext final : public ArenaObject<NetContext>, private NetConn {
 public:
  // Error codes of each call, in the order of the checks: stack/net/README.md.
  Status bind(const Endpoint& local);
  /// A packet context: where it listens, at any time; counts from the next recv() on. Without an
  /// iface it hears all of them (SocketConfig), with an unknown one nothing.
  Status bind_link(const LinkEndpoint& local);
  Status listen(int backlog);
  Status connect(const Endpoint& peer, ConnectCallback done, Timeout timeout);
  Status accept(AcceptCallback accepted, Timeout timeout);
  /// Bytes accepted. The callback reports that the packet has left by the driver, or why not.
  Result<std::size_t> send(std::span<const std::uint8_t> bytes, SendCallback done,
                           Timeout timeout);
  Result<std::size_t> sendto(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                             SendCallback done, Timeout timeout);
  /// The same for a callback that may not block (Zephyr's would, in the rx thread): without a free
  /// packet the datagram is kept and goes once there is one, within AllocTimeouts::udp; meanwhile
  /// the thread that called back stands still; and so for each part when it is split, within
  /// AllocTimeouts::fragment. `refused`: it did not go after all, or not all of it; an error now is
  /// returned instead. Natively only: an engine takes or refuses at once.
  Status sendto_waiting(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                        std::function<void(Errc)> refused);
  /// A packet context: a whole frame (Raw), or what goes behind the link header (Datagram).
  Result<std::size_t> sendto_link(std::span<const std::uint8_t> bytes, const LinkEndpoint& peer,
                                  SendCallback done, Timeout timeout);
  /// Registers `received`; with a timeout it also waits for one packet (see context_offload.h).
  Status recv(RecvCallback received, Timeout timeout);
  /// Releases the context (net_context_put); the reference is dead afterwards.
  Status put();

  Stack& stack() const { return stack_; }
  Arena* arena() const;
  Protocol protocol() const { return protocol_; }
  Family family() const { return family_; }
  SocketType type() const { return type_; }
  ContextState state() const { return state_; }
  NetIf* iface() const { return iface_; }
  const Endpoint& local() const { return local_; }
  /// Any address and port 0 until there is a peer.
  Endpoint remote() const;
  bool is_bound_to_iface() const { return bound_to_iface_; }
  /// SO_BINDTODEVICE: only this iface is used and only its packets are accepted.
  void bind_to_iface(NetIf& iface);
  /// The same by name (see Stack::index_by_name() for its codes); an empty one takes it back.
  Status bind_to_device(std::string_view name);
  void set_priority(std::uint8_t priority) { rare().options.priority = priority; }

  /// setsockopt and getsockopt. An engine is not told. Ebadf; Enotsup (not built in); Einval (value
  /// out of range, Mtu without a peer); Eafnosupport, Eprototype and Enoent (MulticastIface: of the
  /// context, of the iface, no such iface); Eopnotsupp (Mtu of IPv4 cannot be set).
  Status set_option(ContextOption option, std::int64_t value);
  Result<std::int64_t> get_option(ContextOption option) const;

  /// IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP: by `iface`, none: by the one a packet to the group would
  /// take. Left when the context is put. Ebadf, Einval (no group of its family), Eopnotsupp (has an
  /// engine), Enoent (no such iface), Eprototype (iface without the family), Ealready (is member by
  /// this context), else what the iface says: Enotsup, Enomem.
  Status join_group(const IpAddress& group, IfIndex iface = {});
  /// Enoent when this context did not join it.
  Status leave_group(const IpAddress& group, IfIndex iface = {});
  /// Whose subject its hops carry; the node's unless an app names itself.
  void set_subject(SubjectId subject) { subject_ = subject; }

  // For engines (offload/): the engine's own state, and what it has to keep up to date.
  OffloadState* offload_state() const {
    return rare_ != nullptr ? rare_->offload_state.get() : nullptr;
  }
  void set_offload_state(std::unique_ptr<OffloadState> state) {
    rare().offload_state = std::move(state);
  }
  void set_local(const Endpoint& local) { local_ = local; }
  void set_remote(const Endpoint& remote) { rare().remote = remote; }
  void set_state(ContextState state) { state_ = state; }
  ContextOffload* engine() const { return rare_ != nullptr ? rare_->engine : nullptr; }
  /// The path to the peer failed for a datagram sent before: a recv callback is told (null packet),
  /// else the next send() or recv() answers with it (SO_ERROR). Natively, and connected, only.
  void on_path_error(Errc code);

  /// The first step to what sending needs behind the stack; see Delegate::Kind.
  Foresight foresee_send() const;

 private:
  friend class NetContexts;
  explicit NetContext(Stack& stack, std::uint16_t slot);

  Foresight foresee_iface() const;
  bool is_packet() const { return family_ == Family::Packet; }
  Status bind_default();
  Result<NetIf*> iface_to_bind(const IpAddress& address) const;
  NetIf* group_iface(const IpAddress& group) const;
  /// Its address is an IPv4-mapped one, and this context may use it so.
  bool is_mapped(const Endpoint& peer) const;
  /// The peer that packets are made for: of IPv4 when its address is mapped and may be.
  Endpoint actual(const Endpoint& peer) const;
  NetIf* iface_towards(const IpAddress& peer) const;
  Status address_packet(Packet& packet, NetIf& iface, const Endpoint& peer) const;
  void set_hop_limit(PacketMeta& meta, NetIf& iface) const;
  Result<std::size_t> send_native(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                                  SendCallback&& done, Timeout timeout);
  Result<std::size_t> send_raw(std::span<const std::uint8_t> bytes, const IpAddress* peer,
                               SendCallback&& done, Timeout timeout);
  /// A packet with `bytes` and all that does not depend on the kind of context.
  PacketPtr fill(NetIf& iface, std::span<const std::uint8_t> bytes, Timeout timeout, Errc& error);
  /// Records that the app sends it and hands it down; what send() returns.
  template <class Down>
  Result<std::size_t> hand_down(PacketPtr packet, SendCallback&& done, const Down& down);
  void record_send(Packet& packet);
  Result<std::size_t> send_engine(std::span<const std::uint8_t> bytes, const Endpoint* peer,
                                  SendCallback done, Timeout timeout);
  PacketPtr allocate(Timeout timeout, std::size_t bytes, Errc& error);
  Status answer(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                const std::function<void(Errc)>& refused);
  std::size_t packet_bytes(std::size_t payload) const;
  ConnTuple conn_tuple() const;
  Status register_conn();
  Status recv_within(RecvCallback received, Timeout timeout);
  Status wait_for_arrival(Timeout timeout);
  bool on_packet(PacketPtr& packet) override;
  void deliver(PacketPtr packet, Status status);
  Errc take_error();
  void unregister_conn();
  void leave_groups();
  void forget_groups() {
    if (rare_ != nullptr) rare_->groups.clear();
  }
  void reset();
  Status set_range(std::int64_t value);
  Status set_multicast_iface(std::int64_t value);
  Status set_mtu(std::int64_t value);
  Result<std::int64_t> get_multicast_iface() const;
  Result<std::int64_t> get_mtu() const;

  struct Unsent {
    PacketId packet;
    SendCallback done;
  };
  struct Membership {
    NetIf* iface;
    IpAddress group;
  };
  // What few contexts have: options of their own, a peer, an engine, ... From the first use on it
  // stays where it is.
  struct Rare {
    ContextOptions options;
    Endpoint remote;
    ContextOffload* engine = nullptr;
    Errc pending_error = Errc::Ok;
    Semaphore* waiting = nullptr;  // recv() of a fiber that waits for a packet
    PacketPtr granted;  // the one that sendto_waiting() waited for, while it sends
    LinkEndpoint link_local;  // of a packet context
    std::unique_ptr<OffloadState> offload_state;
    std::vector<Membership> groups;
    std::vector<Unsent> unsent;  // packets on their way down whose sender wants to know
  };
  Rare& rare();
  void set_defaults();
  ContextOptions options() const;
  /// A fiber's recv() that waits for a packet; null: none does.
  Semaphore* waiting() const { return rare_ != nullptr ? rare_->waiting : nullptr; }
  /// Whether anybody takes what comes in.
  bool is_receiving() const { return receiver_ || waiting() != nullptr; }

  Stack& stack_;
  const std::uint16_t slot_;
  bool in_use_ = false;
  bool bound_to_iface_ = false, remote_set_ = false;
  ContextState state_ = ContextState::Unconnected;
  SubjectId subject_;
  std::uint32_t life_ = 0;  // another one after each put(): who waited can tell
  NetIf* iface_ = nullptr;
  RecvCallback receiver_;
  std::unique_ptr<Rare> rare_;
};
static_assert(sizeof(NetContext) == 2 * kCacheLine);  // all of which every packet needs

/// The context table of a node (NET_MAX_CONTEXTS).
///
/// Two contexts of a protocol may not have the same port at the same address, nor at any address
/// and a particular one, unless
///  - both have ReusePort, or
///  - the later one has ReuseAddr, the earlier does not listen, and just one has any address, or
///  - the earlier one is bound to another iface.
/// Families have port spaces of their own, but an IPv4 context meets those of IPv6 that take IPv4.
class NetContexts {
 public:
  explicit NetContexts(Stack& stack);
  ~NetContexts();

  /// Errors, in order of the checks: Epfnosupport (not built in), Eprotonosupport (not of the type;
  /// raw IP not built in), Eprototype (a stream of packets), Enoent (no free context), Eaddrinuse
  /// (no free port). With an engine on the default iface, its error.
  Result<NetContext*> get(Family family, SocketType type, Protocol protocol);
  /// A context for `iface` whatever the default iface is (get and SO_BINDTODEVICE in one).
  Result<NetContext*> get_on(NetIf& iface, Family family, SocketType type, Protocol protocol);
  /// For engines: a context for an accepted connection, in use, with the engine of `listener`.
  Result<NetContext*> get_accepted(NetContext& listener, std::unique_ptr<OffloadState> state);
  std::size_t in_use() const;
  /// Puts every context that is in use: a node's end.
  void put_all();

  /// Tells the sender of a packet, whose meta.context is `context`, that it has left, or why not;
  /// nobody for 0.
  void on_sent(std::uint16_t context, PacketId packet, Result<std::size_t> result) {
    if (context != 0) tell_sender(context, packet, result);
  }
  /// The packet's news now come under another packet's id.
  void follow(std::uint16_t context, PacketId packet, PacketId other);
  /// An ICMP error about a datagram from `local` to `remote`: the connected context that sent it is
  /// told. False when there is none.
  bool on_path_error(std::uint8_t protocol, const Endpoint& local, const Endpoint& remote,
                     Errc code);
  /// The packet was lost where nobody is told.
  void forget(std::uint16_t context, PacketId packet);

 private:
  friend class NetContext;
  Result<NetContext*> open(NetIf* iface, bool bound, Family family, SocketType type,
                           Protocol protocol);
  Result<NetContext*> take(Family family, SocketType type, Protocol protocol);
  Result<std::uint16_t> free_port(const NetContext& asking, const IpAddress& address);
  /// Whether `asking` may not bind to `local`; `iface`: the one it would have, null: whichever.
  bool port_in_use(const NetContext& asking, const Endpoint& local, const NetIf* iface) const;
  static bool clash(const NetContext& asking, const Endpoint& local, const NetContext& other,
                    bool reuse);
  void tell_sender(std::uint16_t context, PacketId packet, Result<std::size_t> result);
  SendCallback take_callback(std::uint16_t context, PacketId packet);

  Stack& stack_;
  RandomStream ports_;
  SmallVector<std::unique_ptr<NetContext>, 2> slots_;  // as many as were ever in use at one time
};
static_assert(sizeof(NetContexts) == 48);

}  // namespace flapjack
