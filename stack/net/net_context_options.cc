// SPDX-License-Identifier: Apache-2.0
// Options and groups of a context.
#include "stack/net/context_options.h"

#include <algorithm>
#include <array>

#include "stack/net/stack.h"
#include "stack/wire/ipv6.h"

namespace flapjack {
namespace {

struct OptionName {
  ContextOption option;
  std::string_view name;
};
constexpr std::array<OptionName, 24> kNames = {{
    {ContextOption::Priority, "SO_PRIORITY"},
    {ContextOption::DscpEcn, "IP_TOS"},
    {ContextOption::Ttl, "IP_TTL"},
    {ContextOption::MulticastTtl, "IP_MULTICAST_TTL"},
    {ContextOption::UnicastHopLimit, "IPV6_UNICAST_HOPS"},
    {ContextOption::MulticastHopLimit, "IPV6_MULTICAST_HOPS"},
    {ContextOption::Ipv4GroupLoop, "IP_MULTICAST_LOOP"},
    {ContextOption::Ipv6GroupLoop, "IPV6_MULTICAST_LOOP"},
    {ContextOption::MulticastIface, "IP_MULTICAST_IF"},
    {ContextOption::ReuseAddr, "SO_REUSEADDR"},
    {ContextOption::ReusePort, "SO_REUSEPORT"},
    {ContextOption::Ipv6Only, "IPV6_V6ONLY"},
    {ContextOption::RecvTimeout, "SO_RCVTIMEO"},
    {ContextOption::SendTimeout, "SO_SNDTIMEO"},
    {ContextOption::RecvBuffer, "SO_RCVBUF"},
    {ContextOption::SendBuffer, "SO_SNDBUF"},
    {ContextOption::LocalPortRange, "IP_LOCAL_PORT_RANGE"},
    {ContextOption::Mtu, "IP_MTU"},
    {ContextOption::Txtime, "SO_TXTIME"},
    {ContextOption::RecvPktinfo, "IP_PKTINFO"},
    {ContextOption::RecvHopLimit, "IPV6_RECVHOPLIMIT"},
    {ContextOption::Timestamping, "SO_TIMESTAMPING"},
    {ContextOption::AddressPreferences, "IPV6_ADDR_PREFERENCES"},
    {ContextOption::Socks5, "SO_SOCKS5"},
}};

constexpr auto kOptions = [] {
  std::array<ContextOption, kNames.size()> options{};
  for (std::size_t i = 0; i < options.size(); ++i) options[i] = kNames[i].option;
  return options;
}();

Status set_bool(bool& option, std::int64_t value) {
  option = value != 0;
  return Status();
}

// Zephyr takes the lowest byte of the number and no notice of the rest.
Status set_byte(std::optional<std::uint8_t>& option, std::int64_t value) {
  option = static_cast<std::uint8_t>(value);
  return Status();
}

template <class Number>
Status set_number(Number& option, std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most) return Errc::Einval;
  option = static_cast<Number>(value);
  return Status();
}

// As in the sockets API, a time of 0 is none at all.
Status set_timeout(Timeout& option, std::int64_t ns) {
  if (ns < -1) return Errc::Einval;
  option = ns <= 0 ? Timeout::forever() : Timeout::after(Duration{ns});
  return Status();
}

std::int64_t number_of(Timeout timeout) {
  return timeout.is_forever() ? -1 : timeout.span().ns;
}

bool is_built_in(const SocketConfig& built, ContextOption option) {
  switch (option) {
    case ContextOption::DscpEcn: return built.dscp_ecn;
    case ContextOption::ReuseAddr: return built.reuse_addr;
    case ContextOption::ReusePort: return built.reuse_port;
    case ContextOption::Ipv6Only: return built.ipv4_mapping;
    case ContextOption::LocalPortRange: return built.port_range;
    default: return option < ContextOption::Txtime;
  }
}

bool speaks(const NetIf& iface, Family family) {
  return family == Family::Inet6 ? iface.ipv6() != nullptr : iface.has_ipv4();
}

}  // namespace

std::string_view context_option_name(ContextOption option) {
  const std::size_t place = static_cast<std::size_t>(option);
  assert(place < kNames.size() && kNames[place].option == option);
  return kNames[place].name;
}

std::span<const ContextOption> context_options() { return kOptions; }

