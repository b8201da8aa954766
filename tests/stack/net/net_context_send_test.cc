// SPDX-License-Identifier: Apache-2.0
// Sending through a context: refusals, who is told what became of a packet, an exhausted pool,
// packets to oneself.
#include <gtest/gtest.h>

#include "tests/stack/net/net_rig.h"

namespace flapjack {
namespace {

using test::ip;
using test::Lines;
using test::NodeRig;
using test::text_bytes;

const Timeout kNoWait = Timeout::no_wait();

class Send : public testing::Test {
 protected:
  explicit Send(const StackConfig& config = {}) : rig(config) {}
  SendCallback sent(std::string who = "sent") {
    return [this, who](NetContext&, Result<std::size_t> n) {
      log.push_back(who + ":" +
                    (n.ok() ? std::to_string(n.value()) : std::string(errc_name(n.code()))));
    };
  }
  RecvCallback receiver() {
    return [this](NetContext&, PacketPtr p, Status) { log.push_back(test::text_of(p->bytes())); };
  }
  Errc sendto(NetContext& context, SendCallback done = {}, std::string_view text = "abc") {
    return context.sendto(text_bytes(text), peer, std::move(done), kNoWait).code();
  }

  NodeRig rig;
  NetIf& eth0 = rig.add({.name = "eth0"}, "192.0.2.1/24");
  const Endpoint peer{ip("192.0.2.2"), 5000};
  Lines log;
};

TEST_F(Send, RefusalsInTheOrderOfTheChecks) {
  NetContext& context = rig.context();
  const std::vector<std::uint8_t> big(1473);
  EXPECT_EQ(context.send(big, sent(), kNoWait).code(), Errc::Edestaddrreq) << "no peer";
  EXPECT_EQ(context.sendto(big, {{}, 7}, sent(), kNoWait).code(), Errc::Edestaddrreq);
  EXPECT_EQ(context.sendto(big, {peer.address, 0}, sent(), kNoWait).code(), Errc::Edestaddrreq);
  rig.node.tx_pool.set_limit(0);
  eth0.carrier_off();
  EXPECT_EQ(context.sendto(big, peer, sent(), kNoWait).code(), Errc::Enetdown);
  eth0.carrier_on();
  EXPECT_EQ(context.sendto(big, peer, sent(), kNoWait).code(), Errc::Enomem);
  EXPECT_EQ(sendto(context, sent()), Errc::Enobufs);
  rig.node.tx_pool.set_limit(1);
  EXPECT_EQ(sendto(context, sent()), Errc::Ok);
  rig.scheduler.run();
  EXPECT_EQ(log, Lines{"sent:3"}) << "a refusal is not reported twice";
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
}

TEST_F(Send, TheLargestDatagramFillsTheMtu) {
  NetContext& context = rig.context();
  const std::vector<std::uint8_t> largest(1472);
  EXPECT_EQ(context.sendto(largest, peer, {}, kNoWait).value_or(0), 1472u);
  rig.scheduler.run();
  EXPECT_EQ(rig.driver(eth0).sent.at(0).size(), 1500u);
}

TEST_F(Send, AnMtuBelow576CountsAs576) {
  NetIf& slow = rig.add({.name = "slow", .mtu = 100}, "10.0.0.1/8");
  NetContext& context = rig.context();
  const Endpoint there{ip("10.0.0.2"), 7};
  const std::vector<std::uint8_t> fits(548), too_big(549);
  EXPECT_TRUE(context.sendto(fits, there, {}, kNoWait).ok());
  EXPECT_EQ(context.sendto(too_big, there, {}, kNoWait).code(), Errc::Enomem);
  EXPECT_EQ(context.iface(), &slow);
}

TEST_F(Send, NotUpMeansEnetdownWhateverTheReason) {
  NetContext& context = rig.context();
  ASSERT_TRUE(context.connect(peer, {}, kNoWait).ok());
  const auto send = [&] { return context.send(text_bytes("x"), {}, kNoWait).code(); };
  eth0.dormant_on();
  EXPECT_EQ(send(), Errc::Enetdown);
  eth0.dormant_off();
  EXPECT_EQ(send(), Errc::Ok);
  eth0.carrier_off();
  EXPECT_EQ(send(), Errc::Enetdown);
  eth0.carrier_on();
  ASSERT_TRUE(eth0.down().ok());
  EXPECT_EQ(send(), Errc::Enetdown);
}

TEST_F(Send, WithoutAnIfaceThereIsNoAddress) {
  NodeRig bare;
  EXPECT_EQ(sendto(bare.context()), Errc::Eaddrnotavail);
}

TEST_F(Send, AnIfaceThatCannotSendNativelyIsEio) {
  rig.other_l2.l2_traits.has_send = false;
  NetIf& mute = rig.add_on(rig.other_l2, {.name = "mute"}, "198.51.100.1/24");
  ASSERT_TRUE(mute.up().ok());
  NetContext& context = rig.context();
  context.bind_to_iface(mute);
  EXPECT_EQ(sendto(context, sent()), Errc::Eio);
  EXPECT_EQ(log, Lines{"sent:EIO"});
  EXPECT_EQ(rig.drops(), Lines{"no_l2"});
  EXPECT_EQ(mute.losses().tx_dropped, 1u);
}

TEST_F(Send, SendtoOverridesThePeer) {
  NetContext& context = rig.context();
  ASSERT_TRUE(context.connect(peer, {}, kNoWait).ok());
  EXPECT_TRUE(context.sendto(text_bytes("a"), {ip("192.0.2.3"), 9}, {}, kNoWait).ok());
  EXPECT_TRUE(context.send(text_bytes("b"), {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.driver(eth0).sent.at(0)[19], 3);
  EXPECT_EQ(rig.driver(eth0).sent.at(1)[19], 2);
  EXPECT_EQ(context.remote(), peer);
}

// ---- who is told what

TEST_F(Send, TheCallbackComesWhenThePacketHasLeft) {
  EXPECT_EQ(sendto(rig.context(), sent(), "hello"), Errc::Ok);
  EXPECT_EQ(log, Lines{}) << "it still waits for the tx thread";
  rig.scheduler.run();
  EXPECT_EQ(log, Lines{"sent:5"}) << "bytes of the app, not of the frame";
}

TEST_F(Send, CarrierLostInTheQueueIsReportedAfterSuccess) {
  EXPECT_EQ(rig.context().sendto(text_bytes("abc"), peer, sent(), kNoWait).value_or(0), 3u);
  eth0.carrier_off();
  rig.scheduler.run();
  EXPECT_EQ(log, Lines{"sent:ENETDOWN"});
  EXPECT_EQ(rig.drops(), Lines{"carrier_down"});
  EXPECT_EQ(rig.hops().back(), "tx_queue") << "the L2 is not asked";
  EXPECT_EQ(eth0.losses().tx_dropped, 1u);
  EXPECT_TRUE(rig.driver(eth0).sent.empty());
}

// The carrier is all that is tested again.
TEST_F(Send, WhatWaitsLeavesADormantIface) {
  EXPECT_EQ(rig.context().sendto(text_bytes("abc"), peer, sent(), kNoWait).value_or(0), 3u);
  eth0.dormant_on();
  EXPECT_EQ(rig.driver(eth0).sent.size(), 0u);
  rig.scheduler.run();
  EXPECT_EQ(log, Lines{"sent:3"});
  EXPECT_EQ(rig.drops(), Lines{});
  EXPECT_EQ(rig.driver(eth0).sent.size(), 1u);
}

TEST_F(Send, WhatWaitsLeavesBeforeTheDeviceStops) {
  EXPECT_EQ(rig.context().sendto(text_bytes("abc"), peer, sent(), kNoWait).value_or(0), 3u);
  ASSERT_TRUE(eth0.down().ok());
  EXPECT_EQ(log, Lines{"sent:3"});
  EXPECT_EQ(rig.driver(eth0).sent.size(), 1u);
  EXPECT_EQ(rig.node.tx_queue.queued(), 0u);
}

TEST_F(Send, ACallbackMayTakeTheIfaceDownMeanwhile) {
  NetContext& context = rig.context();
  Status inner;
  EXPECT_EQ(sendto(context, [&](NetContext&, Result<std::size_t>) { inner = eth0.down(); }),
            Errc::Ok);
  EXPECT_EQ(eth0.down().code(), Errc::Ealready) << "the callback was first";
  EXPECT_TRUE(inner.ok());
  EXPECT_FALSE(eth0.is_admin_up());
}

TEST_F(Send, TheDriversAndTheL2sRefusalsAreReported) {
  NetContext& context = rig.context();
  rig.driver(eth0).transmit_answer = Errc::Ebusy;
  EXPECT_EQ(sendto(context, sent()), Errc::Ok);
  rig.scheduler.run();
  rig.l2.send_answer = Errc::Enetunreach;
  EXPECT_EQ(sendto(context, sent()), Errc::Ok);
  rig.scheduler.run();
  EXPECT_EQ(log, (Lines{"sent:EBUSY", "sent:ENETUNREACH"}));
  EXPECT_EQ(eth0.losses().tx_dropped, 2u);
  EXPECT_EQ(eth0.stats().tx_packets, 0u);
}

TEST_F(Send, EachPacketHasItsOwnCallback) {
  NetContext& context = rig.context();
  EXPECT_EQ(sendto(context, sent("a"), "1"), Errc::Ok);
  EXPECT_EQ(sendto(context, {}, "22"), Errc::Ok);
  EXPECT_EQ(sendto(context, sent("c"), "333"), Errc::Ok);
  rig.scheduler.run();
  EXPECT_EQ(log, (Lines{"a:1", "c:3"}));
}

TEST_F(Send, ACallbackMaySendAgain) {
  NetContext& context = rig.context();
  int left = 3;
  std::function<void(NetContext&, Result<std::size_t>)> again;
  again = [&](NetContext& self, Result<std::size_t> n) {
    log.push_back(std::to_string(n.value_or(0)));
    if (--left > 0) {
      EXPECT_EQ(sendto(self, again, std::string(static_cast<std::size_t>(left), 'x')), Errc::Ok);
    }
  };
  EXPECT_EQ(sendto(context, again), Errc::Ok);
  rig.scheduler.run();
  EXPECT_EQ(log, (Lines{"3", "2", "1"}));
}

TEST_F(Send, NobodyIsToldAfterPut) {
  NetContext& context = rig.context();
  EXPECT_EQ(sendto(context, sent("old")), Errc::Ok);
  ASSERT_TRUE(context.put().ok());
  NetContext& next = rig.context();
  ASSERT_EQ(&next, &context);
  EXPECT_EQ(sendto(next, sent("new"), "z"), Errc::Ok);
  rig.scheduler.run();
  EXPECT_EQ(log, Lines{"new:1"}) << "the slot's old packet is not the new owner's";
  EXPECT_EQ(rig.driver(eth0).sent.size(), 2u) << "it left all the same";
}

// ---- an exhausted pool

TEST_F(Send, WithoutAPacketAnEventGetsEnobufsAtOnce) {
  rig.node.tx_pool.set_limit(0);
  NetContext& context = rig.context();
  EXPECT_EQ(context.sendto(text_bytes("x"), peer, sent(), Timeout::forever()).code(),
            Errc::Enobufs);
  EXPECT_EQ(rig.events(), Lines{"n send_refused"});
  EXPECT_EQ(log, Lines{});
}

struct Patience {
  const char* what;
  Timeout timeout;
  Duration waits;
};
const Patience kPatience[] = {
    {"no wait", Timeout::no_wait(), {}},
    {"less than the allocation may take", Timeout::after(milliseconds(100)), milliseconds(100)},
    {"more", Timeout::after(seconds(5)), seconds(1)},
    {"forever", Timeout::forever(), seconds(1)},
};

TEST_F(Send, WithoutAPacketAFiberWaitsAsLongAsBothAllow) {
  rig.node.tx_pool.set_limit(0);
  NetContext& context = rig.context();
  for (const Patience& each : kPatience) {
    Errc answer = Errc::Ok;
    const SimTime start = rig.scheduler.now();
    SimTime end;
    rig.fibers.spawn("sender", [&] {
      answer = context.sendto(text_bytes("x"), peer, sent(), each.timeout).code();
      end = rig.scheduler.now();
    });
    rig.scheduler.run();
    EXPECT_EQ(answer, Errc::Enobufs) << each.what;
    EXPECT_EQ((end - start).ns, each.waits.ns) << each.what;
  }
  EXPECT_EQ(log, Lines{});
}

TEST_F(Send, AFreedPacketEndsTheWait) {
  rig.node.tx_pool.set_limit(1);
  PacketPtr held = rig.node.tx_pool.allocate();
  NetContext& context = rig.context();
  std::size_t bytes = 0;
  rig.fibers.spawn("sender", [&] {
    bytes = context.sendto(text_bytes("x"), peer, sent(), Timeout::forever()).value_or(0);
  });
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(300));
  EXPECT_EQ(rig.fibers.blocked().size(), 1u);
  held.reset();
  rig.scheduler.run_until(rig.scheduler.now());
  EXPECT_EQ(bytes, 1u);
  EXPECT_EQ(log, Lines{"sent:1"});
}

TEST_F(Send, PutWhileASendWaitsIsEbadf) {
  rig.node.tx_pool.set_limit(1);
  PacketPtr held = rig.node.tx_pool.allocate();
  NetContext& context = rig.context();
  Errc answer = Errc::Ok;
  rig.fibers.spawn("sender", [&] {
    answer = context.sendto(text_bytes("old"), peer, sent(), Timeout::forever()).code();
  });
  rig.scheduler.run_until(rig.scheduler.now() + milliseconds(300));
  ASSERT_TRUE(context.put().ok());
  ASSERT_EQ(&rig.context(), &context) << "the slot has another owner already";
  held.reset();
  rig.scheduler.run();
  EXPECT_EQ(answer, Errc::Ebadf);
  EXPECT_TRUE(rig.driver(eth0).sent.empty());
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
}

TEST_F(Send, TheNodeMayEndAfterAWaitWithPacketsQueued) {
  auto other = std::make_unique<NodeRig>();
  NetIf& iface = other->add({.name = "eth0"}, "192.0.2.1/24");
  other->node.tx_pool.set_limit(0);
  NetContext& context = other->context();
  other->fibers.spawn("sender", [&] {
    EXPECT_EQ(context.sendto(text_bytes("x"), peer, {}, Timeout::forever()).code(), Errc::Enobufs);
  });
  other->scheduler.run();
  other->node.tx_pool.set_limit(2);
  EXPECT_TRUE(context.sendto(text_bytes("x"), peer, {}, kNoWait).ok());
  EXPECT_EQ(other->node.tx_queue.queued(), 1u);
  EXPECT_TRUE(other->driver(iface).sent.empty());
  other.reset();
}

// ---- to oneself

TEST_F(Send, ToOneOfTheNodesAddresses) {
  rig.add({.name = "eth1"}, "10.0.0.1/8");
  NetContext& server = rig.bound(7);
  Endpoint from;
  ASSERT_TRUE(server
                  .recv(
                      [&](NetContext&, PacketPtr p, Status) {
                        log.push_back(test::text_of(p->bytes()));
                        from = p->meta.source;
                      },
                      kNoWait)
                  .ok());
  NetContext& client = rig.bound(4242);
  for (const char* address : {"192.0.2.1", "10.0.0.1", "127.0.0.1"}) {
    rig.sink.records.clear();
    log.clear();
    EXPECT_TRUE(client.sendto(text_bytes("me"), {ip(address), 7}, sent(), kNoWait).ok());
    EXPECT_EQ(log, Lines{"sent:2"}) << "received in a turn of its own";
    rig.scheduler.run();
    EXPECT_EQ(log, (Lines{"sent:2", "me"})) << address;
    EXPECT_EQ(from.port, 4242);
    EXPECT_EQ(rig.hops(), (Lines{"app_send", "l4_out", "core_out", "rx_queue", "l3_in", "l4_in",
                                 "conn_match", "app_recv"}));
  }
  EXPECT_TRUE(rig.driver(eth0).sent.empty());
  EXPECT_EQ(rig.node.tx_pool.in_use() + rig.node.rx_pool.in_use(), 0u);
}

TEST_F(Send, ToOneselfNeedsAPacketOfTheReceivingSide) {
  rig.node.rx_pool.set_limit(0);
  EXPECT_TRUE(rig.context().sendto(text_bytes("me"), {ip("192.0.2.1"), 7}, sent(), kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.drops(), Lines{"no_buffers"});
  EXPECT_EQ(log, Lines{"sent:ENOBUFS"});
  EXPECT_EQ(rig.node.tx_pool.in_use(), 0u);
}

TEST_F(Send, ToTheOwnEndpointIsNotDelivered) {
  NetContext& context = rig.bound(7);
  ASSERT_TRUE(context.recv(receiver(), kNoWait).ok());
  EXPECT_TRUE(context.sendto(text_bytes("me"), {ip("192.0.2.1"), 7}, {}, kNoWait).ok());
  rig.scheduler.run();
  EXPECT_EQ(rig.drops(), Lines{"bad_header"});
}

}  // namespace
}  // namespace flapjack
