// SPDX-License-Identifier: Apache-2.0
// Splitter: how a datagram goes out in parts, one after the other, each in a packet of its own;
// what the parts look like is for Ipv4Fragment and Ipv6Fragmentation. Each waits for its packet as
// long as Zephyr's thread would block (AllocTimeouts::fragment). A fiber blocks; elsewhere the call
// returns, the datagram is kept, and its rest goes in later turns, while the work thread that sent
// it stands still. What others send meanwhile may overtake it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "stack/base/status.h"
#include "stack/packet/packet.h"

namespace flapjack {

class Stack;

class Splitter {
 public:
  using Refusal = std::function<void(Errc)>;
  /// For a block that sends: `refused` is told when what has to wait in it fails after the call has
  /// returned. Nothing in a fiber, where calls return when they are done. Null: nobody splits.
  class Caller {
   public:
    Caller(Splitter* splitter, const Refusal& refused);
    ~Caller();
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

   private:
    Splitter* const splitter_;
    const Refusal* before_ = nullptr;
  };

  explicit Splitter(Stack& stack) : stack_(stack) {}
  virtual ~Splitter() = default;
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

 protected:
  /// A datagram on its way out in parts.
  struct Split {
    PacketPtr whole;
    std::size_t front;   ///< bytes before what is split
    std::size_t total;   ///< bytes of what is split
    std::size_t header;  ///< bytes of a part before its data, at most
    std::size_t most;    ///< bytes of data in each part but the last
    std::uint32_t id;
    std::size_t offset = 0;  ///< of the next part's data, behind `front`
    std::int64_t sent = 0;   ///< parts
    Refusal refused = {};
  };
  struct Part {
    std::size_t offset, bytes;
    bool last;
  };

  /// Sends all parts. Ok when some wait; else what refused one, or what give_up() returns.
  Status send_parts(Split split);

  Stack& stack_;

 private:
  /// Writes a part into an empty packet that is described like the whole.
  virtual void fill(const Split& split, const Part& part, Packet& piece) = 0;
  /// No packet came in time for a part; parts sent before stay sent.
  virtual Status give_up(PacketPtr whole) = 0;

  static Part next_part(const Split& split);
  static std::size_t next_bytes(const Split& split);
  PacketPtr allocate(const Split& split);
  bool may_wait(const Split& split);
  void wait(Split split);
  void go_on(Split split, PacketPtr piece);
  Status send_part(Split& split, PacketPtr piece);

  const Refusal* caller_ = nullptr;
};

}  // namespace flapjack
