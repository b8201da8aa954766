// SPDX-License-Identifier: Apache-2.0
// PppPair: two nodes with PPP between them over an HDLC line.
#pragma once
#include <string>
#include <vector>

#include "l2/hdlc_driver.h"
#include "l2/ppp_l2.h"
#include "l2/sim_driver.h"
#include "stack/net/stack.h"
#include "tests/support/driver_rig.h"

namespace flapjack::test {

inline constexpr Ipv4Address kServer{0x64400001};  // 100.64.0.1
inline constexpr Ipv4Address kClient{0x64400002};
inline constexpr Duration kDelay = milliseconds(10);

inline PppConfig serving() {
  PppConfig config;
  config.peer = kClient;
  return config;
}

/// Nodes "a", which asks for an address, and "b", which gives it, with a PPP iface "ppp0" each.
struct PppPair {
  explicit PppPair(PppConfig config_a = {}, PppConfig config_b = serving(),
                   std::uint16_t mtu_a = 1500, bool ipv6_a = false)
      : PppPair(config_a, config_b, mtu_a, ipv6_a, ipv6_a) {}
  PppPair(PppConfig config_a, PppConfig config_b, std::uint16_t mtu_a, bool ipv6_a, bool ipv6_b)
      : l2_a(config_a),
        l2_b(config_b),
        if_a(add(a, l2_a, driver_a, mtu_a, ipv6_a)),
        if_b(add(b, l2_b, driver_b, 1500, ipv6_b)) {
    if_b.ipv4_addr_add({kServer, 32});
  }
  ~PppPair() { fibers.cancel_all(); }

  NetIf& add(Stack& stack, PppL2& l2, HdlcDriver& driver, std::uint16_t mtu, bool ipv6) {
    NetIf& iface = stack.add_iface({.name = "ppp0", .mtu = mtu, .ipv6 = ipv6});
    iface.bind_l2(l2);
    iface.bind_driver(driver);
    return iface;
  }
  static LinkConfig delayed() {
    LinkConfig config;
    config.delay = kDelay;
    return config;
  }
  std::unique_ptr<Driver> device(const std::string& name) {
    return make_in<SimDriver>(nullptr, line, name, SimDriverConfig{});
  }
  StackEnv env() { return {rig.scheduler, rig.tracer, fibers, rig.slab, rig.rng}; }
  void up(Duration how_long = seconds(1)) {
    ASSERT_TRUE(if_a.up().ok());
    ASSERT_TRUE(if_b.up().ok());
    run(how_long);
  }
  void run(Duration span) { rig.scheduler.run_until(rig.scheduler.now() + span); }
  void set_loss(bool all) {
    LinkConfig config = delayed();
    config.loss_ppb = all ? 1'000'000'000 : 0;
    line.set_config(config);
  }
  /// "1.5s NAME" of the events of `subject`, without the queues' business.
  std::vector<std::string> events(const std::string& subject) const {
    std::vector<std::string> out;
    for (const KeptRecord& r : rig.sink.records) {
      if (r.kind != TraceKind::Event || r.subject != subject) continue;
      std::string text = to_text(Duration{r.at.ns}) + " " + r.name;
      if (r.name == "ppp_phase") text += "=" + std::string(r.attr("phase"));
      out.push_back(text);
    }
    return out;
  }
  std::size_t count(const std::string& name) const {
    std::size_t n = 0;
    for (const KeptRecord& r : rig.sink.records) n += r.name == name;
    return n;
  }
  PppSession& session_a() { return PppL2::session(if_a); }
  PppSession& session_b() { return PppL2::session(if_b); }

  DriverRig rig;
  FiberHost fibers{rig.scheduler};
  Link line{rig.env(), "line", delayed()};
  HdlcDriver driver_a{rig.env(), "a.ppp0", device("a.ppp0")};
  HdlcDriver driver_b{rig.env(), "b.ppp0", device("b.ppp0")};
  PppL2 l2_a, l2_b;
  Stack a{env(), "a", NodeId{1}}, b{env(), "b", NodeId{2}};
  NetIf& if_a;
  NetIf& if_b;
};

}  // namespace flapjack::test
