// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmp_errors.h"

#include <array>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

// RFC 1122 sections 3.2.2.1 and 4.2.3.9, RFC 1812 section 5.2.7.1: code 0 to 15.
constexpr std::array<Errc, 16> kUnreachableCodes = {
    Errc::Enetunreach,  Errc::Ehostunreach, Errc::Econnrefused, Errc::Econnrefused,
    Errc::Emsgsize,     Errc::Ehostunreach, Errc::Enetunreach,  Errc::Ehostunreach,
    Errc::Ehostunreach, Errc::Enetunreach,  Errc::Ehostunreach, Errc::Enetunreach,
    Errc::Ehostunreach, Errc::Ehostunreach, Errc::Ehostunreach, Errc::Ehostunreach};

}  // namespace

Errc icmp_error_code(const IcmpHeader& error) {
  if (error.type == kIcmpParameterProblem) return Errc::Eproto;
  const bool known = error.type == kIcmpUnreachable && error.code < kUnreachableCodes.size();
  return known ? kUnreachableCodes[error.code] : Errc::Ehostunreach;
}

IcmpErrors::IcmpErrors(Stack& stack, Icmp& icmp) : stack_(stack) {
  const auto handle = [this](NetIf& iface, const IcmpHeader& error, Packet& packet) {
    return on_error(iface, error, packet);
  };
  unreachable_ = {kIcmpUnreachable, 0, nullptr, handle};
  time_exceeded_ = {kIcmpTimeExceeded, 0, nullptr, handle};
  parameter_problem_ = {kIcmpParameterProblem, 0, nullptr, handle};
  redirect_ = {kIcmpRedirect, 0, nullptr,
               [this](NetIf& iface, const IcmpHeader& redirect, Packet& packet) {
                 return on_redirect(iface, redirect, packet);
               }};
  for (IcmpHandler* each : {&unreachable_, &time_exceeded_, &parameter_problem_, &redirect_}) {
    icmp.add(*each);
  }
}

Status IcmpErrors::on_error(NetIf& iface, const IcmpHeader& error, const Packet& packet) {
  const auto quote = IcmpQuote::parse(packet.bytes().subspan(kIcmpHeaderBytes));
  const bool ours = quote && stack_.route().iface_of(quote->source.address) != nullptr;
  const Errc code = icmp_error_code(error);
  stack_.tracer().event(iface.subject(), ours ? "icmp_error" : "icmp_error_ignored",
                        {Attr::of("from", packet.meta.source.address), Attr::of("errno", code)});
  if (!ours) return Status();
  if (code == Errc::Emsgsize) {
    stack_.pmtu.too_big(quote->destination.address, error.next_hop_mtu(), quote->total_length);
  }
  stack_.contexts.on_path_error(quote->protocol, quote->source, quote->destination, code);
  return Status();
}

// RFC 1122 section 3.2.2.2: only the present first hop may say so, and only of a neighbour.
Status IcmpErrors::on_redirect(NetIf& iface, const IcmpHeader& redirect, const Packet& packet) {
  const auto quote = IcmpQuote::parse(packet.bytes().subspan(kIcmpHeaderBytes));
  const Ipv4Address gateway = redirect.gateway();
  const bool ours = quote && stack_.route().iface_of(quote->source.address) == &iface;
  const bool accepted = ours && stack_.config().icmp.accept_redirects && !stack_.config().router &&
                        iface.ipv4().on_link(gateway) && iface.ipv4().find(gateway) == nullptr &&
                        packet.meta.source.address == IpAddress(stack_.route().next_hop(
                                                          iface, quote->destination.address.v4()));
  stack_.tracer().event(iface.subject(), accepted ? "redirected" : "redirect_ignored",
                        {Attr::of("from", packet.meta.source.address),
                         Attr::of("gateway", IpAddress(gateway))});
  if (accepted) stack_.route().redirect(iface, quote->destination.address, gateway);
  return Status();
}

}  // namespace flapjack
