// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "stack/packet/packet_pool.h"
#include "stack/trace/memory_sink.h"
#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

using testing::ElementsAre;

class TracerTest : public testing::Test {
 protected:
  Scheduler scheduler;
  Tracer tracer{scheduler};
  PacketSlab slab;
  MemorySink sink;
};

TEST(TraceNames, AreAllThereAndAllDifferent) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kHops; ++i) names.insert(hop_name(static_cast<Hop>(i)));
  EXPECT_EQ(names.size(), kHops);
  EXPECT_EQ(hop_name(Hop::AppSend), "app_send");
  EXPECT_EQ(hop_name(Hop::ArpWait), "arp_wait");
  EXPECT_EQ(hop_name(Hop::LinkIn), "link_in");
  EXPECT_EQ(hop_name(Hop::L2In), "l2_in");
  EXPECT_EQ(hop_name(Hop::AppRecv), "app_recv");
  EXPECT_EQ(static_cast<std::size_t>(Hop::AppRecv) + 1, kHops);
  names.clear();
  for (std::size_t i = 0; i < kDropReasons; ++i) {
    names.insert(drop_reason_name(static_cast<DropReason>(i)));
  }
  EXPECT_EQ(names.size(), kDropReasons);
  EXPECT_EQ(drop_reason_name(DropReason::None), "none");
  EXPECT_EQ(drop_reason_name(DropReason::BadLinkHeader), "bad_link_header");
  EXPECT_EQ(drop_reason_name(DropReason::TooBig), "too_big");
  EXPECT_EQ(drop_reason_name(DropReason::LinkDown), "link_down");
  EXPECT_EQ(drop_reason_name(DropReason::CarrierLostInFlight), "carrier_lost_in_flight");
  EXPECT_EQ(drop_reason_name(DropReason::Shutdown), "shutdown");
  EXPECT_EQ(static_cast<std::size_t>(DropReason::Shutdown) + 1, kDropReasons);
  EXPECT_EQ(trace_kind_name(TraceKind::End), "end");
}

TEST_F(TracerTest, SubjectsAreNumberedOnce) {
  const SubjectId dev = tracer.subject("dev");
  const SubjectId wifi = tracer.subject("dev.wifi0");
  EXPECT_EQ(dev.value, 1u);
  EXPECT_EQ(wifi.value, 2u);
  EXPECT_EQ(tracer.subject(std::string("dev")), dev);
  for (int i = 0; i < 1000; ++i) tracer.subject("n" + std::to_string(i));
  EXPECT_EQ(tracer.path(dev), "dev") << "paths stay where they are";
  EXPECT_EQ(tracer.path(wifi), "dev.wifi0");
  EXPECT_EQ(tracer.path({}), "");
}

TEST_F(TracerTest, ASinkGetsTheKindsItAskedFor) {
  MemorySink events, hops;
  EXPECT_FALSE(tracer.wants(TraceKind::Event));
  EXPECT_FALSE(tracer.event(tracer.subject("x"), "LOST").valid());
  tracer.add_sink(events, TraceMask::of(TraceKind::Event) | TraceMask::of(TraceKind::Step));
  EXPECT_TRUE(tracer.wants(TraceKind::Event));
  EXPECT_FALSE(tracer.wants(TraceKind::Hop));
  tracer.add_sink(hops, TraceMask::of(TraceKind::Hop));
  const PacketPtr p = slab.allocate();
  EXPECT_EQ(tracer.event(tracer.subject("x"), "A").value, 1u);
  tracer.hop(Hop::AppSend, tracer.subject("x"), *p);
  tracer.drop(DropReason::NoRoute, tracer.subject("x"), *p);
  tracer.record(TraceKind::Step, tracer.subject("x"), "B", {});
  EXPECT_THAT(events.event_names(), ElementsAre("x A"));
  EXPECT_EQ(events.records.size(), 2u);
  EXPECT_EQ(events.records[1].seq.value, 3u) << "the drop, which nobody wanted, has no number";
  EXPECT_EQ(hops.records.size(), 1u);
  tracer.remove_sink(events);
  tracer.remove_sink(hops);
  EXPECT_FALSE(tracer.wants(TraceKind::Event));
}

