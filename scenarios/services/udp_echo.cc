// SPDX-License-Identifier: Apache-2.0
#include "scenarios/services/udp_echo.h"

#include <algorithm>

#include "scenarios/world.h"

namespace flapjack {

std::optional<PlacedText> udp_echo_error(const Stack& stack, const ServiceSpec& spec) {
  const auto& ifaces = stack.ifaces();
  if (!spec.echo.priority || ifaces.empty() || !ifaces.front()->is_ip_offloaded()) return {};
  return PlacedText{"an engine is not told the \"priority\" of a socket", spec.place};
}

UdpEcho::UdpEcho(const AppEnv& env, const ServiceSpec& spec)
    : App(env), port_(spec.port), stack_(env.node.stack) {
  const EchoServiceSpec& more = spec.echo;
  if (more.groups.empty() && !more.priority && !more.reuse) return;
  more_ = std::make_unique<const EchoServiceSpec>(more);
}

UdpEcho::~UdpEcho() { close(); }

void UdpEcho::close() {
  for (NetContext*& context : contexts_) {
    if (context != nullptr) static_cast<void>(context->put().ok());
    context = nullptr;
  }
}

bool UdpEcho::set_down(bool down) {
  down ? close() : start();
  return true;
}

void UdpEcho::start() {
  contexts_[0] = open(Family::Inet);
  const auto& ifaces = stack_.ifaces();
  const bool ipv6 = std::any_of(ifaces.begin(), ifaces.end(),
                                [](const auto& iface) { return iface->ipv6() != nullptr; });
  if (ipv6) {
    contexts_[1] = open(Family::Inet6);
    return;
  }
  if (more_ == nullptr) return;
  for (const IpAddress& group : more_->groups) {
    if (!group.is_v4()) refuse("join", Errc::Epfnosupport);  // as IPv4 ones are, at run time
  }
}

NetContext* UdpEcho::open(Family family) {
  const auto got = stack_.contexts.get(family, SocketType::Datagram, Protocol::Udp);
  if (!got.ok()) {
    refuse("get", got.code());
    return nullptr;
  }
  NetContext* context = got.value();
  context->set_subject(subject());
  const Status bound = set_up(*context, family);
  if (!bound.ok()) {
    refuse("bind", bound.code());
    return context;
  }
  const Status listening = context->recv(
      [this](NetContext& self, PacketPtr packet, Status) {
        if (packet == nullptr) return;
        const Status sent = self.sendto_waiting(packet->bytes(), packet->meta.source,
                                                [this](Errc error) { refuse("send", error); });
        if (!sent.ok()) refuse("send", sent.code());
      },
      Timeout::no_wait());
  if (!listening.ok()) refuse("recv", listening.code());
  return context;
}

Status UdpEcho::set_up(NetContext& context, Family family) {
  if (more_ != nullptr) {
    const Status set = set_options(context);
    if (!set.ok()) return set;
  }
  const Status bound = context.bind({IpAddress::any(family), port_});
  if (bound.ok() && more_ != nullptr) join(context, family);
  return bound;
}

Status UdpEcho::set_options(NetContext& context) const {
  if (more_->reuse) {
    for (const ContextOption option : {ContextOption::ReuseAddr, ContextOption::ReusePort}) {
      const Status set = context.set_option(option, 1);
      if (!set.ok()) return set;
    }
  }
  if (!more_->priority) return Status();
  return context.set_option(ContextOption::Priority, *more_->priority);
}

// A group that it cannot join is no reason not to serve.
void UdpEcho::join(NetContext& context, Family family) {
  for (const IpAddress& group : more_->groups) {
    if (group.family() != family) continue;
    const Status joined = context.join_group(group);
    if (!joined.ok()) refuse("join", joined.code());
  }
}

void UdpEcho::refuse(std::string_view call, Errc error) {
  stack_.tracer().event(subject(), "service_failed",
                        {Attr::of("call", call), Attr::of("errno", error)});
}

}  // namespace flapjack
