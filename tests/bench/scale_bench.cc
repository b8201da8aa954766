// SPDX-License-Identifier: Apache-2.0
// Many nodes: each sends a 64-byte datagram a second to an echo service for 60 simulated seconds,
// with the apps that scenarios use, Ethernet with ARP, real headers and checksums on both sides.
// One iteration is everything: building the world, the run, tearing it down.
//
//   star   n leaves, each with a link of its own to one hub, which answers all of them
//   chain  a line of n nodes, each asks its right neighbour
//   bus    n nodes and one service on one medium: every ARP request reaches everybody
//   load   a scenario file of n pairs: read, checked, built
//
//   ns_per_echo: cpu time of the run by replies; bytes_a_host: heap and arena after the run by
//   nodes; built_ms, ran_ms: cpu time of the parts.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <ctime>

#include "scenarios/apps/udp_ping.h"
#include "scenarios/builder.h"
#include "scenarios/builtin.h"
#include "scenarios/services/udp_echo.h"
#include "scenarios/spec_json.h"
#include "scenarios/world.h"

namespace flapjack {
namespace {

constexpr Duration kRun = seconds(60);
constexpr std::uint16_t kPort = 9;

/// Large pieces, which are no part of the heap proper, included.
std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// tidy: allow(clock): a benchmark measures the machine
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

class Scale {
 public:
  explicit Scale(std::int64_t nodes) : nodes_(nodes) {
    wire_.rate = 100'000'000;
    wire_.delay = milliseconds(1);
  }
  Link& link(std::int64_t i) { return world_.add_link("l" + std::to_string(i), wire_); }
  Node& node(std::int64_t i) { return world_.add_node("n" + std::to_string(i)); }
  Ipv4Address iface(Node& node, Link& link, std::uint32_t address, std::uint8_t length) {
    const std::string name = "e" + std::to_string(node.stack.ifaces().size());
    world_.add_ethernet(node, {name, {{address}, length}}, link);
    return {address};
  }
  void serve(Node& node) {
    ServiceSpec spec;
    spec.port = kPort;
    add(node, "echo", [&](const AppEnv& env) {
      return make_in<UdpEcho>(env.node.arena(), env, spec);
    });
  }
  void ask(Node& node, std::int64_t i, Ipv4Address whom) {
    AppSpec spec;
    spec.peers.emplace_back();
    spec.peers.front().address.value = whom.value;
    spec.peers.front().port = kPort;
    spec.from = SimTime{1'000'000 + 900'000'000 * i / nodes_};
    add(node, "ping", [&](const AppEnv& env) {
      return make_in<UdpPing>(env.node.arena(), env, spec);
    });
  }
  void run() {
    world_.boot();
    world_.run_for(kRun);
  }
  std::size_t mapped_bytes() const {
    const Arena* const arena = world_.nodes().front()->arena();
    return arena != nullptr ? arena->mapped_bytes() : 0;
  }
  std::uint64_t replies() const {
    std::uint64_t sum = 0;
    for (const auto& node : world_.nodes()) {
      for (const App& app : node->apps) sum += app.counts().delivered;
    }
    return sum;
  }

 private:
  template <class Make>
  void add(Node& node, const std::string& name, const Make& make) {
    const SubjectId subject = world_.tracer().subject(node.stack.path_of(name));
    node.apps.push_back(make(AppEnv{node, subject, SimTime{} + kRun}));
  }

