// SPDX-License-Identifier: Apache-2.0
// Frames into a whole node: ARP, IPv4 and IPv6 with all that belongs to them, UDP with echoing
// contexts, DHCP, DNS, at two ifaces, beside an ordinary peer. Nothing may assert or leak a packet.
// Most inputs run once and for two minutes: further on a client that nobody answers asks on and on.
// By chance, that is by their bytes, some run for as long as they say, and some twice: the second
// run must leave the same trace. Input: frames.h. Options:
//   bit 0 checks addresses for conflicts (RFC 5227), takes link-local ones   bit 1 is a router
//   bit 2 L2 works before the queue   bit 3 no traffic classes   bit 4 few packets and buffers
//   bit 5 a VLAN and a tunnel stand on eth0   bit 6 eth1 is a port of a bridge
#include <algorithm>

#include "l2/bridge_l2.h"
#include "l2/ethernet_l2.h"
#include "l2/sim_driver.h"
#include "l2/tunnel_l2.h"
#include "l2/vlan_l2.h"
#include "stack/net/stack.h"
#include "stack/trace/digest_sink.h"
#include "tests/fuzz/conversation.h"
#include "tests/fuzz/frames.h"

namespace flapjack::fuzz {
namespace {

// Far above what kFramesMax frames may cause in a week: more is a loop.
constexpr std::uint64_t kEventsMax = 2'000'000;
constexpr Duration kHorizon = seconds(120);  // above the timers of neighbours, fragments, queries
constexpr Duration kAfterwards = seconds(10);
constexpr std::uint64_t kOneLongIn = 64, kOneTwiceIn = 16;

// Node "a" is the target, "b" an ordinary peer of its eth0; nobody else is at its eth1.
class Rig {
 public:
  Rig(std::uint8_t options, bool traced)
      : near_(env(), "near"),
        far_(env(), "far"),
        eth0_(near_, "a.eth0", driver_config(1)),
        eth1_(far_, "a.eth1", driver_config(2)),
        peer_(near_, "b.eth0", driver_config(3)),
        a_({scheduler_, tracer_, fibers_, slab_, rng_}, "a", NodeId{1}, config(options)),
        b_({scheduler_, tracer_, fibers_, slab_, rng_}, "b", NodeId{2}) {
    if (traced) tracer_.add_sink(digest_);
    tracer_.add_sink(conversation_, TraceMask::of(TraceKind::Hop));
    NetIf& eth0 = add_iface(a_, "eth0", eth0_);
    NetIf& eth1 = add_iface(a_, "eth1", eth1_);
    NetIf& peer = add_iface(b_, "eth0", peer_);
    eth0.ipv4_addr_add({kOwn, 24});
    eth0.set_gateway(kPeer);
    peer.ipv4_addr_add({kPeer, 24});
    eth0.ipv6()->addr_add({kOwn6, 64});
    eth0.ipv6()->prefix_add({kOwn6, 64});
    peer.ipv6()->addr_add({kPeer6, 64});
    if ((options & 32) != 0) {
      add_upper("v7", 1500, vlan_, {0x0a070001}, eth0);
      add_upper("tun0", 1480, tunnel_, {0x0a080001}, eth0);
    }
    if ((options & 64) != 0) add_upper("br0", 1500, bridge_, {0x0a090001}, eth1);
    a_.post_init();
    b_.post_init();
    FUZZ_CHECK(a_.dhcpv4()->start(eth1).ok());
    FUZZ_CHECK(a_.dns()->add_server(IpAddress(kPeer), nullptr, DnsServerSource::Manual).ok());
    open_echo(Family::Inet);
    open_echo(Family::Inet6);
    run_for(seconds(10));  // all addresses are there, and the DHCP client has asked
    const auto answered = [](DnsStatus, const IpAddress*) {};
    FUZZ_CHECK(
        a_.dns()->resolve("host.example", DnsType::A, answered, Timeout::after(seconds(60))).ok());
  }
  ~Rig() {
    fibers_.cancel_all();
    a_.contexts.put_all();
    b_.contexts.put_all();
  }

  /// The digest of all that happened, if it is traced. Waits end `horizon` after the first frame.
  std::string run(const std::vector<ScriptedFrame>& frames, Duration horizon) {
    for (const ScriptedFrame& frame : frames) {
      const Duration wait = std::min(frame.wait, horizon);
      horizon = horizon - wait;
      run_for(wait);
      PacketPtr packet = slab_.allocate();
      packet->append(Bytes(frame.bytes));
      if (!frame.untouched) {
        conversation_.answer(packet->bytes());
        fix_checksums(packet->bytes());
      }
      a_.ifaces()[frame.iface]->on_frame(std::move(packet));
    }
    run_for(kAfterwards);
    return digest_.digest();
  }

