// SPDX-License-Identifier: Apache-2.0
// DHCPv4 messages: the fields at their places, options in all three fields, lengths that lie.
#include "stack/wire/dhcpv4.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Error = Dhcpv4Message::Error;

constexpr std::size_t kFile = 108, kSname = 44;

Ipv4Address ip(std::string_view text) { return Ipv4Address::parse(text).value(); }

Bytes emit(const Dhcpv4Message& m, std::size_t room = kDhcpv4MessageBytes) {
  Bytes out(room, 0xee);
  out.resize(m.emit(out));
  return out;
}

Dhcpv4Message an_offer() {
  Dhcpv4Message m;
  m.reply = true;
  m.xid = 0x01020304;
  m.secs = 5;
  m.broadcast = true;
  m.yiaddr = ip("192.0.2.10");
  m.siaddr = ip("192.0.2.1");
  m.chaddr = {{0x02, 0, 0, 0, 0, 9}};
  m.type = Dhcpv4Type::Offer;
  m.server_id = ip("192.0.2.1");
  m.lease_s = 3600;
  m.renewal_s = 1800;
  m.rebinding_s = 3150;
  m.subnet_mask = ip("255.255.255.0");
  m.routers = {ip("192.0.2.1"), ip("192.0.2.254")};
  m.dns_servers = {ip("192.0.2.53")};
  return m;
}

// The header of an offer with `options` behind its cookie.
Bytes with_options(const Bytes& options) {
  Bytes bytes = emit(an_offer());
  bytes.resize(kDhcpv4OptionsOffset);
  bytes.insert(bytes.end(), options.begin(), options.end());
  return bytes;
}

void put(Bytes& bytes, std::size_t at, const Bytes& what) {
  std::copy(what.begin(), what.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

TEST(Dhcpv4Codec, EveryFieldHasItsPlace) {
  const Bytes b = emit(an_offer());
  const struct {
    std::size_t at;
    Bytes value;
  } rows[] = {
      {0, {2, 1, 6, 0}},           {4, {1, 2, 3, 4}},       {8, {0, 5, 0x80, 0}},
      {12, {0, 0, 0, 0}},          {16, {192, 0, 2, 10}},   {20, {192, 0, 2, 1}},
      {24, {0, 0, 0, 0}},          {28, {2, 0, 0, 0, 0, 9}}, {34, Bytes(202, 0)},
      {236, {0x63, 0x82, 0x53, 0x63}},
      {240, {53, 1, 2, 54, 4, 192, 0, 2, 1, 51, 4, 0, 0, 0x0e, 0x10, 58, 4, 0, 0, 7, 8,
             59, 4, 0, 0, 0x0c, 0x4e, 1, 4, 255, 255, 255, 0,
             3, 8, 192, 0, 2, 1, 192, 0, 2, 254, 6, 4, 192, 0, 2, 53, 255}},
  };
  for (const auto& row : rows) {
    ASSERT_LE(row.at + row.value.size(), b.size());
    const auto from = b.begin() + static_cast<std::ptrdiff_t>(row.at);
    EXPECT_EQ(Bytes(from, from + static_cast<std::ptrdiff_t>(row.value.size())), row.value)
        << row.at;
  }
  EXPECT_EQ(b.size(), 240u + 50);
}

class Draw {
 public:
  std::uint32_t u32() { return static_cast<std::uint32_t>(stream_.next()); }
  std::size_t below(std::size_t n) { return stream_.below(n); }
  bool flag() { return stream_.below(2) == 1; }
  Ipv4Address ip() { return {u32()}; }
  template <class T>
  void maybe(std::optional<T>& value, T drawn) {
    if (flag()) value = drawn;
  }
  void some(Dhcpv4Addresses& list) {
    for (std::size_t n = below(9); n > 0; --n) static_cast<void>(list.push(ip()));
  }
  void some(Dhcpv4Bytes& list, std::size_t most) {
    for (std::size_t n = below(most); n > 0; --n) {
      static_cast<void>(list.push(static_cast<std::uint8_t>(u32())));
    }
  }

 private:
  RandomStream stream_ = Rng(1).stream("dhcpv4");
};

Dhcpv4Message drawn(Draw& draw) {
  Dhcpv4Message m;
  m.reply = draw.flag();
  m.hops = static_cast<std::uint8_t>(draw.u32());
  m.xid = draw.u32();
  m.secs = static_cast<std::uint16_t>(draw.u32());
  m.broadcast = draw.flag();
  for (Ipv4Address* a : {&m.ciaddr, &m.yiaddr, &m.siaddr, &m.giaddr}) *a = draw.ip();
  for (std::uint8_t& byte : m.chaddr.bytes) byte = static_cast<std::uint8_t>(draw.u32());
  m.type = static_cast<Dhcpv4Type>(1 + draw.below(8));
  draw.maybe(m.subnet_mask, draw.ip());
  draw.maybe(m.requested_address, draw.ip());
  draw.maybe(m.server_id, draw.ip());
  draw.some(m.routers);
  draw.some(m.dns_servers);
  for (auto* time : {&m.lease_s, &m.renewal_s, &m.rebinding_s}) draw.maybe(*time, draw.u32());
  draw.maybe(m.max_message_bytes, static_cast<std::uint16_t>(draw.u32()));
  draw.some(m.client_id, 40);
  draw.some(m.parameters, 40);
  draw.some(m.host_name, 40);
  return m;
}

TEST(Dhcpv4Codec, RoundTripAndTruncation) {
  Draw draw;
  for (int i = 0; i < 200; ++i) {
    const Dhcpv4Message m = drawn(draw);
    const Bytes out = emit(m);
    ASSERT_GT(out.size(), kDhcpv4OptionsOffset);
    for (std::size_t n = 0; n <= out.size(); ++n) {
      const auto exact = std::make_unique<std::uint8_t[]>(n);
      std::copy_n(out.begin(), n, exact.get());
      Dhcpv4Message got;
      const Error error = Dhcpv4Message::parse({exact.get(), n}, got);
      ASSERT_EQ(error == Error::None, n == out.size()) << n;
      if (n == out.size()) {
        EXPECT_EQ(got, m);
      }
    }
    Bytes padded = out;  // zeros behind the end are padding
    padded.resize(out.size() + draw.below(60));
    Dhcpv4Message got;
    EXPECT_EQ(Dhcpv4Message::parse(padded, got), Error::None);
    EXPECT_EQ(got, m);
  }
}

TEST(Dhcpv4Codec, RandomBytesAreReadWithinTheirEnd) {
  Draw draw;
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes = emit(drawn(draw));
    for (std::size_t n = 1 + draw.below(20); n > 0; --n) {
      bytes[draw.below(bytes.size())] = static_cast<std::uint8_t>(draw.u32());
    }
    const auto exact = std::make_unique<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), exact.get());
    Dhcpv4Message got;
    static_cast<void>(Dhcpv4Message::parse({exact.get(), bytes.size()}, got));
    EXPECT_FALSE(to_text(got).empty());
  }
}