  std::int64_t nodes_;
  LinkConfig wire_;
  World world_;
};

void build_star(Scale& scale, std::int64_t n) {
  Node& hub = scale.node(n);
  scale.serve(hub);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint32_t base = (10u << 24) + static_cast<std::uint32_t>(i) * 4;
    Node& leaf = scale.node(i);
    Link& link = scale.link(i);
    scale.iface(leaf, link, base + 1, 30);
    scale.ask(leaf, i, scale.iface(hub, link, base + 2, 30));
  }
}

void build_chain(Scale& scale, std::int64_t n) {
  Node* left = &scale.node(0);
  for (std::int64_t i = 0; i + 1 < n; ++i) {
    const std::uint32_t base = (10u << 24) + static_cast<std::uint32_t>(i) * 4;
    Node& right = scale.node(i + 1);
    Link& link = scale.link(i);
    scale.iface(*left, link, base + 1, 30);
    scale.ask(*left, i, scale.iface(right, link, base + 2, 30));
    scale.serve(right);
    left = &right;
  }
}

void build_bus(Scale& scale, std::int64_t n) {
  Link& bus = scale.link(0);
  constexpr std::uint32_t kNet = 10u << 24;
  Node& server = scale.node(n);
  scale.serve(server);
  const Ipv4Address whom = scale.iface(server, bus, kNet + 0xffff00, 8);
  for (std::int64_t i = 0; i < n; ++i) {
    Node& leaf = scale.node(i);
    scale.iface(leaf, bus, kNet + 1 + static_cast<std::uint32_t>(i), 8);
    scale.ask(leaf, i, whom);
  }
}

template <void (*Build)(Scale&, std::int64_t)>
void echoes(benchmark::State& state) {
  const std::int64_t n = state.range(0);
  for (auto _ : state) {
    const std::size_t before = heap_bytes();
    const double begun = cpu_seconds();
    Scale scale(n);
    Build(scale, n);
    const double built = cpu_seconds();
    scale.run();
    const double ran = cpu_seconds();
    const auto replies = static_cast<double>(scale.replies());
    const std::size_t after = heap_bytes() + scale.mapped_bytes();
    state.counters["replies"] = replies;
    state.counters["built_ms"] = (built - begun) * 1e3;
    state.counters["ran_ms"] = (ran - built) * 1e3;
    state.counters["ns_per_echo"] = (ran - built) * 1e9 / replies;
    state.counters["bytes_a_host"] = static_cast<double>(after - before) / static_cast<double>(n);
  }
}

std::string pairs_file(std::int64_t n) {
  std::string nodes, links;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::string id = std::to_string(i), net = "10." + std::to_string(i >> 8 & 255) + "." +
                                                    std::to_string(i & 255) + ".";
    const char* comma = i == 0 ? "" : ",\n";
    nodes += comma + ("\"a" + id) + R"(": {"ifaces": {"e": {"ipv4": ")" + net + R"(1/24"}},)" +
             R"("apps": {"p": {"udp_ping": "b)" + id + R"(:9"}}}, "b)" + id +
             R"(": {"ifaces": {"e": {"ipv4": ")" + net + R"(2/24"}}, "services": ["udp_echo:9"]})";
    links += comma + ("\"l" + id) + R"(": {"between": ["a)" + id + R"(.e", "b)" + id + R"(.e"]})";
  }
  return R"({"until": "1s", "nodes": {)" + nodes + R"(}, "links": {)" + links + "}}";
}

void load(benchmark::State& state) {
  const Registry registry = builtin_registry();
  const SourceFile file("pairs.json", pairs_file(state.range(0)));
  for (auto _ : state) {
    DiagnosticSink sink;
    NodeNames names;
    const auto spec = load_scenario(file, registry.vocabulary(), sink);
    if (!spec || build_world(*spec, registry, names, sink) == nullptr) {
      state.SkipWithError(render(file, sink).c_str());
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(echoes<build_star>)
    ->Name("star")
    ->Arg(100)
    ->Arg(1000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Iterations(1);
BENCHMARK(echoes<build_chain>)->Name("chain")->Arg(100)->Arg(1000)->Arg(10'000)->Iterations(1);
BENCHMARK(echoes<build_bus>)->Name("bus")->Arg(100)->Arg(1000)->Iterations(1);
BENCHMARK(load)->Arg(100)->Arg(1000)->Arg(10'000)->Iterations(1);

}  // namespace
}  // namespace flapjack
