// SPDX-License-Identifier: Apache-2.0
// A RadioMedium whose peers, cable and radio come and go as the test says. Peer 2 is another one.
#pragma once
#include <vector>

#include "connmgr/radio_medium.h"

namespace flapjack::test {

class TestMedium : public RadioMedium {
 public:
  bool peer_present() const override { return (present_ || other_) && radio_on_; }
  bool carrier() const override { return carrier_; }
  std::size_t peer() const override { return !peer_present() ? 0 : present_ ? 1 : 2; }
  bool hears(std::size_t peer) const override {
    return radio_on_ && ((peer == 1 && present_) || (peer == 2 && other_));
  }
  bool radio_on() const override { return radio_on_; }
  void set_radio_on(bool on) { set(radio_on_, on); }
  void set_present(bool present) { set(present_, present); }
  void set_other(bool present) { set(other_, present); }
  void set_carrier(bool on) { set(carrier_, on); }
  bool joined() const { return joined_; }
  void set_joined(bool joined) override { joined_ = joined; }
  void watch(std::function<void(bool)> changed) override { watchers_.push_back(changed); }
  void watch_air(std::function<void()> changed) override { air_watchers_.push_back(changed); }

 private:
  void set(bool& what, bool on) {
    const bool before = peer_present();
    what = on;
    for (const auto& watcher : air_watchers_) watcher();
    if (peer_present() == before) return;
    for (const auto& watcher : watchers_) watcher(peer_present());
  }
  bool present_ = true, other_ = false, carrier_ = true, radio_on_ = true, joined_ = true;
  std::vector<std::function<void(bool)>> watchers_;
  std::vector<std::function<void()>> air_watchers_;
};

}  // namespace flapjack::test
