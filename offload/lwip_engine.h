// SPDX-License-Identifier: Apache-2.0
// LwipEngine: a modem with lwIP inside, behind both offload contracts. It shows itself to its iface
// as a cellular modem does: when it gets its address it adds it, then turns the carrier on; when it
// loses the link it removes the address, then turns the carrier off. Admin down takes the address
// and keeps the carrier.
#pragma once
#include <memory>

#include "offload/context_over_socket.h"
#include "offload/engine.h"
#include "offload/lwip_stack.h"

namespace flapjack {

/// The engine "lwip"; see EngineFactory.
Result<std::unique_ptr<OffloadEngine>> make_lwip_engine(NetIf& iface, Driver& driver,
                                                        const EngineConfig& config);

class LwipEngine final : public OffloadEngine, private SocketOffload, private LwipStackUser {
 public:
  /// `config` is within the ranges its fields name. Turns the iface's carrier off, attaches to the
  /// driver, and gives the iface the driver's link address.
  LwipEngine(NetIf& iface, Driver& driver, const LwipStackConfig& config, Duration attach_delay);
  ~LwipEngine() override;

  ContextOffload& context() override { return context_; }
  SocketOffload& sockets() override { return *this; }
  Status set_enabled(bool enabled) override;
  void set_link(bool up) override { stack_.set_link(up); }
  void power_cut() override;
  void reset() override;

  /// Beyond it lwIP gets no memory and received frames are dropped (NoBuffers).
  void set_heap_limit(std::size_t bytes) { stack_.set_heap_limit(bytes); }
  const LwipStack& stack() const { return stack_; }

 private:
  bool supports(const SocketSpec& spec) const override;
  Result<std::unique_ptr<OffloadSocket>> open(const SocketSpec& spec, SocketUser& user) override;
  void on_link(bool up) override;
  RecordId on_crash(const char* assertion) override;
  void show();
  void attached();

  NetIf& iface_;
  Duration attach_delay_;
  Timer attach_;
  LwipStack stack_;
  ContextOverSocket context_;
};

}  // namespace flapjack
