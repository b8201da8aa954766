// SPDX-License-Identifier: Apache-2.0
// DNS messages: known bytes, every header bit, limits, compression, random and damaged messages.
#include "stack/wire/dns.h"

#include <gtest/gtest.h>

#include <vector>

#include "stack/sim/rng.h"

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

DnsName name(std::string_view text) { return DnsName::parse(text).value(); }
Ipv4Address ip(std::string_view text) { return Ipv4Address::parse(text).value(); }

// The question "f.isi.arpa A" and an answer with two addresses; as in RFC 1035 section 4.1.4 the
// owner of the second is a pointer.
const Bytes kAnswer = {
    0x12, 0x34, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 0,                            // header
    1, 'F', 3, 'I', 'S', 'I', 4, 'A', 'R', 'P', 'A', 0, 0, 1, 0, 1,            // question
    0xc0, 12, 0, 5, 0, 1, 0, 0, 0x0e, 0x10, 0, 6, 3, 'f', 'o', 'o', 0xc0, 18,  // CNAME foo.ARPA
    0xc0, 40, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 2, 0, 52,                     // A 10.2.0.52
};

TEST(DnsTest, KnownBytesAreRead) {
  DnsReader reader(kAnswer);
  const DnsHeader& h = *reader.header();
  EXPECT_EQ(h.id, 0x1234);
  EXPECT_TRUE(h.response && h.authoritative && h.recursion_desired && h.recursion_available);
  EXPECT_FALSE(h.truncated);
  EXPECT_EQ(h.answers, 2);
  const auto q = reader.question();
  ASSERT_TRUE(q);
  EXPECT_EQ(*q, (DnsQuestion{name("f.isi.arpa"), DnsType::A, kDnsClassIn}));
  const auto alias = reader.record();
  ASSERT_TRUE(alias && alias->target);
  EXPECT_EQ(alias->name, name("f.isi.arpa"));
  EXPECT_EQ(to_text(*alias->target), "foo.ARPA");
  EXPECT_EQ(alias->ttl, 3600u);
  const auto address = reader.record();
  ASSERT_TRUE(address);
  EXPECT_EQ(to_text(address->name), "foo.ARPA");
  EXPECT_EQ(address->address, IpAddress(ip("10.2.0.52")));
  EXPECT_EQ(address->ttl, 60u);
  EXPECT_FALSE(reader.record());
}

TEST(DnsTest, KnownBytesAreWritten) {
  DnsHeader h;
  h.id = 0x1234;
  h.response = h.authoritative = h.recursion_desired = h.recursion_available = true;
  Bytes out(kDnsMessageBytesMax);
  DnsWriter writer(out, h);
  EXPECT_TRUE(writer.question({name("F.ISI.ARPA"), DnsType::A, kDnsClassIn}));
  EXPECT_TRUE(writer.cname(name("F.ISI.ARPA"), name("foo.ARPA"), 3600));
  EXPECT_TRUE(writer.answer(name("foo.ARPA"), ip("10.2.0.52"), 60));
  out.resize(writer.finish());
  EXPECT_EQ(out, kAnswer);
}

TEST(DnsTest, EveryBitOfTheHeader) {
  for (std::uint32_t flags = 0; flags <= 0xffff; ++flags) {
    Bytes bytes = {0xab, 0xcd, static_cast<std::uint8_t>(flags >> 8),
                   static_cast<std::uint8_t>(flags), 0, 1, 0, 2, 0, 3, 0, 4};
    const auto h = DnsHeader::parse(bytes);
    Bytes again(kDnsHeaderBytes);
    h->emit(again.data());
    ASSERT_EQ(again, bytes);
  }
  EXPECT_FALSE(DnsHeader::parse(Bytes(11)));
}

TEST(DnsTest, OtherRecordsAreBytes) {
  Bytes out(kDnsMessageBytesMax);
  DnsWriter writer(out, {});
  const Bytes text = {4, 't', 'e', 'x', 't'};
  EXPECT_TRUE(writer.answer(name("a"), static_cast<DnsType>(16), text, 1));
  EXPECT_TRUE(writer.answer(name("a"), *Ipv6Address::parse("2001:db8::1"), 1));
  out.resize(writer.finish());
  DnsReader reader(out);
  const auto txt = reader.record();
  ASSERT_TRUE(txt);
  EXPECT_EQ(Bytes(txt->data.begin(), txt->data.end()), text);
  EXPECT_FALSE(txt->address || txt->target);
  const auto aaaa = reader.record();
  ASSERT_TRUE(aaaa);
  EXPECT_EQ(aaaa->type, DnsType::Aaaa);
  EXPECT_EQ(aaaa->address, IpAddress(*Ipv6Address::parse("2001:db8::1")));
}

