// SPDX-License-Identifier: Apache-2.0
#include "stack/net/mgmt_info.h"

#include <algorithm>
#include <cstring>

namespace flapjack {
namespace {

template <class... Fns>
struct Overloaded : Fns... {
  using Fns::operator()...;
};
template <class... Fns>
Overloaded(Fns...) -> Overloaded<Fns...>;

// sizeof() of Zephyr's structs on a 32-bit target.
constexpr std::size_t kInAddr = 4, kIn6Addr = 16, kPrefix = 24, kRoute = 36, kNeighbour = 20;
constexpr std::size_t kDhcp = 92, kPmtu = 28, kSockaddr = 24, kHostname = 64;

std::size_t address_bytes(const IpAddress& a) {
  return a.is_v4() ? kInAddr : kIn6Addr;
}

Attr number(std::string_view key, std::uint32_t value) {
  return Attr::of(key, std::int64_t{value});
}

}  // namespace

MgmtHostname MgmtHostname::of(std::string_view name) {
  MgmtHostname host;
  const std::size_t length = std::min(name.size(), host.text.size() - 1);
  std::copy_n(name.begin(), length, host.text.begin());
  return host;
}

std::string_view MgmtHostname::view() const {
  return {text.data(), ::strnlen(text.data(), text.size())};
}

std::optional<IpAddress> MgmtInfo::address() const {
  using R = std::optional<IpAddress>;
  return std::visit(Overloaded{
                        [](const IpAddress& a) -> R { return a; },
                        [](const MgmtPrefix& p) -> R { return p.address; },
                        [](const MgmtRoute& r) -> R { return r.destination; },
                        [](const MgmtNeighbour& n) -> R { return n.address; },
                        [](const MgmtDhcp& d) -> R { return d.address; },
                        [](const MgmtPmtu& p) -> R { return p.destination; },
                        [](const MgmtDnsServer& d) -> R { return d.server.address; },
                        [](const auto&) -> R { return std::nullopt; },
                    },
                    body_);
}

std::optional<int> MgmtInfo::reason() const {
  const auto* body = get<MgmtReason>();
  return body != nullptr ? std::optional<int>(body->value) : std::nullopt;
}

std::size_t MgmtInfo::bytes() const {
  return std::visit(Overloaded{
                        [](std::monostate) -> std::size_t { return 0; },
                        [](const IpAddress& a) { return address_bytes(a); },
                        [](const MgmtReason&) { return sizeof(int); },
                        [](const MgmtPrefix&) { return kPrefix; },
                        [](const MgmtRoute&) { return kRoute; },
                        [](const MgmtNeighbour&) { return kNeighbour; },
                        [](const MgmtDhcp&) { return kDhcp; },
                        [](const MgmtPmtu&) { return kPmtu; },
                        [](const MgmtDnsServer&) { return kSockaddr; },
                        [](const MgmtHostname&) { return kHostname; },
                    },
                    body_);
}

std::size_t MgmtInfo::attrs(std::span<Attr, kMostAttrs> out) const {
  std::size_t n = 0;
  const auto put = [&](const Attr& attr) { out[n++] = attr; };
  std::visit(Overloaded{
                 [](std::monostate) {},
                 [&](const IpAddress& a) { put(Attr::of("address", a)); },
                 [&](const MgmtReason& r) { put(Attr::of("reason", std::int64_t{r.value})); },
                 [&](const MgmtPrefix& p) {
                   put(Attr::of("address", p.address));
                   put(number("length", p.length));
                   if (p.lifetime_s == MgmtPrefix::kInfinite) return;
                   put(Attr::of("lifetime", seconds(p.lifetime_s)));
                 },
                 [&](const MgmtRoute& r) {
                   put(Attr::of("address", r.destination));
                   put(number("length", r.length));
                   put(Attr::of("next_hop", r.next_hop));
                 },
                 [&](const MgmtNeighbour& nb) {
                   put(Attr::of("address", nb.address));
                   put(Attr::of("index", std::int64_t{nb.index}));
                 },
                 [&](const MgmtDhcp& d) {
                   put(Attr::of("address", d.address));
                   put(Attr::of("server", d.server));
                   put(Attr::of("lease", seconds(d.lease_s)));
                 },
                 [&](const MgmtPmtu& p) {
                   put(Attr::of("address", p.destination));
                   put(number("mtu", p.mtu));
                 },
                 [&](const MgmtDnsServer& d) {
                   put(Attr::of("server", d.server.address));
                   put(number("port", d.server.port));
                 },
                 [&](const MgmtHostname& h) { put(Attr::of("name", h.view())); },
             },
             body_);
  return n;
}

}  // namespace flapjack
