// SPDX-License-Identifier: Apache-2.0
// What a resolver makes of the answers it gets.
#include "stack/net/dns_resolver.h"

#include "tests/stack/net/dns_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::ip;
using test::Lines;

struct Answer {
  const char* what;
  std::function<void(DnsHeader&, DnsQuestion&)> change;
  std::function<void(DnsWriter&)> records;
  Lines expected;
};

class DnsAnswerTest : public test::DnsResolverTest {
 protected:
  /// Each is the answer to a question of its own.
  void check(std::span<const Answer> cases) {
    know("192.0.2.53");
    for (const Answer& each : cases) {
      got.clear();
      rig.driver(eth0).sent.clear();
      const auto id = ask("host.example");
      ASSERT_TRUE(id.ok());
      rig.sink.records.clear();
      reply(each.change, each.records);
      EXPECT_EQ(got, each.expected) << each.what;
      EXPECT_EQ(dns.open_queries(), each.expected.empty() ? 1u : 0u) << each.what;
      EXPECT_EQ(dns.cancel(id.value()).ok(), each.expected.empty()) << each.what;
    }
  }
};

TEST_F(DnsAnswerTest, WhatAnswersMean) {
  const auto one = [&](DnsWriter& w) { w.answer(host, ip("192.0.2.9"), 60); };
  const auto none = [](DnsWriter&) {};
  const Answer cases[] = {
      {"an address", {}, one, {"INPROGRESS 192.0.2.9", "ALLDONE"}},
      {"the name in other letters",
       [](auto&, auto& q) { q.name = *DnsName::parse("HOST.Example"); }, one,
       {"INPROGRESS 192.0.2.9", "ALLDONE"}},
      {"records of other kinds between", {},
       [&](DnsWriter& w) {
         w.answer(host, static_cast<DnsType>(16), Bytes{1, 'x'}, 60);
         w.answer(host, ip("192.0.2.9"), 60);
       },
       {"INPROGRESS 192.0.2.9", "ALLDONE"}},
      {"only records of other kinds", {},
       [&](DnsWriter& w) { w.answer(host, static_cast<DnsType>(16), Bytes{1, 'x'}, 60); },
       {"NODATA"}},
      {"only an alias", {},
       [&](DnsWriter& w) { w.cname(host, *DnsName::parse("other.example"), 60); }, {"CANCELED"}},
      {"the other family", {},
       [&](DnsWriter& w) { w.answer(host, *Ipv6Address::parse("2001:db8::9"), 60); },
       {"ADDRFAMILY"}},
      {"no such name", [](DnsHeader& h, auto&) { h.rcode = DnsRcode::NxDomain; }, none, {"FAIL"}},
      {"trouble at the server", [](DnsHeader& h, auto&) { h.rcode = DnsRcode::ServFail; }, none,
       {"FAIL"}},
      {"refused, whatever follows", [](DnsHeader& h, auto&) { h.rcode = DnsRcode::Refused; }, one,
       {"FAIL"}},
      {"nothing at all", {}, none, {"FAIL"}},
      {"a query: ignored", [](DnsHeader& h, auto&) { h.response = false; }, one, {}},
      {"another id: ignored", [](DnsHeader& h, auto&) { h.id ^= 1; }, one, {}},
      {"another name: ignored", [](auto&, auto& q) { q.name = *DnsName::parse("evil.example"); },
       one, {}},
      {"another type: ignored", [](auto&, auto& q) { q.type = DnsType::Aaaa; }, one, {}},
  };
  check(cases);
}

TEST_F(DnsAnswerTest, OnlyRecordsOfTheNameAndItsAliasCount) {
  const Answer cases[] = {
      {"two behind an alias", {},
       [&](DnsWriter& w) {
         const DnsName other = *DnsName::parse("other.example");
         w.cname(host, other, 60);
         w.answer(other, ip("192.0.2.9"), 60);
         w.answer(other, ip("192.0.2.10"), 60);
       },
       {"INPROGRESS 192.0.2.9", "INPROGRESS 192.0.2.10", "ALLDONE"}},
      {"an alias of an alias", {},
       [&](DnsWriter& w) {
         const DnsName second = *DnsName::parse("b.example"), last = *DnsName::parse("c.example");
         w.cname(host, second, 60);
         w.cname(second, last, 60);
         w.answer(last, ip("192.0.2.9"), 60);
       },
       {"INPROGRESS 192.0.2.9", "ALLDONE"}},
      {"another name's address", {},
       [&](DnsWriter& w) { w.answer(*DnsName::parse("evil.example"), ip("192.0.2.66"), 60); },
       {"NODATA"}},
      {"another name's address beside", {},
       [&](DnsWriter& w) {
         w.answer(*DnsName::parse("evil.example"), ip("192.0.2.66"), 60);
         w.answer(host, ip("192.0.2.9"), 60);
       },
       {"INPROGRESS 192.0.2.9", "ALLDONE"}},
      {"another name's alias", {},
       [&](DnsWriter& w) {
         const DnsName other = *DnsName::parse("other.example");
         w.cname(*DnsName::parse("evil.example"), other, 60);
         w.answer(other, ip("192.0.2.66"), 60);
       },
       {"NODATA"}},
  };
  check(cases);
}

