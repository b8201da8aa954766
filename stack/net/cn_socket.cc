// SPDX-License-Identifier: Apache-2.0
#include "stack/net/cn_socket.h"

#include <algorithm>

#include "stack/net/connector.h"

namespace flapjack {
namespace {

constexpr int kSolNetlink = 270;   // linux/socket.h: SOL_NETLINK
constexpr int kAddMembership = 1;  // linux/netlink.h: NETLINK_ADD_MEMBERSHIP
constexpr std::size_t kFirstPlaces = 8;

}  // namespace

CnSocket::CnSocket(Connector& connector, std::uint32_t portid, const CnSocketConfig& config)
    : connector_(connector),
      portid_(portid),
      config_(config),
      readable_(connector.scheduler(), Lane::App, delegate<&CnSocket::tell>(this)) {}

CnSocket::~CnSocket() { connector_.closed(*this); }

Status CnSocket::join(std::uint32_t group) {
  if (group == 0 || group > connector_.groups()) return Errc::Einval;
  const auto place = std::lower_bound(groups_.begin(), groups_.end(), group);
  if (place != groups_.end() && *place == group) return {};
  groups_.insert(place, group);
  connector_.listeners_changed(group);
  return {};
}

Status CnSocket::leave(std::uint32_t group) {
  if (group == 0 || group > connector_.groups()) return Errc::Einval;
  if (std::erase(groups_, group) > 0) connector_.listeners_changed(group);
  return {};
}

bool CnSocket::is_member(std::uint32_t group) const {
  return std::binary_search(groups_.begin(), groups_.end(), group);
}

Status CnSocket::set_option(int level, int option, std::uint32_t group) {
  if (level != kSolNetlink) return Errc::Enoprotoopt;
  if (option == kAddMembership) return join(group);
  if (option == connector_.config().drop_option) return leave(group);
  return Errc::Enoprotoopt;
}

Status CnSocket::send(std::span<const std::uint8_t> datagram, CnAddress to) {
  return connector_.send_from(*this, datagram, to);
}

Result<CnDatagram> CnSocket::recv() {
  if (count_ == 0) {
    told_ = false;
    return Errc::Eagain;
  }
  CnDatagram datagram = std::move(ring_[head_]);
  head_ = (head_ + 1) % ring_.size();
  --count_;
  queued_bytes_ -= datagram.bytes().size();
  return datagram;
}

bool CnSocket::put(const CnDatagram& datagram) {
  if (queued_bytes_ + datagram.bytes().size() > config_.receive_bytes) {
    ++overruns_;
    return false;
  }
  if (count_ == ring_.size()) grow();
  ring_[(head_ + count_++) % ring_.size()] = datagram;
  queued_bytes_ += datagram.bytes().size();
  ++received_;
  if (told_ || !config_.on_readable) return true;
  told_ = true;
  const CauseScope scope(connector_.scheduler(), datagram.cause());
  readable_.start(Duration{});
  return true;
}

void CnSocket::grow() {
  std::vector<CnDatagram> larger(std::max(kFirstPlaces, 2 * ring_.size()));
  for (std::size_t i = 0; i < count_; ++i) {
    larger[i] = std::move(ring_[(head_ + i) % ring_.size()]);
  }
  ring_ = std::move(larger);
  head_ = 0;
}

void CnSocket::tell() { config_.on_readable(); }

}  // namespace flapjack
