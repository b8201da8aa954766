// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_engine.h"

#include "offload/event_names.h"
#include "offload/lwip_tcp_socket.h"
#include "offload/lwip_udp_socket.h"
#include "stack/net/stack.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

constexpr std::size_t kMinHeap = 16 * 1024;

bool valid(const LwipStackConfig& config, const Stack& stack) {
  const std::size_t frame = stack.env().slab.capacity() - kPacketHeadroom;
  return !config.address.address.is_any() && config.address.length >= 1 &&
         config.address.length <= 32 && config.mtu >= 68 &&
         config.mtu + kEthernetHeaderBytes <= frame && config.tcp.valid() &&
         config.heap_limit >= kMinHeap && config.socket_limit >= 1;
}

}  // namespace

Result<std::unique_ptr<OffloadEngine>> make_lwip_engine(NetIf& iface, Driver& driver,
                                                        const EngineConfig& config) {
  LwipStackConfig lwip;
  lwip.address = config.address;
  lwip.gateway = config.gateway;
  lwip.mtu = config.mtu;
  if (config.tcp_window != 0) lwip.tcp = LwipTcpSizes::with_window(config.tcp_window);
  if (config.tcp_mss != 0) lwip.tcp.mss = config.tcp_mss;
  if (config.heap_limit != 0) lwip.heap_limit = config.heap_limit;
  if (config.socket_limit != 0) lwip.socket_limit = config.socket_limit;
  if (!valid(lwip, iface.stack()) || config.attach_delay < Duration{}) return Errc::Einval;
  return std::unique_ptr<OffloadEngine>(
      std::make_unique<LwipEngine>(iface, driver, lwip, config.attach_delay));
}

LwipEngine::LwipEngine(NetIf& iface, Driver& driver, const LwipStackConfig& config,
                       Duration attach_delay)
    : iface_(iface),
      attach_delay_(attach_delay),
      attach_(iface.stack().scheduler(), Lane::Work, delegate<&LwipEngine::attached>(this)),
      stack_((iface.carrier_off(), iface), driver, config, *this),
      context_(*this) {
  const Status named = iface.set_link_address(driver.caps().mac);
  assert(named.ok());
  static_cast<void>(named);
}

LwipEngine::~LwipEngine() = default;

bool LwipEngine::supports(const SocketSpec& spec) const {
  if (spec.family != Family::Inet) return false;
  const Protocol natural = spec.type == SocketType::Stream ? Protocol::Tcp : Protocol::Udp;
  return spec.type != SocketType::Raw &&
         (spec.protocol == Protocol::Default || spec.protocol == natural);
}

Result<std::unique_ptr<OffloadSocket>> LwipEngine::open(const SocketSpec& spec, SocketUser& user) {
  if (!supports(spec)) return Errc::Eprotonosupport;
  if (!stack_.has_socket_left()) return Errc::Enobufs;
  return spec.type == SocketType::Stream ? LwipTcpSocket::open(stack_, user)
                                         : LwipUdpSocket::open(stack_, user);
}

Status LwipEngine::set_enabled(bool enabled) {
  const Status done = stack_.set_running(enabled);
  if (done.ok()) show();
  return done;
}

void LwipEngine::power_cut() {
  if (!stack_.is_powered()) return;
  Tracer& tracer = iface_.stack().tracer();
  const RecordId record = tracer.event(iface_.subject(), event_name::kModemPowerOff);
  CauseScope because(iface_.stack().scheduler(), record);
  stack_.power_off();
}

void LwipEngine::reset() {
  power_cut();
  Tracer& tracer = iface_.stack().tracer();
  const RecordId record = tracer.event(iface_.subject(), event_name::kModemBoot);
  CauseScope because(iface_.stack().scheduler(), record);
  stack_.power_on();
}

RecordId LwipEngine::on_crash(const char* assertion) {
  return iface_.stack().tracer().event(iface_.subject(), event_name::kModemCrash,
                                       {Attr::of("assertion", std::string_view(assertion))});
}

void LwipEngine::on_link(bool) {
  show();
}

// Makes the iface look like the modem. With an attach delay it is dormant from carrier to address,
// and stays so if the link goes first: dormancy must not end while there is carrier.
void LwipEngine::show() {
  const bool link = stack_.is_link_up();
  if (link && stack_.is_running()) {
    if (attach_.running()) return;
    if (iface_.ipv4().find(stack_.config().address.address) != nullptr) return;
    if (attach_delay_.ns == 0) return attached();
    iface_.dormant_on();
    iface_.carrier_on();
    attach_.start(attach_delay_);
    return;
  }
  attach_.cancel();
  iface_.ipv4_addr_rm(stack_.config().address.address);
  link ? iface_.carrier_on() : iface_.carrier_off();
}

void LwipEngine::attached() {
  iface_.ipv4_addr_add(stack_.config().address);
  iface_.set_gateway(stack_.config().gateway);
  iface_.carrier_on();
  if (attach_delay_.ns != 0) iface_.dormant_off();
}

}  // namespace flapjack
