// SPDX-License-Identifier: Apache-2.0
// LinkRadio: an end of a link as the air of a connectivity implementation.
#pragma once
#include <functional>

#include "connmgr/radio_medium.h"
#include "l2/link.h"

namespace flapjack {

class LinkRadio : public RadioMedium {
 public:
  LinkRadio(Link& link, std::size_t end) : link_(link), end_(end) {}
  bool peer_present() const override { return link_.peer_present(end_); }
  bool radio_on() const override { return link_.is_end_running(end_); }
  bool carrier() const override { return link_.is_end_carrier(end_); }
  std::size_t peer() const override {
    const auto peer = link_.peer_of(end_);
    return peer ? *peer + 1 : 0;
  }
  bool hears(std::size_t peer) const override {
    return peer != 0 && peer_present() && link_.is_end_on_air(peer - 1);
  }
  void set_joined(bool joined) override { link_.set_end_joined(end_, joined); }
  void watch(std::function<void(bool)> changed) override {
    link_.watch_peer(end_, std::move(changed));
  }
  void watch_air(std::function<void()> changed) override {
    link_.watch_air(end_, std::move(changed));
  }

 private:
  Link& link_;
  std::size_t end_;
};

}  // namespace flapjack
