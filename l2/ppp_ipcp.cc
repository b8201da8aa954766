// SPDX-License-Identifier: Apache-2.0
#include "l2/ppp_ipcp.h"

namespace flapjack {
namespace {

constexpr std::array<std::uint8_t, 2> kDnsOptions = {ppp_option::kPrimaryDns,
                                                     ppp_option::kSecondaryDns};

/// 0 or 1 for an option that names a server; nothing for others.
std::optional<std::size_t> dns_index(std::uint8_t type) {
  for (std::size_t i = 0; i < kDnsOptions.size(); ++i) {
    if (kDnsOptions[i] == type) return i;
  }
  return {};
}

bool is_host(Ipv4Address address) {
  return !address.is_any() && !address.is_multicast() && !address.is_limited_broadcast() &&
         !address.is_loopback();
}

}  // namespace

PppIpcp::PppIpcp(PppPort& port, const PppTimers& timers, const PppIpcpConfig& config)
    : PppControl(port, PppProtocol::Ipcp, timers), config_(config) {}

void PppIpcp::start_over() {
  local_ = own_;
  dns_ = {};
  ask_address_ = true;
  ask_dns_ = {config_.ask_dns, config_.ask_dns};
}

void PppIpcp::propose(PppOptionWriter& request) {
  peer_named_ = false;
  if (ask_address_) request.add32(ppp_option::kIpAddress, local_.value);
  for (std::size_t i = 0; i < dns_.size(); ++i) {
    if (ask_dns_[i]) request.add32(kDnsOptions[i], dns_[i].value);
  }
}

PppControl::Answer PppIpcp::judge(const PppOption& option, PppOptionWriter& counter) {
  const auto value = option.as32();
  if (!value) return Answer::Reject;
  if (option.type == ppp_option::kIpAddress) return judge_address({*value}, counter);
  const auto which = dns_index(option.type);
  if (!which || config_.dns[*which].is_any()) return Answer::Reject;
  if (config_.dns[*which].value == *value) return Answer::Ack;
  counter.add32(option.type, config_.dns[*which].value);
  return Answer::Nak;
}

PppControl::Answer PppIpcp::judge_address(Ipv4Address wanted, PppOptionWriter& counter) {
  peer_named_ = true;
  if (config_.peer && wanted != *config_.peer) {
    counter.add32(ppp_option::kIpAddress, config_.peer->value);
    return Answer::Nak;
  }
  if (!is_host(wanted) || wanted == local_) return Answer::Reject;  // we have none to give
  peer_ = wanted;
  return Answer::Ack;
}

// A peer that does not ask is told once what it would get (RFC 1661 section 5.3 allows it).
void PppIpcp::judge_missing(PppOptionWriter& counter) {
  const bool told = peer_named_;
  peer_named_ = true;
  if (config_.peer && !told) counter.add32(ppp_option::kIpAddress, config_.peer->value);
}

void PppIpcp::on_nak(const PppOption& option) {
  const auto value = option.as32();
  if (!value) return;
  if (option.type == ppp_option::kIpAddress) {
    if (own_.is_any() && is_host({*value})) local_ = {*value};
    ask_address_ = true;
  } else if (const auto which = dns_index(option.type)) {
    dns_[*which] = {*value};
  }
}

void PppIpcp::on_reject(const PppOption& option) {
  if (option.type == ppp_option::kIpAddress) {
    ask_address_ = false;
    local_ = {};
  }
  if (const auto which = dns_index(option.type)) {
    ask_dns_[*which] = false;
    dns_[*which] = {};
  }
}

}  // namespace flapjack