TEST(Dhcpv4Codec, WhatDoesNotFitIsNotWritten) {
  const Bytes whole = emit(an_offer());
  for (std::size_t room = 0; room < whole.size(); ++room) {
    Bytes out(room);
    EXPECT_EQ(an_offer().emit(out), 0u) << room;
  }
  Bytes out(whole.size());
  EXPECT_EQ(an_offer().emit(out), whole.size());
}

TEST(Dhcpv4Codec, RefusesWhatIsNoMessage) {
  const struct {
    std::size_t at;
    std::uint8_t value;
    Error error;
  } rows[] = {
      {0, 0, Error::Op},       {0, 3, Error::Op},        {1, 6, Error::Hardware},
      {2, 16, Error::Hardware}, {236, 0x64, Error::Cookie}, {239, 0, Error::Cookie},
  };
  for (const auto& row : rows) {
    Bytes bytes = emit(an_offer());
    bytes[row.at] = row.value;
    Dhcpv4Message got;
    EXPECT_EQ(Dhcpv4Message::parse(bytes, got), row.error) << row.at;
  }
}

TEST(Dhcpv4Codec, OptionsThatLie) {
  const struct {
    const char* what;
    Bytes options;
    Error error;
  } rows[] = {
      {"no options", {}, Error::NoEnd},
      {"no end", {53, 1, 2}, Error::NoEnd},
      {"pads only", {0, 0, 0}, Error::NoEnd},
      {"end only", {255}, Error::Type},
      {"code without length", {53, 1, 2, 12}, Error::Option},
      {"length beyond the field", {53, 1, 2, 12, 5, 'a', 255}, Error::Option},
      {"length 255 at the end", {53, 1, 2, 43, 255, 255}, Error::Option},
      {"type of two bytes", {53, 2, 2, 2, 255}, Error::Option},
      {"type 0", {53, 1, 0, 255}, Error::Type},
      {"type 9 (RFC 3203)", {53, 1, 9, 255}, Error::Type},
      {"mask of three bytes", {53, 1, 2, 1, 3, 255, 255, 255, 255}, Error::Option},
      {"five bytes of routers", {53, 1, 2, 3, 5, 1, 2, 3, 4, 5, 255}, Error::Option},
      {"no router at all", {53, 1, 2, 3, 0, 255}, Error::Option},
      {"lease of two bytes", {53, 1, 2, 51, 2, 1, 1, 255}, Error::Option},
      {"empty client id", {53, 1, 2, 61, 0, 255}, Error::Option},
      {"overload 4", {53, 1, 2, 52, 1, 4, 255}, Error::Option},
      {"overload of nothing", {53, 1, 2, 52, 0, 255}, Error::Option},
      {"max size of one byte", {53, 1, 2, 57, 1, 9, 255}, Error::Option},
      {"unknown ones are skipped", {43, 3, 1, 2, 3, 250, 0, 53, 1, 2, 255}, Error::None},
      {"pads between", {0, 53, 1, 2, 0, 0, 255, 7}, Error::None},
  };
  for (const auto& row : rows) {
    Dhcpv4Message got;
    EXPECT_EQ(Dhcpv4Message::parse(with_options(row.options), got), row.error) << row.what;
  }
}

