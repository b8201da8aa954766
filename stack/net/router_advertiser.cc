// SPDX-License-Identifier: Apache-2.0
#include "stack/net/router_advertiser.h"

#include <algorithm>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

// RFC 4861 section 10.
constexpr Duration kMinDelayBetween = seconds(3);      // MIN_DELAY_BETWEEN_RAS
constexpr Duration kMaxAnswerDelay = milliseconds(500);  // MAX_RA_DELAY_TIME
constexpr Duration kMaxInitialInterval = seconds(16);  // MAX_INITIAL_RTR_ADVERT_INTERVAL
constexpr unsigned kInitial = 3;                       // MAX_INITIAL_RTR_ADVERTISEMENTS
constexpr std::int64_t kRdnssIntervals = 3;    // RFC 8106 section 5.1: its default lifetime
constexpr Duration kRetry = milliseconds(100);  // until the link-local address is there (ours)

std::uint32_t seconds_of(Duration d) {
  return static_cast<std::uint32_t>(std::min<std::int64_t>(d.ns / seconds(1).ns, 0xffffffff));
}

}  // namespace

RouterAdvertiser::RouterAdvertiser(NetIf& iface, RouterAdvertiserConfig config)
    : iface_(iface),
      config_(std::move(config)),
      random_(iface.stack().env().rng.stream(std::string(iface.path()) + ".ra")),
      timer_(iface.stack().scheduler(), Lane::Work,
             delegate<&RouterAdvertiser::advertise>(this)) {
  handler_.type = static_cast<std::uint8_t>(Icmpv6Type::RouterSolicitation);
  handler_.iface = &iface;
  handler_.handle = [this](NetIf& on, const IcmpHeader&, Packet& packet) {
    return on_solicitation(on, packet);
  };
}

RouterAdvertiser::~RouterAdvertiser() { stop(false); }

void RouterAdvertiser::start() {
  if (running_) return;
  running_ = true;
  initial_ = 0;
  iface_.stack().v6()->icmp.add(handler_);
  timer_.start_at(soonest());
}

void RouterAdvertiser::stop(bool farewell) {
  if (!running_) return;
  running_ = false;
  timer_.cancel();
  iface_.stack().v6()->icmp.remove(handler_);
  if (farewell && iface_.is_up()) send(true);
}

void RouterAdvertiser::change(RouterAdvertiserConfig config) {
  config_ = std::move(config);
  if (!running_) return;
  initial_ = 0;
  const SimTime at = soonest();
  if (!timer_.running() || at < timer_.deadline()) timer_.start_at(at);
}

// RFC 4861 section 6.2.6: not too soon after the one before, which may have been a farewell.
SimTime RouterAdvertiser::soonest() const {
  const SimTime now = iface_.stack().scheduler().now();
  return last_sent_.ns < 0 ? now : std::max(now, last_sent_ + kMinDelayBetween);
}

// RFC 4861 section 6.2.6: a multicast answer after a short random delay, but not too soon after the
// one before.
Status RouterAdvertiser::on_solicitation(NetIf& iface, Packet& packet) {
  const auto solicitation = RouterSolicitation::parse(packet.bytes());
  const Ipv6Address from = packet.meta.source.address.v6();
  const auto link = solicitation ? solicitation->options.link_address(
                                       NdOptionType::SourceLinkAddress)
                                 : std::nullopt;
  if (!solicitation || packet.meta.ttl != kNdHopLimit || (from.is_any() && link)) {
    ++iface.losses().rx_dropped;
    iface.stack().tracer().drop(DropReason::BadHeader, iface.stack().subject(), packet);
    return Errc::Einval;
  }
  if (link) iface.stack().v6()->nd.learn(iface, from, *link, false);
  const Duration delay{random_.between(0, kMaxAnswerDelay.ns)};
  const SimTime at = std::max(iface.stack().scheduler().now() + delay, soonest());
  if (!timer_.running() || at < timer_.deadline()) timer_.start_at(at);
  return Status();
}

