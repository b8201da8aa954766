// SPDX-License-Identifier: Apache-2.0
#include "stack/net/ipv4_autoconf.h"

#include "stack/net/stack.h"

namespace flapjack {
namespace {

// RFC 3927 section 2.1: 169.254.1.0 to 169.254.254.255.
constexpr std::uint32_t kFirst = 0xa9fe0100, kCount = 254 * 256;
constexpr std::uint8_t kPrefixLength = 16;

}  // namespace

Ipv4Autoconf::Ipv4Autoconf(Stack& stack) : stack_(stack) {
  acd_.mask = mgmt_mask(MgmtEvent::Ipv4AcdFailed, MgmtEvent::Ipv4AcdConflict);
  acd_.handler = [this](const MgmtNotice& notice) { on_acd(notice); };
}

Ipv4Autoconf::~Ipv4Autoconf() { stack_.mgmt.remove(acd_); }

void Ipv4Autoconf::start(NetIf& iface) {
  if (ifaces_.empty()) stack_.mgmt.add(acd_);
  auto state = ifaces_.find(iface.index());
  if (state == ifaces_.end()) {
    const std::string stream = std::string(iface.path()) + ".ipv4_auto";
    state = ifaces_.emplace(iface.index(), State{stack_.env().rng.stream(stream), {}}).first;
  }
  state->second.running = true;
  try_address(iface, state->second);
}

void Ipv4Autoconf::try_address(NetIf& iface, State& state) {
  if (state.address.is_any()) {
    state.address.value = kFirst + static_cast<std::uint32_t>(state.draws.below(kCount));
  }
  const Ipv4Prefix prefix{state.address, kPrefixLength};
  if (iface.ipv4_addr_add(prefix, AddressType::Autoconf) == nullptr) {
    stack_.tracer().event(iface.subject(), "ipv4_auto_failed", {Attr::of("errno", Errc::Enomem)});
  }
}

void Ipv4Autoconf::reset(NetIf& iface) {
  const auto state = ifaces_.find(iface.index());
  if (state == ifaces_.end() || !state->second.running) return;
  state->second.running = false;
  iface.ipv4_addr_rm(state->second.address);
}

Ipv4Address Ipv4Autoconf::address(const NetIf& iface) const {
  const auto state = ifaces_.find(iface.index());
  return state != ifaces_.end() && state->second.running ? state->second.address : Ipv4Address{};
}

// RFC 3927 section 2.5: somebody else has it. A failed check has removed the address already.
// In the layout of numbered commands the mask lets other events through, too.
void Ipv4Autoconf::on_acd(const MgmtNotice& notice) {
  if (!notice.is(MgmtEvent::Ipv4AcdFailed) && !notice.is(MgmtEvent::Ipv4AcdConflict)) return;
  const auto state = ifaces_.find(notice.iface->index());
  if (state == ifaces_.end() || !state->second.running) return;
  if (notice.info.address() != IpAddress(state->second.address)) return;
  notice.iface->ipv4_addr_rm(state->second.address);
  state->second.address = {};
  try_address(*notice.iface, state->second);
}

}  // namespace flapjack
