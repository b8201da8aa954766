// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_ipv6cp.h"

namespace flapjack {

PppIpv6cp::PppIpv6cp(PppPort& port, const PppTimers& timers, RandomStream identifiers)
    : PppControl(port, PppProtocol::Ipv6cp, timers), random_(identifiers) {}

// Locally made, so the universal/local bit is clear (RFC 5072 section 4.1).
std::uint64_t PppIpv6cp::new_identifier() {
  constexpr std::uint64_t kUniversal = std::uint64_t{0x02} << 56;
  std::uint64_t value = 0;
  while (value == 0) value = random_.next() & ~kUniversal;
  return value;
}

void PppIpv6cp::start_over() {
  ask_ = true;
  if (local_ == 0) local_ = new_identifier();
}

void PppIpv6cp::propose(PppOptionWriter& request) {
  if (ask_) request.add64(ppp_option::kInterfaceId, local_);
}

PppControl::Answer PppIpv6cp::judge(const PppOption& option, PppOptionWriter& counter) {
  const auto theirs = option.as64();
  if (option.type != ppp_option::kInterfaceId || !theirs) return Answer::Reject;
  if (*theirs == 0 || *theirs == local_) {
    counter.add64(ppp_option::kInterfaceId, new_identifier());
    return Answer::Nak;
  }
  peer_ = *theirs;
  return Answer::Ack;
}

void PppIpv6cp::on_nak(const PppOption& option) {
  const auto value = option.as64();
  if (option.type == ppp_option::kInterfaceId && value && *value != 0) local_ = *value;
}

void PppIpv6cp::on_reject(const PppOption& option) {
  if (option.type == ppp_option::kInterfaceId) ask_ = false;
}

}  // namespace flapjack
