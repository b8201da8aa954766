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
  const bool some = planted_ == Planted::StartsAfterGrace || planted_ == Planted::CountsFromGrace ||
                    planted_ == Planted::IgnoresConnectInGrace || planted_ == Planted::OneGrace ||
                    planted_ == Planted::IgnoresDisconnectInGrace;
  return some ? seconds(6) : Duration{};
}
Duration PlainConnectivity::grace_of(const Binding& binding) const {
  if (planted_ != Planted::GraceIsTimeout || binding.timeout_s() <= 0) return grace();
  return seconds(binding.timeout_s()) - milliseconds(1);
}

// Option 0, of four bytes; the large one has 64 KiB.
Status PlainConnectivity::set_option(Binding& binding, int option,
                                     std::span<const std::uint8_t> value) {
  Context& context = binding.context_as<Context>();
  if (!has_option() || option != 0) return refusal();
  if (!context.options_usable()) return Errc::Ebusy;
  const std::size_t size = std::min<std::size_t>(value.size(), partial_options() ? 1 << 16 : 4);
  if (size < value.size() && !partial_options()) return Errc::Enobufs;
  if (planted_ == Planted::OptionEnds) context.disconnect();
  context.option().assign(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size));
  return Status();
}
Status PlainConnectivity::get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                                     std::size_t& length) {
  Context& context = binding.context_as<Context>();
  const std::size_t room = std::min(length, value.size());
  length = 0;
  if (!has_option() || option != 0) return refusal();
  if (!context.options_usable()) return Errc::Ebusy;
  if (room < context.option().size() && !partial_options()) return Errc::Enobufs;
  length = std::min(room, context.option().size());
  std::copy_n(context.option().begin(), length, value.begin());
  return Status();
}
bool PlainConnectivity::has_connection_config(Binding& binding) {
  return binding.context_as<Context>().configured();
}

}  // namespace flapjack::test
