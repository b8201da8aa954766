// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/conform_bench.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "connmgr/conform/option_check.h"
#include "connmgr/conform/probe.h"
#include "stack/net/stack.h"
#include "stack/trace/tracer.h"

namespace flapjack::conformance {
namespace {

constexpr std::uint32_t kManual =
    conn_flag_bit(ConnFlag::NoAutoConnect) | conn_flag_bit(ConnFlag::NoAutoDown);
constexpr int kRunaway = 20'000;  // calls of start() and stop() in one instant

// A medium that carries nothing: no packet is sent on the bench.
class SilentL2 : public L2 {
 public:
  L2Traits traits() const override {
    return {.name = "silent", .point_to_point = true, .needs_link_address = false};
  }
  std::unique_ptr<L2Context> attach(NetIf&) override { return nullptr; }
  Status enable(NetIf&, bool) override { return Status(); }
  Status send(NetIf&, PacketPtr) override { return Errc::Eio; }
  Verdict recv(NetIf&, PacketPtr&) override { return Verdict::Continue; }
};

class Bench : public TraceSink, private ProbeLog {
 public:
  Bench(const ConformSubject& subject, const ConnMgrConfig& config, const Plan& plan);
  ~Bench() override { stack_.mgmt.remove(reaction_); }
  Trace run();
  /// Reads and writes options instead.
  Trace options();

 private:
  struct Scheduled {
    Bench* bench;
    Step step;
    void run() const { bench->play(step); }
  };
  void record(const Tracer& tracer, const TraceRecord& record) override;
  void note(int iface, Word word, int value) override;
  void note_address(int iface, const TraceRecord& record);
  void fault(BenchFault what, std::string got = {});
  void fault(std::optional<Remark> seen) {
    if (seen) fault(seen->fault, std::move(seen->got));
  }
  void set_up_binding(Binding& b);
  void boot();
  void play(const Step& step);
  void call(int iface, Word word);
  void set_flag(int iface, ConnFlag flag, bool on);
  void set_timeout(int iface, int seconds);
  void set_idle_timeout(int iface, int seconds);
  void flip(NetIf& iface, int way);
  void react(const MgmtNotice& notice);
  void check_flags();
  void check_unbound();
  void use_options(OptionUse use);
  Binding& binding(int iface) { return *mgr_.if_get_binding(*ifaces_[std::size_t(iface)]); }

