// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/nd.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::hex;
using test::ip6;

const Ipv6Address kOne = ip6("fe80::1"), kTwo = ip6("fe80::2");
const Bytes kNs = hex("87007a9700000000fe8000000000000000000000000000020101020000000001");
const Bytes kNa = hex("8800181a60000000fe8000000000000000000000000000020201020000000002");
const Bytes kRs = hex("85007a2c000000000101020000000001");
const Bytes kRa =
    hex("86006b82 40c80708 00007530 000003e8 05010000000005dc"
        "030440c0 00015180 00003840 00000000 20010db8000100000000000000000000"
        "19030000 00000258 20010db8000000000000000000000053");
const Bytes kRedirect =
    hex("8900e1ba00000000fe80000000000000000000000000000920010db8000000000000000000000007"
        "0403000000000000000102030405060708090a0b0c0d0e0f");

// Each message the way it is taken in: checksum first.
template <class Message>
std::optional<Message> take(const Bytes& bytes, const Ipv6Address& from, const Ipv6Address& to) {
  EXPECT_TRUE(Icmpv6Header::parse(bytes, from, to));
  return Message::parse(bytes);
}

// `fixed` bytes of rubbish in front of the options of `whole`, to be written over.
Bytes options_only(const Bytes& whole, std::size_t fixed) {
  Bytes out = whole;
  std::fill_n(out.begin(), fixed, std::uint8_t{0});
  return out;
}

TEST(NeighborDiscovery, Solicitation) {
  const Ipv6Address group = kTwo.solicited_node();
  const auto m = take<NeighborSolicitation>(kNs, kOne, group);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->target, kTwo);
  EXPECT_EQ(to_text(*m), "who has fe80::2? slla 02:00:00:00:00:01");
  EXPECT_EQ(m->options.link_address(NdOptionType::SourceLinkAddress),
            MacAddress::parse("02:00:00:00:00:01"));
  EXPECT_FALSE(m->options.link_address(NdOptionType::TargetLinkAddress));
  Bytes out = options_only(kNs, NeighborSolicitation::kBytes);
  m->emit(out, kOne, group);
  EXPECT_EQ(out, kNs);
}

TEST(NeighborDiscovery, Advertisement) {
  const auto m = take<NeighborAdvertisement>(kNa, kTwo, kOne);
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->router);
  EXPECT_TRUE(m->solicited && m->override_known);
  EXPECT_EQ(to_text(*m), "fe80::2 is here solicited override tlla 02:00:00:00:00:02");
  Bytes out = options_only(kNa, NeighborAdvertisement::kBytes);
  m->emit(out, kTwo, kOne);
  EXPECT_EQ(out, kNa);
}

TEST(NeighborDiscovery, RouterSolicitation) {
  const Ipv6Address routers = Ipv6Address::all_routers();
  const auto m = take<RouterSolicitation>(kRs, kOne, routers);
  ASSERT_TRUE(m);
  EXPECT_EQ(to_text(*m), "router? slla 02:00:00:00:00:01");
  Bytes out = options_only(kRs, RouterSolicitation::kBytes);
  m->emit(out, kOne, routers);
  EXPECT_EQ(out, kRs);
}

TEST(NeighborDiscovery, RouterAdvertisement) {
  const Ipv6Address nodes = Ipv6Address::all_nodes();
  const auto m = take<RouterAdvertisement>(kRa, kOne, nodes);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->hop_limit, 64);
  EXPECT_TRUE(m->managed && m->other);
  EXPECT_EQ(m->preference, 1);
  EXPECT_EQ(m->lifetime_s, 1800);
  EXPECT_EQ(m->reachable_ms, 30000u);
  EXPECT_EQ(m->retransmit_ms, 1000u);
  EXPECT_EQ(m->options.mtu(), 1500u);
  const auto prefix = NdPrefixInfo::parse(*m->options.find(NdOptionType::PrefixInfo));
  const NdPrefixInfo want{*Ipv6Prefix::parse("2001:db8:1::/64"), true, true, 86400, 14400};
  EXPECT_EQ(*prefix, want);
  const auto rdnss = NdRdnss::parse(*m->options.find(NdOptionType::Rdnss));
  EXPECT_EQ(rdnss->lifetime_s, 600u);
  ASSERT_EQ(rdnss->servers.size(), 1u);
  EXPECT_EQ(rdnss->servers[0], ip6("2001:db8::53"));
  EXPECT_EQ(to_text(*m),
            "router lifetime 1800 managed other high hops 64 reachable 30000ms retransmit 1000ms "
            "mtu 1500 prefix 2001:db8:1::/64 L A valid 86400 preferred 14400 "
            "rdnss {2001:db8::53} lifetime 600");
  Bytes out = options_only(kRa, RouterAdvertisement::kBytes);
  m->emit(out, kOne, nodes);
  EXPECT_EQ(out, kRa);
}

