// SPDX-License-Identifier: Apache-2.0
// GroupChanges: which joins and leaves of one iface are still to be said again. IGMPv3 and MLDv2
// send each change as often as their robustness variable says (RFC 3376 section 5.1, RFC 3810
// section 6.1): the first time by itself and at once, then with all others that wait. A later
// change of a group stands for an earlier one. Owned by Igmp and Mld, for each iface.
#pragma once
#include <algorithm>
#include <vector>

#include "stack/sim/time.h"
#include "stack/wire/address_list.h"

namespace flapjack {

/// How often a change is said (RFC 3376 section 8.1, RFC 3810 section 9.1) and the longest time
/// between (RFC 3376 section 8.11, RFC 3810 section 9.11).
inline constexpr unsigned kGroupRobustness = 2;
inline constexpr Duration kGroupChangeInterval = seconds(1);

/// Sources that are remembered of a group; with more of them the whole group is reported.
inline constexpr std::size_t kGroupSourcesMost = 64;

/// An answer about a group is now due `at`, or when it was, about `sources` (empty: all of it) and
/// what was asked before (RFC 3376 section 5.2, RFC 3810 section 6.2: their rules in their order).
template <class Address>
void merge_group_query(SimTime& due, std::vector<Address>& known, SimTime at,
                       const AddressList<Address>& sources) {
  const bool whole = sources.empty() || (due != kNever && known.empty());
  due = std::min(due, at);
  for (std::size_t i = 0; !whole && i < sources.size(); ++i) {
    const Address source = sources[i];
    if (std::find(known.begin(), known.end(), source) == known.end()) {
      known.push_back(source);
    }
  }
  if (whole || known.size() > kGroupSourcesMost) known.clear();
}

template <class Address>
class GroupChanges {
 public:
  struct Change {
    Address group;
    bool joined;
    unsigned left;  ///< how often it is still to be said
  };
  /// More than these do not wait: then all are due at once.
  static constexpr std::size_t kMost = 64;

  /// It was said once and is to be said `left` times more, the next time `wait` from `now` on or
  /// when the others are.
  void note(const Address& group, bool joined, unsigned left, SimTime now, Duration wait) {
    forget(group);
    if (left == 0) return;
    changes_.push_back({group, joined, left});
    if (due_ == kNever) due_ = now + wait;
    if (changes_.size() >= kMost) due_ = now;
  }
  void forget(const Address& group) {
    std::erase_if(changes_, [&](const Change& each) { return each.group == group; });
    if (changes_.empty()) due_ = kNever;
  }
  void clear() {
    changes_.clear();
    due_ = kNever;
  }
  /// In the order in which they happened.
  const std::vector<Change>& all() const { return changes_; }
  /// When all are to be said; kNever: there are none.
  SimTime due() const { return due_; }
  /// All have been said; what is left is due `wait` from `now` on.
  void said(SimTime now, Duration wait) {
    for (Change& each : changes_) --each.left;
    std::erase_if(changes_, [](const Change& each) { return each.left == 0; });
    due_ = changes_.empty() ? kNever : now + wait;
  }

 private:
  std::vector<Change> changes_;
  SimTime due_ = kNever;
};

}  // namespace flapjack
