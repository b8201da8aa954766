// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/digest_sink.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "stack/packet/packet_pool.h"

namespace flapjack {
namespace {

// A record with every field set, and what it points to.
struct Sample {
  Scheduler scheduler;
  Tracer tracer{scheduler};
  PacketSlab slab;
  PacketPtr packet = slab.allocate();
  std::vector<Attr> attrs = {Attr::of("len", std::int64_t{3}), Attr::of("to", "peer")};
  TraceRecord record;

  Sample() {
    packet->append(std::array<std::uint8_t, 3>{1, 2, 3});
    record.seq = {5};
    record.cause = {4};
    record.at = {1'000};
    record.kind = TraceKind::Hop;
    record.subject = tracer.subject("dev.wifi0");
    record.name = "link_in";
    record.packet = {9};
    record.parent = {8};
    record.frame = packet.get();
  }
  std::string digest() {
    record.attrs = attrs;
    DigestSink sink;
    sink.record(tracer, record);
    return sink.digest();
  }
};

TEST(DigestSinkTest, IsGolden) {
  EXPECT_EQ(DigestSink().digest(), "99aa06d3014798d86001c324468d497f") << "XXH3-128 of nothing";
  EXPECT_EQ(Sample().digest(), "fc2ac61aeda08d24094d6089e0a7ae81");
  EXPECT_EQ(Sample().digest(), Sample().digest());
}

TEST(DigestSinkTest, EveryFieldCounts) {
  const std::vector<std::function<void(Sample&)>> changes = {
      [](Sample& s) { s.record.seq.value++; },
      [](Sample& s) { s.record.cause.value++; },
      [](Sample& s) { s.record.at.ns++; },
      [](Sample& s) { s.record.kind = TraceKind::Drop; },
      [](Sample& s) { s.record.subject = s.tracer.subject("dev.wifi1"); },
      [](Sample& s) { s.record.subject = {}; },
      [](Sample& s) { s.record.name = "link_out"; },
      [](Sample& s) { s.record.packet.value++; },
      [](Sample& s) { s.record.parent.value++; },
      [](Sample& s) { s.attrs[0].number++; },
      [](Sample& s) { s.attrs[0].key = "Len"; },
      [](Sample& s) { s.attrs[0].type = Attr::Type::Time; },
      [](Sample& s) { s.attrs[1].text = "pear"; },
      [](Sample& s) { s.attrs.pop_back(); },
      [](Sample& s) { s.packet->data()[2] ^= 1; },
      [](Sample& s) { s.packet->append(1); },
      [](Sample& s) { s.record.frame = nullptr; },
  };
  const std::string original = Sample().digest();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Sample sample;
    changes[i](sample);
    EXPECT_NE(sample.digest(), original) << "change " << i;
  }
}

TEST(DigestSinkTest, BytesCountOnlyWhereAPacketEntersAMedium) {
  Sample a, b;
  a.record.name = b.record.name = "core_out";
  b.packet->data()[0] ^= 1;
  EXPECT_EQ(a.digest(), b.digest());
}

TEST(DigestSinkTest, ALongRecordIsHashedWhole) {
  const auto digest_of = [](char last) {
    Sample s;
    std::string text(2000, 'x');
    text.back() = last;
    s.attrs[1].text = text;
    return s.digest();
  };
  EXPECT_NE(digest_of('a'), digest_of('b'));
}

// The second record's start must not be readable as more of the first one's attributes.
TEST(DigestSinkTest, WhereARecordEndsCounts) {
  Sample s;
  const Attr twin = s.attrs[0];
  const auto digest_of = [&](std::vector<Attr> first, std::vector<Attr> second) {
    DigestSink sink;
    for (const auto* attrs : {&first, &second}) {
      s.record.attrs = *attrs;
      sink.record(s.tracer, s.record);
    }
    EXPECT_EQ(sink.count(), 2u);
    return sink.digest();
  };
  EXPECT_NE(digest_of({twin, twin}, {}), digest_of({twin}, {twin}));
  EXPECT_NE(digest_of({twin, twin}, {}), digest_of({}, {twin, twin}));
}

TEST(DigestSinkTest, TwoRunsSideBySideGiveTheSame) {
  Scheduler sa, sb;
  Tracer ta(sa), tb(sb);
  DigestSink a, b;
  ta.add_sink(a);
  tb.add_sink(b);
  for (int i = 0; i < 100; ++i) {
    ta.event(ta.subject("x"), "E", {Attr::of("i", std::int64_t{i})});
    tb.event(tb.subject("x"), "E", {Attr::of("i", std::int64_t{i})});
  }
  EXPECT_EQ(a.digest(), b.digest());
  EXPECT_EQ(a.count(), 100u);
  ta.event(ta.subject("x"), "E");
  EXPECT_NE(a.digest(), b.digest());
}

}  // namespace
}  // namespace flapjack