TEST(NeighborDiscovery, RouterPreference) {
  struct Row {
    std::uint8_t flags;
    int preference;
  };
  // RFC 4191 section 2.1: 01 high, 00 medium, 11 low, 10 reserved
  for (const Row& row : {Row{0x00, 0}, Row{0x08, 1}, Row{0x18, -1}, Row{0x10, 0}}) {
    Bytes bytes = kRa;
    bytes[5] = row.flags;
    const auto m = RouterAdvertisement::parse(bytes);
    ASSERT_TRUE(m);
    EXPECT_EQ(m->preference, row.preference);
    m->emit(bytes, kOne, kTwo);
    EXPECT_EQ(RouterAdvertisement::parse(bytes)->preference, row.preference);
  }
}

TEST(NeighborDiscovery, Redirect) {
  const Ipv6Address us = ip6("2001:db8::2");
  const auto m = take<Redirect>(kRedirect, kOne, us);
  ASSERT_TRUE(m);
  EXPECT_EQ(to_text(*m), "2001:db8::7 by fe80::9 redirected 16 bytes");
  Bytes out = options_only(kRedirect, Redirect::kBytes);
  m->emit(out, kOne, us);
  EXPECT_EQ(out, kRedirect);
}

TEST(NeighborDiscovery, WhatMakesAMessageInvalid) {
  struct Row {
    const char* what;
    const Bytes* message;
    std::size_t offset;
    std::uint8_t value;
    bool valid;
  };
  for (const Row& row : {
           Row{"as it is", &kNs, 1, 0, true},
           Row{"NS code", &kNs, 1, 1, false},
           Row{"NA code", &kNa, 1, 1, false},
           Row{"RS code", &kRs, 1, 1, false},
           Row{"RA code", &kRa, 1, 1, false},
           Row{"redirect code", &kRedirect, 1, 1, false},
           Row{"NS for a group", &kNs, 8, 0xff, false},
           Row{"NA for a group", &kNa, 8, 0xff, false},
           Row{"redirect of a group", &kRedirect, 24, 0xff, false},
           Row{"redirect to a router that is not link-local", &kRedirect, 8, 0x20, false},
           Row{"option of length 0", &kNs, 25, 0, false},
           Row{"option over the end", &kNs, 25, 2, false},
           Row{"first of several over the end", &kRa, 17, 9, false},
           Row{"unknown option", &kNs, 24, 99, true},
           Row{"another type", &kNs, 0, 136, true},  // NS and NA have the same shape
           Row{"not of neighbor discovery", &kNs, 0, 128, false},
       }) {
    Bytes bytes = *row.message;
    bytes[row.offset] = row.value;
    const bool valid = NeighborSolicitation::parse(bytes) || NeighborAdvertisement::parse(bytes) ||
                       RouterSolicitation::parse(bytes) || RouterAdvertisement::parse(bytes) ||
                       Redirect::parse(bytes);
    EXPECT_EQ(valid, row.valid) << row.what;
  }
}

TEST(NeighborDiscovery, RedirectToTheDestinationItself) {
  Bytes bytes = kRedirect;
  std::copy_n(bytes.begin() + 24, 16, bytes.begin() + 8);
  EXPECT_TRUE(Redirect::parse(bytes));
}

