// SPDX-License-Identifier: Apache-2.0
// LwipStack: a modem's own network stack: one private lwIP with one Ethernet netif on a Driver (the
// modem's radio), on simulated time.
//
//   sockets -> lwIP -> netif -> Driver::transmit      a pbuf chain is copied into a Packet
//   sockets <- lwIP <- netif <- on_frame              a pbuf that points into the Packet
//
// One scheduler event (lane Work) stands for all of lwIP's timers; it is moved only when the next
// deadline changes. A failed assertion in lwIP ends the instance: on_crash().
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "offload/lwip_instance.h"
#include "stack/contract/driver.h"
#include "stack/net/net_if.h"
#include "stack/sim/timer.h"
#include "stack/trace/hop.h"

struct netif;
struct pbuf;

namespace flapjack {

class LwipSocket;

struct LwipStackConfig {
  Ipv4Prefix address;
  Ipv4Address gateway;       ///< any: none
  std::uint16_t mtu = 1500;  ///< 68..the largest packet without its Ethernet header
  LwipTcpSizes tcp;
  std::size_t heap_limit = 4 * 1024 * 1024;  ///< bytes, received frames included
  std::size_t socket_limit = 8;              ///< sockets at one time, accepted ones included
  std::size_t datagram_limit = 8;            ///< datagrams waiting in one socket
};

/// Who owns the stack. Called in the turn of whatever made the change, never from inside lwIP.
class LwipStackUser {
 public:
  virtual ~LwipStackUser() = default;
  /// is_link_up() changed.
  virtual void on_link(bool up) = 0;
  /// lwIP failed an assertion; the stack is powered off next, because of the record returned.
  virtual RecordId on_crash(const char* assertion) = 0;
};

class LwipStack final : public DriverUser {
 public:
  /// Attaches to the driver; powered on, not running. Nothing is owned, all outlive it; of `iface`
  /// it uses the counters, the subject and the node's scheduler, slab and tracer. `tcp` is valid.
  LwipStack(NetIf& iface, Driver& driver, const LwipStackConfig& config, LwipStackUser& user);
  ~LwipStack() override;
  LwipStack(const LwipStack&) = delete;
  LwipStack& operator=(const LwipStack&) = delete;

  /// Admin up or down; connections are kept. The driver's error.
  Status set_running(bool running);
  /// False holds the link down whatever the driver says.
  void set_link(bool up);
  /// Every socket dies without a word to its peer (Econnreset); nothing works until power_on().
  void power_off();
  /// Boots from the pristine image, keeping set_running() and set_link().
  void power_on();

  bool is_powered() const { return instance_ != nullptr; }
  bool is_running() const { return running_; }
  bool is_link_up() const { return is_powered() && medium_up_ && link_allowed_; }
  bool can_send() const { return is_link_up() && running_; }
  /// Whether there is a next hop for `destination`: on the prefix, a broadcast, or a gateway.
  bool has_route(Ipv4Address destination) const;
  const LwipStackConfig& config() const { return config_; }
  NetIf& iface() const { return iface_; }
  Scheduler& scheduler() const { return scheduler_; }
  std::size_t heap_used() const { return is_powered() ? instance_->heap().used() : 0; }
  void set_heap_limit(std::size_t bytes);

  // DriverUser.
  void on_frame(PacketPtr frame) override;
  void on_carrier(bool up) override;

  // For sockets.
  /// Runs `body` inside lwIP, then looks at its timers. False when the stack is off or crashed in
  /// this call; then every socket has lost its PCB.
  template <class Body>
  bool run(Body&& body) {
    if (!is_powered()) return false;
    try {
      LwipInstance::Entry entry(*instance_);
      body();
      arm_timer();
      return true;
    } catch (const LwipCrash& crash) {
      crashed(crash.what());
      return false;
    }
  }
  bool has_socket_left() const { return sockets_.size() < config_.socket_limit; }
  void add(LwipSocket& socket) { sockets_.push_back(&socket); }
  void remove(LwipSocket& socket) { std::erase(sockets_, &socket); }
  std::size_t socket_count() const { return sockets_.size(); }
  /// Records that received payload is given up; the pbuf stays the caller's.
  void record_drop(DropReason reason, const pbuf& payload);

 private:
  struct Device;
  struct RxFrame;

  void boot();
  void arm_timer();
  void on_timer();
  void crashed(const char* assertion);
  void update_link(bool before);
  void drop(DropReason reason, PacketPtr frame);
  void input(PacketPtr frame);
  signed char output(const pbuf& chain);

  NetIf& iface_;
  Scheduler& scheduler_;
  Tracer& tracer_;
  PacketSlab& slab_;
  Driver& driver_;
  LwipStackConfig config_;
  LwipStackUser& user_;
  RandomStream random_;
  bool running_ = false, medium_up_ = false, link_allowed_ = true;
  std::vector<LwipSocket*> sockets_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<LwipInstance> instance_;
  Timer timer_;
};

}  // namespace flapjack