TEST_F(TracerTest, ValuesAreWrittenByTheirType) {
  tracer.add_sink(sink);
  scheduler.run_until(SimTime{18'214'000'000});
  tracer.event(tracer.subject("dev.wifi0"), "E",
               {Attr::of("n", std::int64_t{-5}), Attr::of("t", "text"),
                Attr::of("a", Ipv4Address{0xc0000201}), Attr::of("e", Errc::Enetdown),
                Attr::of("d", milliseconds(250))});
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(sink.records[0].text(),
            "18.214s dev.wifi0 E n=-5 t=text a=192.0.2.1 e=ENETDOWN d=250ms");
  EXPECT_EQ(sink.records[0].attr("a"), "192.0.2.1");
  EXPECT_EQ(sink.records[0].attr("none"), "");
}

TEST_F(TracerTest, HopsOfAPacketFormAChain) {
  tracer.add_sink(sink);
  const SubjectId x = tracer.subject("x");
  const RecordId root = tracer.event(x, "ROOT");
  scheduler.set_cause(root);
  const PacketPtr p = slab.allocate();
  p->append(10);
  tracer.hop(Hop::AppSend, x, *p);
  EXPECT_EQ(scheduler.cause(), p->meta.cause) << "what follows in this turn is caused by the hop";
  scheduler.set_cause(root);
  tracer.hop(Hop::CoreOut, x, *p);
  const PacketPtr copy = slab.clone(*p);
  tracer.hop(Hop::LinkIn, x, *copy);
  const RecordId before_drop = scheduler.cause();
  tracer.drop(DropReason::Loss, x, *p);
  EXPECT_EQ(scheduler.cause(), before_drop);
  ASSERT_EQ(sink.records.size(), 5u);
  const auto cause = [&](std::size_t i) { return sink.records[i].cause.value; };
  EXPECT_EQ(cause(0), 0u);
  EXPECT_EQ(cause(1), 1u) << "the first hop: whatever runs";
  EXPECT_EQ(cause(2), 2u) << "then the packet's own latest hop";
  EXPECT_EQ(cause(3), 3u) << "a copy goes on from where it was made";
  EXPECT_EQ(cause(4), 3u);
  EXPECT_EQ(sink.records[3].parent, p->meta.id);
  EXPECT_EQ(sink.records[4].kind, TraceKind::Drop);
  EXPECT_EQ(sink.records[4].text(), "0.000s x dropped reason=loss len=10 packet=1");
}

TEST_F(TracerTest, CauseTravelsThroughScheduledEvents) {
  tracer.add_sink(sink);
  struct Step {
    Tracer& tracer;
    int left;
    void run() {
      const RecordId here = tracer.event(tracer.subject("x"), "STEP");
      const CauseScope scope(tracer.scheduler(), here);
      if (left-- > 0) {
        tracer.scheduler().after(Duration{5}, Lane::Work, delegate<&Step::run>(this));
      }
    }
  } step{tracer, 3};
  scheduler.at(SimTime{1}, Lane::World, delegate<&Step::run>(&step));
  scheduler.run();
  std::vector<std::uint64_t> causes;
  for (const KeptRecord& r : sink.records) causes.push_back(r.cause.value);
  EXPECT_THAT(causes, ElementsAre(0, 1, 2, 3));
}

TEST_F(TracerTest, CauseScopeEndsWithItsBlock) {
  scheduler.set_cause(RecordId{7});
  {
    const CauseScope outer(scheduler, RecordId{8});
    EXPECT_EQ(scheduler.cause().value, 8u);
    {
      const CauseScope none(scheduler, {});
      EXPECT_EQ(scheduler.cause().value, 8u) << "none leaves the present one";
    }
    EXPECT_EQ(scheduler.cause().value, 8u);
  }
  EXPECT_EQ(scheduler.cause().value, 7u);
}

TEST_F(TracerTest, WithoutASinkNothingIsAllocatedOrTouched) {
  const SubjectId x = tracer.subject("x");
  const PacketPtr p = slab.allocate();
  const std::uint64_t before = test::allocation_count();
  for (int i = 0; i < 1000; ++i) {
    tracer.hop(Hop::AppSend, x, *p);
    tracer.event(x, "E", {Attr::of("n", std::int64_t{i})});
  }
  EXPECT_EQ(test::allocation_count(), before);
  EXPECT_FALSE(p->meta.cause.valid());
}

TEST(TracerPair, TwoSideBySideDoNotMeet) {
  Scheduler a, b;
  Tracer ta(a), tb(b);
  MemorySink sa, sb;
  ta.add_sink(sa);
  tb.add_sink(sb);
  ta.subject("only in a");
  a.run_until(SimTime{5});
  EXPECT_EQ(tb.event(tb.subject("x"), "B1").value, 1u);
  EXPECT_EQ(ta.event(ta.subject("x"), "A1").value, 1u);
  EXPECT_EQ(tb.event(tb.subject("x"), "B2").value, 2u);
  EXPECT_THAT(sa.event_names(), ElementsAre("x A1"));
  EXPECT_THAT(sb.event_names(), ElementsAre("x B1", "x B2"));
  EXPECT_EQ(sa.records[0].at, SimTime{5});
  EXPECT_EQ(sb.records[0].at, SimTime{0});
}

}  // namespace
}  // namespace flapjack