Status NetContext::set_option(ContextOption option, std::int64_t value) {
  if (!in_use_) return Errc::Ebadf;
  if (!is_built_in(stack_.config().sockets, option)) return Errc::Enotsup;
  ContextOptions& o = rare().options;
  switch (option) {
    case ContextOption::Priority: return set_number(o.priority, value, 0xff);
    case ContextOption::DscpEcn: return set_number(o.traffic_class, value, 0xff);
    case ContextOption::Ttl: return set_byte(o.ttl, value);
    case ContextOption::MulticastTtl: return set_byte(o.multicast_ttl, value);
    case ContextOption::UnicastHopLimit: return set_byte(o.hop_limit, value);
    case ContextOption::MulticastHopLimit:
      if (value < -1 || value > 0xff) return Errc::Einval;
      o.multicast_hop_limit.reset();
      return value < 0 ? Status() : set_byte(o.multicast_hop_limit, value);
    case ContextOption::Ipv4GroupLoop: return set_bool(o.ipv4_group_loop, value);
    case ContextOption::Ipv6GroupLoop: return set_bool(o.ipv6_group_loop, value);
    case ContextOption::MulticastIface: return set_multicast_iface(value);
    case ContextOption::ReuseAddr: return set_bool(o.reuse_addr, value);
    case ContextOption::ReusePort: return set_bool(o.reuse_port, value);
    case ContextOption::Ipv6Only: return set_bool(o.ipv6_only, value);
    case ContextOption::RecvTimeout: return set_timeout(o.recv_timeout, value);
    case ContextOption::SendTimeout: return set_timeout(o.send_timeout, value);
    case ContextOption::RecvBuffer: return set_number(o.recv_buffer, value, 0xffff);
    case ContextOption::SendBuffer: return set_number(o.send_buffer, value, 0xffff);
    case ContextOption::LocalPortRange: return set_range(value);
    case ContextOption::Mtu: return set_mtu(value);
    default: return Errc::Enotsup;
  }
}

Result<std::int64_t> NetContext::get_option(ContextOption option) const {
  if (!in_use_) return Errc::Ebadf;
  if (!is_built_in(stack_.config().sockets, option)) return Errc::Enotsup;
  const ContextOptions o = options();
  const Ipv6Config& ipv6 = stack_.config().ipv6;
  const NetIf* iface = iface_;
  const auto number = [](std::int64_t value) { return Result<std::int64_t>(value); };
  switch (option) {
    case ContextOption::Priority: return number(o.priority);
    case ContextOption::DscpEcn: return number(o.traffic_class);
    case ContextOption::Ttl:
      return number(o.ttl.value_or(iface != nullptr ? iface->ipv4().ttl() : 64));
    case ContextOption::MulticastTtl:
      return number(o.multicast_ttl.value_or(iface != nullptr ? iface->ipv4().multicast_ttl() : 1));
    case ContextOption::UnicastHopLimit:
      return number(o.hop_limit.value_or(iface != nullptr ? iface->ipv6_hop_limit()
                                                          : ipv6.hop_limit));
    case ContextOption::MulticastHopLimit:
      return number(o.multicast_hop_limit.value_or(ipv6.multicast_hop_limit));
    case ContextOption::Ipv4GroupLoop: return number(o.ipv4_group_loop);
    case ContextOption::Ipv6GroupLoop: return number(o.ipv6_group_loop);
    case ContextOption::MulticastIface: return get_multicast_iface();
    case ContextOption::ReuseAddr: return number(o.reuse_addr);
    case ContextOption::ReusePort: return number(o.reuse_port);
    case ContextOption::Ipv6Only: return number(o.ipv6_only);
    case ContextOption::RecvTimeout: return number(number_of(o.recv_timeout));
    case ContextOption::SendTimeout: return number(number_of(o.send_timeout));
    case ContextOption::RecvBuffer: return number(o.recv_buffer);
    case ContextOption::SendBuffer: return number(o.send_buffer);
    case ContextOption::LocalPortRange: return number(o.highest_port << 16 | o.lowest_port);
    case ContextOption::Mtu: return get_mtu();
    default: return Errc::Enotsup;
  }
}

Status NetContext::set_range(std::int64_t value) {
  if (value < 0 || value > 0xffffffff) return Errc::Einval;
  const auto lowest = static_cast<std::uint16_t>(value & 0xffff);
  const auto highest = static_cast<std::uint16_t>(value >> 16);
  if (lowest != 0 && highest != 0 && lowest >= highest) return Errc::Einval;
  rare().options.lowest_port = lowest;
  rare().options.highest_port = highest;
  return Status();
}

Status NetContext::set_multicast_iface(std::int64_t value) {
  if (is_packet()) return Errc::Eafnosupport;
  if (type_ != SocketType::Datagram || value < 0 || value > 0xff) return Errc::Einval;
  const IfIndex index{static_cast<std::uint32_t>(value)};
  if (index.valid()) {
    const NetIf* iface = stack_.iface(index);
    if (iface == nullptr) return Errc::Enoent;
    if (!speaks(*iface, family_)) return Errc::Eprototype;
  }
  rare().options.multicast_iface = index;
  return Status();
}

