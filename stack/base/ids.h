// SPDX-License-Identifier: Apache-2.0
// Typed numbers for the things of a World. Every id is dense, starts at 1 and is given out in the
// order of creation, so that ids are the same in every run; 0 means "none".
#pragma once
#include <compare>
#include <cstdint>

namespace flapjack {

template <class Tag, class Number = std::uint32_t>
struct Id {
  Number value = 0;
  constexpr bool valid() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using NodeId = Id<struct NodeTag>;
/// Index of an iface in its node, from 1 (Zephyr's net_if index).
using IfIndex = Id<struct IfTag>;
/// One packet over all its hops and nodes; a copy or a fragment gets its own and names its parent.
using PacketId = Id<struct PacketTag, std::uint64_t>;
/// Number of a trace record.
using RecordId = Id<struct RecordTag, std::uint64_t>;
/// Interned path of a scenario object (`dev`, `dev.wifi0`, `air`), see Tracer::subject().
using SubjectId = Id<struct SubjectTag>;

}  // namespace flapjack
