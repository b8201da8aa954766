// SPDX-License-Identifier: Apache-2.0
// The context table; its class is declared beside NetContext.
#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

constexpr int kPortTries = 5;  // Zephyr: find_available_port()

Status check(Family family, SocketType type, Protocol& protocol) {
  if (family != Family::Inet && family != Family::Inet6) return Errc::Epfnosupport;
  if (type == SocketType::Raw) return Errc::Eprototype;
  const Protocol natural = type == SocketType::Stream ? Protocol::Tcp : Protocol::Udp;
  if (protocol == Protocol::Default) protocol = natural;
  return protocol == natural ? Status() : Status(Errc::Eprotonosupport);
}

}  // namespace

NetContexts::NetContexts(Stack& stack, std::size_t limit)
    : stack_(stack),
      ports_(stack.env().rng.stream(stack.name() + ".ports")),
      limit_(limit) {}

NetContexts::~NetContexts() {
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
    if (slots_.size() == limit_) return Errc::Enoent;
    const auto slot = static_cast<std::uint16_t>(slots_.size());
    slots_.emplace_back(new NetContext(stack_, slot));
    found = slots_.end() - 1;
  }
  NetContext& context = **found;
  context.in_use_ = true;
  context.family_ = family;
  context.local_.address = IpAddress::any(family);
  context.remote_.address = IpAddress::any(family);
  context.type_ = type;
  context.protocol_ = protocol;
  context.subject_ = stack_.subject();
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
  const Status allowed = check(family, type, protocol);
  if (!allowed.ok()) return allowed.code();
  ContextOffload* engine = iface != nullptr ? iface->offload() : nullptr;
  if (engine == nullptr && protocol == Protocol::Tcp) return Errc::Eprotonosupport;
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
    context.engine_ = engine;
    return &context;
  }
  const auto port = free_port(context);
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
  context.engine_ = listener.engine_;
  context.subject_ = listener.subject_;
  context.state_ = ContextState::Connected;
  context.remote_set_ = true;
  context.local_ = listener.local_;
  context.offload_state_ = std::move(state);
  return &context;
}

std::size_t NetContexts::in_use() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const auto& c) { return c->in_use_; }));
}

bool NetContexts::port_in_use(const NetContext& asking, const Endpoint& local) const {
  return std::any_of(slots_.begin(), slots_.end(), [&](const auto& other) {
    if (other.get() == &asking || !other->in_use_ || other->engine_ != asking.engine_) return false;
    if (other->protocol_ != asking.protocol_ || other->family_ != asking.family_) return false;
    if (other->local_.port != local.port) return false;
    return other->local_.address.is_any() || local.address.is_any() ||
           other->local_.address == local.address;
  });
}

// A random port with bit 15 set.
Result<std::uint16_t> NetContexts::free_port(const NetContext& asking) {
  for (int attempt = 0; attempt < kPortTries; ++attempt) {
    const auto port = static_cast<std::uint16_t>(0x8000u | ports_.below(0x8000));
    if (!port_in_use(asking, {asking.local_.address, port})) return port;
  }
  return Errc::Eaddrinuse;
}

SendCallback NetContexts::take_callback(std::uint16_t context, PacketId packet) {
  if (context == 0) return {};
  std::vector<NetContext::Unsent>& unsent = slots_.at(context - 1u)->unsent_;
  const auto found = std::find_if(unsent.begin(), unsent.end(),
                                  [&](const auto& each) { return each.packet == packet; });
  if (found == unsent.end()) return {};
  SendCallback done = std::move(found->done);
  unsent.erase(found);
  return done;
}

void NetContexts::on_sent(std::uint16_t context, PacketId packet, Result<std::size_t> result) {
  const SendCallback done = take_callback(context, packet);
  if (done) done(*slots_.at(context - 1u), result);
}

void NetContexts::forget(std::uint16_t context, PacketId packet) {
  static_cast<void>(take_callback(context, packet));
}

}  // namespace flapjack
