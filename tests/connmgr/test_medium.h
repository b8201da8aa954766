// SPDX-License-Identifier: Apache-2.0
// A RadioMedium whose peer comes and goes as the test says.
#pragma once
#include <vector>

#include "connmgr/radio_medium.h"

namespace flapjack::test {

class TestMedium : public RadioMedium {
 public:
  bool peer_present() const override { return present_ && radio_on_; }
  bool radio_on() const override { return radio_on_; }
  void set_radio_on(bool on) {
    const bool before = peer_present();
    radio_on_ = on;
    if (peer_present() == before) return;
    for (const auto& watcher : watchers_) watcher(peer_present());
  }
  bool joined() const { return joined_; }
  void set_joined(bool joined) override { joined_ = joined; }
  void watch(std::function<void(bool)> changed) override { watchers_.push_back(changed); }
  void set_present(bool present) {
    if (present == present_) return;
    present_ = present;
    for (const auto& watcher : watchers_) watcher(present);
  }

 private:
  bool present_ = true, radio_on_ = true, joined_ = true;
  std::vector<std::function<void(bool)>> watchers_;
};

}  // namespace flapjack::test
