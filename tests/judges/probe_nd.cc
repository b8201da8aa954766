// SPDX-License-Identifier: Apache-2.0
// Neighbor discovery: RS, RA, NS, NA and redirect with their options.
#include "stack/wire/icmpv6.h"
#include "stack/wire/nd.h"
#include "tests/judges/probe_fields.h"

namespace flapjack::probe {
namespace {

std::string lifetime(std::uint32_t seconds) { return std::to_string(seconds); }

// "slla|02:..", "prefix|2001:db8::/64|L|A|valid|preferred", ..., "other|99|hex".
std::string option_text(const NdOption& option) {
  if (const auto link = NdLinkAddress::parse(option)) {
    const bool source = link->type == NdOptionType::SourceLinkAddress;
    return (source ? "slla|" : "tlla|") + to_text(link->address) + ";";
  }
  if (const auto info = NdPrefixInfo::parse(option)) {
    return "prefix|" + to_text(info->prefix) + "|" + (info->on_link ? "1|" : "0|") +
           (info->autonomous ? "1|" : "0|") + lifetime(info->valid_s) + "|" +
           lifetime(info->preferred_s) + ";";
  }
  if (const auto mtu = NdMtu::parse(option)) return "mtu|" + std::to_string(mtu->mtu) + ";";
  if (const auto redirected = NdRedirectedHeader::parse(option)) {
    return "redirected|" + to_hex(redirected->packet) + ";";
  }
  if (const auto rdnss = NdRdnss::parse(option)) {
    std::string text = "rdnss|" + lifetime(rdnss->lifetime_s);
    for (std::size_t i = 0; i < rdnss->servers.size(); ++i) {
      text += "|" + to_text(rdnss->servers[i]);
    }
    return text + ";";
  }
  return "other|" + std::to_string(static_cast<int>(option.type)) + "|" +
         to_hex(option.bytes.subspan(2)) + ";";
}

std::string options_text(NdOptions options) {
  std::string text;
  for (NdOption option; options.next(option);) text += option_text(option);
  return text;
}

std::uint32_t to_u32(std::string_view text) {
  return static_cast<std::uint32_t>(to_number(text, 0xffffffff));
}

Buffer emit_rdnss(const std::vector<std::string_view>& parts) {
  std::vector<Ipv6Address> servers;
  for (std::size_t i = 2; i < parts.size(); ++i) servers.push_back(to_ip(parts[i]).v6());
  Buffer out(NdRdnss::bytes(servers.size()));
  NdRdnss::emit(out.data(), to_u32(parts.at(1)), servers);
  return out;
}

Buffer emit_option(std::string_view item) {
  const auto parts = split(item, '|');
  Buffer out;
  if (parts[0] == "slla" || parts[0] == "tlla") {
    out.resize(NdLinkAddress::kBytes);
    NdLinkAddress{parts[0] == "slla" ? NdOptionType::SourceLinkAddress
                                     : NdOptionType::TargetLinkAddress,
                  MacAddress::parse(parts.at(1)).value()}
        .emit(out.data());
  } else if (parts[0] == "prefix") {
    out.resize(NdPrefixInfo::kBytes);
    NdPrefixInfo{Ipv6Prefix::parse(parts.at(1)).value(), parts.at(2) == "1", parts.at(3) == "1",
                 to_u32(parts.at(4)), to_u32(parts.at(5))}
        .emit(out.data());
  } else if (parts[0] == "mtu") {
    out.resize(NdMtu::kBytes);
    NdMtu{to_u32(parts.at(1))}.emit(out.data());
  } else if (parts[0] == "redirected") {
    const Buffer packet = from_hex(parts.at(1));
    const NdRedirectedHeader redirected{packet};
    out.resize(redirected.bytes());
    redirected.emit(out.data());
  } else if (parts[0] == "rdnss") {
    out = emit_rdnss(parts);
  } else {
    out = from_hex(parts.at(2));
    out.insert(out.begin(), {static_cast<std::uint8_t>(to_number(parts.at(1), 0xff)),
                             static_cast<std::uint8_t>((out.size() + 2) / 8)});
  }
  return out;
}

template <class Message>
Buffer emit(const Message& message, const Fields& f) {
  Buffer out(Message::kBytes);
  for (const std::string_view item : f.items("options")) {
    const Buffer option = emit_option(item);
    out.insert(out.end(), option.begin(), option.end());
  }
  message.emit(out, f.ipv6("src"), f.ipv6("dst"));
  return out;
}

bool sums(Bytes input, const Fields& with) {
  return Icmpv6Header::parse(input, with.ipv6("src"), with.ipv6("dst")).has_value();
}

bool parse_rs(Bytes input, const Fields& with, Fields& out) {
  const auto m = RouterSolicitation::parse(input);
  if (!m || !sums(input, with)) return false;
  out.set("options", options_text(m->options));
  return true;
}
Buffer emit_rs(const Fields& f) { return emit(RouterSolicitation{}, f); }

bool parse_ra(Bytes input, const Fields& with, Fields& out) {
  const auto m = RouterAdvertisement::parse(input);
  if (!m || !sums(input, with)) return false;
  out.set("hops", m->hop_limit);
  out.set("managed", std::uint64_t{m->managed});
  out.set("other", std::uint64_t{m->other});
  out.set("preference", static_cast<std::uint64_t>(m->preference + 1));
  out.set("lifetime", m->lifetime_s);
  out.set("reachable", m->reachable_ms);
  out.set("retransmit", m->retransmit_ms);
  out.set("options", options_text(m->options));
  return true;
}

Buffer emit_ra(const Fields& f) {
  RouterAdvertisement m;
  m.hop_limit = f.number<std::uint8_t>("hops");
  m.managed = f.flag("managed");
  m.other = f.flag("other");
  m.preference = static_cast<std::int8_t>(static_cast<int>(to_number(f.get("preference"), 2)) - 1);
  m.lifetime_s = f.number<std::uint16_t>("lifetime");
  m.reachable_ms = f.number<std::uint32_t>("reachable");
  m.retransmit_ms = f.number<std::uint32_t>("retransmit");
  return emit(m, f);
}

bool parse_ns(Bytes input, const Fields& with, Fields& out) {
  const auto m = NeighborSolicitation::parse(input);
  if (!m || !sums(input, with)) return false;
  out.set("target", m->target);
  out.set("options", options_text(m->options));
  return true;
}
Buffer emit_ns(const Fields& f) { return emit(NeighborSolicitation{f.ipv6("target"), {}}, f); }

bool parse_na(Bytes input, const Fields& with, Fields& out) {
  const auto m = NeighborAdvertisement::parse(input);
  if (!m || !sums(input, with)) return false;
  out.set("target", m->target);
  out.set("router", std::uint64_t{m->router});
  out.set("solicited", std::uint64_t{m->solicited});
  out.set("override", std::uint64_t{m->override_known});
  out.set("options", options_text(m->options));
  return true;
}
Buffer emit_na(const Fields& f) {
  return emit(NeighborAdvertisement{f.ipv6("target"), f.flag("router"), f.flag("solicited"),
                                    f.flag("override"), {}},
              f);
}

bool parse_redirect(Bytes input, const Fields& with, Fields& out) {
  const auto m = Redirect::parse(input);
  if (!m || !sums(input, with)) return false;
  out.set("target", m->target);
  out.set("for", m->destination);
  out.set("options", options_text(m->options));
  return true;
}
Buffer emit_redirect(const Fields& f) {
  return emit(Redirect{f.ipv6("target"), f.ipv6("for"), {}}, f);
}

}  // namespace

std::span<const Kind> nd_kinds() {
  static constexpr Kind kKinds[] = {
      {"rs", parse_rs, emit_rs},
      {"ra", parse_ra, emit_ra},
      {"ns", parse_ns, emit_ns},
      {"na", parse_na, emit_na},
      {"redirect", parse_redirect, emit_redirect},
  };
  return kKinds;
}

}  // namespace flapjack::probe