TEST(DnsTest, AddressesOfAnotherClassAreBytes) {
  Bytes bytes = kAnswer;
  bytes[51] = 3;  // CHAOS
  DnsReader reader(bytes);
  ASSERT_TRUE(reader.question() && reader.record());
  const auto record = reader.record();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->dns_class, 3);
  EXPECT_FALSE(record->address);
}

TEST(DnsTest, DataOfTheWrongLengthIsRefused) {
  struct Case {
    const char* what;
    std::size_t at;
    std::uint8_t value;
  };
  const Case cases[] = {{"A of 3 bytes", 57, 3}, {"A beyond the end", 57, 5},
                        {"CNAME that ends early", 39, 7}, {"CNAME that is cut", 39, 5},
                        {"AAAA of 4 bytes", 49, 28}};
  for (const Case& each : cases) {
    Bytes bytes = kAnswer;
    bytes[each.at] = each.value;
    DnsReader reader(bytes);
    ASSERT_TRUE(reader.question());
    EXPECT_FALSE(reader.record() && reader.record()) << each.what;
  }
}

TEST(DnsTest, WhatDoesNotFitIsLeftOutAndMarked) {
  Bytes out(kDnsMessageBytesMax);
  DnsWriter writer(out, {});
  EXPECT_TRUE(writer.question({name("host.example"), DnsType::A, kDnsClassIn}));
  std::size_t fit = 0;  // 12 + 18 bytes are used; an answer takes 16
  while (writer.answer(name("host.example"), ip("192.0.2.1"), 60)) ++fit;
  EXPECT_EQ(fit, (512u - 30) / 16);
  EXPECT_FALSE(writer.cname(name("host.example"), name("another.example"), 60));
  const std::size_t length = writer.finish();
  EXPECT_EQ(length, 30 + 16 * fit);
  const auto h = DnsHeader::parse(std::span(out).first(length));
  EXPECT_TRUE(h->truncated);
  EXPECT_EQ(h->answers, fit);
}

TEST(DnsTest, AFullBufferTakesEachPieceOrNone) {
  for (std::size_t room = kDnsHeaderBytes; room <= 80; ++room) {
    Bytes out(room);
    DnsWriter writer(out, {});
    writer.question({name("a.example"), DnsType::A, kDnsClassIn});
    writer.cname(name("a.example"), name("b.example"), 1);
    writer.answer(name("b.example"), ip("192.0.2.1"), 1);
    out.resize(writer.finish());
    DnsReader reader(out);
    const DnsHeader& h = *reader.header();
    for (int i = 0; i < h.questions; ++i) ASSERT_TRUE(reader.question()) << room;
    for (int i = 0; i < h.answers; ++i) ASSERT_TRUE(reader.record()) << room;
    EXPECT_EQ(h.truncated, h.questions + h.answers < 3) << room;
  }
}

DnsName random_name(RandomStream& random) {
  std::string text;
  const std::uint64_t labels = 1 + random.below(4);
  for (std::uint64_t i = 0; i < labels; ++i) {
    if (i > 0) text += '.';
    text += std::string(1 + random.below(3), static_cast<char>('a' + random.below(3)));
  }
  return name(text);
}

TEST(DnsTest, RandomMessagesComeBack) {
  RandomStream random(7);
  for (int round = 0; round < 2000; ++round) {
    Bytes out(kDnsMessageBytesMax);
    DnsWriter writer(out, {});
    std::vector<std::pair<DnsName, DnsName>> wrote;
    for (std::uint64_t n = random.below(12); n > 0; --n) {
      wrote.emplace_back(random_name(random), random_name(random));
      ASSERT_TRUE(writer.cname(wrote.back().first, wrote.back().second, 1));
    }
    out.resize(writer.finish());
    DnsReader reader(out);
    ASSERT_EQ(reader.header()->answers, wrote.size());
    for (const auto& [owner, target] : wrote) {
      const auto record = reader.record();
      ASSERT_TRUE(record && record->target);
      EXPECT_EQ(record->name, owner);
      EXPECT_EQ(*record->target, target);
    }
  }
}

TEST(DnsTest, DamagedMessagesAreReadWithoutHarm) {
  RandomStream random(11);
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = kAnswer;
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    }
    bytes.resize(random.below(bytes.size() + 1));
    DnsReader reader(bytes);
    if (!reader.header()) continue;
    bool good = true;
    const DnsHeader& h = *reader.header();
    for (int i = 0; good && i < h.questions; ++i) good = reader.question().has_value();
    for (int i = 0; good && i < h.answers; ++i) good = reader.record().has_value();
  }
}

TEST(DnsTest, Text) {
  EXPECT_EQ(dns_to_text(kAnswer), "answer 4660 NOERROR 2");
  Bytes query(kAnswer.begin(), kAnswer.begin() + 28);
  query[2] = 1;
  EXPECT_EQ(dns_to_text(query), "query 4660 F.ISI.ARPA A");
  EXPECT_EQ(dns_to_text(Bytes(3)), "malformed");
}

}  // namespace
}  // namespace flapjack