Result<std::int64_t> NetContext::get_multicast_iface() const {
  if (is_packet()) return Errc::Eafnosupport;
  const IfIndex index = options().multicast_iface;
  if (index.valid()) return std::int64_t{index.value};
  const NetIf* iface = bound_to_iface_ ? iface_ : stack_.default_iface();
  if (iface == nullptr) return Errc::Enoent;
  if (!speaks(*iface, family_)) return Errc::Eprototype;
  return std::int64_t{iface->index().value};
}

Result<std::int64_t> NetContext::get_mtu() const {
  if (is_packet()) return Errc::Eafnosupport;
  const IpAddress peer = actual(remote()).address;
  const NetIf* iface = bound_to_iface_ ? iface_ : stack_.route().iface_for(peer);
  if (iface == nullptr) return Errc::Enoent;
  return std::int64_t{stack_.pmtu.mtu(peer, iface->mtu())};
}

Status NetContext::set_mtu(std::int64_t value) {
  if (family_ == Family::Inet) return Errc::Eopnotsupp;
  if (is_packet()) return Errc::Eafnosupport;
  if (value < kIpv6MinMtu || value > 0xffff) return Errc::Einval;
  const auto mtu = static_cast<std::uint16_t>(value);
  if (stack_.pmtu.enabled(Family::Inet6)) {
    if (!remote_set_) return Errc::Einval;
    stack_.pmtu.set(remote().address, mtu);
    return Status();
  }
  NetIf* iface = bound_to_iface_ ? iface_ : stack_.route().iface_for(remote().address);
  if (iface == nullptr) return Errc::Enoent;
  iface->set_mtu(mtu);
  return Status();
}

// ---- the iface and the groups

Status NetContext::bind_to_device(std::string_view name) {
  if (!in_use_) return Errc::Ebadf;
  if (name.empty()) {
    bound_to_iface_ = false;
    return Status();
  }
  const Result<IfIndex> index = stack_.index_by_name(name);
  if (!index.ok()) return index.status();
  bind_to_iface(*stack_.iface(index.value()));
  return Status();
}

// The iface that is a member of `group`, of the one asked for, or of all.
NetIf* NetContext::group_iface(const IpAddress& group) const {
  const auto is_member = [&](const NetIf& iface) {
    if (group.is_v4()) {
      return stack_.config().igmp.enabled && stack_.igmp()->is_member(iface, group.v4());
    }
    return iface.ipv6() != nullptr && iface.ipv6()->is_member(group.v6());
  };
  NetIf* only = bound_to_iface_ ? iface_ : stack_.iface(options().multicast_iface);
  if (only != nullptr) return is_member(*only) ? only : nullptr;
  for (const auto& iface : stack_.ifaces()) {
    if (is_member(*iface)) return iface.get();
  }
  return nullptr;
}

Status NetContext::join_group(const IpAddress& group, IfIndex iface) {
  if (!in_use_) return Errc::Ebadf;
  if (group.family() != family_ || !group.is_multicast()) return Errc::Einval;
  if (engine() != nullptr) return Errc::Eopnotsupp;
  NetIf* const chosen = iface.valid() ? stack_.iface(iface) : stack_.route().iface_for(group);
  if (chosen == nullptr) return Errc::Enoent;
  if (!speaks(*chosen, family_)) return Errc::Eprototype;
  std::vector<Membership>& groups = rare().groups;
  const bool here = std::any_of(groups.begin(), groups.end(), [&](const Membership& each) {
    return each.iface == chosen && each.group == group;
  });
  if (here) return Errc::Ealready;
  const Status joined = group.is_v4() ? stack_.igmp()->join(*chosen, group.v4())
                                      : chosen->ipv6()->join(group.v6());
  if (joined.ok()) groups.push_back({chosen, group});
  return joined;
}

Status NetContext::leave_group(const IpAddress& group, IfIndex iface) {
  if (!in_use_) return Errc::Ebadf;
  NetIf* const chosen = iface.valid() ? stack_.iface(iface) : stack_.route().iface_for(group);
  std::vector<Membership>& groups = rare().groups;
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const Membership& each) {
    return each.iface == chosen && each.group == group;
  });
  if (found == groups.end()) return Errc::Enoent;
  groups.erase(found);
  return group.is_v4() ? stack_.igmp()->leave(*chosen, group.v4())
                       : chosen->ipv6()->leave(group.v6());
}

void NetContext::leave_groups() {
  if (rare_ == nullptr) return;
  std::vector<Membership>& groups = rare_->groups;
  while (!groups.empty()) {
    const Membership last = groups.back();
    groups.pop_back();
    const Status left = last.group.is_v4() ? stack_.igmp()->leave(*last.iface, last.group.v4())
                                           : last.iface->ipv6()->leave(last.group.v6());
    static_cast<void>(left);  // an iface that lost the group by itself
  }
}

}  // namespace flapjack