TEST(Dhcpv4Codec, OfOneThatComesTwiceTheLastCounts) {
  Dhcpv4Message got;
  const Bytes bytes = with_options({53, 1, 2, 51, 4, 0, 0, 0, 1, 51, 4, 0, 0, 0, 2,  //
                                    6, 4, 1, 1, 1, 1, 6, 4, 2, 2, 2, 2, 255});
  ASSERT_EQ(Dhcpv4Message::parse(bytes, got), Error::None);
  EXPECT_EQ(got.lease_s, 2u);
  EXPECT_EQ(got.dns_servers, (Dhcpv4Addresses{ip("1.1.1.1"), ip("2.2.2.2")}));
}

TEST(Dhcpv4Codec, MoreThanEightAddressesAreCutToEight) {
  Bytes options = {53, 1, 2, 3, 40};
  for (std::uint8_t i = 0; i < 10; ++i) options.insert(options.end(), {10, 0, 0, i});
  options.push_back(255);
  Dhcpv4Message got;
  ASSERT_EQ(Dhcpv4Message::parse(with_options(options), got), Error::None);
  EXPECT_EQ(got.routers.size(), 8u);
  EXPECT_EQ(got.routers.view().back(), ip("10.0.0.7"));
}

struct Overload {
  const char* what;
  std::uint8_t value;
  Bytes file, sname;
  Error error;
  bool mask, router;
};

TEST(Dhcpv4Codec, OptionsGoOnInFileAndSname) {
  const Bytes mask = {1, 4, 255, 255, 0, 0, 255}, router = {3, 4, 10, 0, 0, 1, 255};
  const Overload rows[] = {
      {"file", 1, mask, router, Error::None, true, false},
      {"sname", 2, mask, router, Error::None, false, true},
      {"both", 3, mask, router, Error::None, true, true},
      {"file without end", 1, Bytes(128, 0), router, Error::NoEnd, false, false},
      {"sname without end", 2, mask, Bytes(64, 0), Error::NoEnd, false, false},
      {"an overload within file is ignored", 1, {52, 1, 3, 255}, router, Error::None, false, false},
      {"an option beyond sname", 2, mask, {12, 63, 'x'}, Error::Option, false, false},
  };
  for (const Overload& row : rows) {
    Bytes bytes = with_options({53, 1, 2, 52, 1, row.value, 255});
    put(bytes, kFile, row.file);
    put(bytes, kSname, row.sname);
    Dhcpv4Message got;
    EXPECT_EQ(Dhcpv4Message::parse(bytes, got), row.error) << row.what;
    EXPECT_EQ(got.subnet_mask.has_value(), row.mask) << row.what;
    EXPECT_EQ(!got.routers.empty(), row.router) << row.what;
  }
}

TEST(Dhcpv4Codec, Text) {
  EXPECT_EQ(to_text(an_offer()),
            "OFFER xid 0x01020304 for 02:00:00:00:00:09: 192.0.2.10 from 192.0.2.1 for 3600s");
  Dhcpv4Message request;
  request.type = Dhcpv4Type::Request;
  request.requested_address = ip("192.0.2.10");
  request.server_id = ip("192.0.2.1");
  request.ciaddr = ip("192.0.2.7");
  EXPECT_EQ(to_text(request), "REQUEST xid 0x00000000 for 00:00:00:00:00:00 at 192.0.2.7 "
                              "wants 192.0.2.10 of 192.0.2.1");
  EXPECT_EQ(dhcpv4_type_name(static_cast<Dhcpv4Type>(9)), "?");
  EXPECT_EQ(dhcpv4_error_name(Error::NoEnd), "no_end");
  EXPECT_EQ(dhcpv4_error_name(Error::Type), "type");
}

TEST(Ipv4Mask, LengthOfAMask) {
  EXPECT_EQ(ipv4_mask_length(ip("255.255.255.0")), 24);
  EXPECT_EQ(ipv4_mask_length(ip("0.0.0.0")), 0);
  EXPECT_EQ(ipv4_mask_length(ip("255.255.255.255")), 32);
  EXPECT_EQ(ipv4_mask_length(ip("255.0.255.0")), std::nullopt);
}

}  // namespace
}  // namespace flapjack
