// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/model/player.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "connmgr/conn_mgr.h"
#include "stack/contract/arp_port.h"
#include "stack/net/stack.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::model {
namespace {

using test::TestL2;

// A network that says nothing: nobody has the addresses that are asked for.
class LanL2 : public TestL2 {
 public:
  L2Traits traits() const override { return {.name = "test", .point_to_point = false}; }
  std::unique_ptr<L2Context> attach(NetIf&) override { return std::make_unique<Context>(); }

 private:
  class Context : public ArpPort {
    Status probe(Ipv4Address) override { return Status(); }
    Status announce(Ipv4Address) override { return Status(); }
  };
};

// Associates after a while, at once when asked to take no time.
class ModelConnectivity : public Connectivity {
 public:
  struct Context : BindingContext {
    explicit Context(Binding& b)
        : binding(b),
          timer(b.stack().scheduler(), Lane::Work, delegate<&Context::associate>(this)) {}
    void associate() {
      associated = true;
      binding.iface().dormant_off();
    }
    Binding& binding;
    Timer timer;
    bool associated = false;
  };
  explicit ModelConnectivity(const Setup& s)
      : takes_(milliseconds(s.associate_ms)), unconfigured_(s.unconfigured) {}
  ConnectivityTraits traits() const override {
    return {.name = "model", .has_connection_config = true};
  }
  bool has_connection_config(Binding& binding) override {
    return (unconfigured_ >> (binding.iface().index().value - 1) & 1) == 0;
  }
  std::unique_ptr<BindingContext> attach(Binding& binding) override {
    return std::make_unique<Context>(binding);
  }
  void init(Binding& binding) override { binding.iface().dormant_on(); }
  Status connect(Binding& binding) override {
    called(0, binding.iface());
    Context& c = binding.context_as<Context>();
    if (c.associated) return Status();
    if (takes_ == Duration{}) {
      c.associate();
    } else {
      c.timer.start(takes_);
    }
    return Status();
  }
  Status disconnect(Binding& binding) override {
    called(1, binding.iface());
    Context& c = binding.context_as<Context>();
    c.timer.cancel();
    c.associated = false;
    binding.iface().dormant_on();
    return Status();
  }
  Status set_option(Binding&, int, std::span<const std::uint8_t>) override {
    return Errc::Enoprotoopt;
  }
  Status get_option(Binding&, int, std::span<std::uint8_t>, std::size_t& length) override {
    length = 0;
    return Errc::Enoprotoopt;
  }
  void lose(Binding* binding, NetIf& iface) const {
    const bool was = binding != nullptr && binding->context_as<Context>().associated;
    if (binding != nullptr) binding->context_as<Context>().associated = false;
    iface.dormant_on();
    if (!was || !binding->flag(ConnFlag::Persistent)) return;
    binding->context_as<Context>().timer.start(takes_ + milliseconds(1));
  }
  std::function<void(int command, const NetIf& iface)> called;

 private:
  Duration takes_;
  unsigned unconfigured_;
};

ConnMgrConfig config_of(const Setup& s) {
  ConnMgrConfig config;
  config.monitor.coalescing = static_cast<Coalescing>(s.policy);
  config.monitor.per_family = !s.one_aggregate;
  config.monitor.any_ipv4_add = s.any_add;
  config.monitor.l4_if_events = s.if_events;
  config.legacy_sync_autodown = s.sync_down;
  config.auto_if_down = s.auto_down;
  config.idle_timeout = s.idle;
  config.config_check = s.unconfigured != 0;
  return config;
}

StackConfig stack_of(const Setup& s) {
  StackConfig config;
  config.mgmt.queue_size = static_cast<std::size_t>(s.queue);
  config.mgmt.queue_timeout = {};
  if (s.drop_oldest) config.mgmt.overflow = NetMgmtConfig::Overflow::DropOldest;
  config.tx_pool.packets = config.rx_pool.packets = 1;
  config.ipv6.nd = config.ipv6.mld = false;  // what they send has nothing to do with it
  config.ipv6.dad = s.dad_ms > 0;
  config.ipv6.dad_timeout = milliseconds(s.dad_ms);
  // One probe at once, and success so long after it.
  config.acd = {.enabled = s.acd_ms > 0, .probe_wait = {}, .announce_wait = milliseconds(s.acd_ms)};
  config.acd.probe_num = 1;
  config.acd.announce_num = 0;
  return config;
}

class Player : public TraceSink {
 public:
  explicit Player(const Sequence& q)
      : q_(q),
        rng_(1),
        l2_(q.setup.lan ? lan_ : line_),
        stack_({scheduler_, tracer_, fibers_, slab_, rng_}, "n", NodeId{1}, stack_of(q.setup)),
        config_(config_of(q.setup)),
        mgr_(stack_, config_),
        impl_(q.setup) {
    tracer_.add_sink(*this, TraceMask::of(TraceKind::Event));
    impl_.called = [this](int command, const NetIf& iface) {
      log_.push_back({Line::Kind::Call, now_ms(), command, place_of(iface)});
    };
  }
  Log run();
  void record(const Tracer& tracer, const TraceRecord& r) override;

