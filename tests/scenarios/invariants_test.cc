// SPDX-License-Identifier: Apache-2.0
// Each invariant, violated on purpose, is named; a run in which nothing is wrong names none.
#include "scenarios/invariants.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

// No call brings about what these violate, so that their tests reach into the objects: an explicit
// instantiation may name what is private.
bool& running_of(NetIf& iface);
template <auto kMember>
struct RunningOf {
  friend bool& running_of(NetIf& iface) { return iface.*kMember; }
};
template struct RunningOf<&NetIf::running_>;

std::uint32_t& ready_count_of(ConnMgr& manager);
template <auto kMonitor, auto kReady>
struct ReadyCountOf {
  friend std::uint32_t& ready_count_of(ConnMgr& manager) {
    return (manager.*kMonitor.*kReady)[0];
  }
};
template struct ReadyCountOf<&ConnMgr::monitor_, &Monitor::ready_>;

struct InvariantsTest : testing::Test {
  InvariantsTest() {
    Link& wire = world.add_link("wire");
    a = &world.add_node("a");
    b = &world.add_node("b");
    world.add_ethernet(*a, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.1/24")}, wire);
    world.add_ethernet(*b, {.name = "eth0", .address = *Ipv4Prefix::parse("192.0.2.2/24")}, wire);
    invariants = std::make_unique<Invariants>(world);
    world.tracer().add_sink(*invariants);
    world.boot();
    world.run_for(seconds(1));
  }
  ~InvariantsTest() override { world.tracer().remove_sink(*invariants); }
  NetIf& eth0() { return *a->stack.iface_by_name("eth0"); }
  /// A record that nothing justifies.
  void plant(std::string_view event) { world.tracer().event(eth0().subject(), event); }
  std::string found() {
    invariants->finish();
    return invariants->violations().empty() ? "" : invariants->violations().front();
  }

  World world;
  Node* a = nullptr;
  Node* b = nullptr;
  std::unique_ptr<Invariants> invariants;
};

TEST_F(InvariantsTest, NothingIsWrongWithFlapsAndTraffic) {
  Link& wire = *world.link("wire");
  NetContext& context =
      *a->stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  const std::uint8_t payload[4] = {};
  for (int i = 0; i < 20; ++i) {
    wire.set_up(i % 3 != 0);
    static_cast<void>(
        context.sendto(payload, {*Ipv4Address::parse("192.0.2.2"), 9}, {}, Timeout::no_wait())
            .ok());
    world.run_for(milliseconds(300));
  }
  EXPECT_EQ(found(), "");
}

TEST_F(InvariantsTest, TheSameEventTwiceIsNamed) {
  plant("IF_UP");
  EXPECT_EQ(found().substr(0, 36), "up_down: a.eth0 IF_UP twice in a row");
}

TEST_F(InvariantsTest, AnEventWithoutItsStateIsNamed) {
  plant("IF_DOWN");
  EXPECT_EQ(found(),
            "justified: a.eth0 IF_DOWN without the state it tells of at 1.000s (record " +
                std::to_string(world.tracer().event(eth0().subject(), "x").value - 1) + ")");
}

TEST_F(InvariantsTest, AnAdminEventWithoutItsStateIsNamed) {
  plant("IF_ADMIN_DOWN");
  EXPECT_EQ(found().substr(0, 32), "justified: a.eth0 IF_ADMIN_DOWN ");
}

TEST_F(InvariantsTest, AnUpIfaceThatDoesNotRunIsNamedAtItsEvent) {
  running_of(eth0()) = false;
  plant("IF_DOWN");
  running_of(eth0()) = true;
  found();
  ASSERT_EQ(invariants->violations().size(), 2u) << "justified, and the one that is meant";
  const std::string expected = "running_is_up: a.eth0 IF_DOWN but running and oper state differ at";
  EXPECT_EQ(invariants->violations()[1].substr(0, expected.size()), expected);
}

TEST_F(InvariantsTest, AnUpIfaceThatDoesNotRunIsNamedInTheEnd) {
  running_of(eth0()) = false;
  EXPECT_EQ(found(), "running_is_up: a.eth0: running and oper state differ in the end");
}

TEST_F(InvariantsTest, AMonitorThatCountsWrongIsNamed) {
  std::uint32_t& count = ready_count_of(a->conn_mgr);
  ASSERT_EQ(count, 1u);
  count = 2;
  EXPECT_EQ(found(), "ready_count: a counts 2 ready ifaces of 1");
}

TEST_F(InvariantsTest, APacketThatGoesOnAfterItsEndIsNamed) {
  const PacketPtr packet = a->stack.tx_pool.allocate();
  world.tracer().drop(DropReason::Loss, eth0().subject(), *packet);
  world.tracer().hop(Hop::DriverTx, eth0().subject(), *packet);
  EXPECT_EQ(found().substr(0, 35), "packet_ended: a.eth0 driver_tx of p");
}

TEST_F(InvariantsTest, APoolThatCountsMoreThanThereIsIsNamed) {
  PacketPtr packet = a->stack.tx_pool.allocate();
  PacketSlab other;
  // counted on a's pool, but of another slab's memory
  PacketPtr foreign = other.allocate();
  ASSERT_TRUE(a->stack.tx_pool.adopt(*foreign));
  EXPECT_EQ(found(), "pools_balance: a counts 2 packets, but only 1 exist");
  foreign.reset();
}

// An engine that breaks the rule of timed calls: it says that the time is over, and calls later.
class LateEngine : public ContextOffload {
 public:
  explicit LateEngine(Scheduler& scheduler)
      : turn(scheduler, Lane::App, delegate<&LateEngine::late>(this)) {}
  Status get(NetContext&, Family, SocketType, Protocol) override { return {}; }
  Status bind(NetContext&, const Endpoint&) override { return {}; }
  Status listen(NetContext&, int) override { return {}; }
  Status put(NetContext&) override { return {}; }
  Status connect(NetContext& context, const Endpoint&, ConnectCallback done, Timeout) override {
    return keep([&context, done] { done(context, Status()); });
  }
  Status accept(NetContext& context, AcceptCallback done, Timeout) override {
    return keep([&context, done] { done(context, Endpoint{}); });
  }
  Result<std::size_t> send(NetContext& context, PacketPtr, const Endpoint*, SendCallback done,
                           Timeout) override {
    return keep([&context, done] { done(context, std::size_t{1}); }).code();
  }
  Status recv(NetContext& context, RecvCallback done, Timeout) override {
    return keep([&context, done] { done(context, context.stack().rx_pool.allocate(), Status()); });
  }

