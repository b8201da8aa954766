// SPDX-License-Identifier: Apache-2.0
// OffloadEngine: what the composition root needs of an engine of any kind. An engine is made for
// one iface; binding it (NetIf::set_offload, set_socket_offload, an OffloadedL2 whose callback is
// set_enabled) is the root's work.
#pragma once
#include <memory>

#include "stack/contract/context_offload.h"
#include "stack/contract/driver.h"
#include "stack/contract/socket_offload.h"

namespace flapjack {

/// What every engine understands; sizes of zero mean the engine's own choice.
struct EngineConfig {
  Ipv4Prefix address;   ///< what the modem gets from its network
  Ipv4Address gateway;  ///< any: none
  std::uint16_t mtu = 1500;
  Duration attach_delay;         ///< from carrier to an address; dormant meanwhile
  std::uint32_t tcp_window = 0;  ///< bytes, receive window and send buffer
  std::uint16_t tcp_mss = 0;
  std::size_t heap_limit = 0;  ///< bytes
  std::size_t socket_limit = 0;
};

class OffloadEngine {
 public:
  virtual ~OffloadEngine() = default;
  virtual ContextOffload& context() = 0;
  virtual SocketOffload& sockets() = 0;
  /// Admin up and down of the iface; an error keeps it as it was. Enxio: no power.
  virtual Status set_enabled(bool enabled) = 0;
  /// False: the engine sees no link, whatever its driver says.
  virtual void set_link(bool up) = 0;
  /// Everything in it is lost at once, nobody is told. It stays off until reset().
  virtual void power_cut() = 0;
  /// A power cut if it was on, then a fresh start with the same configuration.
  virtual void reset() = 0;
};

/// Makes an engine on `driver` for `iface`; both outlive it. Einval: a value of the configuration
/// is out of range.
using EngineFactory = Result<std::unique_ptr<OffloadEngine>> (*)(NetIf& iface, Driver& driver,
                                                                 const EngineConfig& config);

}  // namespace flapjack