 private:
  int now_ms() const { return static_cast<int>(scheduler_.now().ns / 1'000'000); }
  static int place_of(const NetIf& iface) { return static_cast<int>(iface.index().value) - 1; }
  void build();
  void note_flags(bool all);
  void play(std::uint64_t number);
  Status call(const Step& step);
  void address(const Step& step, NetIf& iface);
  Status set(const Step& step, NetIf& iface);

  const Sequence& q_;
  Scheduler scheduler_;
  Tracer tracer_{scheduler_};
  FiberHost fibers_{scheduler_};
  PacketSlab slab_;
  Rng rng_;
  TestL2 line_;
  LanL2 lan_;
  TestL2& l2_;
  Stack stack_;
  const ConnMgrConfig config_;
  ConnMgr mgr_;
  ModelConnectivity impl_;
  MgmtCallback everything_{~std::uint64_t{0}, [](const MgmtNotice&) {}, {}};
  std::vector<std::uint32_t> flags_ = std::vector<std::uint32_t>(6);  // as last noted
  Log log_;
};

void Player::record(const Tracer&, const TraceRecord& r) {
  const bool lost = r.name == "mgmt_event_dropped";
  if (!lost && (r.name[0] < 'A' || r.name[0] > 'Z')) return;
  const std::string_view name = lost ? r.attrs.front().text : r.name;
  for (int k = 0; k < static_cast<int>(Ev::kCount); ++k) {
    if (name != ev_name(static_cast<Ev>(k))) continue;
    int iface = -1;
    if (!lost) {
      const bool of_node = r.subject == stack_.subject();
      for (const auto& each : stack_.ifaces()) {
        const bool here = of_node ? !r.attrs.empty() && r.attrs.front().text == each->name()
                                  : r.subject == each->subject();
        if (here) iface = place_of(*each);
      }
    }
    log_.push_back({lost ? Line::Kind::Lost : Line::Kind::Event, now_ms(), k, iface});
  }
}

void Player::build() {
  constexpr const char* kNames[] = {"a", "b", "c", "d", "e", "f"};
  for (int i = 0; i < q_.setup.ifaces; ++i) {
    NetIf& iface = stack_.add_iface({.name = kNames[i], .ipv6 = true});
    iface.bind_l2(l2_);
    const auto number = static_cast<std::uint8_t>(i + 1);
    EXPECT_TRUE(iface.set_link_address({{2, 0, 0x5e, 0, 0x53, number}}).ok());
    if ((q_.setup.bound >> i & 1) != 0) mgr_.bind(iface, impl_);
  }
  stack_.mgmt.add(everything_);
}

void Player::address(const Step& step, NetIf& iface) {
  const auto net = static_cast<std::uint32_t>(step.value);
  const std::uint32_t host = 16u * iface.index().value + net;
  const Ipv4Address global{192u << 24 | 2u << 8 | host}, local{169u << 24 | 254u << 16 | host};
  Ipv6Address six = Ipv6Address::parse("2001:db8::").value();
  six.low = host;
  if (step.op == Op::Add4) iface.ipv4_addr_add({global, 24});
  if (step.op == Op::Del4) iface.ipv4_addr_rm(global);
  if (step.op == Op::AddLocal4) iface.ipv4_addr_add({local, 16});
  if (step.op == Op::DelLocal4) iface.ipv4_addr_rm(local);
  if (step.op == Op::Add6) iface.ipv6()->addr_add({six, 64});
  if (step.op == Op::Del6) iface.ipv6()->addr_rm(six);
}

Status Player::set(const Step& step, NetIf& iface) {
  Binding* const binding = mgr_.if_get_binding(iface);
  switch (step.op) {
    case Op::Flag:
      return mgr_.if_set_flag(iface, static_cast<ConnFlag>(step.value & 7), (step.value & 8) != 0);
    case Op::IdleTimeout:
      return mgr_.if_set_idle_timeout(iface, step.value);
    case Op::FailCalls:
      if (binding != nullptr) binding->fail_calls(step.value != 0);
      return Status();
    case Op::RefuseAdmin:
      iface.refuse_admin(step.value != 0);
      return Status();
    default:
      address(step, iface);
      return Status();
  }
}

Status Player::call(const Step& step) {
  NetIf& iface = *stack_.ifaces()[static_cast<std::size_t>(step.iface)];
  switch (step.op) {
    case Op::AdminUp: return iface.up();
    case Op::AdminDown: return iface.down();
    case Op::CarrierOn: iface.carrier_on(); return Status();
    case Op::CarrierOff: iface.carrier_off(); return Status();
    case Op::DormantOn: impl_.lose(mgr_.if_get_binding(iface), iface); return Status();
    case Op::DormantOff: iface.dormant_off(); return Status();
    case Op::Ignore: mgr_.ignore_iface(iface); return Status();
    case Op::Watch: mgr_.watch_iface(iface); return Status();
    case Op::IgnoreAll: mgr_.ignore_l2(&l2_); return Status();
    case Op::WatchAll: mgr_.watch_l2(&l2_); return Status();
    case Op::Connect: return mgr_.if_connect(iface);
    case Op::Disconnect: return mgr_.if_disconnect(iface);
    case Op::Timeout: stack_.mgmt.notify(MgmtEvent::ConnIfTimeout, &iface); return Status();
    case Op::Fatal: stack_.mgmt.notify(MgmtEvent::ConnIfFatalError, &iface); return Status();
    case Op::Use: mgr_.if_used(iface); return Status();
    case Op::AllUp: return mgr_.all_if_up(step.value != 0);
    case Op::AllDown: return mgr_.all_if_down(step.value != 0);
    case Op::AllConnect: return mgr_.all_if_connect(step.value != 0);
    case Op::AllDisconnect: return mgr_.all_if_disconnect(step.value != 0);
    case Op::Resend: mgr_.mon_resend_status(); return Status();
    default: return set(step, iface);
  }
}

void Player::play(std::uint64_t number) {
  const Status status = call(q_.steps[number]);
  log_.push_back({Line::Kind::Result, now_ms(), status.to_int(), static_cast<int>(number)});
  note_flags(false);
}

void Player::note_flags(bool all) {
  for (const auto& iface : stack_.ifaces()) {
    const Binding* const binding = mgr_.if_get_binding(*iface);
    if (binding == nullptr) continue;
    const int i = place_of(*iface);
    const std::uint32_t now = binding->flags();
    const std::uint32_t noted = std::exchange(flags_[static_cast<std::size_t>(i)], now);
    if (!all && now == noted) continue;
    log_.push_back({Line::Kind::Flags, all ? 0 : now_ms(), static_cast<int>(now), i});
  }
}

Log Player::run() {
  build();
  for (std::size_t k = 0; k < q_.steps.size(); ++k) {
    const Step& step = q_.steps[k];
    if (step.at_ms < 0) {
      play(k);
    } else {
      scheduler_.at(SimTime{} + milliseconds(step.at_ms), step.late ? Lane::App : Lane::World,
                    delegate<&Player::play>(this, k));
    }
  }
  EXPECT_TRUE(mgr_.boot().ok());
  const int last = q_.steps.empty() ? 0 : std::max(q_.steps.back().at_ms, 0);
  const SimTime until = SimTime{} + milliseconds(last + kTailMs);
  while (log_.size() < kMostLines && scheduler_.run_one(until)) {
  }
  if (log_.size() >= kMostLines) {
    log_.resize(kMostLines);
    return log_;
  }
  note_flags(true);
  for (const auto& iface : stack_.ifaces()) {
    log_.push_back({Line::Kind::Word, 0, mgr_.if_state(*iface), place_of(*iface)});
  }
  return log_;
}

}  // namespace

Log played(const Sequence& sequence) {
  return Player(sequence).run();
}

}  // namespace flapjack::model
