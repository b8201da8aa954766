// SPDX-License-Identifier: Apache-2.0
// ArpRig: a NodeRig with an iface "eth0" whose L2 has an ARP that only notes what it is asked for,
// with the time, and to which a test can hand what others say.
#pragma once
#include "stack/contract/arp_port.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack::test {

class NotingPort : public ArpPort {
 public:
  explicit NotingPort(Scheduler& scheduler) : scheduler_(scheduler) {}
  Status probe(Ipv4Address address) override { return note("probe ", address); }
  Status announce(Ipv4Address address) override { return note("announce ", address); }

  Lines log;

 private:
  Status note(const char* what, Ipv4Address address) {
    log.push_back(what + to_text(address) + " @" + to_text(scheduler_.now()));
    return Status();
  }
  Scheduler& scheduler_;
};

class ArpL2 : public ScriptedL2 {
 public:
  std::unique_ptr<L2Context> attach(NetIf& iface) override {
    return std::make_unique<NotingPort>(iface.stack().scheduler());
  }
};

struct ArpRig {
  explicit ArpRig(const StackConfig& config, const NetIfConfig& iface = {.name = "eth0"},
                  std::uint64_t seed = 1, bool point_to_point = false)
      : rig(config, seed), eth0(rig.node.add_iface(iface)) {
    l2.l2_traits.point_to_point = point_to_point;
    eth0.bind_l2(l2);
    eth0.bind_driver(driver);
  }
  NotingPort& port() { return *static_cast<NotingPort*>(eth0.l2_context()); }
  void run_for(Duration span) { rig.scheduler.run_until(rig.scheduler.now() + span); }
  /// Somebody else's ARP packet.
  void hear(ArpOperation operation, Ipv4Address sender, Ipv4Address target) {
    eth0.on_arp({operation, MacAddress{{0x02, 0, 0, 0, 0, 0x77}}, sender, {}, target});
  }
  /// "IPV4_ACD_SUCCEED 192.0.2.7 @5.1s" of the events since the last call that are about addresses.
  Lines events() {
    Lines lines;
    for (const KeptRecord& r : rig.sink.records) {
      if (!r.name.starts_with("IPV4_")) continue;
      lines.push_back(r.name + " " + std::string(r.attr("address")) + " @" + to_text(r.at));
    }
    rig.sink.records.clear();
    return lines;
  }

  ArpL2 l2;
  ScriptedDriver driver;
  NodeRig rig;
  NetIf& eth0;
};

}  // namespace flapjack::test
