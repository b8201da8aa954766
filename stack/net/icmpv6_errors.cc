// SPDX-License-Identifier: Apache-2.0
#include "stack/net/icmpv6_errors.h"

#include <array>

#include "stack/net/stack.h"
#include "stack/wire/icmpv6.h"

namespace flapjack {
namespace {

// RFC 4443 section 3.1: no route, prohibited, beyond scope, address, port, policy, reject route.
constexpr std::array<Errc, 7> kUnreachableCodes = {
    Errc::Enetunreach,  Errc::Eacces, Errc::Ehostunreach, Errc::Ehostunreach,
    Errc::Econnrefused, Errc::Eacces, Errc::Eacces};

}  // namespace

Errc icmpv6_error_code(std::uint8_t type, std::uint8_t code) {
  switch (static_cast<Icmpv6Type>(type)) {
    case Icmpv6Type::PacketTooBig:
      return Errc::Emsgsize;
    case Icmpv6Type::ParameterProblem:
      return Errc::Eproto;
    case Icmpv6Type::Unreachable:
      return code < kUnreachableCodes.size() ? kUnreachableCodes[code] : Errc::Ehostunreach;
    default:
      return Errc::Ehostunreach;
  }
}

Icmpv6Errors::Icmpv6Errors(Stack& stack, Icmpv6& icmpv6) : stack_(stack) {
  const auto handle = [this](NetIf& iface, const IcmpHeader& error, Packet& packet) {
    return on_error(iface, error, packet);
  };
  const auto number = [](Icmpv6Type type) { return static_cast<std::uint8_t>(type); };
  unreachable_ = {number(Icmpv6Type::Unreachable), 0, nullptr, handle};
  too_big_ = {number(Icmpv6Type::PacketTooBig), 0, nullptr, handle};
  time_exceeded_ = {number(Icmpv6Type::TimeExceeded), 0, nullptr, handle};
  parameter_problem_ = {number(Icmpv6Type::ParameterProblem), 0, nullptr, handle};
  for (IcmpHandler* each : {&unreachable_, &too_big_, &time_exceeded_, &parameter_problem_}) {
    icmpv6.add(*each);
  }
}

Status Icmpv6Errors::on_error(NetIf& iface, const IcmpHeader& error, const Packet& packet) {
  const auto quote = IcmpQuote::parse_ipv6(packet.bytes().subspan(kIcmpv6HeaderBytes));
  const bool ours = quote && stack_.route().iface_of(quote->source.address) != nullptr;
  const Errc code = icmpv6_error_code(error.type, error.code);
  stack_.tracer().event(iface.subject(), ours ? "icmp_error" : "icmp_error_ignored",
                        {Attr::of("from", packet.meta.source.address), Attr::of("errno", code)});
  if (!ours) return Status();
  if (code == Errc::Emsgsize) {
    const std::uint32_t mtu = std::uint32_t{error.id} << 16 | error.sequence;
    stack_.pmtu.too_big(quote->destination.address, mtu, quote->total_length);
  }
  if (quote->later_fragment) return Status();  // of which context, only the first one says
  stack_.contexts.on_path_error(quote->protocol, quote->source, quote->destination, code);
  return Status();
}

}  // namespace flapjack
