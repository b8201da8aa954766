// SPDX-License-Identifier: Apache-2.0
// What a PPP session does with single packets, and what it needs of its node.
#include "l2/ppp_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "stack/wire/bytes.h"
#include "tests/l2/ppp_pair.h"

namespace flapjack {
namespace {

using Pair = test::PppPair;
using test::kServer;
using test::serving;

TEST(Ppp, NothingButControlPassesBeforeItIsOpen) {
  Pair p;
  ASSERT_TRUE(p.if_a.up().ok());
  PacketPtr out = p.a.tx_pool.allocate();
  *out->append(1) = 0x45;
  EXPECT_EQ(p.l2_a.send(p.if_a, std::move(out)).code(), Errc::Enetdown);
  EXPECT_EQ(p.rig.drops(DropReason::IfaceDown), 1u);
  for (const std::uint16_t protocol : {0x0021, 0x8021, 0xc223}) {
    PacketPtr in = p.rig.slab.allocate();
    wire::store16(in->append(2), protocol);
    std::memset(in->append(4), 1, 4);
    EXPECT_EQ(p.l2_a.recv(p.if_a, in), Verdict::Drop);
  }
  EXPECT_EQ(p.rig.drops(DropReason::NotNegotiated), 3u);
}

TEST(Ppp, AProtocolWeDoNotHaveIsRejected) {
  Pair p;
  p.up();
  PacketPtr in = p.rig.slab.allocate();
  wire::store16(in->append(2), 0x8057);  // as if the peer wanted IPv6
  const std::uint8_t request[] = {1, 1, 0, 4};
  in->append(request);
  EXPECT_EQ(p.l2_a.recv(p.if_a, in), Verdict::Drop);
  EXPECT_EQ(p.rig.drops(DropReason::UnknownProtocol), 1u);
  p.run(seconds(1));
  EXPECT_EQ(p.count("ppp_rejected"), 1u) << "b was told";
  EXPECT_TRUE(p.if_a.is_up() && p.if_b.is_up()) << "and goes on";
}

TEST(Ppp, MalformedControlPacketsAreDropped) {
  Pair p;
  p.up();
  const std::vector<std::vector<std::uint8_t>> bad = {
      {0xc0},                               // no whole protocol field
      {0xc0, 0x21, 1, 1, 0},                // no whole header
      {0xc0, 0x21, 1, 1, 0, 9, 1, 4, 5},    // longer than the packet
      {0xc0, 0x21, 1, 1, 0, 7, 1, 4, 5},    // an option that is cut
      {0xc0, 0x21, 9, 1, 0, 6, 0, 0},       // an echo without a magic number
  };
  for (const auto& bytes : bad) {
    PacketPtr in = p.rig.slab.allocate();
    in->append(bytes);
    EXPECT_EQ(p.l2_a.recv(p.if_a, in), Verdict::Drop);
  }
  EXPECT_EQ(p.rig.drops(DropReason::BadLinkHeader), 1u);
  EXPECT_EQ(p.rig.drops(DropReason::BadHeader), 4u);
  EXPECT_TRUE(p.if_a.is_up());
}

TEST(Ppp, AnUnknownCodeIsAnsweredAndAFatalRejectEndsTheLink) {
  Pair p;
  p.up();
  const auto give = [&](std::vector<std::uint8_t> bytes) {
    PacketPtr in = p.rig.slab.allocate();
    in->append(bytes);
    EXPECT_EQ(p.l2_a.recv(p.if_a, in), Verdict::Ok);
  };
  p.rig.sink.records.clear();
  give({0xc0, 0x21, 99, 1, 0, 4});
  EXPECT_EQ(p.count("driver_tx"), 1u) << "Code-Reject";
  give({0xc0, 0x21, 7, 2, 0, 8, 9, 1, 0, 4});  // echoes rejected: can be lived with
  EXPECT_TRUE(p.if_a.is_up());
  give({0xc0, 0x21, 7, 3, 0, 8, 1, 1, 0, 4});  // Configure-Request rejected
  EXPECT_FALSE(p.if_a.is_up());
}

// The Configure-Requests on the wire: the peer stays down, so all of them are a's.
struct Asking {
  Asking() : p({}, serving(), 600) {  // an MRU to ask for, beside the magic number
    EXPECT_TRUE(p.if_a.up().ok());
    p.run(milliseconds(1));
  }
  void refuse(PppCode code, std::uint8_t id, std::vector<std::uint8_t> options) {
    PacketPtr in = p.rig.slab.allocate();
    wire::store16(in->append(2), 0xc021);
    const std::size_t length = kPppControlHeaderBytes + options.size();
    PppControlHeader{static_cast<std::uint8_t>(code), id, static_cast<std::uint16_t>(length)}.emit(
        in->append(kPppControlHeaderBytes));
    in->append(options);
    static_cast<void>(p.l2_a.recv(p.if_a, in));
    p.run(milliseconds(1));
  }
  std::vector<std::uint8_t> magic() const {
    std::vector<std::uint8_t> option = {5, 6, 0, 0, 0, 0};
    wire::store32(&option[2], PppL2::session(p.if_a).lcp().magic());
    return option;
  }
  Pair p;
};

// RFC 1661 section 5.4: a Reject of anything else is silently discarded, or it would be answered
// with the same request for ever.
TEST(Ppp, OnlyWhatWasAskedForCanBeRejected) {
  const std::vector<std::uint8_t> mru = {1, 4, 0x02, 0x58};
  using Options = std::vector<std::uint8_t>;
  const struct {
    const char* what;
    std::function<Options(const Options& magic)> options;
    DropReason reason;  // None: a new request follows
  } rows[] = {
      {"nothing", [&](const Options&) { return Options{}; }, DropReason::NotNegotiated},
      {"what was not asked for", [&](const Options&) { return Options{7, 2}; },
       DropReason::NotNegotiated},
      {"another value", [&](const Options&) { return Options{1, 4, 0x05, 0xdc}; },
       DropReason::NotNegotiated},
      {"one of its own and another",
       [&](const Options&) { return Options{1, 4, 0x02, 0x58, 7, 2}; }, DropReason::NotNegotiated},
      {"the same one twice",
       [&](const Options&) { return Options{1, 4, 0x02, 0x58, 1, 4, 0x02, 0x58}; },
       DropReason::NotNegotiated},
      {"in another order",
       [&](Options magic) {
         magic.insert(magic.end(), mru.begin(), mru.end());
         return magic;
       },
       DropReason::NotNegotiated},
      {"cut", [&](const Options&) { return Options{1, 4, 0x02}; }, DropReason::BadHeader},
      {"the first", [&](const Options&) { return mru; }, DropReason::None},
      {"the second", [&](const Options& magic) { return magic; }, DropReason::None},
      {"both",
       [&](const Options& magic) {
         Options both = mru;
         both.insert(both.end(), magic.begin(), magic.end());
         return both;
       },
       DropReason::None},
  };
  for (const auto& row : rows) {
    Asking a;
    a.p.rig.sink.records.clear();
    a.refuse(PppCode::ConfigureReject, 1, row.options(a.magic()));
    const bool taken = row.reason == DropReason::None;
    EXPECT_EQ(a.p.count("driver_tx"), taken ? 1u : 0u) << row.what;
    if (!taken) {
      EXPECT_EQ(a.p.rig.drops(row.reason), 1u) << row.what;
    }
  }
}

TEST(Ppp, WhatIsSentBackFitsThePeersMru) {
  const struct {
    const char* what;
    std::vector<std::uint8_t> head;  // padded to 1000 bytes
  } rows[] = {{"a protocol we do not have", {0x80, 0x57, 1, 1, 0x03, 0xe6}},
              {"a code of LCP", {0xc0, 0x21, 99, 1, 0x03, 0xe6}},
              {"a code of IPCP", {0x80, 0x21, 99, 1, 0x03, 0xe6}},
              {"an echo", {0xc0, 0x21, 9, 1, 0x03, 0xe6, 1, 2, 3, 4}}};
  for (const auto& row : rows) {
    Pair p({}, serving(), 200);
    p.up();
    ASSERT_EQ(p.session_b().lcp().peer_mru(), 200);
    p.rig.sink.records.clear();
    PacketPtr in = p.rig.slab.allocate();
    in->append(row.head);
    in->append(std::vector<std::uint8_t>(1000 - row.head.size(), 0));
    static_cast<void>(p.l2_b.recv(p.if_b, in));
    const auto sent = std::find_if(p.rig.sink.records.begin(), p.rig.sink.records.end(),
                                   [](const KeptRecord& r) { return r.name == "driver_tx"; });
    ASSERT_NE(sent, p.rig.sink.records.end()) << row.what;
    EXPECT_EQ(sent->attr("len"), "202") << row.what << ", and the protocol field";
  }
}

TEST(Ppp, WithoutPacketsTheRestartTimerMendsIt) {
  Pair p;
  p.a.tx_pool.set_limit(0);
  ASSERT_TRUE(p.if_a.up().ok());
  ASSERT_TRUE(p.if_b.up().ok());
  p.run(seconds(1));
  EXPECT_GE(p.count("ppp_no_buffers"), 1u);
  EXPECT_FALSE(p.if_a.is_up());
  p.a.tx_pool.set_limit(10);
  p.run(seconds(6));
  EXPECT_TRUE(p.if_a.is_up());
}

TEST(Ppp, TheSameSeedDrawsTheSameNumbers) {
  Pair one, two;
  one.up();
  two.up();
  EXPECT_EQ(one.session_a().lcp().magic(), two.session_a().lcp().magic());
  EXPECT_NE(one.session_a().lcp().magic(), one.session_b().lcp().magic());
}

TEST(Ppp, InTheOldOrderItWorksToo) {
  test::DriverRig rig;
  StackConfig old;
  old.l2_order = L2Order::BeforeQueue;
  FiberHost fibers(rig.scheduler);
  Link line(rig.env(), "line");
  PppL2 asking, giving(serving());
  Stack a({rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "a", NodeId{1}, old);
  Stack b({rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}, "b", NodeId{2}, old);
  std::vector<std::unique_ptr<HdlcDriver>> drivers;
  for (auto [stack, l2] : {std::pair{&a, &asking}, std::pair{&b, &giving}}) {
    const std::string name = stack->path_of("ppp0");
    drivers.push_back(std::make_unique<HdlcDriver>(
        rig.env(), name, make_in<SimDriver>(nullptr, line, name, SimDriverConfig{})));
    NetIf& iface = stack->add_iface({.name = "ppp0"});
    iface.bind_l2(*l2);
    iface.bind_driver(*drivers.back());
  }
  b.ifaces()[0]->ipv4_addr_add({kServer, 32});
  ASSERT_TRUE(a.ifaces()[0]->up().ok());
  ASSERT_TRUE(b.ifaces()[0]->up().ok());
  rig.scheduler.run_until(SimTime{seconds(1).ns});
  EXPECT_TRUE(a.ifaces()[0]->is_up() && b.ifaces()[0]->is_up());
}

}  // namespace
}  // namespace flapjack
