// SPDX-License-Identifier: Apache-2.0
#include "scenarios/apps/dns_query.h"

#include "scenarios/world.h"

namespace flapjack {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
constexpr Duration kDefaultWait = seconds(2);  // Zephyr: NET_SOCKETS_DNS_TIMEOUT

}  // namespace

DnsQuery::DnsQuery(const AppEnv& env, const AppSpec& spec)
    : App(env),
      stack_(env.node.stack),
      type_(spec.type == "AAAA" ? DnsType::Aaaa : DnsType::A),
      every_(spec.every.value_or(seconds(1))),
      wait_(spec.wait.value_or(kDefaultWait)),
      from_(spec.from.value_or(SimTime{})),
      until_(spec.until.value_or(env.until)),
      count_(spec.count ? static_cast<std::uint64_t>(*spec.count) : kNoLimit),
      next_(stack_.scheduler(), Lane::App, delegate<&DnsQuery::ask_next>(this)),
      self_(std::make_shared<DnsQuery*>(this)) {
  for (const PlacedText& name : spec.names) names_.push_back(name.text);
}

void DnsQuery::start() {
  if (from_ < until_) next_.start_at(from_);
}

void DnsQuery::ask_next() {
  const std::string& name = names_[counts_.sent % names_.size()];
  ++counts_.sent;
  const SimTime following = stack_.scheduler().now() + every_;
  if (counts_.sent < count_ && following < until_) next_.start_at(following);
  ask(name);
}

void DnsQuery::ask(const std::string& name) {
  const auto asked = std::make_shared<Asked>(
      Asked{name, stack_.scheduler().now(), counts_.sent, {}, 0});
  const auto id = stack_.dns()->resolve(
      name, type_,
      [asked, weak = std::weak_ptr<DnsQuery*>(self_)](DnsStatus status,
                                                      const IpAddress* address) {
        if (const auto self = weak.lock()) (*self)->on_answer(*asked, status, address);
      },
      Timeout::after(wait_));
  if (!id.ok()) fail(name, errc_name(id.code()));
}

void DnsQuery::on_answer(Asked& asked, DnsStatus status, const IpAddress* address) {
  if (status == DnsStatus::InProgress) {
    if (asked.addresses++ == 0) asked.first = *address;
    return;
  }
  if (status != DnsStatus::AllDone) return fail(asked.name, dns_status_name(status));
  ++counts_.delivered;
  answered_last_ = asked.number;
  stack_.tracer().event(subject(), "resolved",
                        {Attr::of("name", asked.name), Attr::of("address", asked.first),
                         Attr::of("addresses", asked.addresses),
                         Attr::of("rtt", stack_.scheduler().now() - asked.at)});
}

void DnsQuery::fail(const std::string& name, std::string_view code) {
  stack_.tracer().event(subject(), "resolve_failed",
                        {Attr::of("name", name), Attr::of("code", code)});
}

}  // namespace flapjack
