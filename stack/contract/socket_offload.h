// SPDX-License-Identifier: Apache-2.0
// SocketOffload: the socket-level engine contract (Zephyr: socket_offload). POSIX
// semantics, never blocking: what would block is Eagain or Einprogress, and on_ready() says when to
// try again.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "stack/base/status.h"
#include "stack/contract/context_offload.h"

namespace flapjack {

struct SocketSpec {
  Family family = Family::Inet;
  SocketType type = SocketType::Stream;
  Protocol protocol = Protocol::Default;
};

/// Set of conditions; on_ready() gives those that became true.
struct Readiness {
  bool readable = false;    ///< recv() will not answer Eagain: data, end of stream or an error
  bool writable = false;    ///< send() will take at least a byte; for a stream also "connected"
  bool acceptable = false;  ///< accept() has a peer
  bool error = false;       ///< take_error() tells
};

class SocketUser {
 public:
  virtual ~SocketUser() = default;
  /// Runs as a scheduler event of its own, never inside a call of the user's. May close the socket.
  virtual void on_ready(Readiness ready) = 0;
};

enum class Shutdown : std::uint8_t { Read, Write, Both };

/// The destructor closes: streams with FIN where possible. After it on_ready() is not called.
class OffloadSocket {
 public:
  virtual ~OffloadSocket() = default;
  /// Eaddrinuse, Eaddrnotavail, Einval.
  virtual Status bind(const Endpoint& local) = 0;
  virtual Status listen(int backlog) = 0;
  /// Datagrams: sets the peer. Streams: Einprogress, then writable or error.
  virtual Status connect(const Endpoint& peer) = 0;
  /// A connected socket for `user`, and who it is; Eagain.
  virtual Result<std::unique_ptr<OffloadSocket>> accept(SocketUser& user, Endpoint& peer) = 0;
  /// Bytes taken, perhaps fewer than given for a stream. `to` overrides the peer of a datagram.
  virtual Result<std::size_t> send(std::span<const std::uint8_t> bytes, const Endpoint* to) = 0;
  /// Bytes read; 0 is the end of a stream. A datagram too long for `out` is cut.
  virtual Result<std::size_t> recv(std::span<std::uint8_t> out, Endpoint* from) = 0;
  virtual Status shutdown(Shutdown how) = 0;
  /// The pending error and clears it (SO_ERROR); Ok when there is none.
  virtual Status take_error() = 0;
};

class SocketOffload {
 public:
  virtual ~SocketOffload() = default;
  virtual bool supports(const SocketSpec& spec) const = 0;
  /// Enobufs, Eprotonosupport. `user` must outlive the socket.
  virtual Result<std::unique_ptr<OffloadSocket>> open(const SocketSpec& spec, SocketUser& user) = 0;
};

}  // namespace flapjack
