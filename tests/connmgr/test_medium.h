// SPDX-License-Identifier: Apache-2.0
// A RadioMedium whose peer comes and goes as the test says.
#pragma once
#include <vector>

#include "connmgr/radio_medium.h"

namespace flapjack::test {

class TestMedium : public RadioMedium {
 public:
  bool peer_present() const override { return present_; }
  void watch(std::function<void(bool)> changed) override { watchers_.push_back(changed); }
  void set_present(bool present) {
    if (present == present_) return;
    present_ = present;
    for (const auto& watcher : watchers_) watcher(present);
  }

 private:
  bool present_ = true;
  std::vector<std::function<void(bool)>> watchers_;
};

}  // namespace flapjack::test
