// SPDX-License-Identifier: Apache-2.0
#include "stack/net/address_index.h"

#include <algorithm>
#include <bit>

#include "stack/net/stack.h"

namespace flapjack {
namespace {

int equal_leading_bits(std::uint32_t a, std::uint32_t b) { return std::countl_zero(a ^ b); }

}  // namespace

AddressIndex::AddressIndex(const Stack& stack)
    : stack_(stack), epoch_(stack.address_epoch()) {
  own_.reserve(stack.ifaces().size());
  for (const auto& iface : stack.ifaces()) add(*iface);
  std::sort(owners_.begin(), owners_.end());
  owners_.shrink_to_fit();
  finish(global_);
  finish(link_local_);
}

void AddressIndex::add(const NetIf& iface) {
  for (const Ipv4IfAddress& own : iface.ipv4().addresses()) {
    const auto order = static_cast<Order>(own_.size());
    const Ipv4Address address = own.prefix.address;
    own_.push_back({iface.index(), address});
    owners_.push_back({address.value, order});
    if (own.state != AddressState::Preferred) continue;
    Networks& networks = address.is_link_local() ? link_local_ : global_;
    if (own.prefix.length == 0) {
      networks.latest_any = order;
    } else {
      networks.sorted.push_back({address.value & ipv4_mask(own.prefix.length).value, order});
    }
  }
}

// Leaves are latest[n, 2n); node i is the later one of 2i and 2i + 1.
void AddressIndex::finish(Networks& networks) {
  std::sort(networks.sorted.begin(), networks.sorted.end());
  networks.sorted.shrink_to_fit();
  const std::size_t n = networks.sorted.size();
  networks.latest.resize(2 * n);
  for (std::size_t i = 0; i < n; ++i) networks.latest[n + i] = networks.sorted[i].order;
  for (std::size_t i = n; i-- > 1;) {
    networks.latest[i] = std::max(networks.latest[2 * i], networks.latest[2 * i + 1]);
  }
}

AddressIndex::Order AddressIndex::latest(const Networks& networks, std::size_t from,
                                         std::size_t to) {
  const std::size_t n = networks.sorted.size();
  Order found = 0;
  for (from += n, to += n; from < to; from /= 2, to /= 2) {
    if (from % 2 == 1) found = std::max(found, networks.latest[from++]);
    if (to % 2 == 1) found = std::max(found, networks.latest[--to]);
  }
  return found;
}

NetIf* AddressIndex::owner(Ipv4Address address) const {
  const auto found = std::lower_bound(owners_.begin(), owners_.end(), Owner{address.value, 0});
  if (found == owners_.end() || found->address != address.value) return nullptr;
  return stack_.iface(own_[found->order].iface);
}

// The first entry of `address` or more, sought in growing steps from `near`: where it mostly is.
std::size_t AddressIndex::first_from(const std::vector<Owner>& sorted, std::size_t near,
                                     std::uint64_t address) {
  std::size_t from = near, to = near;
  for (std::size_t step = 1; from > 0 && sorted[from - 1].address >= address; step *= 2) {
    to = from - 1;
    from -= std::min(step, from);
  }
  for (std::size_t step = 1; to < sorted.size() && sorted[to].address < address; step *= 2) {
    from = to + 1;
    to += std::min(step, sorted.size() - to);
  }
  const auto begin = sorted.begin();
  const auto less = [](const Owner& own, std::uint64_t value) { return own.address < value; };
  return static_cast<std::size_t>(
      std::lower_bound(begin + static_cast<std::ptrdiff_t>(from),
                       begin + static_cast<std::ptrdiff_t>(to), address, less) - begin);
}

SourceCandidate AddressIndex::best(Ipv4Address destination, bool link_local) const {
  const Networks& networks = link_local ? link_local_ : global_;
  const std::vector<Owner>& sorted = networks.sorted;
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), Owner{destination.value, 0});
  const auto next = static_cast<std::size_t>(found - sorted.begin());
  int score = 0;
  if (next < sorted.size()) score = equal_leading_bits(sorted[next].address, destination.value);
  if (next > 0) {
    score = std::max(score, equal_leading_bits(sorted[next - 1].address, destination.value));
  }
  const std::uint32_t host = score == 32 ? 0 : ~std::uint32_t{0} >> score;
  const std::size_t from = first_from(sorted, next, destination.value & ~host);
  const std::size_t to = first_from(sorted, next, std::uint64_t{destination.value | host} + 1);
  std::int64_t order = score == 0 ? networks.latest_any : -1;
  if (from != to) order = std::max<std::int64_t>(order, latest(networks, from, to));
  if (order < 0) return {};
  const Own& own = own_[static_cast<std::size_t>(order)];
  return {stack_.iface(own.iface), own.address, score};
}

}  // namespace flapjack