TEST(NeighborDiscovery, CutAnywhereNothingIsReadBehindTheEnd) {
  for (const Bytes* message : {&kNs, &kNa, &kRs, &kRa, &kRedirect}) {
    at_every_length(*message, [&](std::span<const std::uint8_t> b) {
      if (const auto m = NeighborSolicitation::parse(b)) {
        EXPECT_GE(b.size(), 24u);
      }
      if (const auto m = NeighborAdvertisement::parse(b)) {
        EXPECT_GE(b.size(), 24u);
      }
      if (const auto m = RouterSolicitation::parse(b)) {
        EXPECT_GE(b.size(), 8u);
      }
      if (const auto m = RouterAdvertisement::parse(b)) {
        EXPECT_FALSE(to_text(*m).empty());
      }
      if (const auto m = Redirect::parse(b)) {
        EXPECT_GE(b.size(), 40u);
      }
    });
  }
  // without options all of them are complete
  EXPECT_TRUE(NeighborSolicitation::parse(std::span(kNs).first(24)));
  EXPECT_TRUE(RouterSolicitation::parse(std::span(kRs).first(8)));
  EXPECT_TRUE(RouterAdvertisement::parse(std::span(kRa).first(16)));
  EXPECT_TRUE(Redirect::parse(std::span(kRedirect).first(40)));
}

TEST(NdOptions, AreTakenOneByOne) {
  const auto options = NdOptions::parse(std::span(kRa).subspan(16));
  ASSERT_TRUE(options);
  std::vector<int> types;
  NdOptions rest = *options;
  for (NdOption option; rest.next(option);) types.push_back(static_cast<int>(option.type));
  EXPECT_EQ(types, (std::vector<int>{5, 3, 25}));
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(options->find(NdOptionType::RedirectedHeader));
  EXPECT_TRUE(NdOptions::parse({})->empty());
}

TEST(NdOptions, OfAWrongLengthAreNotRead) {
  struct Row {
    const char* what;
    const char* bytes;
    const char* text;
  };
  for (const Row& row : {
           Row{"16-byte link address", "01020000000000010000000000000000", " option 1"},
           Row{"prefix of 24 bytes", "030340c0000000010000000100000000 0000000000000000",
               " option 3"},
           Row{"prefix length 129",
               "030481c0000000010000000100000000 00000000000000000000000000000000", " option 3"},
           Row{"MTU of 16 bytes", "05020000000005dc0000000000000000", " option 5"},
           Row{"RDNSS without a server", "1901000000000258", " option 25"},
           Row{"RDNSS with half a server", "19020000000002580000000000000000", " option 25"},
           Row{"DNSSL", "1f02000000000258 0361626300000000", " option 31"},
       }) {
    const Bytes bytes = hex(row.bytes);
    const auto options = NdOptions::parse(bytes);
    ASSERT_TRUE(options) << row.what;
    EXPECT_EQ(to_text(*options), row.text) << row.what;
    EXPECT_FALSE(options->mtu());
    EXPECT_FALSE(options->link_address(NdOptionType::SourceLinkAddress));
  }
}

TEST(NdOptions, WhatIsEmittedIsRead) {
  const std::vector<Ipv6Address> servers = {ip6("2001:db8::53"), ip6("fe80::53")};
  Bytes out(NdRdnss::bytes(2));
  NdRdnss::emit(out.data(), 7, servers);
  EXPECT_EQ(to_text(*NdOptions::parse(out)), " rdnss {2001:db8::53 fe80::53} lifetime 7");

  const Bytes packet = hex("60000000 0000");  // padded to 8 bytes
  const NdRedirectedHeader redirected{packet};
  Bytes quoted(redirected.bytes(), 0x55);
  redirected.emit(quoted.data());
  EXPECT_EQ(quoted, hex("0402000000000000 6000000000000000"));

  Bytes prefix(NdPrefixInfo::kBytes);
  const NdPrefixInfo info{*Ipv6Prefix::parse("2001:db8::/48"), false, true, NdPrefixInfo::kInfinite,
                          5};
  info.emit(prefix.data());
  EXPECT_EQ(NdPrefixInfo::parse({NdOptionType::PrefixInfo, prefix}), info);

  Bytes mtu(NdMtu::kBytes);
  NdMtu{1280}.emit(mtu.data());
  EXPECT_EQ(NdOptions::parse(mtu)->mtu(), 1280u);
}

}  // namespace
}  // namespace flapjack
