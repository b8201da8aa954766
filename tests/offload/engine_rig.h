// SPDX-License-Identifier: Apache-2.0
// EngineRig: one World with nodes whose only iface has an offload engine, on one link; and
// RecordingUser, a SocketUser that remembers.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "l2/link.h"
#include "l2/offloaded_l2.h"
#include "l2/sim_driver.h"
#include "offload/lwip_engine.h"
#include "scenarios/builtin.h"
#include "stack/net/stack.h"
#include "stack/trace/digest_sink.h"
#include "stack/trace/memory_sink.h"

namespace flapjack {

/// A node with the iface "lte0" and its engine. Its address is 10.0.0.<number>.
struct EngineNode {
  EngineNode(const StackEnv& env, Link& link, EngineFactory make, unsigned number,
             EngineConfig config)
      : address{0x0a000000u + number},
        stack(env, "n" + std::to_string(number), NodeId{number}),
        iface(stack.add_iface(named("lte0"))),
        driver(link, stack.path_of("lte0"), {mac(number), false, {}, {}}),
        l2([this](NetIf&, bool up) { return engine->set_enabled(up); }) {
    config.address = {address, 16};
    auto made = make(iface, driver, config);
    EXPECT_TRUE(made.ok());
    engine = std::move(made.value());
    iface.bind_l2(l2);
    iface.set_offload(&engine->context());
    iface.set_socket_offload(&engine->sockets());
  }
  ~EngineNode() { stack.contexts.put_all(); }  // while the engine is still there
  NetContext& context(SocketType type) {
    const auto got = stack.contexts.get(Family::Inet, type, Protocol::Default);
    EXPECT_TRUE(got.ok()) << errc_name(got.code());
    return *got.value();
  }
  static NetIfConfig named(std::string name) {
    NetIfConfig config;
    config.name = std::move(name);
    return config;
  }
  static MacAddress mac(unsigned number) {
    return {
        {2, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
  }
  Endpoint at(std::uint16_t port) const { return {address, port}; }

  const Ipv4Address address;
  Stack stack;
  NetIf& iface;
  SimDriver driver;
  OffloadedL2 l2;
  std::unique_ptr<OffloadEngine> engine;
};

struct EngineRig {
  explicit EngineRig(EngineFactory make, const LinkConfig& config = {}, std::uint64_t seed = 1,
                     const EngineConfig& engine = {}, unsigned nodes = 2)
      : rng(seed), link({scheduler, tracer, slab, rng}, "air", config) {
    tracer.add_sink(trace, TraceMask::of(TraceKind::Event) | TraceMask::of(TraceKind::Drop));
    for (unsigned i = 1; i <= nodes; ++i) {
      nodes_.push_back(std::make_unique<EngineNode>(StackEnv{scheduler, tracer, fibers, slab, rng},
                                                    link, make, i, engine));
    }
    for (const auto& node : nodes_) EXPECT_TRUE(node->iface.up().ok());
    run(milliseconds(1));
  }
  ~EngineRig() { fibers.cancel_all(); }

  EngineNode& node(unsigned number) { return *nodes_.at(number - 1); }
  void run(Duration span) { scheduler.run_until(scheduler.now() + span); }
  /// Runs `body` as a fiber for at most `limit`; whether it came to its end.
  bool in_fiber(std::function<void()> body, Duration limit = seconds(3600)) {
    bool ended = false;
    fibers.spawn("test", [&] {
      body();
      ended = true;
    });
    const SimTime until = scheduler.now() + limit;
    while (!ended && scheduler.run_one(until)) {
    }
    return ended;
  }
  std::size_t count(std::string_view name) const {
    std::size_t n = 0;
    for (const KeptRecord& r : trace.records) n += r.name == name;
    return n;
  }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  FiberHost fibers{scheduler};
  PacketSlab slab;
  Rng rng;
  MemorySink trace;
  Link link;
  std::vector<std::unique_ptr<EngineNode>> nodes_;
};

/// Remembers what on_ready() told; `then` runs in it.
struct RecordingUser : SocketUser {
  void on_ready(Readiness ready) override {
    last = ready;
    ++calls;
    readable |= ready.readable;
    writable |= ready.writable;
    acceptable |= ready.acceptable;
    error |= ready.error;
    if (then) then(ready);
  }
  Readiness last;
  int calls = 0;
  bool readable = false, writable = false, acceptable = false, error = false;
  std::function<void(Readiness)> then;
};

inline std::unique_ptr<OffloadSocket> open_socket(EngineNode& node, SocketType type,
                                                  SocketUser& user) {
  auto opened = node.engine->sockets().open({Family::Inet, type, Protocol::Default}, user);
  EXPECT_TRUE(opened.ok()) << errc_name(opened.code());
  return opened.ok() ? std::move(opened.value()) : nullptr;
}

/// A connected pair of stream sockets and the listener of node 2's port 7.
struct StreamPair {
  explicit StreamPair(EngineRig& rig) {
    listener = open_socket(rig.node(2), SocketType::Stream, listener_user);
    EXPECT_TRUE(listener->bind({{}, 7}).ok());
    EXPECT_TRUE(listener->listen(4).ok());
    client = open_socket(rig.node(1), SocketType::Stream, client_user);
    EXPECT_EQ(client->connect(rig.node(2).at(7)).code(), Errc::Einprogress);
    for (int i = 0; i < 1000 && !(client_user.writable && listener_user.acceptable); ++i) {
      rig.run(milliseconds(1));
    }
    Endpoint peer;
    auto accepted = listener->accept(server_user, peer);
    EXPECT_TRUE(accepted.ok());
    EXPECT_EQ(peer.address, rig.node(1).address);
    if (accepted.ok()) server = std::move(accepted.value());
  }
  RecordingUser listener_user, client_user, server_user;
  std::unique_ptr<OffloadSocket> listener, client, server;
};

/// The engines every conformance test runs over.
struct EngineUnderTest {
  std::string name;
  EngineFactory make;
};
inline void PrintTo(const EngineUnderTest& engine, std::ostream* out) {
  *out << engine.name;
}
inline std::string engine_name(const testing::TestParamInfo<EngineUnderTest>& info) {
  return info.param.name;
}
/// Every registered engine.
inline std::vector<EngineUnderTest> engines_under_test() {
  std::vector<EngineUnderTest> engines;
  for (const EngineEntry& entry : builtin_registry().engines) {
    if (entry.make != nullptr) engines.push_back({entry.word.name, entry.make});
  }
  return engines;
}

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// What recv() gives now, or the name of its error.
inline std::string read_text(OffloadSocket& socket, Endpoint* from = nullptr,
                             std::size_t room = 2048) {
  std::vector<std::uint8_t> buffer(room);
  const auto n = socket.recv(buffer, from);
  if (!n.ok()) return std::string(errc_name(n.code()));
  return {reinterpret_cast<const char*>(buffer.data()), n.value()};
}
inline std::string text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace flapjack
