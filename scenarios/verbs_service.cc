// SPDX-License-Identifier: Apache-2.0
// The verbs about services: ended, run again, told to answer otherwise.
#include "scenarios/services/dhcp_server.h"
#include "scenarios/services/router_advert.h"
#include "scenarios/verbs.h"

namespace flapjack {
namespace verbs {
Undo service_down(VerbCall& call) {
  App& service = call.service();
  const std::string effect = effect_of(call);
  HoldBook& holds = call.holds;
  const bool first = holds.take(effect);
  if (first && call.step.farewell) {  // the front end has seen to it that it is such a service
    dynamic_cast<RouterAdvert&>(service).prepare_farewell();
  }
  const HoldBook::Round round = holds.round(effect);
  if (first && !service.set_down(true)) {
    holds.release(effect, round);
    call.result = Errc::Eopnotsupp;
    return {};
  }
  return [&holds, &service, effect, round] {
    if (holds.release(effect, round)) service.set_down(false);
    return Status();
  };
}

Undo lease(VerbCall& call) {
  auto& server = dynamic_cast<DhcpServer&>(call.service());  // the front end has seen to it
  DhcpChange change;
  if (call.step.answer == "normal") change.answer = DhcpAnswer::Normal;
  if (call.step.answer == "nak") change.answer = DhcpAnswer::Nak;
  if (call.step.answer == "ignore") change.answer = DhcpAnswer::Silent;
  change.delay = call.step.both.delay;
  if (call.step.pool) change.pool = Ipv4Range{{call.step.pool->first}, {call.step.pool->last}};
  const auto applied = server.apply(change);
  call.result = applied.status();
  if (!applied.ok()) return {};
  return [&server, number = applied.value()] {
    server.remove(number);
    return Status();
  };
}

Undo ra(VerbCall& call) {
  auto& service = dynamic_cast<RouterAdvert&>(call.service());  // the front end has seen to it
  const RaChangeSpec& change = call.step.ra;
  const std::size_t number = service.apply({change.lifetime, change.valid, change.preferred});
  return [&service, number] {
    service.remove(number);
    return Status();
  };
}

}  // namespace verbs
}  // namespace flapjack
