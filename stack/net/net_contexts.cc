// SPDX-License-Identifier: Apache-2.0
// The context table; its class is declared beside NetContext.
#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr int kPortTries = 5;  // Zephyr: find_available_port()

Status check(const SocketConfig& built, Family family, SocketType type, Protocol& protocol) {
  if (family == Family::Packet && built.packet) {
    return type != SocketType::Stream ? Status() : Status(Errc::Eprototype);
  }
  if (family != Family::Inet && family != Family::Inet6) return Errc::Epfnosupport;
  if (type == SocketType::Raw) {
    const bool possible = built.raw && static_cast<unsigned>(protocol) <= 0xff;
    return possible ? Status() : Status(Errc::Eprotonosupport);
  }
  const Protocol natural = type == SocketType::Stream ? Protocol::Tcp : Protocol::Udp;
  if (protocol == Protocol::Default) protocol = natural;
  return protocol == natural ? Status() : Status(Errc::Eprotonosupport);
}

}  // namespace

NetContexts::NetContexts(Stack& stack)
    : stack_(stack), ports_(stack.env().rng.stream(stack.path_of("ports"))) {}

NetContexts::~NetContexts() {
  for (const auto& context : slots_) context->forget_groups();  // nobody is left to be told
  put_all();
}

void NetContexts::put_all() {
  for (const auto& context : slots_) {
    if (context->in_use_) static_cast<void>(context->put().ok());
  }
}

Result<NetContext*> NetContexts::take(Family family, SocketType type, Protocol protocol) {
  auto found = std::find_if(slots_.begin(), slots_.end(),
                            [](const auto& context) { return !context->in_use_; });
  if (found == slots_.end()) {
    if (slots_.size() >= stack_.config().max_contexts) return Errc::Enoent;
    const auto slot = static_cast<std::uint16_t>(slots_.size());
    slots_.emplace_back(new (stack_.arena()) NetContext(stack_, slot));
    found = slots_.end() - 1;
  }
  NetContext& context = **found;
  context.in_use_ = true;
  context.family_ = family;
  context.local_.address = IpAddress::any(family);
  context.type_ = type;
  context.protocol_ = protocol;
  context.subject_ = stack_.subject();
  if (context.rare_ != nullptr) context.set_defaults();
  return &context;
}

Result<NetContext*> NetContexts::get(Family family, SocketType type, Protocol protocol) {
  NetIf* iface = stack_.default_iface();
  return open(iface != nullptr && iface->is_ip_offloaded() ? iface : nullptr, false, family, type,
              protocol);
}

Result<NetContext*> NetContexts::get_on(NetIf& iface, Family family, SocketType type,
                                        Protocol protocol) {
  return open(&iface, true, family, type, protocol);
}

Result<NetContext*> NetContexts::open(NetIf* iface, bool bound, Family family, SocketType type,
                                      Protocol protocol) {
  const Status allowed = check(stack_.config().sockets, family, type, protocol);
  if (!allowed.ok()) return allowed.code();
  ContextOffload* engine = iface != nullptr ? iface->offload() : nullptr;
  if (engine == nullptr && type == SocketType::Stream) return Errc::Eprotonosupport;
  const auto taken = take(family, type, protocol);
  if (!taken.ok()) return taken;
  NetContext& context = *taken.value();
  context.iface_ = iface;
  context.bound_to_iface_ = bound;
  if (engine != nullptr) {
    const Status got = engine->get(context, family, type, protocol);
    if (!got.ok()) {
      context.reset();
      return got.code();
    }
    context.rare().engine = engine;
    return &context;
  }
  if (type == SocketType::Raw || family == Family::Packet) return &context;  // no ports
  const auto port = free_port(context, context.local_.address);
  if (!port.ok()) {
    context.reset();
    return port.code();
  }
  context.local_.port = port.value();
  return &context;
}

Result<NetContext*> NetContexts::get_accepted(NetContext& listener,
                                              std::unique_ptr<OffloadState> state) {
  const auto taken = take(listener.family_, listener.type_, listener.protocol_);
  if (!taken.ok()) return taken;
  NetContext& context = *taken.value();
  context.iface_ = listener.iface_;
  context.bound_to_iface_ = listener.bound_to_iface_;
  context.rare().engine = listener.engine();
  context.subject_ = listener.subject_;
  context.state_ = ContextState::Connected;
  context.remote_set_ = true;
  context.local_ = listener.local_;
  context.set_offload_state(std::move(state));
  return &context;
}

std::size_t NetContexts::in_use() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const auto& c) { return c->in_use_; }));
}

// Zephyr: check_used_port().
bool NetContexts::port_in_use(const NetContext& asking, const Endpoint& local,
                              const NetIf* iface) const {
  const bool ipv4 = local.address.is_v4();
  return std::any_of(slots_.begin(), slots_.end(), [&](const auto& each) {
    const NetContext& other = *each;
    if (&other == &asking || !other.in_use_ || other.engine() != asking.engine()) return false;
    if (other.protocol_ != asking.protocol_ || other.type_ != asking.type_) return false;
    if (other.local_.port != local.port) return false;
    if (other.bound_to_iface_ && iface != nullptr && other.iface_ != iface) return false;
    const bool takes_ipv4 = other.family_ == Family::Inet6 && !other.options().ipv6_only;
    if (other.family_ != asking.family_ && !(ipv4 && takes_ipv4)) return false;
    return clash(asking, local, other, iface != nullptr);
  });
}

// What options help when both have the port; `reuse`: whether they count at all. A native context
// is never in TIME_WAIT, the other thing ReuseAddr would look at.
bool NetContexts::clash(const NetContext& asking, const Endpoint& local, const NetContext& other,
                        bool reuse) {
  const bool any = local.address.is_any(), other_any = other.local_.address.is_any();
  if (!any && !other_any && local.address != other.local_.address) return false;
  if (!reuse) return true;
  if (asking.options().reuse_port && other.options().reuse_port) return false;
  const bool listens = other.state_ == ContextState::Listening;
  return !(asking.options().reuse_addr && any != other_any && !listens);
}

// A random port with bit 15 set, or one of the range that was asked for (the highest is never
// drawn, as in Zephyr).
Result<std::uint16_t> NetContexts::free_port(const NetContext& asking, const IpAddress& address) {
  const ContextOptions options = asking.options();
  for (int attempt = 0; attempt < kPortTries; ++attempt) {
    const auto port = static_cast<std::uint16_t>(
        options.has_port_range()
            ? options.lowest_port + ports_.below(options.highest_port - options.lowest_port)
            : 0x8000u | ports_.below(0x8000));
    if (!port_in_use(asking, {address, port}, nullptr)) return port;
  }
  return Errc::Eaddrinuse;
}

SendCallback NetContexts::take_callback(std::uint16_t context, PacketId packet) {
  if (context == 0) return {};
  std::vector<NetContext::Unsent>& unsent = slots_.at(context - 1u)->rare().unsent;
  const auto found = std::find_if(unsent.begin(), unsent.end(),
                                  [&](const auto& each) { return each.packet == packet; });
  if (found == unsent.end()) return {};
  SendCallback done = std::move(found->done);
  unsent.erase(found);
  return done;
}

void NetContexts::tell_sender(std::uint16_t context, PacketId packet,
                              Result<std::size_t> result) {
  const SendCallback done = take_callback(context, packet);
  if (done) done(*slots_.at(context - 1u), result);
}

void NetContexts::forget(std::uint16_t context, PacketId packet) {
  static_cast<void>(take_callback(context, packet));
}

}  // namespace flapjack
