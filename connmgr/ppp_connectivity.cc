// SPDX-License-Identifier: Apache-2.0
#include "connmgr/ppp_connectivity.h"

#include <cassert>

#include "connmgr/event_names.h"
#include "stack/net/stack.h"

namespace flapjack {
namespace {

// The modem below the L2 of one iface. What the L2 does it hears from net_mgmt.
class Line : public Technology {
 public:
  Line(Binding& binding, TechnologyUser& user, const PppConnConfig& config)
      : binding_(binding),
        user_(user),
        config_(config),
        dial_(scheduler(), Lane::Frame, delegate<&Line::on_dialled>(this)),
        give_up_(scheduler(), Lane::Frame, delegate<&Line::on_give_up>(this)) {
    callback_ = {
        mgmt_mask(MgmtEvent::PppCarrierOn, MgmtEvent::PppPhaseRunning, MgmtEvent::PppPhaseDead),
        [this](const MgmtNotice& notice) { on_ppp(notice); }};
  }
  ~Line() override { binding_.stack().mgmt.remove(callback_); }

  // Listens from now on only. Earlier, it would have net_mgmt keep what is raised before the boot,
  // and control would hear of ifaces that it connects at boot anyway.
  void init() override {
    binding_.stack().mgmt.add(callback_);
    binding_.iface().carrier_off();
  }
  void start() override;
  void stop() override;

 private:
  Scheduler& scheduler() const { return binding_.stack().scheduler(); }
  RecordId trace(std::string_view event, Attr attr) const {
    return binding_.stack().tracer().event(binding_.iface().subject(), event, {attr});
  }
  bool busy() const { return dial_.running() || give_up_.running(); }
  void on_dialled();
  void on_give_up() { fail("give_up"); }
  void fail(std::string_view reason);
  void on_ppp(const MgmtNotice& notice);
  void on_running();
  void on_dead();

  Binding& binding_;
  TechnologyUser& user_;
  const PppConnConfig& config_;
  bool running_ = false;
  std::uint32_t sub_attempts_ = 0;
  Timer dial_, give_up_;
  MgmtCallback callback_;
};

void Line::start() {
  if (busy() || running_) return;
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociating, Attr::of("attempt", ++sub_attempts_)));
  dial_.start(config_.dial);
}

void Line::on_dialled() {
  give_up_.start(config_.give_up);
  binding_.iface().carrier_on();
}

void Line::stop() {
  const bool dialling = dial_.cancel(), negotiating = give_up_.cancel();
  sub_attempts_ = 0;
  if (dialling || negotiating) trace(conn_event::kAssociationFailed, Attr::of("reason", "stopped"));
  if (running_) trace(conn_event::kDisassociated, Attr::of("reason", "left"));
  running_ = false;
  binding_.iface().carrier_off();
}

void Line::fail(std::string_view reason) {
  dial_.cancel();
  give_up_.cancel();
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociationFailed, Attr::of("reason", reason)));
  binding_.iface().carrier_off();
  user_.sub_attempt_failed();
}

void Line::on_ppp(const MgmtNotice& notice) {
  if (notice.iface != &binding_.iface()) return;
  if (notice.is(MgmtEvent::PppPhaseRunning)) return on_running();
  if (notice.is(MgmtEvent::PppPhaseDead)) return on_dead();
  // The device reports a line whenever it starts; without a dialled call there is none.
  const bool dialled = give_up_.running() || running_;
  if (notice.is(MgmtEvent::PppCarrierOn) && !dialled) binding_.iface().carrier_off();
}

void Line::on_running() {
  if (running_) return;
  dial_.cancel();
  give_up_.cancel();
  const CauseScope scope(scheduler(),
                         trace(conn_event::kAssociated, Attr::of("attempt", sub_attempts_)));
  running_ = true;
  sub_attempts_ = 0;
  user_.associated();
}

void Line::on_dead() {
  if (give_up_.running()) return fail("line_dead");
  if (!running_) return;
  running_ = false;
  const CauseScope scope(scheduler(),
                         trace(conn_event::kDisassociated, Attr::of("reason", "line_dead")));
  binding_.iface().carrier_off();
  user_.lost();
}

}  // namespace

std::optional<std::string_view> ppp_conn_config_error(const PppConnConfig& config) {
  if (config.dial < Duration{}) return "the time to dial is negative";
  if (config.give_up <= Duration{}) return "the time to give up is not above 0";
  if (config.retry.first < kRetryDelayMin) return "the retry delay is below 1ms";
  if (config.retry.cap < config.retry.first) return "the retry delay's cap is below its start";
  if (config.grace < Duration{}) return "the grace is negative";
  return std::nullopt;
}

PppConnectivity::PppConnectivity(PppConnConfig config)
    : PolicyConn("ppp", {config.retry, config.grace}, {}), config_(config) {
  assert(!ppp_conn_config_error(config));
  set_technology([this](Binding& binding, TechnologyUser& user) {
    return std::make_unique<Line>(binding, user, config_);
  });
}

}  // namespace flapjack
