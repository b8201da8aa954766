// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/probe.h"

#include "connmgr/binding.h"
#include "stack/net/stack.h"

namespace flapjack::conformance {
namespace {

// A technology that is told to start without configuration, or with a wrong one, says so soon.
constexpr Duration kRefusal = milliseconds(200);
constexpr Duration kSelfRetry = milliseconds(300);

}  // namespace

Probe::Probe(Binding& binding, TechnologyUser& user, const Plan& plan, int iface, ProbeLog& log)
    : user_(user),
      plan_(plan),
      iface_(iface),
      log_(log),
      configured_(plan.configured),
      fails_left_(plan.answer.fails_first),
      answer_(binding.stack().scheduler(), Lane::Frame, delegate<&Probe::on_answer>(this)) {
  if (!configured_) user.configured(false);
}

void Probe::start() {
  log_.note(iface_, Word::Start, 0);
  leaving_ = false;
  if (!associated_) associate();
}

void Probe::associate() {
  if (!configured_ || bad_) return answer_.start(kRefusal);
  if (plan_.answer.kind != Answer::Kind::Nothing) answer_.start(plan_.answer.after);
}

void Probe::stop() {
  log_.note(iface_, Word::Stop, 0);
  answer_.cancel();
  leaving_ = leaving_ || associated_;
  associated_ = false;
}

void Probe::on_answer() {
  const bool refused = !configured_ || bad_ || plan_.answer.kind == Answer::Kind::Fail;
  if (refused) return report(false);
  const bool ok = fails_left_ == 0;
  if (!ok) --fails_left_;
  report(ok);
}

void Probe::report(bool ok) {
  answer_.cancel();
  if (!ok) {
    log_.note(iface_, Word::AssocFail, 0);
    return user_.sub_attempt_failed();
  }
  log_.note(iface_, Word::AssocOk, 0);
  associated_ = true;
  user_.associated();
}

void Probe::play(Word word) {
  switch (word) {
    case Word::AssocOk:
      answer_.cancel();
      associated_ = true;
      user_.associated();
      return;
    case Word::AssocFail:
      answer_.cancel();
      return user_.sub_attempt_failed();
    case Word::Loss:
      if (!associated_ && !leaving_) return;
      associated_ = leaving_ = false;
      return user_.lost();
    case Word::TechRetry:
      answer_.start(kSelfRetry);
      return user_.restarted();
    case Word::Error:
      answer_.cancel();
      associated_ = false;
      return user_.fatal(Status(Errc::Eio).to_int());
    case Word::CfgSet:
      configured_ = true;
      bad_ = false;
      return user_.configured(true);
    case Word::CfgBad:
      configured_ = bad_ = true;
      return user_.configured(true);
    default:
      return;
  }
}

}  // namespace flapjack::conformance
