// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_stack.h"

#include <algorithm>
#include <array>
#include <deque>

#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "offload/lwip_socket.h"
#include "stack/net/stack.h"

namespace flapjack {

static_assert(std::is_same_v<err_t, signed char>);

// A received frame while lwIP has it: the pbuf points into the packet.
struct LwipStack::RxFrame {
  pbuf_custom custom;  // first: lwIP hands its address back
  PacketPtr packet;
  std::size_t charged = 0;
  Device* device = nullptr;
  RxFrame* next_free = nullptr;
};

// What has to be forgotten at a power cut beside the instance.
struct LwipStack::Device {
  netif nif{};
  LwipInstance* instance = nullptr;
  std::deque<RxFrame> frames;  // addresses are stable
  RxFrame* free = nullptr;

  RxFrame& take() {
    if (free == nullptr) {
      RxFrame& fresh = frames.emplace_back();
      fresh.device = this;
      fresh.custom.custom_free_function = [](pbuf* p) {
        auto* frame = reinterpret_cast<RxFrame*>(p);
        frame->device->give_back(*frame);
      };
      return fresh;
    }
    RxFrame& frame = *free;
    free = frame.next_free;
    return frame;
  }
  void give_back(RxFrame& frame) {
    instance->heap().refund(frame.charged);
    frame.packet.reset();
    frame.next_free = free;
    free = &frame;
  }
};

LwipStack::LwipStack(NetIf& iface, Driver& driver, const LwipStackConfig& config,
                     LwipStackUser& user)
    : iface_(iface),
      scheduler_(iface.stack().scheduler()),
      tracer_(iface.stack().tracer()),
      slab_(iface.stack().env().slab),
      driver_(driver),
      config_(config),
      user_(user),
      random_(iface.stack().env().rng.stream(std::string(iface.path()) + ".lwip")),
      timer_(scheduler_, Lane::Work, delegate<&LwipStack::on_timer>(this)) {
  boot();
  driver_.attach(*this);
}

LwipStack::~LwipStack() {
  for (LwipSocket* socket : sockets_) socket->stack_gone();
  instance_.reset();
}

namespace {

ip4_addr_t to_lwip(Ipv4Address address) {
  return {lwip_htonl(address.value)};
}

}  // namespace

void LwipStack::boot() {
  device_ = std::make_unique<Device>();
  instance_ = std::make_unique<LwipInstance>(scheduler_, random_, config_.tcp, config_.heap_limit);
  device_->instance = instance_.get();
  const auto setup = [](netif* nif) -> err_t {
    nif->name[0] = 'e';
    nif->name[1] = 'n';
    nif->output = etharp_output;
    nif->linkoutput = [](netif* n, pbuf* chain) -> err_t {
      return static_cast<LwipStack*>(n->state)->output(*chain);
    };
    nif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
  };
  const bool booted = run([&] {
    netif& nif = device_->nif;
    const ip4_addr_t address = to_lwip(config_.address.address);
    const ip4_addr_t mask = to_lwip(ipv4_mask(config_.address.length));
    const ip4_addr_t gateway = to_lwip(config_.gateway);
    netif_add(&nif, &address, &mask, &gateway, this, setup, ethernet_input);
    nif.mtu = config_.mtu;
    const DriverCaps caps = driver_.caps();
    nif.hwaddr_len = static_cast<u8_t>(caps.mac.bytes.size());
    std::copy(caps.mac.bytes.begin(), caps.mac.bytes.end(), nif.hwaddr);
    std::uint16_t checksums = NETIF_CHECKSUM_ENABLE_ALL;
    if (!caps.checksum.fill) checksums &= 0xff00;    // NETIF_CHECKSUM_GEN_*
    if (!caps.checksum.verify) checksums &= 0x00ff;  // NETIF_CHECKSUM_CHECK_*
    NETIF_SET_CHECKSUM_CTRL(&nif, checksums);
    netif_set_default(&nif);
    if (medium_up_ && link_allowed_) netif_set_link_up(&nif);
    if (running_) netif_set_up(&nif);
  });
  assert(booted);
  static_cast<void>(booted);
}

Status LwipStack::set_running(bool running) {
  if (running && !is_powered()) return Errc::Enxio;
  const Status done = driver_.set_running(running);
  if (!done.ok()) return done;
  running_ = running;
  run([&] { running ? netif_set_up(&device_->nif) : netif_set_down(&device_->nif); });
  return Status();
}

void LwipStack::set_link(bool up) {
  const bool before = is_link_up();
  link_allowed_ = up;
  update_link(before);
}

void LwipStack::on_carrier(bool up) {
  const bool before = is_link_up();
  medium_up_ = up;
  update_link(before);
}

void LwipStack::update_link(bool before) {
  const bool now = is_link_up();
  if (now == before) return;
  run([&] { now ? netif_set_link_up(&device_->nif) : netif_set_link_down(&device_->nif); });
  user_.on_link(is_link_up());
}

void LwipStack::power_off() {
  if (!is_powered()) return;
  const bool before = is_link_up();
  instance_.reset();
  device_.reset();
  timer_.cancel();
  for (LwipSocket* socket : sockets_) socket->power_lost();
  if (before) user_.on_link(false);
}

void LwipStack::power_on() {
  if (is_powered()) return;
  boot();
  if (is_link_up()) user_.on_link(true);
}

void LwipStack::crashed(const char* assertion) {
  CauseScope because(scheduler_, user_.on_crash(assertion));
  power_off();
}

bool LwipStack::has_route(Ipv4Address destination) const {
  return config_.address.contains(destination) || destination.is_limited_broadcast() ||
         !config_.gateway.is_any();
}

void LwipStack::set_heap_limit(std::size_t bytes) {
  config_.heap_limit = bytes;
  if (is_powered()) instance_->heap().set_limit(bytes);
}

void LwipStack::arm_timer() {
  const std::uint32_t wait_ms = sys_timeouts_sleeptime();
  if (wait_ms == SYS_TIMEOUTS_SLEEPTIME_INFINITE) {
    timer_.cancel();
    return;
  }
  const SimTime now = scheduler_.now();
  const std::int64_t due_ms = now.ns / 1'000'000 + wait_ms;
  const SimTime due = std::max(now, SimTime{due_ms * 1'000'000});
  if (timer_.running() && timer_.deadline() == due) return;
  timer_.start_at(due);
}

void LwipStack::on_timer() {
  run([] { sys_check_timeouts(); });
}

void LwipStack::drop(DropReason reason, PacketPtr frame) {
  ++iface_.losses().rx_dropped;
  if (reason == DropReason::NoBuffers) ++iface_.losses().rx_alloc_failed;
  tracer_.drop(reason, iface_.subject(), *frame);
}

void LwipStack::on_frame(PacketPtr frame) {
  if (!is_powered() || !running_) return drop(DropReason::AdminDown, std::move(frame));
  if (!is_link_up()) return drop(DropReason::CarrierDown, std::move(frame));
  run([&] { input(std::move(frame)); });
}

void LwipStack::input(PacketPtr packet) {
  const std::size_t bytes = packet->size();
  const std::size_t cost = bytes + sizeof(pbuf_custom);
  if (!instance_->heap().charge(cost)) return drop(DropReason::NoBuffers, std::move(packet));
  ++iface_.stats().rx_packets;
  iface_.stats().rx_bytes += bytes;
  iface_.note_used();
  RxFrame& frame = device_->take();
  frame.charged = cost;
  frame.packet = std::move(packet);
  const auto length = static_cast<u16_t>(bytes);
  pbuf* p =
      pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &frame.custom, frame.packet->data(), length);
  netif& nif = device_->nif;
  if (nif.input(p, &nif) != ERR_OK) pbuf_free(p);
}

