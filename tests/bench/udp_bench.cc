// SPDX-License-Identifier: Apache-2.0
// UDP datagrams from app to app through two nodes: context, UDP, IPv4, work queue, Ethernet with
// ARP, link, work queue, IPv4, UDP, connection table, context. Real headers, real checksums on both
// sides; every queue and every link crossing is a scheduler event.
//
//   items_per_second: datagrams delivered; allocs: calls of operator new a datagram (must be 0);
//   events: scheduler events a datagram.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "scenarios/world.h"
#include "stack/trace/digest_sink.h"
#include "tests/support/allocation_count.h"

namespace flapjack {
namespace {

constexpr std::uint16_t kPort = 7;
constexpr std::int64_t kBurst = 8;

struct TwoNodes {
  explicit TwoNodes(std::size_t bytes) : payload(bytes, 0x5a) {
    LinkConfig config;
    config.rate = 1'000'000'000;
    config.delay = microseconds(10);
    Link& wire = world.add_link("wire", config);
    Node& a = world.add_node("a");
    Node& b = world.add_node("b");
    world.add_ethernet(a, {"eth0", *Ipv4Prefix::parse("192.0.2.1/24"), {}}, wire);
    world.add_ethernet(b, {"eth0", *Ipv4Prefix::parse("192.0.2.2/24"), {}}, wire);
    world.boot();
    client = open(a);
    server = open(b);
    if (!server->bind({{}, kPort}).ok()) std::abort();
    const Status listening = server->recv(
        [this](NetContext&, PacketPtr packet, Status) {
          received += packet != nullptr && packet->size() == payload.size();
        },
        Timeout::no_wait());
    if (!listening.ok()) std::abort();
    burst();  // finds the neighbour
    burst();
  }
  static NetContext* open(Node& node) {
    return node.stack.contexts.get(Family::Inet, SocketType::Datagram, Protocol::Udp).value();
  }
  void burst() {
    for (std::int64_t i = 0; i < kBurst; ++i) {
      if (!client->sendto(payload, peer, {}, Timeout::no_wait()).ok()) std::abort();
    }
    world.run_for(milliseconds(1));
  }

  World world;
  std::vector<std::uint8_t> payload;
  Endpoint peer{*Ipv4Address::parse("192.0.2.2"), kPort};
  NetContext* client = nullptr;
  NetContext* server = nullptr;
  std::int64_t received = 0;
};

void measure(benchmark::State& state, TwoNodes& nodes) {
  nodes.received = 0;
  const std::uint64_t events = nodes.world.scheduler().executed();
  std::uint64_t first = 0, last = 0;  // between the bursts, as the framework allocates around them
  for (auto _ : state) {
    nodes.burst();
    last = test::allocation_count();
    if (first == 0) first = last;
  }
  const auto sent = static_cast<double>(state.iterations() * kBurst);
  if (nodes.received != state.iterations() * kBurst) state.SkipWithError("datagrams are missing");
  state.SetItemsProcessed(state.iterations() * kBurst);
  state.counters["allocs"] = static_cast<double>(last - first) / sent;
  state.counters["events"] =
      static_cast<double>(nodes.world.scheduler().executed() - events) / sent;
}

void untraced(benchmark::State& state) {
  TwoNodes nodes(static_cast<std::size_t>(state.range(0)));
  measure(state, nodes);
}
BENCHMARK(untraced)->Arg(64)->Arg(1460);

// Every hop recorded and hashed.
void digested(benchmark::State& state) {
  TwoNodes nodes(static_cast<std::size_t>(state.range(0)));
  DigestSink digest;
  nodes.world.tracer().add_sink(digest);
  measure(state, nodes);
  nodes.world.tracer().remove_sink(digest);
}
BENCHMARK(digested)->Arg(64)->Arg(1460);

}  // namespace
}  // namespace flapjack