void RouterAdvertiser::advertise() {
  const bool ready = iface_.is_up() && iface_.ipv6()->link_local() != nullptr;
  if (!ready) return timer_.start(kRetry);
  send(false);
  timer_.start(next_interval());
}

// RFC 4861 section 6.2.4; the least as section 6.2.1 has it, where it is not to be below 3 s.
Duration RouterAdvertiser::next_interval() {
  const std::int64_t most = config_.max_interval.ns;
  const std::int64_t least = most >= seconds(9).ns ? most / 3 : most / 4 * 3;
  const Duration drawn{random_.between(std::max<std::int64_t>(least, 1), most)};
  if (initial_ >= kInitial) return drawn;
  ++initial_;
  return std::min(drawn, kMaxInitialInterval);
}

std::vector<Ipv6Prefix> RouterAdvertiser::prefixes() const {
  if (!config_.prefixes.empty()) return config_.prefixes;
  std::vector<Ipv6Prefix> found;
  for (const Ipv6IfPrefix& each : iface_.ipv6()->prefixes()) found.push_back(each.prefix);
  return found;
}

std::size_t RouterAdvertiser::option_bytes() const {
  return (iface_.has_link_addresses() ? NdLinkAddress::kBytes : 0) +
         (config_.mtu != 0 ? NdMtu::kBytes : 0) +
         prefixes().size() * NdPrefixInfo::kBytes +
         (config_.dns.empty() ? 0 : NdRdnss::bytes(config_.dns.size()));
}

// RFC 8106 section 5.1. A router that is no default router may well know a resolver.
Duration RouterAdvertiser::rdnss_lifetime() const {
  return config_.lifetime.ns > 0 ? config_.lifetime
                                 : Duration{kRdnssIntervals * config_.max_interval.ns};
}

std::size_t RouterAdvertiser::emit_options(std::uint8_t* out, bool farewell) const {
  const std::uint8_t* start = out;
  if (iface_.has_link_addresses()) {  // RFC 4861 section 4.2
    NdLinkAddress{NdOptionType::SourceLinkAddress, iface_.link_address()}.emit(out);
    out += NdLinkAddress::kBytes;
  }
  if (config_.mtu != 0) {
    NdMtu{config_.mtu}.emit(out);
    out += NdMtu::kBytes;
  }
  for (const Ipv6Prefix& prefix : prefixes()) {
    NdPrefixInfo info;
    info.prefix = prefix;
    info.on_link = config_.on_link;
    info.autonomous = config_.autonomous;
    info.valid_s = seconds_of(config_.valid);
    info.preferred_s = seconds_of(config_.preferred);
    info.emit(out);
    out += NdPrefixInfo::kBytes;
  }
  if (!config_.dns.empty()) {
    NdRdnss::emit(out, farewell ? 0 : seconds_of(rdnss_lifetime()), config_.dns);
    out += NdRdnss::bytes(config_.dns.size());
  }
  return static_cast<std::size_t>(out - start);
}

void RouterAdvertiser::send(bool farewell) {
  const Ipv6IfAddress* own = iface_.ipv6()->link_local();
  if (own == nullptr) return;
  last_sent_ = iface_.stack().scheduler().now();
  const Ipv6Address from = own->address();
  std::vector<std::uint8_t> message(RouterAdvertisement::kBytes + option_bytes());
  emit_options(message.data() + RouterAdvertisement::kBytes, farewell);
  RouterAdvertisement advert;
  advert.hop_limit = config_.hop_limit;
  const Duration lifetime = farewell ? Duration{} : config_.lifetime;
  advert.lifetime_s =
      static_cast<std::uint16_t>(std::min<std::uint32_t>(seconds_of(lifetime), 65'535));
  advert.emit(message, from, Ipv6Address::all_nodes());
  const Icmpv6Route route{from, Ipv6Address::all_nodes(), kNdHopLimit, false, {}};
  Stack& stack = iface_.stack();
  stack.v6()->icmp.post(iface_, std::move(message), route, stack.config().alloc.nd);
}

}  // namespace flapjack
