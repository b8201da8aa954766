// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: one node with a Connection Manager, an L2 that can refuse,
// and a connectivity implementation that counts its calls and answers as told.
#pragma once
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connmgr/conn_mgr.h"
#include "stack/net/stack.h"
#include "stack/trace/memory_sink.h"

namespace flapjack::test {

class TestL2 : public L2 {
 public:
  explicit TestL2(std::string_view name = "test") : name_(name) {}
  L2Traits traits() const override {
    return {.name = name_, .point_to_point = true, .needs_link_address = false};
  }
  std::unique_ptr<L2Context> attach(NetIf&) override { return nullptr; }
  Status enable(NetIf& iface, bool) override {
    const auto it = refused.find(iface.name());
    return it == refused.end() ? Status() : it->second;
  }
  Status send(NetIf&, PacketPtr) override { return Errc::Eio; }
  Verdict recv(NetIf&, PacketPtr&) override { return Verdict::Continue; }

  std::map<std::string, Status, std::less<>> refused;  // by iface name

 private:
  std::string_view name_;
};

struct TestContext : BindingContext {
  int inits = 0, connects = 0, disconnects = 0;
  Status connect_result, disconnect_result;
  bool silent = false;  // answers, but leaves the iface alone
  std::map<int, std::vector<std::uint8_t>> options;
};

// Connects and disconnects at once. Options 0 and 1 hold up to 8 bytes.
class TestConnectivity : public Connectivity {
 public:
  explicit TestConnectivity(ConnectivityTraits traits = {.name = "test"}) : traits_(traits) {}
  ConnectivityTraits traits() const override { return traits_; }
  std::unique_ptr<BindingContext> attach(Binding&) override {
    return std::make_unique<TestContext>();
  }
  void init(Binding& binding) override {
    ++of(binding).inits;
    timeout_at_init = binding.timeout_s();
    inited.emplace_back(binding.iface().name());
    binding.iface().dormant_on();
  }
  Status connect(Binding& binding) override {
    TestContext& c = of(binding);
    ++c.connects;
    if (c.connect_result.ok() && !c.silent) binding.iface().dormant_off();
    return c.connect_result;
  }
  Status disconnect(Binding& binding) override {
    TestContext& c = of(binding);
    ++c.disconnects;
    if (c.disconnect_result.ok() && !c.silent) binding.iface().dormant_on();
    return c.disconnect_result;
  }
  Status set_option(Binding& b, int option, std::span<const std::uint8_t> value) override {
    if (option < 0 || option > 1) return Errc::Enoprotoopt;
    if (value.size() > 8) return Errc::Enobufs;
    of(b).options[option].assign(value.begin(), value.end());
    return Status();
  }
  Status get_option(Binding& b, int option, std::span<std::uint8_t> value,
                    std::size_t& length) override {
    length = 0;
    if (option < 0 || option > 1) return Errc::Enoprotoopt;
    const std::vector<std::uint8_t>& held = of(b).options[option];
    length = std::min(held.size(), value.size());
    std::copy_n(held.begin(), length, value.begin());
    return Status();
  }

  std::vector<std::string> inited;  // in order of the calls
  int timeout_at_init = -1;

 private:
  static TestContext& of(Binding& binding) { return binding.context_as<TestContext>(); }
  ConnectivityTraits traits_;
};

struct TestNode {
  explicit TestNode(const ConnMgrConfig& config = {}, const StackConfig& stack_config = {},
                    std::uint64_t seed = 1)
      : rng(seed),
        stack({scheduler, tracer, fibers, slab, rng}, "dev", NodeId{1}, stack_config),
        mgr_config(config),
        mgr(stack, mgr_config) {
    tracer.add_sink(sink, TraceMask::of(TraceKind::Event));
  }

  NetIf& add(const std::string& name, L2* of_l2 = nullptr) {
    NetIf& iface = stack.add_iface({.name = name});
    iface.bind_l2(of_l2 == nullptr ? l2 : *of_l2);
    return iface;
  }
  NetIf& add_with_address(const std::string& name) {
    NetIf& iface = add(name);
    set_address(iface, true);
    return iface;
  }
  static Ipv4Address address(const NetIf& iface, std::uint8_t net = 2) {
    return Ipv4Address{192u << 24 | std::uint32_t{net} << 8 | iface.index().value};
  }
  void set_address(NetIf& iface, bool on) {
    if (on) {
      iface.ipv4_addr_add({address(iface), 24});
    } else {
      iface.ipv4_addr_rm(address(iface));
    }
  }
  TestContext& context(const NetIf& iface) {
    return mgr.if_get_binding(iface)->context_as<TestContext>();
  }

  void run(Duration d = milliseconds(1)) { scheduler.run_until(scheduler.now() + d); }

  /// "NAME iface" of the records since the last call whose name passes `wanted`.
  template <class F>
  std::vector<std::string> take_if(F wanted) {
    std::vector<std::string> out;
    for (const KeptRecord& r : sink.records) {
      if (!wanted(r)) continue;
      const bool of_node = r.subject == stack.name();
      const std::string iface(of_node ? r.attr("iface") : std::string_view(r.subject).substr(4));
      out.push_back(r.name + (iface.empty() ? "" : " " + iface));
    }
    sink.records.clear();
    return out;
  }
  std::vector<std::string> take_l4() {
    return take_if([](const KeptRecord& r) { return r.name.starts_with("L4_"); });
  }
  /// What net_mgmt was told: names in upper case.
  std::vector<std::string> take_mgmt() {
    return take_if([](const KeptRecord& r) { return r.name[0] >= 'A' && r.name[0] <= 'Z'; });
  }
  void forget() { sink.records.clear(); }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  FiberHost fibers{scheduler};
  PacketSlab slab;
  Rng rng;
  MemorySink sink;
  TestL2 l2;
  Stack stack;
  const ConnMgrConfig mgr_config;
  ConnMgr mgr;
};

using Names = std::vector<std::string>;

inline ConnMgrConfig with(Coalescing policy) {
  return {.monitor = {policy, {}}};
}

/// What an iface raises when it is the first to become ready, or the last to be so.
inline Names gain(const std::string& iface) {
  return {"L4_CONNECTED " + iface, "L4_IPV4_CONNECTED " + iface};
}
/// What a resend says of it where nothing has IPv6.
inline Names resent(const std::string& iface) {
  return {"L4_CONNECTED " + iface, "L4_IPV6_DISCONNECTED", "L4_IPV4_CONNECTED " + iface};
}
inline Names loss(const std::string& iface) {
  return {"L4_DISCONNECTED " + iface, "L4_IPV4_DISCONNECTED " + iface};
}

}  // namespace flapjack::test
