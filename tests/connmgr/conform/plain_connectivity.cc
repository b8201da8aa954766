// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/conform/plain_connectivity.h"

#include <algorithm>

#include "tests/connmgr/conform/plain_context.h"

namespace flapjack::test {

std::unique_ptr<BindingContext> PlainConnectivity::attach(Binding& binding) {
  auto context = std::make_unique<Context>(binding, *this);
  all_.push_back(context.get());
  return context;
}
void PlainConnectivity::init(Binding& binding) {
  binding.context_as<Context>().init();
  if (planted_ != Planted::Defaults) return;
  binding.set_flag(ConnFlag::Persistent, true);
  binding.set_flag(ConnFlag::NoAutoConnect, false);
  binding.set_flag(ConnFlag::NoAutoDown, false);
  binding.set_timeout_s(30);
  binding.set_idle_timeout_s(30);
}
Status PlainConnectivity::connect(Binding& binding) {
  const Context& context = binding.context_as<Context>();
  if (planted_ == Planted::BusyInPause && context.pauses()) return Errc::Ebusy;
  const bool lacks = context.persistent() && !context.configured();
  if (planted_ == Planted::RefusesUnconfigured && lacks) return Errc::Einval;
  if (planted_ == Planted::RefusesWhenUp && binding.context_as<Context>().is_up()) {
    return Errc::Ealready;
  }
  binding.context_as<Context>().command(true);
  return Status();
}
Status PlainConnectivity::disconnect(Binding& binding) {
  binding.context_as<Context>().command(false);
  return Status();
}

Duration PlainConnectivity::grace() const {
  if (planted_ == Planted::LongGrace) return milliseconds(39'500);
  if (planted_ == Planted::TellsFirst) return seconds(15);
  const bool short_one = planted_ == Planted::StaleGrace || planted_ == Planted::RetryEndsGrace ||
                         planted_ == Planted::DeafToErrorInGrace ||
                         planted_ == Planted::AddressLostInGrace ||
                         planted_ == Planted::AddressOverGrace;
  if (short_one) return seconds(2);
  const bool some = planted_ == Planted::StartsAfterGrace || planted_ == Planted::CountsFromGrace ||
                    planted_ == Planted::IgnoresConnectInGrace || planted_ == Planted::OneGrace ||
                    planted_ == Planted::IgnoresDisconnectInGrace ||
                    planted_ == Planted::TimeoutLostInGrace ||
                    planted_ == Planted::NoCountdownInGrace;
  return some ? seconds(6) : Duration{};
}
Duration PlainConnectivity::grace_of(const Binding& binding) const {
  if (planted_ != Planted::GraceIsTimeout || binding.timeout_s() <= 0) return grace();
  return seconds(binding.timeout_s()) - milliseconds(1);
}

Status PlainConnectivity::set_option(Binding& binding, int option,
                                     std::span<const std::uint8_t> value) {
  Context& context = binding.context_as<Context>();
  if (!context.options_usable()) return Errc::Ebusy;
  const Status status = options_.set(context.number(), option, value);
  if (status.ok()) context.on_option();
  return status;
}
Status PlainConnectivity::get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                                     std::size_t& length) {
  const Context& context = binding.context_as<Context>();
  if (context.options_usable()) return options_.get(context.number(), option, value, length);
  length = 0;
  return Errc::Ebusy;
}
bool PlainConnectivity::has_connection_config(Binding& binding) {
  return planted_ != Planted::NeverConfigured && binding.context_as<Context>().configured();
}

}  // namespace flapjack::test