  const Plan& plan_;
  Scheduler scheduler_;
  Tracer tracer_{scheduler_};
  FiberHost fibers_{scheduler_};
  PacketSlab slab_;
  Rng rng_{1};
  SilentL2 l2_;
  Stack stack_;
  std::vector<NetIf*> ifaces_;
  NetIf* decoy_ = nullptr;
  std::vector<Probe*> probes_;
  std::unique_ptr<Connectivity> impl_;
  const ConnMgrConfig config_;
  ConnMgr mgr_;
  MgmtCallback reaction_;
  std::vector<Scheduled> steps_;
  Trace trace_;
  bool booted_ = false, flags_kept_ = true;
  std::uint32_t flags_ = kManual;  // of the first iface, as the application set them
  std::map<std::string, int, std::less<>> names_;  // subject -> iface
  int timeout_s_ = 0, idle_timeout_s_ = kNoTimeout, calls_ = 0, depth_ = 0;
  SimTime called_at_;
  SimTime origin_{};
  std::optional<OptionCheck> options_;
};

ConnMgrConfig bench_config(ConnMgrConfig config) {
  config.auto_if_down = false;  // also where a release takes the iface down within disconnect
  return config;
}
StackConfig stack_config(const Plan& plan) {
  StackConfig config;
  if (plan.reaction.on != Word::Ret) config.mgmt.delivery = NetMgmtConfig::Delivery::Direct;
  config.mgmt.queue_size = 64;
  config.max_ipv6_configs = 1 + static_cast<std::size_t>(plan.ifaces);
  config.ipv6.unicast_limit = 4;
  config.ipv6.nd = config.ipv6.mld = false;
  return config;
}

Bench::Bench(const ConformSubject& subject, const ConnMgrConfig& config, const Plan& plan)
    : plan_(plan),
      stack_({scheduler_, tracer_, fibers_, slab_, rng_}, "dev", NodeId{1}, stack_config(plan)),
      config_(bench_config(config)),
      mgr_(stack_, config_),
      timeout_s_(plan.timeout_s) {
  tracer_.add_sink(*this, TraceMask::of(TraceKind::Event));
  decoy_ = &stack_.add_iface({.name = "decoy", .ipv6 = true});
  decoy_->bind_l2(l2_);
  names_["dev.decoy"] = -1;
  if (plan.own) impl_ = subject.make_own();
  if (!plan.own)
    impl_ = subject.make([this](Binding& b, TechnologyUser& user) {
      const int index = static_cast<int>(probes_.size());
      auto probe = std::make_unique<Probe>(b, user, plan_, index, static_cast<ProbeLog&>(*this));
      probes_.push_back(probe.get());
      return probe;
    });
  for (int i = 0; i < plan.ifaces; ++i) {
    ifaces_.push_back(&stack_.add_iface({.name = "if" + std::to_string(i), .ipv6 = true}));
    ifaces_.back()->bind_l2(l2_);
    names_["dev.if" + std::to_string(i)] = i;
    mgr_.bind(*ifaces_.back(), *impl_,
              {.flags = kManual, .timeout_s = plan.timeout_s, .init_takes = nanoseconds(1)});
  }
  options_.emplace(mgr_, *ifaces_.front(), subject.partial_options);
  reaction_ = {mgmt_mask(MgmtEvent::IfDown, MgmtEvent::IfUp),
               [this](const MgmtNotice& n) { react(n); }};
  steps_.reserve(plan.steps.size());
}

// What init set is the implementation's default; from then on all is the application's, and it sets
// what the plan says.
void Bench::set_up_binding(Binding& b) {
  for (const ConnFlag flag : {ConnFlag::NoAutoConnect, ConnFlag::NoAutoDown})
    b.set_flag(flag, true);
  b.set_flag(ConnFlag::Persistent, plan_.persistent);
  b.set_timeout_s(plan_.timeout_s);
  b.set_idle_timeout_s(kNoTimeout);
}

// Every init takes a nanosecond, so that its defaults are overwritten before the connection manager
// connects what asks for it. All times count from the end of the boot.
void Bench::boot() {
  static_cast<void>(decoy_->up().ok());
  for (NetIf* iface : ifaces_) static_cast<void>(iface->up().ok());
  booted_ = true;
  bool at_rest = mgr_.boot().ok();
  for (bool last = false; !last;) {
    last = !mgr_.blocked();  // an implementation without init is never waited for
    for (NetIf* iface : ifaces_) set_up_binding(*mgr_.if_get_binding(*iface));
    if (!last) scheduler_.run_until(scheduler_.now() + nanoseconds(1));
  }
  for (NetIf* iface : ifaces_) {
    at_rest = at_rest && (iface->is_dormant() || !iface->is_carrier_ok());
  }
  origin_ = scheduler_.now();
  std::erase_if(trace_.lines, [](const Line& l) { return l.word != Word::Fault; });
  if (!at_rest) fault(BenchFault::NotDown);
}

Trace Bench::run() {
  boot();
  if (plan_.persistent) flags_ |= conn_flag_bit(ConnFlag::Persistent);
  if (plan_.reaction.on != Word::Ret) stack_.mgmt.add(reaction_);
  const bool reads_options = std::any_of(plan_.steps.begin(), plan_.steps.end(),
                                         [](const Step& s) { return s.word == Word::Options; });
  if (reads_options) options_->learn();
  for (const Step& step : plan_.steps) {
    steps_.push_back({this, step});
    const Lane lane = step.place == Place::First ? Lane::World : Lane::Settle;
    scheduler_.after(step.at, lane, delegate<&Scheduled::run>(&steps_.back()));
  }
  scheduler_.run_until(origin_ + plan_.until);
  check_flags();
  check_unbound();
  trace_.until = plan_.until;
  trace_.up_at_end = ifaces_.front()->is_up();
  return trace_;
}

void Bench::note(int iface, Word word, int value) {
  if (!booted_) return;
  const bool call = word == Word::Start || word == Word::Stop;
  if (call && std::exchange(called_at_, scheduler_.now()) != scheduler_.now()) calls_ = 0;
  if (call && ++calls_ > kRunaway) {
    if (calls_ == kRunaway + 1) fault(BenchFault::Runaway);
    return;
  }
  trace_.lines.push_back({scheduler_.now() - origin_, word, value, iface});
}

void Bench::fault(BenchFault what, std::string got) {
  if (!booted_) return;
  note(0, Word::Fault, static_cast<int>(what));
  trace_.remarks.push_back({what, std::move(got)});
}

void Bench::record(const Tracer& tracer, const TraceRecord& record) {
  const auto it = names_.find(tracer.path(record.subject));
  if (it == names_.end() || !booted_) return;
  const int iface = it->second;
  if (iface < 0) {
    fault(BenchFault::DecoyTouched);
    return note_address(iface, record);
  }
  const std::string_view name = record.name;
  if (name == "IF_UP") return note(iface, Word::OperUp, 0);
  if (name == "IF_DOWN") return note(iface, Word::OperDown, 0);
  if (name == "CONN_IF_TIMEOUT") return note(iface, Word::Timeout, 0);
  if (name == "CONN_IF_FATAL_ERROR") return note(iface, Word::Fatal, 0);
  if (name == "CONN_IF_NO_CONFIGURATION") return note(iface, Word::NoConfig, 0);
  note_address(iface, record);
}

// A link-local address is the stack's own doing: it comes and goes with OPER_UP.
bool is_link_local(const TraceRecord& record) {
  return std::any_of(record.attrs.begin(), record.attrs.end(), [](const Attr& attr) {
    const Ipv6Address address{static_cast<std::uint64_t>(attr.high),
                              static_cast<std::uint64_t>(attr.number)};
    return attr.type == Attr::Type::Address6 && address.is_link_local();
  });
}

void Bench::note_address(int iface, const TraceRecord& record) {
  const std::string_view event = record.name;
  if (is_link_local(record)) return;
  if (event == "IPV4_ADDR_ADD" || event == "IPV6_ADDR_ADD") return note(iface, Word::IpAdd, 0);
  if (event == "IPV4_ADDR_DEL" || event == "IPV6_ADDR_DEL") return note(iface, Word::IpDel, 0);
}

void Bench::play(const Step& step) {
  check_flags();
  note(step.iface, step.word, step.value);
  switch (step.word) {
    case Word::Connect:
    case Word::Disconnect:
    case Word::IdleStop:
      return call(step.iface, step.word);
    case Word::AdminUp:
      return static_cast<void>(ifaces_[std::size_t(step.iface)]->up().ok());
    case Word::AdminDown:
      return static_cast<void>(ifaces_[std::size_t(step.iface)]->down().ok());
    case Word::Persistent:
      return set_flag(step.iface, ConnFlag::Persistent, step.value != 0);
    case Word::NoAuto:
      set_flag(step.iface, ConnFlag::NoAutoConnect, step.value != 0);
      return set_flag(step.iface, ConnFlag::NoAutoDown, step.value != 0);
    case Word::Timeout_:
      return set_timeout(step.iface, step.value);
    case Word::IdleTimeout_:
      return set_idle_timeout(step.iface, step.value);
    case Word::Options:
      return use_options(static_cast<OptionUse>(step.value));
    case Word::Flip:
      return flip(*ifaces_[std::size_t(step.iface)], step.value);
    default:
      if (!plan_.own) probes_[std::size_t(step.iface)]->play(step.word);
      return;
  }
}

void Bench::set_flag(int iface, ConnFlag flag, bool on) {
  const std::uint32_t bit = conn_flag_bit(flag);
  if (iface == 0) flags_ = on ? flags_ | bit : flags_ & ~bit;
  binding(iface).set_flag(flag, on);
}

void Bench::set_timeout(int iface, int seconds) {
  if (iface == 0) timeout_s_ = seconds;
  binding(iface).set_timeout_s(seconds);
}

void Bench::set_idle_timeout(int iface, int seconds) {
  if (!mgr_.config().idle_timeout) return;
  if (iface == 0) idle_timeout_s_ = seconds;
  binding(iface).set_idle_timeout_s(seconds);
}

// `depth_`: a reaction may call again from within a call, but not without end.
void Bench::call(int iface, Word word) {
  if (depth_ > 8) return fault(BenchFault::Runaway);
  ++depth_;
  const SimTime before = scheduler_.now();
  NetIf& net_if = *ifaces_[std::size_t(iface)];
  Status status;
  if (word == Word::Connect) status = mgr_.if_connect(net_if);
  if (word == Word::Disconnect) status = mgr_.if_disconnect(net_if);
  if (word == Word::IdleStop) {
    Binding& b = binding(iface);
    set_idle_timeout(iface, kIdleTimeout);
    b.set_flag(ConnFlag::Disconnecting, false);
    status = b.impl().disconnect(b);
  }
  note(iface, Word::Ret, status.to_int());
  if (scheduler_.now() != before) fault(BenchFault::Blocked);
  --depth_;
}

// Each state that an implementation could be tempted to look at: 0 away and back again, else left
// so.
void Bench::flip(NetIf& iface, int way) {
  if (way == 1) return iface.dormant_off();
  if (way == 2) return iface.dormant_on();
  if (way == 3) return iface.carrier_off();
  if (way == 4) return static_cast<void>(iface.down().ok());
  iface.carrier_off();
  iface.carrier_on();
  static_cast<void>(iface.down().ok());
  static_cast<void>(iface.up().ok());
  if (iface.is_dormant()) {
    iface.dormant_off();
    iface.dormant_on();
  } else {
    iface.dormant_on();
    iface.dormant_off();
  }
  static_cast<void>(iface.ipv4_addr_add({Ipv4Address{0xc6336407}, 24}));  // 198.51.100.7
}

void Bench::react(const MgmtNotice& notice) {
  if (!booted_ || notice.iface != ifaces_.front()) return;
  const bool wanted = (plan_.reaction.on == Word::OperUp && notice.is(MgmtEvent::IfUp)) ||
                      (plan_.reaction.on == Word::OperDown && notice.is(MgmtEvent::IfDown));
  if (!wanted) return;
  note(0, plan_.reaction.call, 0);
  call(0, plan_.reaction.call);
}

// Before each step and at the end, so that no step covers what was changed; told once, and put
// right so that what comes of it (a CONNECT of the connection manager's own) is not blamed on other
// items.
void Bench::check_flags() {
  Binding& b = binding(0);
  const std::uint32_t internal = conn_flag_bit(ConnFlag::Disconnecting);
  const bool kept = (b.flags() & ~internal) == flags_ && b.timeout_s() == timeout_s_ &&
                    b.idle_timeout_s() == idle_timeout_s_;
  if (kept) return;
  if (std::exchange(flags_kept_, false)) fault(BenchFault::FlagsChanged);
  b.set_timeout_s(timeout_s_);
  b.set_idle_timeout_s(idle_timeout_s_);
  for (const ConnFlag flag :
       {ConnFlag::Persistent, ConnFlag::NoAutoConnect, ConnFlag::NoAutoDown}) {
    b.set_flag(flag, (flags_ & conn_flag_bit(flag)) != 0);
  }
}

void Bench::use_options(OptionUse use) {
  if (use == OptionUse::Change) return options_->change();
  if (use == OptionUse::Compare) return fault(options_->lost());
  fault(options_->unusable());
  fault(options_->unknown_taken());
}

// The bench's own doing must not count as a touch.
void Bench::check_unbound() {
  booted_ = false;
  const bool refused = mgr_.if_connect(*decoy_).code() == Errc::Enotsup;
  booted_ = true;
  if (!refused) fault(BenchFault::UnboundConnects);
}

Trace Bench::options() {
  boot();
  for (Remark& wrong : options_->sizes()) fault(std::move(wrong));
  if (ifaces_.size() > 1) fault(options_->shared_with(*ifaces_[1]));
  return trace_;
}

}  // namespace

Trace run_options(const ConformSubject& subject, bool own) {
  Plan plan;
  plan.own = own;
  plan.ifaces = own ? 1 : 2;
  Trace trace = Bench(subject, {}, plan).options();
  trace.setting = setting_text(plan, subject.grace);
  return trace;
}

Trace run_plan(const ConformSubject& subject, const ConnMgrConfig& config, const Plan& plan) {
  Trace trace = Bench(subject, config, plan).run();
  trace.setting = setting_text(plan, subject.grace);
  return trace;
}

}  // namespace flapjack::conformance