 private:
  Status keep(std::function<void()> what) {
    callback = std::move(what);
    turn.start(seconds(1));
    return Errc::Etimedout;
  }
  void late() { callback(); }
  std::function<void()> callback;
  Timer turn;
};

struct LateCallbackTest : InvariantsTest {
  LateCallbackTest() : engine(world.scheduler()) {
    eth0().set_offload(&engine);
    context = a->stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  }
  ~LateCallbackTest() override {
    static_cast<void>(context->put().ok());
    eth0().set_offload(nullptr);
  }
  /// Makes `call` with `timeout` on an engine that calls back a second after it has returned.
  void make(const std::string& call, Timeout timeout) {
    const Endpoint peer{*Ipv4Address::parse("192.0.2.2"), 9};
    const std::uint8_t byte[1] = {};
    if (call == "connect") {
      static_cast<void>(
          context->connect(peer, [&](NetContext&, Status) { ++calls; }, timeout).ok());
    } else if (call == "accept") {
      static_cast<void>(
          context->accept([&](NetContext&, const Endpoint&) { ++calls; }, timeout).ok());
    } else if (call == "send") {
      static_cast<void>(
          context->sendto(byte, peer, [&](NetContext&, Result<std::size_t>) { ++calls; }, timeout)
              .ok());
    } else {
      static_cast<void>(
          context->recv([&](NetContext&, PacketPtr, Status) { ++calls; }, timeout).ok());
    }
    world.run_for(seconds(3));
  }
  LateEngine engine;
  NetContext* context = nullptr;
  int calls = 0;
};

TEST_F(LateCallbackTest, EachCallIsNamed) {
  std::size_t named = 0;
  for (const std::string call : {"connect", "accept", "send", "recv"}) {
    make(call, Timeout::after(seconds(1)));
    invariants->finish();
    ASSERT_EQ(invariants->violations().size(), ++named) << call;
    const std::string expected =
        "late_callback: a late_callback for " + call + ", which had expired at ";
    EXPECT_EQ(invariants->violations().back().substr(0, expected.size()), expected);
  }
  EXPECT_EQ(calls, 0) << "none reached the app";
  EXPECT_EQ(a->stack.rx_pool.in_use(), 0u);
}

TEST_F(LateCallbackTest, ARegistrationThatDoesNotExpireIsFree) {
  for (const std::string call : {"connect", "accept", "send", "recv"}) {
    make(call, Timeout::no_wait());
  }
  EXPECT_EQ(found(), "");
  EXPECT_EQ(calls, 4);
}

}  // namespace
}  // namespace flapjack