// netif->linkoutput: the chain stays lwIP's, so it is copied at once.
signed char LwipStack::output(const pbuf& chain) {
  IfStats& stats = iface_.stats();
  PacketPtr frame = slab_.allocate();
  if (!running_ || chain.tot_len > frame->tailroom()) {
    ++iface_.losses().tx_dropped;
    return running_ ? ERR_BUF : ERR_IF;
  }
  for (const pbuf* piece = &chain; piece != nullptr; piece = piece->next) {
    frame->append({static_cast<const std::uint8_t*>(piece->payload), piece->len});
    if (piece->len == piece->tot_len) break;  // the end of a packet in a queue of packets
  }
  frame->meta.iface = iface_.index();
  const std::size_t bytes = frame->size();
  const Status sent = driver_.transmit(std::move(frame));
  if (!sent.ok()) {
    ++iface_.losses().tx_dropped;
    return ERR_IF;
  }
  ++stats.tx_packets;
  stats.tx_bytes += bytes;
  iface_.note_used();
  return ERR_OK;
}

void LwipStack::record_drop(DropReason reason, const pbuf& payload) {
  ++iface_.losses().rx_dropped;
  if (!tracer_.wants(TraceKind::Drop)) return;
  PacketPtr packet = slab_.allocate();
  packet->meta.iface = iface_.index();
  const auto bytes = static_cast<u16_t>(std::min<std::size_t>(payload.tot_len, packet->tailroom()));
  pbuf_copy_partial(&payload, packet->append(bytes), bytes, 0);
  tracer_.drop(reason, iface_.subject(), *packet);
}

}  // namespace flapjack
