// SPDX-License-Identifier: Apache-2.0
// ValueBook: values that steps set and take back, in any order. What shows is the latest that still
// holds, else what stood there before the first of them.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flapjack {

class ValueBook {
 public:
  using Value = std::int64_t;

  /// A step has set `value` where `before` stood; the number takes it back. One that is set
  /// `for_good` hides all before it for ever.
  std::size_t put(const std::string& name, Value before, Value value, bool for_good) {
    Entry& entry = entries_[name];
    if (entry.held.empty()) entry.before = before;
    if (for_good) {
      entry.held.clear();
      entry.before = value;
    } else {
      entry.held.push_back({++next_, value});
    }
    return for_good ? 0 : next_;
  }

  /// What the steps make it; nothing before the first of them.
  std::optional<Value> shown(const std::string& name) const {
    const auto found = entries_.find(name);
    return found != entries_.end() ? std::optional(found->second.shown()) : std::nullopt;
  }

  /// What shows from now on, if that is another value than before.
  std::optional<Value> take_back(const std::string& name, std::size_t number) {
    Entry& entry = entries_[name];
    const auto found = std::find_if(entry.held.begin(), entry.held.end(),
                                    [number](const Held& held) { return held.number == number; });
    if (found == entry.held.end()) return {};
    const bool shown = found + 1 == entry.held.end();
    const Value gone = found->value;
    entry.held.erase(found);
    const Value now = entry.shown();
    return shown && now != gone ? std::optional(now) : std::nullopt;
  }

  /// True while a step that can be taken back shows this value.
  bool shows(const std::string& name, Value value) {
    const Entry& entry = entries_[name];
    return !entry.held.empty() && entry.held.back().value == value;
  }

 private:
  struct Held {
    std::size_t number;
    Value value;
  };
  struct Entry {
    Value before = 0;
    std::vector<Held> held;
    Value shown() const { return held.empty() ? before : held.back().value; }
  };
  std::map<std::string, Entry> entries_;
  std::size_t next_ = 0;
};

}  // namespace flapjack
