// SPDX-License-Identifier: Apache-2.0
#include "stack/net/cn_feed.h"

#include <algorithm>
#include <bit>

#include "stack/net/stack.h"
#include "stack/wire/little_endian.h"

namespace flapjack {
namespace {

constexpr std::uint32_t kFirst = 16, kDrop = 22;
constexpr std::array kGroups = {
    CnGroup{16, "iface", "IF_UP, IF_DOWN, ..."},
    CnGroup{17, "conn", "what connectivity implementations say: CONN_IF_TIMEOUT, ..."},
    CnGroup{18, "ipv4", "IPV4_ADDR_ADD, IPV4_DHCP_BOUND, ..."},
    CnGroup{19, "ipv6", "IPV6_ADDR_ADD, IPV6_DAD_SUCCEED, ..."},
    CnGroup{20, "l4", "L4_CONNECTED, L4_DISCONNECTED, ..."},
    CnGroup{21, "ppp", "PPP_CARRIER_ON, ..."},
    CnGroup{22, "drop", "packets that the node gave up, with the reason"},
};

std::uint32_t idx_of(mgmt::Code code) {
  switch (code) {
    case mgmt::Code::Iface:
      return 16;
    case mgmt::Code::Conn:
      return 17;
    case mgmt::Code::Ipv4:
      return 18;
    case mgmt::Code::Ipv6:
      return 19;
    case mgmt::Code::L4:
      return 20;
    case mgmt::Code::Ppp:
      return 21;
  }
  return 0;
}

DropReason reason_named(std::string_view name) {
  for (std::size_t i = 1; i < kDropReasons; ++i) {
    if (drop_reason_name(static_cast<DropReason>(i)) == name) return static_cast<DropReason>(i);
  }
  return DropReason::None;
}

void add_fact(CnEventWriter& event, const Attr& attr) {
  switch (attr.type) {
    case Attr::Type::Number:
      event.number(attr.key, attr.number);
      return;
    case Attr::Type::Text:
      event.text(attr.key, attr.text);
      return;
    case Attr::Type::Error:
      event.number(attr.key, attr.number, CnFactType::Errno);
      return;
    case Attr::Type::Time:
      event.number(attr.key, attr.number, CnFactType::Duration);
      return;
    case Attr::Type::Address:
      event.address(attr.key, Ipv4Address{static_cast<std::uint32_t>(attr.number)});
      return;
    case Attr::Type::Address6:
      event.address(attr.key, Ipv6Address{static_cast<std::uint64_t>(attr.high),
                                          static_cast<std::uint64_t>(attr.number)});
      return;
  }
}

}  // namespace

std::span<const CnGroup> cn_groups() { return kGroups; }

const CnGroup* find_cn_group(std::string_view name) {
  const auto found = std::find_if(kGroups.begin(), kGroups.end(),
                                  [&](const CnGroup& group) { return group.name == name; });
  return found != kGroups.end() ? &*found : nullptr;
}

CnId cn_id(MgmtEvent event) {
  const MgmtWord word = mgmt_word(static_cast<std::uint64_t>(event), MgmtLayout::BitMask);
  return {idx_of(static_cast<mgmt::Code>(word.code)),
          static_cast<std::uint32_t>(std::countr_zero(word.command)) + 1};
}

CnId cn_id(DropReason reason) { return {kDrop, static_cast<std::uint32_t>(reason)}; }

std::string_view cn_event_name(CnId id) {
  if (id.idx == kDrop && id.val > 0 && id.val < kDropReasons) return "dropped";
  for (const MgmtEvent event : mgmt_events()) {
    if (cn_id(event) == id) return mgmt_event_name(event);
  }
  return "?";
}

CnFeed::CnFeed(Stack& stack, Connector& connector)
    : stack_(stack),
      connector_(connector),
      turn_(stack.scheduler(), Lane::Mgmt, delegate<&CnFeed::publish_drops>(this)) {}

CnFeed::~CnFeed() {
  if (listened(kDrop)) stack_.tracer().remove_sink(*this);
}

void CnFeed::start() {
  connector_.on_listeners(
      [this](std::uint32_t group, bool any) { listeners(group, any); });
  const Status added = connector_.add_callback(
      kCnControlId, "control", [this](const CnRequest& request) { control(request); });
  if (added.ok()) return;
  stack_.tracer().event(stack_.subject(), "cn_control_failed",
                        {Attr::of("errno", added.code())});
}

bool CnFeed::listened(std::uint32_t idx) const { return (listened_ >> idx & 1) != 0; }

std::uint32_t& CnFeed::seq(std::uint32_t idx) { return seqs_[idx - kFirst]; }

void CnFeed::listeners(std::uint32_t group, bool any) {
  if (group < kFirst || group > kDrop) return;
  const std::uint32_t bit = 1u << group;
  listened_ = any ? listened_ | bit : listened_ & ~bit;
  stack_.mgmt.set_tap((listened_ & ~(1u << kDrop)) != 0 ? this : nullptr);
  if (group != kDrop) return;
  if (any) {
    stack_.tracer().add_sink(*this, TraceMask::of(TraceKind::Drop));
  } else {
    stack_.tracer().remove_sink(*this);
  }
}

void CnFeed::raised(MgmtEvent event, NetIf* iface, const MgmtInfo& info, RecordId record) {
  const CnId id = cn_id(event);
  if (!listened(id.idx)) return;
  const CauseScope scope(stack_.scheduler(), record);
  CnEventWriter data(stack_.scheduler().now().ns, iface != nullptr ? iface->index().value : 0);
  data.text("event", mgmt_event_name(event));
  if (iface != nullptr) data.text("iface", iface->name());
  std::array<Attr, MgmtInfo::kMostAttrs> attrs;
  const std::size_t count = info.attrs(attrs);
  for (std::size_t i = 0; i < count; ++i) add_fact(data, attrs[i]);
  publish(id, ++seq(id.idx), data);
}

// A sink may not change the world: what it saw is sent in a turn of its own at the same instant.
void CnFeed::record(const Tracer& tracer, const TraceRecord& record) {
  const std::string_view path = tracer.path(record.subject), node = stack_.name();
  if (!path.starts_with(node) || (path.size() > node.size() && path[node.size()] != '.')) return;
  Drop drop;
  drop.seq = ++seq(kDrop);
  if (drops_.size() >= kDropsMax) {
    ++drops_lost_;
    return;
  }
  for (const Attr& attr : record.attrs) {
    if (attr.key == "reason") drop.reason = reason_named(attr.text);
    if (attr.key == "len") drop.len = attr.number;
  }
  if (path.size() > node.size()) {
    const NetIf* iface = stack_.iface_by_name(path.substr(node.size() + 1));
    if (iface != nullptr) drop.iface = iface->index().value;
  }
  drop.packet = record.packet.value;
  drop.record = record.seq;
  drops_.push_back(drop);
  const CauseScope scope(stack_.scheduler(), record.seq);
  if (!turn_.running()) turn_.start(Duration{});
}

void CnFeed::publish_drops() {
  for (const Drop& drop : drops_) {
    const CauseScope scope(stack_.scheduler(), drop.record);
    CnEventWriter data(stack_.scheduler().now().ns, drop.iface);
    data.text("event", "dropped");
    if (drop.iface != 0) data.text("iface", stack_.iface(IfIndex{drop.iface})->name());
    data.text("reason", drop_reason_name(drop.reason));
    data.number("len", drop.len);
    data.number("packet", static_cast<std::int64_t>(drop.packet));
    publish(cn_id(drop.reason), drop.seq, data);
  }
  drops_.clear();
}

// Esrch: the last listener has just left. Enomem is an event of the Connector, and a gap.
void CnFeed::publish(CnId id, std::uint32_t seq, const CnEventWriter& event) {
  static_cast<void>(connector_.send({id, seq, 0, 0, 0}, event.bytes(), {0, id.idx, {}}).ok());
}

void CnFeed::control(const CnRequest& request) {
  Status result = Errc::Einval;
  CnSocket* const socket = connector_.socket(request.from);
  if (request.data.size() == kCnControlBytes && socket != nullptr) {
    const std::uint32_t op = wire::load_le32(request.data.data());
    const std::uint32_t group = wire::load_le32(request.data.data() + 4);
    if (op == static_cast<std::uint32_t>(CnControl::Listen)) result = socket->join(group);
    if (op == static_cast<std::uint32_t>(CnControl::Ignore)) result = socket->leave(group);
  }
  std::array<std::uint8_t, 4> errc{};
  wire::store_le32(errc.data(), static_cast<std::uint32_t>(result.code()));
  // An agent whose queue is full does not hear the answer either; that is counted there.
  static_cast<void>(connector_.answer(request, errc).ok());
}

}  // namespace flapjack