TEST_F(DnsAnswerTest, DamagedAnswers) {
  struct Case {
    const char* what;
    std::function<void(Bytes&)> change;
    const char* expected;  // null: ignored
  };
  const Case cases[] = {
      {"shorter than a header", [](Bytes& b) { b.resize(11); }, nullptr},
      {"cut within the question", [](Bytes& b) { b.resize(20); }, "FAIL"},
      {"no question", [](Bytes& b) { b[5] = 0; }, "FAIL"},
      {"cut within the answer", [](Bytes& b) { b.resize(b.size() - 1); }, "SYSTEM"},
      {"more answers than there are", [](Bytes& b) { b[7] = 2; }, "SYSTEM"},
      {"a pointer that points forward", [](Bytes& b) { b[b.size() - 15] = 0xff; }, "SYSTEM"},
  };
  know("192.0.2.53");
  for (const Case& each : cases) {
    got.clear();
    rig.driver(eth0).sent.clear();
    const auto id = ask("host.example");
    ASSERT_TRUE(id.ok());
    Sent query = sent(0);
    Bytes out(kDnsMessageBytesMax);
    DnsHeader header;
    header.id = id.value();
    header.response = true;
    DnsWriter writer(out, header);
    writer.question({host, DnsType::A, kDnsClassIn});
    writer.answer(host, ip("192.0.2.9"), 60);
    out.resize(writer.finish());
    each.change(out);
    deliver(query, out);
    // "more answers" hands over the first one before it finds out
    const std::string last = got.empty() ? "" : got.back();
    EXPECT_EQ(last, each.expected == nullptr ? "" : each.expected) << each.what;
    EXPECT_EQ(dns.cancel(id.value()).ok(), each.expected == nullptr) << each.what;
  }
}

// RFC 5452 section 9.1.
TEST_F(DnsAnswerTest, OnlyTheServerThatWasAskedMayAnswer) {
  know("192.0.2.53");
  know("192.0.2.54");
  ASSERT_TRUE(ask("host.example").ok());
  const Sent query = sent(0);
  const struct {
    const char* what;
    Endpoint from;
    bool taken;
  } rows[] = {{"another address", {ip("192.0.2.66"), 53}, false},
              {"the other server", {ip("192.0.2.54"), 53}, false},
              {"another port", {query.to.address, 5353}, false},
              {"the server itself", query.to, true}};
  DnsHeader header = *DnsReader(query.message).header();
  header.response = true;
  Bytes out(kDnsMessageBytesMax);
  DnsWriter writer(out, header);
  writer.question({host, DnsType::A, kDnsClassIn});
  writer.answer(host, ip("192.0.2.9"), 60);
  out.resize(writer.finish());
  for (const auto& row : rows) {
    rig.sink.records.clear();
    deliver({query.from, row.from, {}}, out);
    EXPECT_EQ(got.empty(), !row.taken) << row.what;
    if (row.taken) continue;
    EXPECT_EQ(rig.sink.records.back().name, "dns_ignored") << row.what;
    EXPECT_EQ(rig.sink.records.back().attr("reason"), "other_server") << row.what;
  }
}

TEST_F(DnsAnswerTest, AnIgnoredPacketIsAnEvent) {
  know("192.0.2.53");
  ASSERT_TRUE(ask("host.example").ok());
  rig.sink.records.clear();
  reply([](DnsHeader& h, DnsQuestion&) { h.id ^= 1; }, [](DnsWriter&) {});
  ASSERT_EQ(rig.events().size(), 1u);
  const KeptRecord& last = rig.sink.records.back();
  EXPECT_EQ(last.name, "dns_ignored");
  EXPECT_EQ(last.attr("reason"), "unknown_id");
  EXPECT_TRUE(last.cause.valid());
}

TEST_F(DnsAnswerTest, TheEndIsCausedByTheAnswerAndSaysWhy) {
  know("192.0.2.53");
  ASSERT_TRUE(ask("host.example").ok());
  reply([](DnsHeader& h, DnsQuestion&) { h.rcode = DnsRcode::NxDomain; }, [](DnsWriter&) {});
  const KeptRecord& last = rig.sink.records.back();
  EXPECT_EQ(last.name, "dns_done");
  EXPECT_EQ(last.attr("name"), "host.example");
  EXPECT_EQ(last.attr("code"), "FAIL");
  EXPECT_EQ(last.attr("rcode"), "NXDOMAIN");
  const KeptRecord& before = rig.sink.records[rig.sink.records.size() - 2];
  EXPECT_EQ(before.name, "app_recv");
  EXPECT_EQ(last.cause, before.seq);
}

}  // namespace
}  // namespace flapjack
