// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/nd.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

const Ipv6Address kFrom{0xfe80ull << 48, 1}, kTo{0xff02ull << 48, 1};

// Written in front of its own options it reads the same.
template <class Message>
void round_trip(Bytes input) {
  const auto message = Message::parse(input);
  if (!message) return;
  Buffer out = copy(input);
  std::fill_n(out.begin(), Message::kBytes, std::uint8_t{0x5a});
  message->emit(out, kFrom, kTo);
  FUZZ_CHECK(Icmpv6Header::parse(out, kFrom, kTo));
  const auto again = Message::parse(out);
  FUZZ_CHECK(again && to_text(*again) == to_text(*message));
}

template <class Kind>
void rewrite(const NdOption& option) {
  const auto read = Kind::parse(option);
  if (!read) return;
  Buffer out(option.bytes.size(), 0x5a);
  read->emit(out.data());
  FUZZ_CHECK(to_text(NdOption{option.type, out}) == to_text(option));
}

void rewrite_rdnss(const NdOption& option) {
  const auto read = NdRdnss::parse(option);
  if (!read) return;
  std::vector<Ipv6Address> servers;
  for (std::size_t i = 0; i < read->servers.size(); ++i) servers.push_back(read->servers[i]);
  Buffer out(option.bytes.size(), 0x5a);
  FUZZ_CHECK(NdRdnss::bytes(servers.size()) == out.size());
  NdRdnss::emit(out.data(), read->lifetime_s, servers);
  FUZZ_CHECK(to_text(NdOption{option.type, out}) == to_text(option));
}

void walk_options(Bytes input) {
  const auto options = NdOptions::parse(input);
  if (!options) return;
  std::size_t bytes = 0;
  NdOptions rest = *options;
  for (NdOption option; rest.next(option);) {
    bytes += option.bytes.size();
    rewrite<NdLinkAddress>(option);
    rewrite<NdPrefixInfo>(option);
    rewrite<NdMtu>(option);
    rewrite<NdRedirectedHeader>(option);
    rewrite_rdnss(option);
  }
  FUZZ_CHECK(bytes == input.size());
  static_cast<void>(options->link_address(NdOptionType::SourceLinkAddress));
  static_cast<void>(options->mtu());
}

}  // namespace

void fuzz_nd(Bytes input) {
  round_trip<RouterSolicitation>(input);
  round_trip<RouterAdvertisement>(input);
  round_trip<NeighborSolicitation>(input);
  round_trip<NeighborAdvertisement>(input);
  round_trip<Redirect>(input);
  for (const std::size_t fixed : {8u, 16u, 24u, 40u}) {
    if (input.size() >= fixed) walk_options(input.subspan(fixed));
  }
}

}  // namespace flapjack::fuzz
