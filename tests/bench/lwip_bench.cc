// SPDX-License-Identifier: Apache-2.0
// Bulk TCP between two lwIP engines through Scheduler, Link, SimDriver and the engine's sockets;
// the receiver compares every byte. One item is one frame, acknowledgements included, so the time
// per item can be put beside a bare pair of lwIPs under an event loop of their own.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "l2/link.h"
#include "l2/sim_driver.h"
#include "offload/lwip_engine.h"
#include "stack/net/stack.h"

namespace {

using namespace flapjack;

constexpr std::uint64_t kBytes = 200'000'000;
constexpr std::size_t kPeriod = 65536;

// Two periods of bytes, so that any position can be read on for one period.
const std::uint8_t* pattern() {
  static const std::vector<std::uint8_t> bytes = [] {
    std::vector<std::uint8_t> v(2 * kPeriod);
    std::uint32_t x = 12345;
    for (std::size_t i = 0; i < kPeriod; ++i) {
      x = x * 1664525u + 1013904223u;
      v[i] = v[i + kPeriod] = static_cast<std::uint8_t>(x >> 24);
    }
    return v;
  }();
  return bytes.data();
}

struct Node {
  Node(const StackEnv& env, Link& link, std::uint8_t number, const EngineConfig& config)
      : stack(env, "n" + std::to_string(number), NodeId{number}),
        iface(stack.add_iface(NetIfConfig{.name = "lte0"})),
        driver(link, stack.path_of("lte0"), {{{2, 0, 0, 0, 0, number}}, false, {}, {}}),
        engine(std::move(make_lwip_engine(iface, driver, config).value())) {
    if (!engine->set_enabled(true).ok()) std::abort();
  }
  Stack stack;
  NetIf& iface;
  SimDriver driver;
  std::unique_ptr<OffloadEngine> engine;
};

struct Sink : SocketUser {
  void on_ready(Readiness ready) override {
    Endpoint peer;
    if (ready.acceptable) connection = std::move(listener->accept(*this, peer).value());
    for (;;) {
      const auto n = connection->recv(buffer, nullptr);
      if (!n.ok()) return;
      if (n.value() == 0) return scheduler->stop();
      corrupt |= std::memcmp(buffer.data(), pattern() + received % kPeriod, n.value()) != 0;
      received += n.value();
    }
  }
  Scheduler* scheduler;
  std::unique_ptr<OffloadSocket> listener, connection;
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(kPeriod);
  std::uint64_t received = 0;
  bool corrupt = false;
};

struct Source : SocketUser {
  void on_ready(Readiness) override {
    while (sent < kBytes) {
      const std::size_t n = std::min<std::uint64_t>(kBytes - sent, 32768);
      const auto taken = socket->send({pattern() + sent % kPeriod, n}, nullptr);
      if (!taken.ok()) return;
      sent += taken.value();
      if (taken.value() < n) return;
    }
    socket.reset();
  }
  std::unique_ptr<OffloadSocket> socket;
  std::uint64_t sent = 0;
};

void bulk_tcp(benchmark::State& state, const LinkConfig& config) {
  std::uint64_t frames = 0;
  for (auto _ : state) {
    Scheduler scheduler;
    Tracer tracer{scheduler};
    FiberHost fibers{scheduler};
    PacketSlab slab;
    Rng rng{1};
    Link link({scheduler, tracer, slab, rng}, "air", config);
    const StackEnv env{scheduler, tracer, fibers, slab, rng};
    EngineConfig engine;
    engine.tcp_window = static_cast<std::uint32_t>(state.range(0));
    engine.address = {{0x0a000001}, 24};
    Node client(env, link, 1, engine);
    engine.address = {{0x0a000002}, 24};
    Node server(env, link, 2, engine);
    Sink sink;
    Source source;
    sink.scheduler = &scheduler;
    const SocketSpec stream;
    sink.listener = std::move(server.engine->sockets().open(stream, sink).value());
    source.socket = std::move(client.engine->sockets().open(stream, source).value());
    const bool started =
        sink.listener->bind({{}, 5001}).ok() && sink.listener->listen(1).ok() &&
        source.socket->connect({Ipv4Address{0x0a000002}, 5001}).code() == Errc::Einprogress;
    if (!started) state.SkipWithError("no connection");
    scheduler.run();
    if (sink.corrupt || sink.received != kBytes) state.SkipWithError("bytes lost or changed");
    frames += client.iface.stats().tx_packets + server.iface.stats().tx_packets;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(frames));
  state.SetBytesProcessed(static_cast<std::int64_t>(kBytes) * state.iterations());
  state.counters["frames_per_run"] =
      static_cast<double>(frames) / static_cast<double>(state.iterations());
}

void zero_delay(benchmark::State& state) {
  LinkConfig config;
  config.queue = 0;
  bulk_tcp(state, config);
}
BENCHMARK(zero_delay)->Arg(65535)->Arg(524288)->Unit(benchmark::kMillisecond);

void gigabit_1ms(benchmark::State& state) {
  LinkConfig config;
  config.rate = 1'000'000'000;
  config.delay = milliseconds(1);
  config.queue = 0;
  config.extra_bytes = 24;
  bulk_tcp(state, config);
}
BENCHMARK(gigabit_1ms)->Arg(65535)->Arg(524288)->Unit(benchmark::kMillisecond);

}  // namespace