 private:
  LinkEnv env() { return {scheduler_, tracer_, slab_, rng_}; }
  static StackConfig config(std::uint8_t options) {
    StackConfig config;
    config.dns.max_servers = config.ipv6.unicast_limit = 4;
    config.acd.enabled = config.ipv4_auto = (options & 1) != 0;
    config.router = (options & 2) != 0;
    if ((options & 4) != 0) config.l2_order = L2Order::BeforeQueue;
    if ((options & 8) != 0) config.tx_classes = config.rx_classes = 0;
    if ((options & 16) != 0) {
      config.tx_pool.packets = config.rx_pool.packets = 3;
      config.tx_pool.buffers = config.rx_pool.buffers = 12;
    }
    return config;
  }
  static SimDriverConfig driver_config(std::uint8_t last) {
    SimDriverConfig config;
    config.mac = {{0x02, 0, 0, 0, 0, last}};
    config.carrier_follows_peer = false;
    return config;
  }
  NetIf& add_iface(Stack& stack, const char* name, SimDriver& driver) {
    NetIf& iface = stack.add_iface({.name = name, .ipv6 = true});
    iface.bind_l2(ethernet_);
    iface.bind_driver(driver);
    return iface;
  }
  void add_upper(const char* name, std::uint16_t mtu, L2& l2, Ipv4Address own, NetIf& lower) {
    NetIf& iface = a_.add_iface({.name = name, .mtu = mtu});
    iface.bind_l2(l2);
    iface.ipv4_addr_add({own, 24});
    FUZZ_CHECK(iface.stacking().attach(lower).ok());
  }
  void run_for(Duration span) {
    scheduler_.run_until(scheduler_.now() + span);
    FUZZ_CHECK(scheduler_.executed() < kEventsMax);
  }
  void open_echo(Family family) {
    const auto got = a_.contexts.get(family, SocketType::Datagram, Protocol::Udp);
    FUZZ_CHECK(got.ok() && got.value()->bind({IpAddress::any(family), 7}).ok());
    const auto echo = [](NetContext& context, PacketPtr packet, Status) {
      if (packet == nullptr) return;
      const Endpoint peer = packet->meta.source;
      static_cast<void>(context.sendto(packet->bytes(), peer, {}, Timeout::no_wait()).ok());
    };
    FUZZ_CHECK(got.value()->recv(echo, Timeout::no_wait()).ok());
  }

  static constexpr Ipv4Address kOwn{0xc0000201}, kPeer{0xc0000202};
  static constexpr Ipv6Address kOwn6{0x20010db800000000, 1}, kPeer6{0x20010db800000000, 2};

  Scheduler scheduler_;
  Tracer tracer_{scheduler_};
  DigestSink digest_;
  Conversation conversation_;
  FiberHost fibers_{scheduler_};
  PacketSlab slab_;  // asserts in the end that every packet came back
  Rng rng_{1};
  Link near_, far_;
  EthernetL2 ethernet_;
  VlanL2 vlan_{7};
  TunnelL2 tunnel_{{kPeer, 64}};
  BridgeL2 bridge_;
  SimDriver eth0_, eth1_, peer_;
  Stack a_, b_;
};

// FNV-1a: the same input has the same fate each time.
std::uint64_t number_of(Bytes input) {
  std::uint64_t number = 14'695'981'039'346'656'037u;
  for (const std::uint8_t byte : input) number = (number ^ byte) * 1'099'511'628'211u;
  return number ^ number >> 32;
}

}  // namespace

void fuzz_stack_input(Bytes input) {
  const ScriptedInput script = cut_frames(input);
  if (script.frames.empty()) return;
  const std::uint64_t chance = number_of(input);
  const Duration horizon = chance % kOneLongIn == 0 ? seconds(10 * 86'400) : kHorizon;
  const bool twice = chance / kOneLongIn % kOneTwiceIn == 0;
  const std::string first = Rig(script.options, twice).run(script.frames, horizon);
  if (twice) FUZZ_CHECK(Rig(script.options, true).run(script.frames, horizon) == first);
}

}  // namespace flapjack::fuzz
