// SPDX-License-Identifier: Apache-2.0
#include "connmgr/policy_conn.h"

#include <cassert>

namespace flapjack {

// The state of one iface. It stands between policy and technology, which need each other.
class PolicyConn::Context : public BindingContext, private Technology {
 public:
  Context(Binding& binding, const PolicyConfig& config, const TechnologyFactory& make)
      : policy_(binding, *this, config.retry, config.grace), technology_(make(binding, policy_)) {
    assert(technology_ != nullptr);
  }
  RetryPolicy& policy() { return policy_; }
  Technology& technology() { return *technology_; }

 private:
  void start() override { technology_->start(); }
  void stop() override {
    if (technology_ != nullptr) technology_->stop();
  }

  RetryPolicy policy_;
  std::unique_ptr<Technology> technology_;
};

std::unique_ptr<BindingContext> PolicyConn::attach(Binding& binding) {
  return std::make_unique<Context>(binding, policy_, make_);
}

void PolicyConn::init(Binding& binding) {
  Context& context = binding.context_as<Context>();
  context.policy().init();
  context.technology().init();
}

Status PolicyConn::connect(Binding& binding) {
  binding.context_as<Context>().policy().connect();
  return Status();
}

Status PolicyConn::disconnect(Binding& binding) {
  binding.context_as<Context>().policy().disconnect();
  return Status();
}

bool PolicyConn::has_connection_config(Binding& binding) {
  return binding.context_as<Context>().technology().has_config();
}

Status PolicyConn::set_option(Binding& binding, int option, std::span<const std::uint8_t> value) {
  return binding.context_as<Context>().technology().set_option(option, value);
}

Status PolicyConn::get_option(Binding& binding, int option, std::span<std::uint8_t> value,
                              std::size_t& length) {
  const Status status =
      binding.context_as<Context>().technology().get_option(option, value, length);
  if (!status.ok()) length = 0;
  return status;
}

}  // namespace flapjack
