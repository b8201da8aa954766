// SPDX-License-Identifier: Apache-2.0
// NetContext: what an app holds (Zephyr: struct net_context): an endpoint that sends and receives
// through the native path or through the engine of its iface, chosen once, at get().
//
// This file and its .cc record the hops app_send, offload_call, offload_done and app_recv.
#pragma once
#include <memory>
#include <vector>

#include "stack/contract/context_offload.h"
#include "stack/net/net_conn.h"
#include "stack/sim/fiber.h"
#include "stack/sim/rng.h"

namespace flapjack {

class NetContexts;
class NetIf;
class Stack;

enum class ContextState : std::uint8_t { Unconnected, Connecting, Connected, Listening };

class NetContext {
 public:
  NetContext(const NetContext&) = delete;
  NetContext& operator=(const NetContext&) = delete;

  // Error codes of each call, in the order of the checks: stack/net/README.md.
  Status bind(const Endpoint& local);
  Status listen(int backlog);
  Status connect(const Endpoint& peer, ConnectCallback done, Timeout timeout);
  Status accept(AcceptCallback accepted, Timeout timeout);
  /// Bytes accepted. The callback reports that the packet has left by the driver, or why not.
  Result<std::size_t> send(std::span<const std::uint8_t> bytes, SendCallback done,
                           Timeout timeout);
  Result<std::size_t> sendto(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                             SendCallback done, Timeout timeout);
  /// Registers `received`; with a timeout it also waits for one packet (see context_offload.h).
  Status recv(RecvCallback received, Timeout timeout);
  /// Releases the context (net_context_put); the reference is dead afterwards.
  Status put();

  Stack& stack() const { return stack_; }
  Protocol protocol() const { return protocol_; }
  Family family() const { return family_; }
  SocketType type() const { return type_; }
  ContextState state() const { return state_; }
  NetIf* iface() const { return iface_; }
  const Endpoint& local() const { return local_; }
  const Endpoint& remote() const { return remote_; }
  bool is_bound_to_iface() const { return bound_to_iface_; }
  /// SO_BINDTODEVICE: only this iface is used and only its packets are accepted.
  void bind_to_iface(NetIf& iface);
  void set_priority(std::uint8_t priority) { priority_ = priority; }
  /// Whose subject its hops carry; the node's unless an app names itself.
  void set_subject(SubjectId subject) { subject_ = subject; }

  // For engines (offload/): the engine's own state, and what it has to keep up to date.
  OffloadState* offload_state() const { return offload_state_.get(); }
  void set_offload_state(std::unique_ptr<OffloadState> state) { offload_state_ = std::move(state); }
  void set_local(const Endpoint& local) { local_ = local; }
  void set_remote(const Endpoint& remote) { remote_ = remote; }
  void set_state(ContextState state) { state_ = state; }
  ContextOffload* engine() const { return engine_; }
  /// The path to the peer failed for a datagram sent before: a recv callback is told (null packet),
  /// else the next send() or recv() answers with it (SO_ERROR). Natively, and connected, only.
  void on_path_error(Errc code);

 private:
  friend class NetContexts;
  explicit NetContext(Stack& stack, std::uint16_t slot);

  Status bind_default();
  Status address_packet(Packet& packet, NetIf& iface, const Endpoint& peer) const;
  Result<std::size_t> send_native(std::span<const std::uint8_t> bytes, const Endpoint& peer,
                                  SendCallback done, Timeout timeout);
  Result<std::size_t> send_engine(std::span<const std::uint8_t> bytes, const Endpoint* peer,
                                  SendCallback done, Timeout timeout);
  PacketPtr allocate(Timeout timeout, std::size_t bytes, Errc& error);
  Status register_conn();
  Status wait_for_arrival(Timeout timeout);
  bool on_conn(PacketPtr& packet);
  void deliver(PacketPtr packet, Status status);
  Errc take_error();
  void unregister_conn();
  void reset();

  Stack& stack_;
  const std::uint16_t slot_;
  bool in_use_ = false;
  bool bound_to_iface_ = false, remote_set_ = false;
  Family family_ = Family::Inet;
  SocketType type_ = SocketType::Datagram;
  Protocol protocol_ = Protocol::Udp;
  ContextState state_ = ContextState::Unconnected;
  std::uint8_t priority_ = 1;  // Zephyr's default tx priority
  NetIf* iface_ = nullptr;
  ContextOffload* engine_ = nullptr;
  std::unique_ptr<OffloadState> offload_state_;
  Endpoint local_, remote_;
  Errc pending_error_ = Errc::Ok;
  NetConn* conn_ = nullptr;
  std::shared_ptr<const RecvCallback> received_;  // shared with the call that is running
  struct Unsent {
    PacketId packet;
    SendCallback done;
  };
  std::vector<Unsent> unsent_;    // packets on their way down whose sender wants to know
  Semaphore* waiting_ = nullptr;  // recv() of a fiber that waits for a packet
  std::uint32_t life_ = 0;        // another one after each put(): who waited can tell
  SubjectId subject_;
};

/// The context table of a node (NET_MAX_CONTEXTS).
class NetContexts {
 public:
  NetContexts(Stack& stack, std::size_t limit);
  ~NetContexts();

  /// Errors, in order of the checks: Epfnosupport, Eprototype, Eprotonosupport, Enoent (no free
  /// context), Eaddrinuse (no free port). With an engine on the default iface, its error.
  Result<NetContext*> get(Family family, SocketType type, Protocol protocol);
  /// A context for `iface` whatever the default iface is (get and SO_BINDTODEVICE in one).
  Result<NetContext*> get_on(NetIf& iface, Family family, SocketType type, Protocol protocol);
  /// For engines: a context for an accepted connection, in use, with the engine of `listener`.
  Result<NetContext*> get_accepted(NetContext& listener, std::unique_ptr<OffloadState> state);
  std::size_t in_use() const;
  /// Puts every context that is in use: a node's end.
  void put_all();

  /// Tells the sender of a packet, whose meta.context is `context`, that it has left, or why not.
  void on_sent(std::uint16_t context, PacketId packet, Result<std::size_t> result);
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
  Result<std::uint16_t> free_port(const NetContext& asking);
  bool port_in_use(const NetContext& asking, const Endpoint& local) const;
  SendCallback take_callback(std::uint16_t context, PacketId packet);

  Stack& stack_;
  RandomStream ports_;
  std::size_t limit_;
  std::vector<std::unique_ptr<NetContext>> slots_;  // as many as were ever in use at one time
};

}  // namespace flapjack
