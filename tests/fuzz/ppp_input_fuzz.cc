// SPDX-License-Identifier: Apache-2.0
// What a PPP peer may send, to a node with an iface of its own address and one that asks for one.
// Nothing may assert or leak a packet, and a second run must leave the same trace. Input: one byte
// of options, then frames as in frames.h; they begin with the protocol field.
//   bit 0 gives the peer an address   bit 1 IPv6, too   bit 2 few packets and buffers
#include "l2/hdlc_driver.h"
#include "l2/ppp_l2.h"
#include "l2/sim_driver.h"
#include "stack/net/stack.h"
#include "stack/trace/digest_sink.h"
#include "tests/fuzz/frames.h"

namespace flapjack::fuzz {
namespace {

constexpr std::uint64_t kEventsMax = 1'000'000;

class Rig {
 public:
  explicit Rig(std::uint8_t options)
      : lines_{Link(env(), "one"), Link(env(), "two")},
        l2_(ppp_config(options)),
        node_({scheduler_, tracer_, fibers_, slab_, rng_}, "a", NodeId{1}, config(options)) {
    tracer_.add_sink(digest_);
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string name = "ppp" + std::to_string(i);
      devices_[i] = std::make_unique<HdlcDriver>(
          env(), "a." + name, make_in<SimDriver>(nullptr, lines_[i], "a." + name, device()));
      NetIf& iface = node_.add_iface({.name = name, .ipv6 = (options & 2) != 0});
      iface.bind_l2(l2_);
      iface.bind_driver(*devices_[i]);
      if (i == 0) iface.ipv4_addr_add({kOwn, 32});
    }
    node_.post_init();
    run_for(milliseconds(1));
  }
  ~Rig() { fibers_.cancel_all(); }

  /// The digest of all that happened.
  std::string run(const std::vector<ScriptedFrame>& frames) {
    for (const ScriptedFrame& frame : frames) {
      run_for(std::min(frame.wait, seconds(100)));
      PacketPtr packet = slab_.allocate();
      packet->append(Bytes(frame.bytes));  // as the driver hands it up, without framing
      node_.ifaces()[frame.iface]->on_frame(std::move(packet));
    }
    run_for(seconds(100));
    return digest_.digest();
  }

 private:
  LinkEnv env() { return {scheduler_, tracer_, slab_, rng_}; }
  static SimDriverConfig device() {
    SimDriverConfig config;
    config.carrier_follows_peer = false;
    return config;
  }
  static PppConfig ppp_config(std::uint8_t options) {
    PppConfig config;
    if ((options & 1) != 0) config.peer = Ipv4Address{0x64400002};
    config.echo_interval = seconds(5);
    return config;
  }
  static StackConfig config(std::uint8_t options) {
    StackConfig config;
    if ((options & 4) != 0) {
      config.tx_pool.packets = config.rx_pool.packets = 2;
      config.tx_pool.buffers = config.rx_pool.buffers = 8;
    }
    return config;
  }
  void run_for(Duration span) {
    scheduler_.run_until(scheduler_.now() + span);
    FUZZ_CHECK(scheduler_.executed() < kEventsMax);
  }

  static constexpr Ipv4Address kOwn{0x64400001};

  Scheduler scheduler_;
  Tracer tracer_{scheduler_};
  DigestSink digest_;
  FiberHost fibers_{scheduler_};
  PacketSlab slab_;  // asserts in the end that every packet came back
  Rng rng_{1};
  std::array<Link, 2> lines_;
  PppL2 l2_;
  std::array<std::unique_ptr<HdlcDriver>, 2> devices_;
  Stack node_;
};

}  // namespace

void fuzz_ppp_input(Bytes input) {
  const ScriptedInput script = cut_frames(input);
  if (script.frames.empty()) return;
  const std::string first = Rig(script.options).run(script.frames);
  FUZZ_CHECK(Rig(script.options).run(script.frames) == first);
}

}  // namespace flapjack::fuzz
