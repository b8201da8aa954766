// SPDX-License-Identifier: Apache-2.0
// CnFeed: what a node publishes on its Connector: its net_mgmt events, and the packets it dropped
// with the reason. One per Connector. While nobody has joined a group, nothing is made for it;
// without any listener there is neither a tap nor a sink.
//
//   16 iface  17 conn  18 ipv4  19 ipv6  20 l4  21 ppp   val: the event's command, from 1
//   22 drop   val: the drop reason's number, from 1 (idx, which is the group, then val)
//   23        control, val 1: an agent joins or leaves a group by message, as the listeners of
//             Linux's process events do; answered with an errno
//
// The seq of each idx counts what happened while somebody listened, whether or not it could be
// sent: a gap is a loss. The ids are above Linux's own (connector.h), in the groups for others.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stack/net/connector.h"
#include "stack/net/net_mgmt.h"
#include "stack/wire/cn_event.h"

namespace flapjack {

class Stack;

/// What an idx stands for; `name` is what scenarios and agents call it.
struct CnGroup {
  std::uint32_t idx;
  std::string_view name, about;
};
/// Those of the feed, by idx.
std::span<const CnGroup> cn_groups();
/// Null when there is none of that name.
const CnGroup* find_cn_group(std::string_view name);
/// The id that an event is published under.
CnId cn_id(MgmtEvent event);
CnId cn_id(DropReason reason);
/// "IF_UP"; "dropped" for every drop; "?" for an id of somebody else.
std::string_view cn_event_name(CnId id);

inline constexpr CnId kCnControlId{23, 1};
/// Data of a control message: op, then the group, 32 bits each. The answer's data is a 32-bit
/// errno, 0 when done.
enum class CnControl : std::uint32_t { Listen = 1, Ignore = 2 };
inline constexpr std::size_t kCnControlBytes = 8;

class CnFeed : private MgmtTap, private TraceSink {
 public:
  /// `connector` outlives it.
  CnFeed(Stack& stack, Connector& connector);
  ~CnFeed() override;
  CnFeed(const CnFeed&) = delete;
  CnFeed& operator=(const CnFeed&) = delete;

  /// Registers the control id; after Connector::init(), once.
  void start();
  /// Drops that could not wait for their turn: their seq is a gap.
  std::uint64_t drops_lost() const { return drops_lost_; }

 private:
  static constexpr std::size_t kGroups = 7;
  static constexpr std::size_t kDropsMax = 64;  // within one turn of the node
  struct Drop {
    std::uint32_t seq = 0, iface = 0;
    DropReason reason = DropReason::None;
    std::int64_t len = 0;
    std::uint64_t packet = 0;
    RecordId record;
  };
  void raised(MgmtEvent event, NetIf* iface, const MgmtInfo& info, RecordId record) override;
  void record(const Tracer& tracer, const TraceRecord& record) override;
  void listeners(std::uint32_t group, bool any);
  void control(const CnRequest& request);
  void publish_drops();
  void publish(CnId id, std::uint32_t seq, const CnEventWriter& event);
  bool listened(std::uint32_t idx) const;
  std::uint32_t& seq(std::uint32_t idx);

  Stack& stack_;
  Connector& connector_;
  std::array<std::uint32_t, kGroups> seqs_{};
  std::uint32_t listened_ = 0;  // a bit an idx
  std::vector<Drop> drops_;
  std::uint64_t drops_lost_ = 0;
  Timer turn_;
};

}  // namespace flapjack
