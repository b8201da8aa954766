// SPDX-License-Identifier: Apache-2.0
// TwoNodeWorld: the smallest complete simulation: nodes "a" and "b", each with an Ethernet iface
// "eth0" (192.0.2.1/24 and 192.0.2.2/24) on a link "wire", and a sink that keeps the whole trace.
#pragma once
#include <string>
#include <vector>

#include "l2/ethernet_l2.h"
#include "l2/link.h"
#include "l2/sim_driver.h"
#include "stack/net/stack.h"
#include "stack/trace/memory_sink.h"

namespace flapjack::test {

struct TwoNodeOptions {
  StackConfig a, b;
  LinkConfig link;
  ArpConfig arp;
  std::uint64_t seed = 1;
  bool up = true;                   ///< bring both ifaces up and run until nothing is left to do
  bool traced = true;               ///< install the sink
  std::uint8_t last_byte_of_b = 2;  ///< of the address
};

/// Ready to use after construction; `world.sink.records` starts empty.
class TwoNodeWorld {
 public:
  explicit TwoNodeWorld(const TwoNodeOptions& options = {})
      : rng(options.seed),
        link(link_env(), "wire", options.link),
        ethernet(options.arp),
        driver_a(link, "a.eth0", {mac(1), false, {}, {}}),
        driver_b(link, "b.eth0", {mac(2), false, {}, {}}),
        a(stack_env(), "a", NodeId{1}, options.a),
        b(stack_env(), "b", NodeId{2}, options.b),
        if_a(add_iface(a, driver_a, 1)),
        if_b(add_iface(b, driver_b, options.last_byte_of_b)) {
    if (options.up) {
      a.post_init();
      b.post_init();
      settle();
    }
    if (options.traced) tracer.add_sink(sink);
  }
  ~TwoNodeWorld() { fibers.cancel_all(); }
  TwoNodeWorld(const TwoNodeWorld&) = delete;
  TwoNodeWorld& operator=(const TwoNodeWorld&) = delete;

  static MacAddress mac(std::uint8_t last) { return {{0x02, 0, 0, 0, 0, last}}; }
  static Ipv4Address ip(std::uint8_t last) { return {0xc0000200u | last}; }
  LinkEnv link_env() { return {scheduler, tracer, slab, rng}; }
  StackEnv stack_env() { return {scheduler, tracer, fibers, slab, rng}; }

  void run_for(Duration span) { scheduler.run_until(scheduler.now() + span); }
  /// Until no event is left; time moves as far as that takes.
  void settle() { scheduler.run(); }

  /// Names of hops, drops ("dropped:<reason>") and events in order, with their subject.
  std::vector<std::string> story() const {
    std::vector<std::string> lines;
    for (const KeptRecord& r : sink.records) {
      lines.push_back(r.subject + " " + r.name +
                      (r.kind == TraceKind::Drop ? ":" + std::string(r.attr("reason")) : ""));
    }
    return lines;
  }
  std::size_t count(std::string_view name) const {
    std::size_t n = 0;
    for (const KeptRecord& r : sink.records) n += r.name == name;
    return n;
  }
  /// Drops for `reason`.
  std::size_t drops(DropReason reason) const {
    std::size_t n = 0;
    for (const KeptRecord& r : sink.records) {
      n += r.kind == TraceKind::Drop && r.attr("reason") == drop_reason_name(reason);
    }
    return n;
  }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  MemorySink sink;
  FiberHost fibers{scheduler};
  PacketSlab slab;
  Rng rng;
  Link link;
  EthernetL2 ethernet;
  SimDriver driver_a, driver_b;
  Stack a, b;
  NetIf& if_a;
  NetIf& if_b;

 private:
  NetIf& add_iface(Stack& stack, SimDriver& driver, std::uint8_t last) {
    NetIf& iface = stack.add_iface({.name = "eth0"});
    iface.bind_l2(ethernet);
    iface.bind_driver(driver);
    iface.ipv4_addr_add({ip(last), 24});
    return iface;
  }
};

}  // namespace flapjack::test
